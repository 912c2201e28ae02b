"""Open tasks by due date, without walking past those that are done."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NAME = "ix_tasks_open_by_due_date"


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        NAME,
        "tasks",
        ["user_id", sa.text("coalesce(due_date, 'infinity'::date)"), "id"],
        postgresql_where=sa.text("deleted_at IS NULL AND done IS FALSE"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index(NAME, "tasks")

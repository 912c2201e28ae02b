"""Open tasks by due date and by priority, without walking past those that are done."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
backward_compatible = True

KEYS: dict[str, str | sa.TextClause] = {
    "ix_tasks_open_by_due_date": sa.text("coalesce(due_date, 'infinity'::date)"),
    "ix_tasks_open_by_priority": "priority",
}
OPEN = sa.text("deleted_at IS NULL AND done IS FALSE")


def upgrade() -> None:
    """Make the indexes."""
    for name, key in KEYS.items():
        op.create_index(name, "tasks", ["user_id", key, "id"], postgresql_where=OPEN)


def downgrade() -> None:
    """Drop them."""
    for name in KEYS:
        op.drop_index(name, "tasks")

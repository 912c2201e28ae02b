"""Tasks get ids that whoever adds them can make."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
backward_compatible = False


def upgrade() -> None:
    """Add them, each its owner's alone. Their index serves what that of the owners served."""
    made = sa.func.gen_random_uuid()
    op.add_column("tasks", sa.Column("uuid", sa.Uuid(), server_default=made, nullable=False))
    op.create_unique_constraint("uq_tasks_user_id", "tasks", ["user_id", "uuid"])
    op.drop_index("ix_tasks_user_id", "tasks")


def downgrade() -> None:
    """Drop them."""
    op.create_index("ix_tasks_user_id", "tasks", ["user_id"])
    op.drop_column("tasks", "uuid")

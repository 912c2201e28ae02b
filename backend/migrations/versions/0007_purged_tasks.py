"""The ids of purged tasks stay taken: rows without content, which no purge looks at again."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
backward_compatible = True


def upgrade() -> None:
    """Make the index of what is to be purged."""
    to_purge = sa.text("deleted_at IS NOT NULL AND title <> ''")
    op.create_index("ix_tasks_to_purge", "tasks", ["deleted_at"], postgresql_where=to_purge)
    op.drop_index("ix_tasks_deleted", "tasks")


def downgrade() -> None:
    """Drop it, and the rows that the code of before would not expect."""
    deleted = sa.text("deleted_at IS NOT NULL")
    op.create_index("ix_tasks_deleted", "tasks", ["deleted_at"], postgresql_where=deleted)
    op.drop_index("ix_tasks_to_purge", "tasks")
    op.execute("DELETE FROM tasks WHERE title = ''")

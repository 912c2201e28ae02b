"""Tasks get an owner and more fields. Those without an owner stay; the first account gets them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
# Code of before would show every task to everyone, deleted ones too.
backward_compatible = False

TIME = sa.DateTime(timezone=True)
PRIORITY = postgresql.ENUM("low", "normal", "high", name="priority", create_type=False)
LIVING = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    """Add the columns, and an index for each order of a list."""
    PRIORITY.create(op.get_bind())
    for column in (
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("priority", PRIORITY, server_default="normal", nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("updated_at", TIME, server_default=sa.func.now(), nullable=False),
        sa.Column("deleted_at", TIME, nullable=True),
    ):
        op.add_column("tasks", column)
    op.execute("UPDATE tasks SET updated_at = created_at")
    op.create_foreign_key(
        "fk_tasks_user_id_users", "tasks", "users", ["user_id"], ["id"], ondelete="CASCADE"
    )
    _create_indexes()


def _create_indexes() -> None:
    for name, key in (
        ("ix_tasks_by_creation", []),
        ("ix_tasks_by_due_date", [sa.text("coalesce(due_date, 'infinity'::date)")]),
        ("ix_tasks_by_priority", ["priority"]),
        ("ix_tasks_by_title", [sa.text("lower(title)")]),
    ):
        op.create_index(name, "tasks", ["user_id", *key, "id"], postgresql_where=LIVING)
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    # It may have been there before, in a schema that is not looked into.
    home = op.get_bind().scalar(
        sa.text("SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname='pg_trgm'")
    )
    op.create_index(
        "ix_tasks_words",
        "tasks",
        ["title", "notes"],
        postgresql_using="gin",
        postgresql_ops={"title": f"{home}.gin_trgm_ops", "notes": f"{home}.gin_trgm_ops"},
        postgresql_where=LIVING,
    )
    op.create_index(
        "ix_tasks_deleted", "tasks", ["deleted_at"], postgresql_where="deleted_at IS NOT NULL"
    )
    op.create_index("ix_tasks_user_id", "tasks", ["user_id"])


def downgrade() -> None:
    """Drop them; tasks stay, deleted ones excepted. The extension stays: others may use it."""
    op.execute("DELETE FROM tasks WHERE deleted_at IS NOT NULL")
    for column in ("user_id", "notes", "priority", "due_date", "tags", "updated_at", "deleted_at"):
        op.drop_column("tasks", column)
    op.execute("DROP TYPE priority")

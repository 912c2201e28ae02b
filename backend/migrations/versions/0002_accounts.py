"""Accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
backward_compatible = True

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables of users, of their sessions, and of what is limited."""
    _create_users()
    _create_sessions()
    _create_session_tokens()
    _create_uses()


def _create_users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("created_at", TIME, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
    )


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), server_default=sa.func.gen_random_uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", TIME, server_default=sa.func.now(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_sessions_user_id_users", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])


def _create_session_tokens() -> None:
    op.create_table(
        "session_tokens",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("replaced_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name="pk_session_tokens"),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name="fk_session_tokens_session_id_sessions",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_session_tokens_session_id", "session_tokens", ["session_id"])


def _create_uses() -> None:
    op.create_table(
        "uses",
        sa.Column("name_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("resets_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name_hash", name="pk_uses"),
    )
    op.create_index("ix_uses_resets_at", "uses", ["resets_at"])


def downgrade() -> None:
    """Drop them."""
    for table in ("uses", "session_tokens", "sessions", "users"):
        op.drop_table(table)

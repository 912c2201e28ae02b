"""Tasks are found by the words of title, notes and tags, accents and case aside."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
backward_compatible = True

LIVING = sa.text("deleted_at IS NULL")

# Immutable, which unaccent alone is not, because its rules could be changed: a column is computed
# from it. Blanks become one; a blank goes between a sign and a letter, so that every word has one
# before it.
SEARCHABLE = """
CREATE FUNCTION searchable(content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(
  regexp_replace(
    lower({home}.unaccent('{home}.unaccent'::regdictionary, normalize(content, NFKD))),
    '([^[:alnum:][:space:]])([[:alnum:]])', '\\1 \\2', 'g'
  ),
  '[[:space:]]+', ' ', 'g'
)
"""
TASK_WORDS = """
CREATE FUNCTION task_words(title text, notes text, tags text[]) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ' ' || searchable(title || ' ' || notes || ' ' || array_to_string(tags, ' '))
"""


def upgrade() -> None:
    """Compute the words of every task, and index them in place of title and notes."""
    op.execute("CREATE EXTENSION IF NOT EXISTS unaccent")
    op.execute(SEARCHABLE.format(home=home_of("unaccent")))
    op.execute(TASK_WORDS)
    op.drop_index("ix_tasks_words", "tasks")
    words = sa.Computed("task_words(title, notes, tags)", persisted=True)
    op.add_column("tasks", sa.Column("words", sa.Text(), words, nullable=False))
    op.create_index(
        "ix_tasks_words",
        "tasks",
        ["words"],
        postgresql_using="gin",
        postgresql_ops={"words": f"{home_of('pg_trgm')}.gin_trgm_ops"},
        postgresql_where=LIVING,
    )


def downgrade() -> None:
    """Index title and notes again. The extension stays: others may use it."""
    op.drop_column("tasks", "words")
    op.execute("DROP FUNCTION task_words")
    op.execute("DROP FUNCTION searchable")
    operators = f"{home_of('pg_trgm')}.gin_trgm_ops"
    op.create_index(
        "ix_tasks_words",
        "tasks",
        ["title", "notes"],
        postgresql_using="gin",
        postgresql_ops={"title": operators, "notes": operators},
        postgresql_where=LIVING,
    )


def home_of(extension: str) -> str:
    """Return the schema that an extension is in: there may be one that is not looked into."""
    home = sa.text(
        "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = :name"
    )
    return str(op.get_bind().scalar(home, {"name": extension}))

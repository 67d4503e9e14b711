"""Seals stand in a table of their own, so that a fact is never updated; looks and the ledger are sealed like facts.

Facts that had their number keep it, under new seals: they were told already. All else waits for the worker's first seals.
"""

import sqlalchemy as sa
from alembic import op

revision = "seal_apart"
down_revision = "give_shelves"
branch_labels = None
depends_on = None

SEAL_NUMBERED_FACTS = """
DO $$
DECLARE
  span record;
  previous bytea := '';
BEGIN
  FOR span IN
    SELECT min(t.pos) AS first, max(t.pos) AS last, array_agg(t.id::text ORDER BY t.pos) AS keys,
           string_agg(sha256(convert_to(jsonb_build_array(
             t.id, t.kind, t.subject_type, t.subject_id, t.at AT TIME ZONE 'UTC', t.actor_kind, t.actor_id, t.from_state,
             t.to_state, t.data, t.order_id, t.customer_id, t.store_id, t.channel)::text, 'UTF8')), ''::bytea ORDER BY t.pos) AS digests
    FROM journal.fact t WHERE t.pos IS NOT NULL GROUP BY (t.pos - 1) / 1000 ORDER BY 1
  LOOP
    previous := sha256(previous || span.digests);
    INSERT INTO journal.seal (stream, first, last, keys, hash) VALUES ('fact', span.first, span.last, span.keys, previous);
  END LOOP;
END $$"""

WAIT = (
    """INSERT INTO journal.unsealed (stream, key)
       SELECT 'fact', id::text FROM journal.fact WHERE pos IS NULL ORDER BY at, id""",
    "INSERT INTO journal.unsealed (stream, key) SELECT 'access', id::text FROM journal.access ORDER BY at, id",
    """INSERT INTO journal.unsealed (stream, key)
       SELECT 'ledger_entry', concat_ws('/', store_id, sku_id, version) FROM inventory.ledger_entry ORDER BY at, store_id, sku_id, version""",
)


def upgrade() -> None:
    op.create_table(
        "seal",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("keys", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("stream", "last", name=op.f("pk_seal")),
        schema="journal",
    )
    op.create_table(
        "unsealed",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("since", sa.TIMESTAMP(timezone=True), nullable=False, server_default=sa.func.clock_timestamp()),
        sa.PrimaryKeyConstraint("stream", "number", name=op.f("pk_unsealed")),
        schema="journal",
    )
    op.execute(SEAL_NUMBERED_FACTS)
    for statement in WAIT:
        op.execute(statement)
    op.execute("DROP FUNCTION journal.seal_only() CASCADE")
    op.drop_index("ix_fact_unsealed", table_name="fact", schema="journal")
    for column in ("pos", "prev_hash", "hash"):
        op.drop_column("fact", column, schema="journal")
    op.execute("DROP TRIGGER append_only ON journal.fact")
    for table in ("journal.fact", "journal.seal"):
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION journal.refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER no_truncate BEFORE TRUNCATE ON journal.seal FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse_change()"
    )


def downgrade() -> None:
    raise NotImplementedError("The release before keeps its seals in the facts. Restore the backup that was made before.")

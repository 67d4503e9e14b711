"""Receipts, transfers, counts and tills: tasks that open by themselves, and what a figure of before still says now."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OPEN_TASK = """
CREATE FUNCTION stockroom.open_task(
  p_store int, p_sku int, p_kind text, p_units int, p_reason text, p_channel text, p_actor_kind text, p_actor_id text
) RETURNS void LANGUAGE plpgsql AS $$
-- At most one is open per kind and SKU: what comes to an open one is added to its units; a deficit is told anew instead.
DECLARE
  v_id uuid := gen_random_uuid();
  v_kept uuid;
BEGIN
  INSERT INTO stockroom.task (store_id, id, sku_id, kind, units, reason) VALUES (p_store, v_id, p_sku, p_kind, p_units, p_reason)
  ON CONFLICT (store_id, sku_id, kind) WHERE closed_at IS NULL DO UPDATE
    SET units = CASE WHEN excluded.kind = 'short' THEN 0 ELSE task.units END + excluded.units, reason = excluded.reason
  RETURNING id INTO v_kept;
  IF v_kept = v_id THEN
    INSERT INTO journal.fact (id, kind, subject_type, subject_id, store_id, channel, actor_kind, actor_id, to_state, data)
    VALUES (gen_random_uuid(), 'stock.task_opened', 'stock_task', v_id::text, p_store, p_channel, p_actor_kind, p_actor_id, 'open',
            jsonb_build_object('kind', p_kind, 'sku_id', p_sku, 'units', p_units, 'reason', p_reason));
  END IF;
END $$
"""

CLOSE_TASKS = """
CREATE FUNCTION stockroom.close_tasks(
  p_store int, p_sku int, p_kind text, p_how text, p_until timestamptz, p_channel text, p_actor_kind text, p_actor_id text
) RETURNS void LANGUAGE sql AS $$
-- The open task of this kind, if it was opened by `p_until`: what came up later is not answered by what was done before.
WITH closed AS (
  UPDATE stockroom.task SET closed_at = clock_timestamp(), closed_how = p_how
  WHERE store_id = p_store AND sku_id = p_sku AND kind = p_kind AND closed_at IS NULL AND opened_at <= p_until RETURNING id
)
INSERT INTO journal.fact (id, kind, subject_type, subject_id, store_id, channel, actor_kind, actor_id, from_state, to_state, data)
SELECT gen_random_uuid(), 'stock.task_closed', 'stock_task', id::text, p_store, p_channel, p_actor_kind, p_actor_id, 'open', 'closed',
       jsonb_build_object('kind', p_kind, 'sku_id', p_sku, 'how', p_how) FROM closed
$$
"""

# Whoever makes a level short, by whatever way, opens its task with the same row: no caller can forget it.
MIND_SHORT = """
CREATE FUNCTION stockroom.mind_short() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.short > 0 THEN
    PERFORM stockroom.open_task(NEW.store_id, NEW.sku_id, 'short', NEW.short, '', 'system', 'system', NULL);
  ELSE
    PERFORM stockroom.close_tasks(NEW.store_id, NEW.sku_id, 'short', 'gone', 'infinity', 'system', 'system', NULL);
  END IF;
  RETURN NULL;
END $$
"""

MISREAD_SINCE = """
CREATE FUNCTION stockroom.misread_since(p_store int, p_sku int, p_version bigint, p_at timestamptz) RETURNS int
LANGUAGE sql STABLE AS $$
-- Units by which on_hand changed after that version although no goods moved after `p_at`: corrections of the books, and what a
-- till reported late. Who counted at `p_at` has seen all of that already, so it must not be taken into account twice.
SELECT coalesce(sum(e.d_on_hand), 0)::int FROM inventory.ledger_entry e
WHERE e.store_id = p_store AND e.sku_id = p_sku AND e.version > p_version AND e.d_on_hand <> 0
  AND (e.kind IN ('opening', 'count')
    OR (e.kind = 'adjust' AND e.reason IN ('not_found', 'wrong_count', 'found', 'lost', 'typing_error', 'till_sold_more', 'drift'))
    OR EXISTS (SELECT 1 FROM stockroom.till_report r
               WHERE r.store_id = e.store_id AND r.document_id = e.document_id AND r.happened_at <= p_at))
$$
"""

OWN_UP = """
CREATE FUNCTION inventory.own_up(
  p_store int, p_sku int, p_document uuid, p_channel text, p_actor_kind text, p_actor_id text
) RETURNS void LANGUAGE plpgsql AS $$
-- The one way into the ledger beside `inventory.post`: for a balance that was changed behind the ledger's back. The balance
-- stays, because people saw it and sold by it; the ledger gets the entry that is missing, so that its sum is the balance again.
-- Where numbers are missing among the entries, they are filled (the first with the difference), else it is the next number.
DECLARE
  l inventory.stock_level;
  v_top bigint;
  v_count bigint;
BEGIN
  SELECT * INTO STRICT l FROM inventory.stock_level WHERE store_id = p_store AND sku_id = p_sku FOR UPDATE;
  SELECT greatest(l.version, max(version)), count(*) INTO v_top, v_count
  FROM inventory.ledger_entry WHERE store_id = p_store AND sku_id = p_sku;
  IF v_top - v_count > 100000 THEN
    RAISE EXCEPTION 'the version of store %, SKU % is beyond mending', p_store, p_sku;
  END IF;
  IF v_top = v_count THEN
    v_top := v_top + 1;
  END IF;
  INSERT INTO inventory.ledger_entry (store_id, sku_id, version, kind, d_on_hand, d_allocated, d_reserved, d_short, d_in_transit,
    d_quarantine, document_id, cause_type, cause_id, reason, channel, actor_kind, actor_id, at)
  SELECT p_store, p_sku, g.version, 'adjust', g.first * (l.on_hand - s.on_hand), g.first * (l.allocated - s.allocated),
         g.first * (l.reserved - s.reserved), g.first * (l.short - s.short), g.first * (l.in_transit - s.in_transit),
         g.first * (l.quarantine - s.quarantine), p_document, 'drift', p_document, 'drift', p_channel, p_actor_kind, p_actor_id,
         -- A filled number keeps the order of times; a new one is now.
         coalesce((SELECT min(x.at) FROM inventory.ledger_entry x
                   WHERE x.store_id = p_store AND x.sku_id = p_sku AND x.version > g.version), clock_timestamp())
  FROM (SELECT coalesce(sum(e.d_on_hand), 0) AS on_hand, coalesce(sum(e.d_allocated), 0) AS allocated,
               coalesce(sum(e.d_reserved), 0) AS reserved, coalesce(sum(e.d_short), 0) AS short,
               coalesce(sum(e.d_in_transit), 0) AS in_transit, coalesce(sum(e.d_quarantine), 0) AS quarantine
        FROM inventory.ledger_entry e WHERE e.store_id = p_store AND e.sku_id = p_sku) s,
       (SELECT v AS version, (row_number() OVER (ORDER BY v) = 1)::int AS first FROM generate_series(1, v_top) v
        WHERE NOT EXISTS (SELECT 1 FROM inventory.ledger_entry x
                          WHERE x.store_id = p_store AND x.sku_id = p_sku AND x.version = v)) g;
  UPDATE inventory.stock_level SET version = v_top, changed_at = clock_timestamp() WHERE store_id = p_store AND sku_id = p_sku;
END $$
"""

# Whoever writes it, with whatever program.
FOUR_EYES = """
CREATE FUNCTION stockroom.four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM stockroom.count_line x
             WHERE x.store_id = NEW.store_id AND x.count_id = NEW.id AND x.counted_by = NEW.approved_by) THEN
    RAISE EXCEPTION 'who counted does not approve' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.add_column("count", sa.Column("zone_kind", sa.Text(), server_default="skus", nullable=False), schema="stockroom")
    op.create_check_constraint(
        op.f("ck_count_zone_kind"), "count", "zone_kind IN ('category','skus','shelf','recount')", schema="stockroom"
    )
    op.add_column("count_line", sa.Column("aside", sa.Integer(), server_default="0", nullable=False), schema="stockroom")
    op.add_column("count_line", sa.Column("refused_because", sa.Text(), server_default="", nullable=False), schema="stockroom")
    op.create_check_constraint(op.f("ck_count_line_aside"), "count_line", "aside >= 0", schema="stockroom")
    op.add_column("trust", sa.Column("stated_at", postgresql.TIMESTAMP(timezone=True), nullable=True), schema="stockroom")
    op.add_column(
        "till_report",
        sa.Column("result", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        schema="stockroom",
    )
    op.create_index("ix_till_report_document", "till_report", ["store_id", "document_id"], schema="stockroom")
    op.create_index("ix_transfer_id", "transfer", ["id"], schema="stockroom")
    op.execute("ALTER TABLE stockroom.transfer_line DROP CONSTRAINT ck_transfer_line_qty")
    op.create_check_constraint(
        op.f("ck_transfer_line_qty"),
        "transfer_line",
        "qty_sent + qty_extra > 0 AND least(qty_sent, qty_received, qty_missing, qty_extra) >= 0",
        schema="stockroom",
    )
    for function in (OPEN_TASK, CLOSE_TASKS, MIND_SHORT, MISREAD_SINCE, OWN_UP, FOUR_EYES):
        op.execute(function)
    op.execute(
        "CREATE TRIGGER mind_short AFTER UPDATE OF short ON inventory.stock_level "
        "FOR EACH ROW WHEN (OLD.short IS DISTINCT FROM NEW.short) EXECUTE FUNCTION stockroom.mind_short()"
    )
    op.execute(
        "CREATE TRIGGER mind_short_from_the_start AFTER INSERT ON inventory.stock_level "
        "FOR EACH ROW WHEN (NEW.short > 0) EXECUTE FUNCTION stockroom.mind_short()"
    )
    op.execute(
        "CREATE TRIGGER four_eyes BEFORE UPDATE OF approved_by ON stockroom.count "
        "FOR EACH ROW WHEN (NEW.approved_by IS NOT NULL) EXECUTE FUNCTION stockroom.four_eyes()"
    )
    op.execute(
        "SELECT stockroom.open_task(store_id, sku_id, 'short', short, '', 'system', 'system', NULL) "
        "FROM inventory.stock_level WHERE short > 0"
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON stockroom.till_report "
        "FOR EACH ROW EXECUTE FUNCTION journal.refuse_change()"
    )


def downgrade() -> None:
    raise NotImplementedError("a ledger is not unwritten; restore a backup instead")

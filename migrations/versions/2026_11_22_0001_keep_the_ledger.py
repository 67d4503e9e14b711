"""One function moves stock, and the ledgers and logs refuse to be rewritten."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

REFUSE_CHANGE = """
CREATE FUNCTION journal.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%.% is append-only', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'SO090';
END $$
"""

# The dispatcher may number and seal a fact once; nothing else about it ever changes.
SEAL_ONLY = """
CREATE FUNCTION journal.seal_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.pos IS NOT NULL OR NEW.pos IS NULL
     OR to_jsonb(NEW) - '{pos,prev_hash,hash}'::text[] <> to_jsonb(OLD) - '{pos,prev_hash,hash}'::text[] THEN
    RAISE EXCEPTION 'journal.fact is append-only' USING ERRCODE = 'SO090';
  END IF;
  RETURN NEW;
END $$
"""

POST = """
CREATE FUNCTION inventory.post(
  p_moves jsonb, p_cause_type text, p_cause_id uuid, p_channel text, p_actor_kind text, p_actor_id text, p_operation uuid
) RETURNS void LANGUAGE plpgsql AS $$
-- p_moves: [{store, sku, kind, on_hand?, allocated?, reserved?, short?, in_transit?, quarantine?, reason?, need?, safety?}],
-- the d_* of each movement. `need`: refuse (SO001, the lacking SKUs as DETAIL) unless that many are free to sell.
DECLARE
  lacking jsonb;
  moved int;
  wanted int := (SELECT count(DISTINCT (m.store, m.sku)) FROM jsonb_to_recordset(p_moves) m(store int, sku int));
BEGIN
  -- Lock first, in one global order, so that two baskets with the same SKUs in another order never wait in a ring.
  SELECT count(*) INTO moved FROM (
    SELECT 1 FROM inventory.stock_level l
    WHERE (l.store_id, l.sku_id) IN (SELECT m.store, m.sku FROM jsonb_to_recordset(p_moves) m(store int, sku int))
    ORDER BY l.store_id, l.sku_id FOR UPDATE) locked;
  IF moved < wanted THEN
    INSERT INTO inventory.stock_level (store_id, sku_id)
    SELECT DISTINCT m.store, m.sku FROM jsonb_to_recordset(p_moves) m(store int, sku int, need int)
    WHERE m.need IS NULL ORDER BY 1, 2 ON CONFLICT DO NOTHING;
  END IF;

  SELECT jsonb_agg(jsonb_build_object('sku', k.sku, 'free', greatest(k.free, 0)) ORDER BY k.sku) INTO lacking
  FROM (
    SELECT m.store, m.sku, sum(m.need) AS need,
           coalesce(max(CASE WHEN l.short > 0 THEN 0 ELSE l.on_hand - l.allocated - l.reserved END), 0)
             - coalesce(max(m.safety), 0) AS free
    FROM jsonb_to_recordset(p_moves) m(store int, sku int, need int, safety int)
    LEFT JOIN inventory.stock_level l ON l.store_id = m.store AND l.sku_id = m.sku
    WHERE m.need IS NOT NULL GROUP BY m.store, m.sku) k
  WHERE k.need > k.free;
  IF lacking IS NOT NULL THEN
    RAISE EXCEPTION 'not enough stock' USING ERRCODE = 'SO001', DETAIL = lacking::text;
  END IF;

  WITH m AS MATERIALIZED (
    SELECT r.*, row_number() OVER (PARTITION BY r.store, r.sku ORDER BY r.ord) AS n
    FROM (
      SELECT v.*, o.ord FROM jsonb_array_elements(p_moves) WITH ORDINALITY o(move, ord),
      LATERAL jsonb_to_record(o.move) v(store int, sku int, kind text, on_hand int, allocated int, reserved int,
                                        short int, in_transit int, quarantine int, reason text)) r
  ), u AS (
    UPDATE inventory.stock_level l
    SET on_hand = l.on_hand + k.on_hand, allocated = l.allocated + k.allocated, reserved = l.reserved + k.reserved,
        short = l.short + k.short, in_transit = l.in_transit + k.in_transit, quarantine = l.quarantine + k.quarantine,
        version = l.version + k.n, changed_at = clock_timestamp()
    FROM (SELECT store, sku, count(*) AS n, sum(coalesce(on_hand, 0)) AS on_hand, sum(coalesce(allocated, 0)) AS allocated,
                 sum(coalesce(reserved, 0)) AS reserved, sum(coalesce(short, 0)) AS short,
                 sum(coalesce(in_transit, 0)) AS in_transit, sum(coalesce(quarantine, 0)) AS quarantine
          FROM m GROUP BY store, sku) k
    WHERE l.store_id = k.store AND l.sku_id = k.sku
    RETURNING l.store_id, l.sku_id, l.version - k.n AS base
  )
  INSERT INTO inventory.ledger_entry (store_id, sku_id, version, kind, d_on_hand, d_allocated, d_reserved, d_short,
    d_in_transit, d_quarantine, cause_type, cause_id, operation_id, reason, channel, actor_kind, actor_id)
  SELECT m.store, m.sku, u.base + m.n, m.kind, coalesce(m.on_hand, 0), coalesce(m.allocated, 0), coalesce(m.reserved, 0),
         coalesce(m.short, 0), coalesce(m.in_transit, 0), coalesce(m.quarantine, 0),
         p_cause_type, p_cause_id, p_operation, coalesce(m.reason, ''), p_channel, p_actor_kind, p_actor_id
  FROM m JOIN u ON u.store_id = m.store AND u.sku_id = m.sku;
  GET DIAGNOSTICS moved = ROW_COUNT;
  IF moved <> jsonb_array_length(p_moves) THEN
    RAISE EXCEPTION 'a stock level is missing' USING ERRCODE = 'SO002';
  END IF;
END $$
"""

APPEND_ONLY = ("journal.access", "inventory.ledger_entry")


def upgrade() -> None:
    op.execute(REFUSE_CHANGE)
    op.execute(SEAL_ONLY)
    op.execute(POST)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION journal.refuse_change()"
        )
    op.execute("CREATE TRIGGER seal_only BEFORE UPDATE ON journal.fact FOR EACH ROW EXECUTE FUNCTION journal.seal_only()")
    op.execute("CREATE TRIGGER append_only BEFORE DELETE ON journal.fact FOR EACH ROW EXECUTE FUNCTION journal.refuse_change()")


def downgrade() -> None:
    op.execute("DROP FUNCTION inventory.post(jsonb, text, uuid, text, text, text, uuid)")
    op.execute("DROP FUNCTION journal.seal_only() CASCADE")
    op.execute("DROP FUNCTION journal.refuse_change() CASCADE")

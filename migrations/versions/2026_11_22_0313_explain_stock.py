"""How far each figure of stock is trusted, and the one read behind everything shoppers see of stock."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# 100 when nothing speaks against it. Down by 1 for every week since the last count beyond four (at most 30), by 30 for every
# short pick since that count, by 20 while one of the store's tills has been silent for a day. Never counted is not held
# against a figure: a shop that begins has counted nothing.
CONFIDENCE_FROM = """
CREATE FUNCTION stockroom.confidence_from(p_counted_at timestamptz, p_short_picks int, p_till_silent boolean)
RETURNS int LANGUAGE sql STABLE AS $$
  SELECT greatest(0, 100
    - CASE WHEN p_counted_at < now() - interval '28 days'
           THEN least(30, extract(epoch FROM now() - p_counted_at - interval '28 days')::int / 604800) ELSE 0 END
    - 30 * coalesce(p_short_picks, 0)
    - CASE WHEN p_till_silent THEN 20 ELSE 0 END)
$$
"""

SILENT_STORES = """
CREATE FUNCTION stockroom.silent_stores() RETURNS int[] LANGUAGE sql STABLE AS $$
  SELECT coalesce(array_agg(DISTINCT f.store_id), '{}') FROM stockroom.till_feed f WHERE f.heard_at < now() - interval '24 hours'
$$
"""

CONFIDENCES = """
CREATE FUNCTION stockroom.confidences(p_sku_id int) RETURNS TABLE (store_id int, confidence int) LANGUAGE sql STABLE AS $$
  SELECT s.id, stockroom.confidence_from(t.counted_at, t.short_picks, s.id = ANY(stockroom.silent_stores()))
  FROM stores.store s LEFT JOIN stockroom.trust t ON t.store_id = s.id AND t.sku_id = p_sku_id
$$
"""

CONFIDENCE = """
CREATE FUNCTION stockroom.confidence(p_store_id int, p_sku_id int) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT c.confidence FROM stockroom.confidences(p_sku_id) c WHERE c.store_id = p_store_id
$$
"""

# In PL/pgSQL, one SKU after the other, for its plans: over an array of ids PostgreSQL plans this anew at every call, which
# takes several times as long as the read itself.
LEVELS = """
CREATE FUNCTION stockroom.levels(p_sku_ids int[], p_channel text) RETURNS TABLE (
  sku_id int, code text, currency text, sold boolean, part_id int, part_code text, part_qty int,
  stores int[], free int[], few_below int[], closed boolean[], short boolean[], versions bigint[], rule_versions int[],
  expected timestamptz[], confidence int[]
) LANGUAGE plpgsql STABLE AS $$
-- A row per SKU; of a bundle one per part, and one without part (part_id NULL) with its own selling rules. The arrays run over
-- the stores that carry the SKU or part. `free`: what may still be promised, never while a recorded deficit is open, never the
-- units that the channel holds back. `expected`: when units on their way are due; what is overdue promises nothing.
DECLARE
  v_sku int;
  v_kind text;
  v_part record;
  v_silent int[] := stockroom.silent_stores();
BEGIN
  FOREACH v_sku IN ARRAY p_sku_ids LOOP
    SELECT k.id, k.code, k.currency, k.active AND p.active AND k.kind <> 'service', k.kind
      INTO sku_id, code, currency, sold, v_kind
    FROM catalog.sku k JOIN catalog.product p ON p.id = k.product_id WHERE k.id = v_sku;
    CONTINUE WHEN NOT FOUND;
    IF v_kind = 'bundle' THEN
      part_id := NULL; part_code := NULL; part_qty := NULL; free := NULL; short := NULL; expected := NULL; confidence := NULL;
      versions := NULL; rule_versions := NULL;
      SELECT array_agg(r.store_id), array_agg(r.few_below), array_agg(r.closed) INTO stores, few_below, closed
      FROM inventory.selling_rule r WHERE r.sku_id = v_sku AND r.channel = p_channel;
      RETURN NEXT;
    END IF;
    FOR v_part IN
      SELECT v_sku AS id, levels.code AS code, 1 AS qty WHERE v_kind = 'goods'
      UNION ALL
      SELECT s.id, s.code, b.qty FROM catalog.bundle_part b JOIN catalog.sku s ON s.id = b.part_sku_id WHERE b.bundle_sku_id = v_sku
    LOOP
      part_id := v_part.id; part_code := v_part.code; part_qty := v_part.qty;
      SELECT array_agg(l.store_id),
             array_agg(CASE WHEN l.short > 0 OR coalesce(r.closed, false) THEN 0
                            ELSE greatest(0, l.on_hand - l.allocated - l.reserved - coalesce(r.safety, 0)) END),
             array_agg(coalesce(r.few_below, 4)), array_agg(coalesce(r.closed, false)), array_agg(l.short > 0),
             array_agg(l.version), array_agg(coalesce(r.version, 0)),
             array_agg(CASE WHEN l.in_transit > 0 THEN (
               SELECT min(t.expected_at) FROM stockroom.transfer t
               JOIN stockroom.transfer_line i ON i.store_id = t.store_id AND i.transfer_id = t.id AND i.sku_id = l.sku_id
               WHERE t.to_store_id = l.store_id AND t.state IN ('sent', 'partly_received') AND t.expected_at > now()
                 AND i.qty_sent > i.qty_received + i.qty_missing) END),
             array_agg(stockroom.confidence_from(t.counted_at, t.short_picks, l.store_id = ANY(v_silent)))
        INTO stores, free, few_below, closed, short, versions, rule_versions, expected, confidence
      FROM inventory.stock_level l
      LEFT JOIN inventory.selling_rule r ON r.store_id = l.store_id AND r.sku_id = l.sku_id AND r.channel = p_channel
      LEFT JOIN stockroom.trust t ON t.store_id = l.store_id AND t.sku_id = l.sku_id
      WHERE l.sku_id = part_id;
      RETURN NEXT;
    END LOOP;
  END LOOP;
END $$
"""


def upgrade() -> None:
    for function in (CONFIDENCE_FROM, SILENT_STORES, CONFIDENCES, CONFIDENCE, LEVELS):
        op.execute(function)


def downgrade() -> None:
    for signature in (
        "levels(int[], text)", "confidence(int, int)", "confidences(int)", "silent_stores()",
        "confidence_from(timestamptz, int, boolean)",
    ):  # fmt: skip
        op.execute(f"DROP FUNCTION stockroom.{signature}")

CREATE OR REPLACE FUNCTION stockroom.levels(p_sku_ids integer[], p_channel text)
 RETURNS TABLE(sku_id integer, code text, currency text, sold boolean, part_id integer, part_code text, part_qty integer, stores integer[], free integer[], few_below integer[], closed boolean[], short boolean[], versions bigint[], rule_versions integer[], expected timestamp with time zone[], confidence integer[])
 LANGUAGE plpgsql
 STABLE
AS $$
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
END $$;

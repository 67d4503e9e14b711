"""What may be promised, as SQL over a stock level `l` and its selling rule `r`; the function `stockroom.levels` says the same of all levels
of a SKU."""

FEW_BELOW = 4
# Never while a recorded deficit is open, never the units that the channel holds back.
FREE = """CASE WHEN l.store_id IS NULL OR l.short > 0 OR coalesce(r.closed, false) THEN 0
  ELSE greatest(0, l.on_hand - l.allocated - l.reserved - coalesce(r.safety, 0)) END"""

# $1, $2: stores and SKUs, pair by pair; $3: channel.
LEVELS_AT = f"""
SELECT l.store_id, l.sku_id, {FREE} AS free, coalesce(r.few_below, {FEW_BELOW}) AS few_below, coalesce(r.closed, false) AS closed,
  l.short > 0 AS short, l.version, coalesce(r.version, 0) AS rule_version,
  CASE WHEN l.in_transit > 0 THEN (
    SELECT min(t.expected_at) FROM stockroom.transfer t
    JOIN stockroom.transfer_line i ON i.store_id = t.store_id AND i.transfer_id = t.id AND i.sku_id = l.sku_id
    WHERE t.to_store_id = l.store_id AND t.state IN ('sent', 'partly_received') AND t.expected_at > now()
      AND i.qty_sent > i.qty_received + i.qty_missing) END AS expected,
  stockroom.confidence_from(t.counted_at, t.short_picks, l.store_id = ANY(s.silent)) AS confidence
FROM (SELECT stockroom.silent_stores() AS silent OFFSET 0) s, unnest($1::int[], $2::int[]) AS n(store_id, sku_id)
JOIN inventory.stock_level l ON l.store_id = n.store_id AND l.sku_id = n.sku_id
LEFT JOIN inventory.selling_rule r ON r.store_id = l.store_id AND r.sku_id = l.sku_id AND r.channel = $3
LEFT JOIN stockroom.trust t ON t.store_id = l.store_id AND t.sku_id = l.sku_id"""

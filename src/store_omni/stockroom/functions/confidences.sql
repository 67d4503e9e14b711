CREATE OR REPLACE FUNCTION stockroom.confidences(p_sku_id integer)
 RETURNS TABLE(store_id integer, confidence integer)
 LANGUAGE sql
 STABLE
AS $$
  SELECT s.id, stockroom.confidence_from(t.counted_at, t.short_picks, s.id = ANY(stockroom.silent_stores()))
  FROM stores.store s LEFT JOIN stockroom.trust t ON t.store_id = s.id AND t.sku_id = p_sku_id
$$;

CREATE OR REPLACE FUNCTION stockroom.confidence(p_store_id integer, p_sku_id integer)
 RETURNS integer
 LANGUAGE sql
 STABLE
AS $$
  SELECT c.confidence FROM stockroom.confidences(p_sku_id) c WHERE c.store_id = p_store_id
$$;

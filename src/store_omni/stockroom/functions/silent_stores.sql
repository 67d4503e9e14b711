CREATE OR REPLACE FUNCTION stockroom.silent_stores()
 RETURNS integer[]
 LANGUAGE sql
 STABLE
AS $$
  SELECT coalesce(array_agg(DISTINCT f.store_id), '{}') FROM stockroom.till_feed f WHERE f.heard_at < now() - interval '24 hours'
$$;

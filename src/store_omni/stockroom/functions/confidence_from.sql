CREATE OR REPLACE FUNCTION stockroom.confidence_from(p_counted_at timestamp with time zone, p_short_picks integer, p_till_silent boolean)
 RETURNS integer
 LANGUAGE sql
 STABLE
AS $$
  SELECT greatest(0, 100
    - CASE WHEN p_counted_at < now() - interval '28 days'
           THEN least(30, extract(epoch FROM now() - p_counted_at - interval '28 days')::int / 604800) ELSE 0 END
    - 30 * coalesce(p_short_picks, 0)
    - CASE WHEN p_till_silent THEN 20 ELSE 0 END)
$$;

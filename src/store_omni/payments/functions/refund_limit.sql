CREATE OR REPLACE FUNCTION payments.refund_limit(p_store integer, p_currency text)
 RETURNS bigint
 LANGUAGE sql
 STABLE
AS $$
-- What one person may refund alone, in one go and in one day of the store: the store's own figure, else 50,000 won, or 50.00 of
-- a currency with decimals.
SELECT coalesce(
  (SELECT l.alone_minor FROM payments.refund_rule l WHERE l.store_id = p_store AND l.currency = p_currency),
  CASE WHEN p_currency IN ('KRW', 'JPY') THEN 50000 ELSE 5000 END)
$$;

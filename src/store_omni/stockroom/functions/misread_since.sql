CREATE OR REPLACE FUNCTION stockroom.misread_since(p_store integer, p_sku integer, p_version bigint, p_at timestamp with time zone)
 RETURNS integer
 LANGUAGE sql
 STABLE
AS $$
-- Units by which on_hand changed after that version although no goods moved after `p_at`: corrections of the books, and what a
-- till reported late. Who counted at `p_at` has seen all of that already, so it must not be taken into account twice.
SELECT coalesce(sum(e.d_on_hand), 0)::int FROM inventory.ledger_entry e
WHERE e.store_id = p_store AND e.sku_id = p_sku AND e.version > p_version AND e.d_on_hand <> 0
  AND (e.kind IN ('opening', 'count')
    OR (e.kind = 'adjust' AND e.reason IN ('not_found', 'wrong_count', 'found', 'lost', 'typing_error', 'till_sold_more', 'drift'))
    OR EXISTS (SELECT 1 FROM stockroom.till_report r
               WHERE r.store_id = e.store_id AND r.document_id = e.document_id AND r.happened_at <= p_at))
$$;

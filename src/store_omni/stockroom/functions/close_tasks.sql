CREATE OR REPLACE FUNCTION stockroom.close_tasks(p_store integer, p_sku integer, p_kind text, p_how text, p_until timestamp with time zone, p_channel text, p_actor_kind text, p_actor_id text)
 RETURNS void
 LANGUAGE sql
AS $$
-- The open task of this kind, if it was opened by `p_until`: what came up later is not answered by what was done before.
WITH closed AS (
  UPDATE stockroom.task SET closed_at = clock_timestamp(), closed_how = p_how
  WHERE store_id = p_store AND sku_id = p_sku AND kind = p_kind AND closed_at IS NULL AND opened_at <= p_until RETURNING id
)
INSERT INTO journal.fact (id, kind, subject_type, subject_id, store_id, channel, actor_kind, actor_id, from_state, to_state, data)
SELECT gen_random_uuid(), 'stock.task_closed', 'stock_task', id::text, p_store, p_channel, p_actor_kind, p_actor_id, 'open', 'closed',
       jsonb_build_object('kind', p_kind, 'sku_id', p_sku, 'how', p_how) FROM closed
$$;

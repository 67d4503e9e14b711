CREATE OR REPLACE FUNCTION stockroom.open_task(p_store integer, p_sku integer, p_kind text, p_units integer, p_reason text, p_channel text, p_actor_kind text, p_actor_id text)
 RETURNS void
 LANGUAGE plpgsql
AS $$
-- At most one is open per kind and SKU: what comes to an open one is added to its units; a deficit is told anew instead.
DECLARE
  v_id uuid := gen_random_uuid();
  v_kept uuid;
BEGIN
  INSERT INTO stockroom.task (store_id, id, sku_id, kind, units, reason) VALUES (p_store, v_id, p_sku, p_kind, p_units, p_reason)
  ON CONFLICT (store_id, sku_id, kind) WHERE closed_at IS NULL DO UPDATE
    SET units = CASE WHEN excluded.kind = 'short' THEN 0 ELSE task.units END + excluded.units, reason = excluded.reason
  RETURNING id INTO v_kept;
  IF v_kept = v_id THEN
    INSERT INTO journal.fact (id, kind, subject_type, subject_id, store_id, channel, actor_kind, actor_id, to_state, data)
    VALUES (gen_random_uuid(), 'stock.task_opened', 'stock_task', v_id::text, p_store, p_channel, p_actor_kind, p_actor_id, 'open',
            jsonb_build_object('kind', p_kind, 'sku_id', p_sku, 'units', p_units, 'reason', p_reason));
  END IF;
END $$;

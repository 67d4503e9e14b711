CREATE OR REPLACE FUNCTION inventory.post(p_moves jsonb, p_cause_type text, p_cause_id uuid, p_channel text, p_actor_kind text, p_actor_id text, p_operation uuid)
 RETURNS void
 LANGUAGE plpgsql
AS $$
-- p_moves: [{store, sku, kind, on_hand?, allocated?, reserved?, in_transit?, quarantine?, reason?, need?, safety?, truth?,
--            allocation?, hold?, document?}], the figures are changes. `need`: refuse (SO001, the lacking SKUs as DETAIL)
-- unless that many are free to sell. `truth`: a recorded truth (count, damage, late till sale); it may leave fewer units than
-- were promised, which is then `short`. Any other move can only lower `short`. An entry whose cause is neither an allocation
-- nor a hold nor a document gets a document of kind p_cause_type, with the id p_cause_id.
DECLARE
  lacking jsonb;
  moved int;
  wanted int := (SELECT count(DISTINCT (m.store, m.sku)) FROM jsonb_to_recordset(p_moves) m(store int, sku int));
  v_document uuid := coalesce(p_cause_id, gen_random_uuid());
BEGIN
  -- Lock first, in one global order, so that two baskets with the same SKUs in another order never wait in a ring.
  SELECT count(*) INTO moved FROM (
    SELECT 1 FROM inventory.stock_level l
    WHERE (l.store_id, l.sku_id) IN (SELECT m.store, m.sku FROM jsonb_to_recordset(p_moves) m(store int, sku int))
    ORDER BY l.store_id, l.sku_id FOR UPDATE) locked;
  IF moved < wanted THEN
    INSERT INTO inventory.stock_level (store_id, sku_id)
    SELECT DISTINCT m.store, m.sku FROM jsonb_to_recordset(p_moves) m(store int, sku int, need int)
    WHERE m.need IS NULL ORDER BY 1, 2 ON CONFLICT DO NOTHING;
  END IF;

  SELECT jsonb_agg(jsonb_build_object('sku', k.sku, 'free', greatest(k.free, 0)) ORDER BY k.sku) INTO lacking
  FROM (
    SELECT m.store, m.sku, sum(m.need) AS need,
           coalesce(max(CASE WHEN l.short > 0 THEN 0 ELSE l.on_hand - l.allocated - l.reserved END), 0)
             - coalesce(max(m.safety), 0) AS free
    FROM jsonb_to_recordset(p_moves) m(store int, sku int, need int, safety int)
    LEFT JOIN inventory.stock_level l ON l.store_id = m.store AND l.sku_id = m.sku
    WHERE m.need IS NOT NULL GROUP BY m.store, m.sku) k
  WHERE k.need > k.free;
  IF lacking IS NOT NULL THEN
    RAISE EXCEPTION 'not enough stock' USING ERRCODE = 'SO001', DETAIL = lacking::text;
  END IF;

  INSERT INTO inventory.document (store_id, id, kind, channel, actor_kind, actor_id)
  SELECT DISTINCT m.store, v_document, p_cause_type, p_channel, p_actor_kind, p_actor_id
  FROM jsonb_to_recordset(p_moves) m(store int, allocation uuid, hold uuid, document uuid)
  WHERE num_nonnulls(m.allocation, m.hold, m.document) = 0 ON CONFLICT DO NOTHING;

  WITH m AS MATERIALIZED (
    SELECT r.*, row_number() OVER w AS n, row_number() OVER (PARTITION BY r.store, r.sku ORDER BY r.ord DESC) = 1 AS last
    FROM (
      SELECT v.*, o.ord FROM jsonb_array_elements(p_moves) WITH ORDINALITY o(move, ord),
      LATERAL jsonb_to_record(o.move) v(store int, sku int, kind text, on_hand int, allocated int, reserved int, in_transit int,
                                        quarantine int, reason text, truth boolean, allocation uuid, hold uuid, document uuid)) r
    WINDOW w AS (PARTITION BY r.store, r.sku ORDER BY r.ord)
  ), k AS (
    SELECT s.*, CASE WHEN s.truth THEN s.gap ELSE least(l.short, s.gap) END AS short, l.short AS short_before
    FROM (
      SELECT m.store, m.sku, count(*) AS n, sum(coalesce(m.on_hand, 0)) AS on_hand, sum(coalesce(m.allocated, 0)) AS allocated,
             sum(coalesce(m.reserved, 0)) AS reserved, sum(coalesce(m.in_transit, 0)) AS in_transit,
             sum(coalesce(m.quarantine, 0)) AS quarantine, coalesce(bool_or(m.truth), false) AS truth,
             greatest(0, max(x.allocated + x.reserved - x.on_hand)
               + sum(coalesce(m.allocated, 0) + coalesce(m.reserved, 0) - coalesce(m.on_hand, 0))) AS gap
      FROM m JOIN inventory.stock_level x ON x.store_id = m.store AND x.sku_id = m.sku GROUP BY m.store, m.sku) s
    JOIN inventory.stock_level l ON l.store_id = s.store AND l.sku_id = s.sku
  ), u AS (
    UPDATE inventory.stock_level l
    SET on_hand = l.on_hand + k.on_hand, allocated = l.allocated + k.allocated, reserved = l.reserved + k.reserved,
        short = k.short, in_transit = l.in_transit + k.in_transit, quarantine = l.quarantine + k.quarantine,
        version = l.version + k.n, changed_at = clock_timestamp()
    FROM k WHERE l.store_id = k.store AND l.sku_id = k.sku
    RETURNING l.store_id, l.sku_id, l.version - k.n AS base, k.short - k.short_before AS d_short
  )
  INSERT INTO inventory.ledger_entry (store_id, sku_id, version, kind, d_on_hand, d_allocated, d_reserved, d_short,
    d_in_transit, d_quarantine, allocation_id, hold_id, document_id, cause_type, cause_id, operation_id, reason, channel,
    actor_kind, actor_id)
  SELECT m.store, m.sku, u.base + m.n, m.kind, coalesce(m.on_hand, 0), coalesce(m.allocated, 0), coalesce(m.reserved, 0),
         CASE WHEN m.last THEN u.d_short ELSE 0 END, coalesce(m.in_transit, 0), coalesce(m.quarantine, 0),
         m.allocation, m.hold,
         CASE WHEN num_nonnulls(m.allocation, m.hold, m.document) = 0 THEN v_document ELSE m.document END,
         p_cause_type, p_cause_id, p_operation, coalesce(m.reason, ''), p_channel, p_actor_kind, p_actor_id
  FROM m JOIN u ON u.store_id = m.store AND u.sku_id = m.sku
  ORDER BY m.store, m.sku, m.n;
  GET DIAGNOSTICS moved = ROW_COUNT;
  IF moved <> jsonb_array_length(p_moves) THEN
    RAISE EXCEPTION 'a stock level is missing' USING ERRCODE = 'SO002';
  END IF;
END $$;

CREATE OR REPLACE FUNCTION inventory.hold_batch(p jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET jit TO 'off'
AS $$
-- p: [{no, actor, key, hash, token?, store_id, id, channel, customer_id?, phone_hash?, device_hash?, minutes, holds_max?,
--      units_max?, by_kind, by_id?, lines: [{sku_id, qty}]}]; holds_max, units_max: what one person may hold (open holds;
--      units of one SKU), NULL without limit. Answers [{no, hold_id, expires_at} | {no, refused, …, again?}]; `again`: it was
--      refused because of others in the batch, alone it may succeed.
DECLARE
  live int[];
  answers jsonb;
  more jsonb;
BEGIN
  WITH r AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(p) r(no int, actor text, key text, hash text, token text, store_id int)),
  seen AS (
    SELECT r.no, CASE
        WHEN r.token IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM staff.service_token t JOIN staff.account a ON a.id = t.account_id AND a.active
          JOIN staff.service_scope s ON s.account_id = a.id AND 'orders:place' = ANY (s.verbs)
            AND (s.store_ids IS NULL OR r.store_id = ANY (s.store_ids))
          WHERE t.token_hash = decode(r.token, 'hex') AND t.revoked_at IS NULL AND coalesce(t.expires_at, 'infinity') > now())
          THEN '{"refused": "token"}'::jsonb
        WHEN o.body_hash = decode(r.hash, 'hex') THEN o.result || '{"replayed": true}'
        WHEN o.body_hash IS NOT NULL THEN '{"refused": "reused"}'
        WHEN NOT EXISTS (SELECT 1 FROM stores.store s WHERE s.id = r.store_id AND s.active AND s.pickup) THEN '{"refused": "store"}'
        WHEN row_number() OVER (PARTITION BY r.actor, r.key ORDER BY r.no) > 1 THEN '{"refused": "busy", "again": true}'
      END AS answer
    FROM r LEFT JOIN LATERAL (
      SELECT q.body_hash, q.result FROM journal.operation q WHERE q.actor = r.actor AND q.key = r.key OFFSET 0) o ON true
  )
  SELECT array_agg(no) FILTER (WHERE answer IS NULL),
         coalesce(jsonb_agg(answer || jsonb_build_object('no', no)) FILTER (WHERE answer IS NOT NULL), '[]')
  INTO live, answers FROM seen;
  IF live IS NULL THEN
    RETURN answers;
  END IF;
  -- Somebody's holds are counted under a lock of that somebody, so that two at once do not both see room for one more.
  PERFORM pg_advisory_xact_lock(k.lock) FROM (
    SELECT DISTINCT hashtextextended('hold:' || w.who, 0) AS lock
    FROM jsonb_to_recordset(p) r(no int, customer_id uuid, phone_hash text, device_hash text, holds_max int)
    CROSS JOIN LATERAL (VALUES (r.customer_id::text), (r.phone_hash), (r.device_hash)) w(who)
    WHERE r.no = ANY (live) AND r.holds_max IS NOT NULL AND w.who IS NOT NULL ORDER BY 1) k;

  PERFORM 1 FROM (
    SELECT DISTINCT w.store_id, w.sku_id FROM (
    SELECT r.store_id, coalesce(b.part_sku_id, x.sku_id)
    FROM jsonb_to_recordset(p) r(no int, store_id int, lines jsonb)
    CROSS JOIN LATERAL jsonb_to_recordset(r.lines) x(sku_id int) LEFT JOIN catalog.bundle_part b ON b.bundle_sku_id = x.sku_id
    WHERE r.no = ANY (live)) w(store_id, sku_id) ORDER BY 1, 2) q
  CROSS JOIN LATERAL (
    SELECT 1 FROM inventory.stock_level l WHERE l.store_id = q.store_id AND l.sku_id = q.sku_id FOR UPDATE) locked;

  WITH r AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(p) r(no int, actor text, key text, hash text, store_id int, id uuid, channel text,
      customer_id uuid, phone_hash text, device_hash text, minutes int, holds_max int, units_max int, by_kind text,
      by_id text, lines jsonb)
    WHERE r.no = ANY (live)
  ), asked AS MATERIALIZED (
    SELECT r.no, r.store_id, r.channel, x.sku_id, sum(x.qty)::int AS qty, bool_or(s.id IS NULL) AS missing, bool_or(s.kind = 'bundle') AS bundle
    FROM r CROSS JOIN LATERAL jsonb_to_recordset(r.lines) x(sku_id int, qty int)
    LEFT JOIN catalog.sku s ON s.id = x.sku_id AND s.active AND s.kind IN ('goods', 'bundle')
    GROUP BY r.no, r.store_id, r.channel, x.sku_id
  ), k AS MATERIALIZED (
    SELECT a.no, a.store_id, coalesce(b.part_sku_id, a.sku_id) AS sku_id, sum(a.qty * coalesce(b.qty, 1))::int AS qty,
           bool_or(a.missing OR coalesce(u.closed, false) OR coalesce(w.closed, false)) AS missing, coalesce(max(u.safety), 0) AS safety
    FROM asked a LEFT JOIN catalog.bundle_part b ON a.bundle AND b.bundle_sku_id = a.sku_id
    LEFT JOIN LATERAL (
      SELECT q.closed, q.safety FROM inventory.selling_rule q
      WHERE q.store_id = a.store_id AND q.sku_id = coalesce(b.part_sku_id, a.sku_id) AND q.channel = a.channel AND true OFFSET 0) u ON true
    LEFT JOIN LATERAL (
      SELECT q.closed, q.safety FROM inventory.selling_rule q
      WHERE q.store_id = a.store_id AND q.sku_id = a.sku_id AND q.channel = a.channel AND a.bundle OFFSET 0) w ON true
    GROUP BY a.no, a.store_id, coalesce(b.part_sku_id, a.sku_id)
  ), theirs AS MATERIALIZED (
    SELECT r.no, h.id, x.sku_id, x.qty FROM r JOIN inventory.hold h ON h.state = 'active' AND r.holds_max IS NOT NULL AND (
      h.customer_id = r.customer_id OR h.phone_hash = decode(r.phone_hash, 'hex') OR h.device_hash = decode(r.device_hash, 'hex'))
    JOIN inventory.hold_line x ON x.store_id = h.store_id AND x.hold_id = h.id
  ), over AS MATERIALIZED (
    SELECT r.no FROM r LEFT JOIN theirs t ON t.no = r.no WHERE r.holds_max IS NOT NULL
    GROUP BY r.no, r.holds_max HAVING count(DISTINCT t.id) >= r.holds_max
    UNION
    SELECT k.no FROM k JOIN r ON r.no = k.no LEFT JOIN theirs t ON t.no = k.no AND t.sku_id = k.sku_id
    WHERE r.units_max IS NOT NULL GROUP BY k.no, k.sku_id, k.qty, r.units_max HAVING k.qty + coalesce(sum(t.qty), 0) > r.units_max
  ), mates AS (
    -- Two of one person in the same batch: the second is counted against the first when it is tried alone.
    SELECT b.no FROM r a JOIN r b ON a.no < b.no AND b.holds_max IS NOT NULL AND (
      a.customer_id = b.customer_id OR a.phone_hash = b.phone_hash OR a.device_hash = b.device_hash)
  ), tried AS MATERIALIZED (
    SELECT k.*, l.version, l.store_id IS NOT NULL AS carried,
           CASE WHEN l.short > 0 THEN 0 ELSE l.on_hand - l.allocated - l.reserved END - k.safety AS free,
           sum(k.qty) OVER (PARTITION BY k.store_id, k.sku_id ORDER BY k.no) AS cum
    FROM k LEFT JOIN inventory.stock_level l ON l.store_id = k.store_id AND l.sku_id = k.sku_id
  ), verdict AS MATERIALIZED (
    SELECT t.no, bool_or(t.missing) AS missing, t.no IN (SELECT no FROM over) AS over, t.no IN (SELECT no FROM mates) AS mate,
           bool_and(coalesce(t.free >= t.cum, false)) AS enough, bool_and(coalesce(t.free >= t.qty, false)) AS alone
    FROM tried t GROUP BY t.no
  ), ok AS MATERIALIZED (
    SELECT r.* FROM r JOIN verdict v USING (no) WHERE v.enough AND NOT v.missing AND NOT v.over AND NOT v.mate
  ), okl AS MATERIALIZED (
    SELECT t.*, row_number() OVER (PARTITION BY t.store_id, t.sku_id ORDER BY t.no) AS n FROM tried t JOIN ok USING (no)
  ), level AS (
    UPDATE inventory.stock_level l SET reserved = l.reserved + g.qty, version = l.version + g.n, changed_at = clock_timestamp()
    FROM (SELECT store_id, sku_id, sum(qty) AS qty, count(*) AS n FROM okl GROUP BY 1, 2) g
    WHERE l.store_id = g.store_id AND l.sku_id = g.sku_id
  ), hold AS (
    INSERT INTO inventory.hold (store_id, id, channel, customer_id, phone_hash, device_hash, expires_at)
    SELECT store_id, id, channel, customer_id, decode(phone_hash, 'hex'), decode(device_hash, 'hex'),
           clock_timestamp() + make_interval(mins => minutes) FROM ok ORDER BY no RETURNING id, expires_at
  ), line AS (
    INSERT INTO inventory.hold_line (store_id, hold_id, sku_id, qty) SELECT l.store_id, ok.id, l.sku_id, l.qty FROM okl l JOIN ok USING (no)
  ), entry AS (
    INSERT INTO inventory.ledger_entry (store_id, sku_id, version, kind, d_reserved, hold_id, cause_type, cause_id, operation_id, channel,
                                        actor_kind, actor_id)
    SELECT l.store_id, l.sku_id, l.version + l.n, 'hold', l.qty, ok.id, 'hold', ok.id, md5(ok.actor || ':' || ok.key)::uuid, ok.channel,
           ok.by_kind, ok.by_id
    FROM okl l JOIN ok USING (no) ORDER BY l.store_id, l.sku_id, l.n
  ), operation AS (
    INSERT INTO journal.operation (actor, key, body_hash, result)
    SELECT ok.actor, ok.key, decode(ok.hash, 'hex'), jsonb_build_object('hold_id', ok.id, 'expires_at', h.expires_at)
    FROM ok JOIN hold h ON h.id = ok.id ORDER BY ok.actor, ok.key
  )
  SELECT jsonb_agg(CASE
      WHEN ok.no IS NOT NULL THEN jsonb_build_object('no', v.no, 'hold_id', h.id, 'expires_at', h.expires_at)
      WHEN v.missing THEN jsonb_build_object('no', v.no, 'refused', 'not_sold', 'skus', (
        SELECT jsonb_agg(DISTINCT a.sku_id) FROM asked a LEFT JOIN catalog.bundle_part b ON a.bundle AND b.bundle_sku_id = a.sku_id
        JOIN k ON k.no = a.no AND k.sku_id = coalesce(b.part_sku_id, a.sku_id) AND k.missing WHERE a.no = v.no))
      WHEN v.over THEN jsonb_build_object('no', v.no, 'refused', 'too_many_held')
      WHEN v.mate THEN jsonb_build_object('no', v.no, 'refused', 'busy', 'again', true)
      ELSE jsonb_build_object('no', v.no, 'refused', 'not_enough', 'again', v.alone, 'lacking', (
        SELECT jsonb_agg(jsonb_build_object('sku', t.sku_id, 'free', greatest(coalesce(t.free, 0), 0)) ORDER BY t.sku_id)
        FROM tried t WHERE t.no = v.no AND NOT coalesce(t.free >= t.cum, false))) END)
  INTO more FROM verdict v LEFT JOIN ok USING (no) LEFT JOIN hold h ON h.id = ok.id;
  RETURN answers || coalesce(more, '[]');
END $$;

CREATE OR REPLACE FUNCTION orders.place_batch(p jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET jit TO 'off'
AS $$
-- p: [{no, actor, key, hash, token?, store_id, order_id, number, channel, locale, currency, name, phone?, email?, customer_id?,
--      guest_id, phone_identity_id, email_identity_id, by_kind, by_id?, by_label, fulfilment_id, ready_by, charge_id, fact_id,
--      entry_id, basket_id?, viewer_hash?, viewer_days?, hold_id?, item_units_max?, order_units_max?, order_minor_max?,
--      shown_minor?, caps?: [{kind, key, orders_max, units_max}], lines: [{line_no, sku_id, qty, allocation_id}]}]
-- Prices are the catalogue's. A bundle becomes its parts, each with its share of the bundle's price. `hold_id`: units held
-- before; what it holds is promised to the order, the rest of it is let go. An ended hold is as none. `item_units_max`,
-- `order_units_max`, `order_minor_max`: units of one SKU, of all, and their worth, in one order. `shown_minor`: the sum that the buyer saw;
-- any other is refused with the sum of now as `left`. `caps`: what may be open under a key (a phone, a device, …), see
-- orders/capping.py. Answers [{no, order_id, number, customer_id} | {no, refused, …, again?}].
DECLARE
  live int[];
  answers jsonb;
  more jsonb;
  extras boolean;
BEGIN
  WITH r AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(p) r(no int, actor text, key text, hash text, token text, store_id int, basket_id uuid, viewer_hash text, hold_id uuid, caps jsonb, lines jsonb)),
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
      END AS answer, num_nonnulls(r.basket_id, r.viewer_hash, r.hold_id, r.caps) > 0 OR EXISTS (
        SELECT 1 FROM jsonb_to_recordset(r.lines) x(sku_id int) JOIN catalog.bundle_part b ON b.bundle_sku_id = x.sku_id) AS special
    FROM r LEFT JOIN LATERAL (
      SELECT q.body_hash, q.result FROM journal.operation q WHERE q.actor = r.actor AND q.key = r.key OFFSET 0) o ON true
  )
  SELECT array_agg(no) FILTER (WHERE answer IS NULL),
         coalesce(jsonb_agg(answer || jsonb_build_object('no', no)) FILTER (WHERE answer IS NOT NULL), '[]'), bool_or(special)
  INTO live, answers, extras FROM seen;
  IF live IS NULL THEN
    RETURN answers;
  END IF;
  IF NOT extras THEN
    RETURN answers || orders.place_plainly(p, live);
  END IF;

  -- What is open under a key is counted under that key's lock, so that two orders at once do not both see room for one more.
  PERFORM pg_advisory_xact_lock(k.lock) FROM (
    SELECT DISTINCT hashtextextended('open:' || c.key, 0) AS lock
    FROM jsonb_to_recordset(p) r(no int, caps jsonb) CROSS JOIN LATERAL jsonb_to_recordset(r.caps) c(key text)
    WHERE r.no = ANY (live) ORDER BY 1) k;
  -- Holds before levels, as their ending locks them too.
  PERFORM 1 FROM inventory.hold h WHERE (h.store_id, h.id) IN (
    SELECT r.store_id, r.hold_id FROM jsonb_to_recordset(p) r(no int, store_id int, hold_id uuid)
    WHERE r.no = ANY (live) AND r.hold_id IS NOT NULL) ORDER BY h.store_id, h.id FOR UPDATE;

  PERFORM 1 FROM (
    SELECT DISTINCT w.store_id, w.sku_id FROM (
    SELECT r.store_id, coalesce(b.part_sku_id, x.sku_id)
    FROM jsonb_to_recordset(p) r(no int, store_id int, lines jsonb)
    CROSS JOIN LATERAL jsonb_to_recordset(r.lines) x(sku_id int) LEFT JOIN catalog.bundle_part b ON b.bundle_sku_id = x.sku_id
    WHERE r.no = ANY (live)
    UNION SELECT h.store_id, h.sku_id FROM jsonb_to_recordset(p) r(no int, store_id int, hold_id uuid)
    JOIN inventory.hold_line h ON h.store_id = r.store_id AND h.hold_id = r.hold_id WHERE r.no = ANY (live)) w(store_id, sku_id) ORDER BY 1, 2) q
  CROSS JOIN LATERAL (
    SELECT 1 FROM inventory.stock_level l WHERE l.store_id = q.store_id AND l.sku_id = q.sku_id FOR UPDATE) locked;

  WITH r AS MATERIALIZED (
    SELECT r.* FROM jsonb_to_recordset(p) r(no int, actor text, key text, hash text, store_id int, order_id uuid, number text, channel text,
      locale text, currency text, name text, phone text, email text, customer_id uuid, guest_id uuid, phone_identity_id uuid,
      email_identity_id uuid, by_kind text, by_id text, by_label text, fulfilment_id uuid, ready_by timestamptz, charge_id uuid,
      fact_id uuid, entry_id uuid, basket_id uuid, viewer_hash text, viewer_days int, hold_id uuid,
      item_units_max int, order_units_max int, order_minor_max bigint, shown_minor bigint, caps jsonb, lines jsonb)
    WHERE r.no = ANY (live)
  ), asked AS MATERIALIZED (
    SELECT r.no, r.store_id, r.channel, x.line_no, x.sku_id, x.qty, x.allocation_id, s.id IS NULL AS missing, s.kind, s.price_minor
    FROM r CROSS JOIN LATERAL jsonb_to_recordset(r.lines) x(line_no int, sku_id int, qty int, allocation_id uuid)
    LEFT JOIN catalog.sku s ON s.id = x.sku_id AND s.active AND s.kind IN ('goods', 'bundle') AND s.currency = r.currency
  ), part AS MATERIALIZED (
    -- The shares of a bundle's price add up to it exactly: the last part takes what rounding left.
    SELECT w.*, CASE WHEN w.last THEN w.price_minor - coalesce(sum(w.share) OVER (PARTITION BY w.no, w.line_no ORDER BY w.part_sku_id
             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint ELSE w.share END AS worth
    FROM (
      SELECT a.*, b.part_sku_id, b.qty AS part_qty,
             row_number() OVER (PARTITION BY a.no, a.line_no ORDER BY b.part_sku_id DESC) = 1 AS last,
             floor(a.price_minor * (s.price_minor * b.qty)::numeric
                   / greatest(sum(s.price_minor * b.qty) OVER (PARTITION BY a.no, a.line_no), 1))::bigint AS share
      FROM asked a JOIN catalog.bundle_part b ON b.bundle_sku_id = a.sku_id JOIN catalog.sku s ON s.id = b.part_sku_id
      WHERE a.kind = 'bundle') w
  ), flat AS MATERIALIZED (
    SELECT no, store_id, channel, line_no, sku_id, qty, price_minor, allocation_id, NULL::int AS bundle_sku_id, missing
    FROM asked WHERE kind IS DISTINCT FROM 'bundle'
    UNION ALL
    SELECT no, store_id, channel, line_no, part_sku_id, (qty * q.units)::int, q.price, gen_random_uuid(), sku_id, missing
    FROM part CROSS JOIN LATERAL (VALUES (part_qty - worth % part_qty, worth / part_qty), (worth % part_qty, worth / part_qty + 1)) q(units, price)
    WHERE q.units > 0
  ), l AS MATERIALIZED (
    SELECT f.*, row_number() OVER (PARTITION BY f.no ORDER BY f.line_no, f.sku_id, f.price_minor)::int AS nr,
           coalesce(u.closed, false) OR coalesce(w.closed, false) AS closed, coalesce(u.safety, 0) AS safety
    FROM flat f
    LEFT JOIN LATERAL (
      SELECT q.closed, q.safety FROM inventory.selling_rule q
      WHERE q.store_id = f.store_id AND q.sku_id = f.bundle_sku_id AND q.channel = f.channel AND true OFFSET 0) w ON true
    LEFT JOIN LATERAL (
      SELECT q.closed, q.safety FROM inventory.selling_rule q
      WHERE q.store_id = f.store_id AND q.sku_id = f.sku_id AND q.channel = f.channel AND true OFFSET 0) u ON true
  ), held AS MATERIALIZED (
    SELECT r.no, h.store_id, h.id, x.sku_id, x.qty FROM r
    JOIN inventory.hold h ON h.store_id = r.store_id AND h.id = r.hold_id AND h.state = 'active' AND h.expires_at > clock_timestamp()
    JOIN inventory.hold_line x ON x.store_id = h.store_id AND x.hold_id = h.id
    WHERE NOT EXISTS (SELECT 1 FROM r other WHERE other.hold_id = r.hold_id AND other.no < r.no)
  ), tried AS MATERIALIZED (
    SELECT k.*, CASE WHEN v.short > 0 THEN 0 ELSE v.on_hand - v.allocated - v.reserved END - k.safety AS free,
           sum(k.need) OVER (PARTITION BY k.store_id, k.sku_id ORDER BY k.no) AS cum
    FROM (SELECT l.no, l.store_id, l.sku_id, max(l.safety) AS safety, bool_or(l.missing OR l.closed) AS missing,
                 greatest(sum(l.qty) - coalesce(max(h.qty), 0), 0) AS need
          FROM l LEFT JOIN held h ON h.no = l.no AND h.sku_id = l.sku_id GROUP BY l.no, l.store_id, l.sku_id) k
    LEFT JOIN inventory.stock_level v ON v.store_id = k.store_id AND v.sku_id = k.sku_id
  ), verdict AS MATERIALIZED (
    SELECT t.no, bool_or(t.missing) AS missing, bool_and(coalesce(t.need = 0 OR t.free >= t.cum, false)) AS enough,
           bool_and(coalesce(t.need = 0 OR t.free >= t.need, false)) AS alone
    FROM tried t GROUP BY t.no
  ), sized AS MATERIALIZED (
    SELECT no, sum(qty * price_minor) AS minor, sum(qty) AS items FROM l GROUP BY no
  ), cap AS MATERIALIZED (
    SELECT r.no, c.kind, decode(c.key, 'hex') AS key, c.orders_max, c.units_max, z.items, o.orders, o.units,
           row_number() OVER w AS nth, sum(z.items) OVER w AS cum
    FROM r JOIN sized z ON z.no = r.no
    CROSS JOIN LATERAL jsonb_to_recordset(r.caps) c(kind text, key text, orders_max int, units_max int)
    CROSS JOIN LATERAL (
      SELECT count(*) AS orders, coalesce(sum(s.units), 0) AS units FROM orders.open_share s WHERE s.key = decode(c.key, 'hex')) o
    WINDOW w AS (PARTITION BY c.key ORDER BY r.no)
  ), over AS MATERIALIZED (
    -- Of what an order is over, the first; what it is over only because of others in the batch (`again`) comes last.
    SELECT DISTINCT ON (no) no, jsonb_build_object('no', no, 'refused', refused, 'kind', kind, 'max', most, 'left', spare, 'again', again) AS answer
    FROM (
      SELECT r.no, 0 AS rank, 'price' AS refused, NULL AS kind, NULL::int AS most, z.minor AS spare, false AS again
      FROM r JOIN sized z ON z.no = r.no WHERE r.shown_minor <> z.minor
      UNION ALL
      SELECT l.no, 1 AS rank, 'item_units' AS refused, NULL AS kind, r.item_units_max AS most, 0 AS spare, false AS again
      FROM l JOIN r ON r.no = l.no GROUP BY l.no, l.sku_id, r.item_units_max HAVING sum(l.qty) > r.item_units_max
      UNION ALL
      SELECT r.no, 2, 'order_units', NULL, r.order_units_max, 0, false FROM r JOIN sized z ON z.no = r.no WHERE z.items > r.order_units_max
      UNION ALL
      SELECT r.no, 2, 'order_minor', NULL, NULL, 0, false FROM r JOIN sized z ON z.no = r.no WHERE z.minor > r.order_minor_max
      UNION ALL
      SELECT no, 3, 'open_orders', kind, orders_max, 0, orders < orders_max FROM cap WHERE orders + nth > orders_max
      UNION ALL
      SELECT no, 4, 'open_units', kind, units_max, greatest(units_max - units, 0), units + items <= units_max FROM cap WHERE units + cum > units_max
    ) x ORDER BY no, again, rank
  ), ok AS MATERIALIZED (
    SELECT r.*, coalesce(r.customer_id, g.id) AS known_id, coalesce(r.customer_id, g.id, r.guest_id) AS owner_id,
           (SELECT h.id FROM held h WHERE h.no = r.no LIMIT 1) AS used_hold_id, z.minor, z.items
    FROM r JOIN verdict v ON v.no = r.no AND v.enough AND NOT v.missing
    JOIN sized z ON z.no = r.no
    LEFT JOIN LATERAL (
      SELECT c.id FROM customers.identity ph
      CROSS JOIN LATERAL (SELECT x.id, x.status, x.display_name FROM customers.customer x WHERE x.id = ph.customer_id OFFSET 0) c
      WHERE ph.kind = CASE WHEN r.phone IS NOT NULL THEN 'phone' END AND ph.value = r.phone AND r.customer_id IS NULL AND c.status = 'guest' AND c.display_name = r.name
        AND CASE WHEN r.email IS NULL
              THEN NOT EXISTS (SELECT FROM customers.identity em WHERE em.customer_id = c.id AND em.kind = 'email')
              ELSE EXISTS (SELECT FROM customers.identity em WHERE em.customer_id = c.id AND em.kind = 'email' AND em.value = r.email) END
      LIMIT 1) g ON true
    WHERE r.no NOT IN (SELECT no FROM over)
  ), okl AS MATERIALIZED (
    SELECT l.*, ok.order_id, ok.fulfilment_id, pr.name_ko || CASE WHEN s.option_ko <> '' THEN ' · ' || s.option_ko ELSE '' END AS name_ko,
           pr.name_en || CASE WHEN s.option_en <> '' THEN ' · ' || s.option_en ELSE '' END AS name_en
    FROM l JOIN ok ON ok.no = l.no JOIN catalog.sku s ON s.id = l.sku_id JOIN catalog.product pr ON pr.id = s.product_id
  ), moved AS MATERIALIZED (
    SELECT m.store_id, m.sku_id, m.kind, m.allocated, m.reserved, m.allocation_id, m.hold_id, ok.order_id, ok.actor, ok.key, ok.channel,
           ok.by_kind, ok.by_id,
           v.version + row_number() OVER w AS version,
           -- What is let go may close a gap; that stands in the level's last entry.
           CASE WHEN row_number() OVER w = count(*) OVER (PARTITION BY m.store_id, m.sku_id)
                THEN least(v.short, greatest(0, v.allocated + v.reserved - v.on_hand
                       + sum(m.allocated + m.reserved) OVER (PARTITION BY m.store_id, m.sku_id))) - v.short ELSE 0 END AS short
    FROM (
      SELECT h.no, h.store_id, h.sku_id, 'release' AS kind, 0 AS nr, 0 AS allocated, -h.qty AS reserved, NULL::uuid AS allocation_id,
             h.id AS hold_id FROM held h
      UNION ALL
      SELECT no, store_id, sku_id, 'allocate', nr, qty, 0, allocation_id, NULL FROM okl) m
    JOIN ok ON ok.no = m.no JOIN inventory.stock_level v ON v.store_id = m.store_id AND v.sku_id = m.sku_id
    WINDOW w AS (PARTITION BY m.store_id, m.sku_id ORDER BY m.no, m.kind DESC, m.nr)
  ), used AS (
    UPDATE inventory.hold h SET state = 'used', ended_at = clock_timestamp()
    FROM ok WHERE h.store_id = ok.store_id AND h.id = ok.used_hold_id
  ), view AS (
    INSERT INTO orders.order_viewer (viewer_hash, order_id, expires_at)
    SELECT decode(viewer_hash, 'hex'), order_id, now() + make_interval(days => viewer_days) FROM ok WHERE viewer_hash IS NOT NULL
  ), emptied AS (
    DELETE FROM orders.basket_line b USING ok WHERE b.basket_id = ok.basket_id
  ), guest AS (
    INSERT INTO customers.customer (id, status, display_name, locale) SELECT guest_id, 'guest', name, locale FROM ok WHERE known_id IS NULL
  ), identity AS (
    INSERT INTO customers.identity (id, customer_id, origin_customer_id, kind, value, last_four)
    SELECT i.id, ok.guest_id, ok.guest_id, i.kind, i.value, CASE WHEN i.kind = 'phone' THEN right(i.value, 4) ELSE '' END
    FROM ok CROSS JOIN LATERAL (VALUES (ok.phone_identity_id, 'phone', ok.phone), (ok.email_identity_id, 'email', ok.email)) i(id, kind, value)
    WHERE ok.known_id IS NULL AND i.value IS NOT NULL
  ), charge AS (
    INSERT INTO payments.charge (id, method, currency, amount_minor) SELECT charge_id, 'pay_in_store', currency, minor FROM ok
  ), ord AS (
    INSERT INTO orders."order" (id, number, customer_id, channel, state, currency, total_minor, locale, contact_name,
                                contact_phone, contact_email, placed_by_kind, placed_by_id)
    SELECT order_id, number, owner_id, channel, 'confirmed', currency, minor, locale, name, phone, email, by_kind, by_id FROM ok
  ), line AS (
    INSERT INTO orders.order_line (order_id, line_no, sku_id, name_ko, name_en, qty, unit_price_minor, price_reason, bundle_sku_id)
    SELECT order_id, nr, sku_id, name_ko, name_en, qty, price_minor,
           CASE WHEN price_minor > 0 THEN '' WHEN bundle_sku_id IS NULL THEN 'free' ELSE 'bundle' END, bundle_sku_id FROM okl
  ), share AS (
    INSERT INTO orders.open_share (key, order_id, kind, units)
    SELECT c.key, ok.order_id, c.kind, c.items FROM cap c JOIN ok ON ok.no = c.no ORDER BY c.key, ok.order_id
  ), oc AS (
    INSERT INTO orders.order_charge (order_id, charge_id) SELECT order_id, charge_id FROM ok
  ), ful AS (
    INSERT INTO orders.fulfilment (store_id, id, order_id, state, ready_by, hold_id)
    SELECT store_id, fulfilment_id, order_id, 'allocated', ready_by, used_hold_id FROM ok
  ), fact AS (
    INSERT INTO journal.fact (id, kind, subject_type, subject_id, order_id, customer_id, store_id, channel, actor_kind, actor_id,
                              to_state, data)
    SELECT fact_id, 'order.placed', 'order', order_id::text, order_id, owner_id, store_id, channel, by_kind, by_id, 'confirmed',
           jsonb_build_object('fulfilment_id', fulfilment_id, 'charge_id', charge_id) FROM ok
  ), timeline AS (
    INSERT INTO journal.entry (id, fact_id, customer_id, origin_customer_id, kind, access_class, order_id, store_id, channel,
                               actor_kind, actor_label, display)
    SELECT entry_id, fact_id, owner_id, owner_id, 'order.placed', 'order', order_id, store_id, channel, by_kind, by_label,
           jsonb_build_object('number', number, 'items', items, 'total_minor', minor, 'currency', currency) FROM ok
  ), operation AS (
    INSERT INTO journal.operation (actor, key, body_hash, result)
    SELECT actor, key, decode(hash, 'hex'), jsonb_build_object('order_id', order_id, 'number', number) FROM ok ORDER BY actor, key
  ), level AS (
    UPDATE inventory.stock_level v SET allocated = v.allocated + g.allocated, reserved = v.reserved + g.reserved,
      short = v.short + g.short, version = v.version + g.n, changed_at = clock_timestamp()
    FROM (SELECT store_id, sku_id, sum(allocated) AS allocated, sum(reserved) AS reserved, sum(short) AS short, count(*) AS n
          FROM moved GROUP BY 1, 2) g
    WHERE v.store_id = g.store_id AND v.sku_id = g.sku_id
  ), alloc AS (
    INSERT INTO inventory.allocation (store_id, id, sku_id, qty) SELECT store_id, allocation_id, sku_id, qty FROM okl
  ), entry AS (
    INSERT INTO inventory.ledger_entry (store_id, sku_id, version, kind, d_allocated, d_reserved, d_short, allocation_id, hold_id, cause_type,
                                        cause_id, operation_id, channel, actor_kind, actor_id)
    SELECT store_id, sku_id, version, kind, allocated, reserved, short, allocation_id, hold_id, 'order', order_id, md5(actor || ':' || key)::uuid,
           channel, by_kind, by_id FROM moved
  ), fl AS (
    INSERT INTO orders.fulfilment_line (store_id, fulfilment_id, line_no, order_id, sku_id, qty, allocation_id)
    SELECT store_id, fulfilment_id, nr, order_id, sku_id, qty, allocation_id FROM okl
  )
  SELECT jsonb_agg(CASE
      WHEN ok.no IS NOT NULL THEN jsonb_build_object('no', v.no, 'order_id', ok.order_id, 'number', ok.number, 'customer_id', ok.owner_id)
      WHEN v.missing THEN jsonb_build_object('no', v.no, 'refused', 'not_sold', 'skus', (
        SELECT jsonb_agg(DISTINCT coalesce(l.bundle_sku_id, l.sku_id)) FROM l WHERE l.no = v.no AND (l.missing OR l.closed)))
      WHEN over.no IS NOT NULL THEN over.answer
      ELSE jsonb_build_object('no', v.no, 'refused', 'not_enough', 'again', v.alone, 'lacking', (
        SELECT jsonb_agg(jsonb_build_object('sku', t.sku_id, 'free', greatest(coalesce(t.free, 0), 0)) ORDER BY t.sku_id)
        FROM tried t WHERE t.no = v.no AND NOT coalesce(t.need = 0 OR t.free >= t.cum, false))) END)
  INTO more FROM verdict v LEFT JOIN ok ON ok.no = v.no LEFT JOIN over ON over.no = v.no;
  RETURN answers || coalesce(more, '[]');
END $$;

CREATE OR REPLACE FUNCTION orders.place_plainly(p jsonb, live integer[])
 RETURNS jsonb
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET jit TO 'off'
AS $$
-- The part of `orders.place_batch` for orders without bundles, holds, caps, baskets and viewers. Locks their levels itself.
DECLARE
  more jsonb;
  sure boolean;
  hopeless boolean;
BEGIN
  -- While there is enough for all of them, what only these orders have is written before the levels are locked: who wants the
  -- same goods waits for less than half as long. Gone meanwhile: as if nothing had been, and once more under the lock. And
  -- where there is enough for none, nobody has to wait to hear so.
  BEGIN
    WITH r AS MATERIALIZED (
    SELECT r.* FROM jsonb_to_recordset(p) r(no int, actor text, key text, hash text, store_id int, order_id uuid, number text, channel text,
      locale text, currency text, name text, phone text, email text, customer_id uuid, guest_id uuid, phone_identity_id uuid,
      email_identity_id uuid, by_kind text, by_id text, by_label text, fulfilment_id uuid, ready_by timestamptz, charge_id uuid,
      fact_id uuid, entry_id uuid, basket_id uuid, viewer_hash text, viewer_days int, hold_id uuid, lines jsonb)
    WHERE r.no = ANY (live)
  ), l AS MATERIALIZED (
    SELECT r.no, r.store_id, x.line_no AS nr, x.sku_id, x.qty, x.allocation_id, s.price_minor, v.version,
           s.id IS NULL OR coalesce(u.closed, false) AS missing, CASE WHEN v.short > 0 THEN 0 ELSE v.on_hand - v.allocated - v.reserved END - coalesce(u.safety, 0) AS free,
           sum(x.qty) OVER (PARTITION BY r.store_id, x.sku_id ORDER BY r.no) AS cum, s.name_ko, s.name_en
    FROM r CROSS JOIN LATERAL jsonb_to_recordset(r.lines) x(line_no int, sku_id int, qty int, allocation_id uuid)
    LEFT JOIN LATERAL (
      SELECT s.id, s.price_minor, pr.name_ko || CASE WHEN s.option_ko <> '' THEN ' · ' || s.option_ko ELSE '' END AS name_ko,
           pr.name_en || CASE WHEN s.option_en <> '' THEN ' · ' || s.option_en ELSE '' END AS name_en FROM catalog.sku s JOIN catalog.product pr ON pr.id = s.product_id
      WHERE s.id = x.sku_id AND s.active AND s.kind = 'goods' AND s.currency = r.currency OFFSET 0) s ON true
    LEFT JOIN LATERAL (
      SELECT q.closed, q.safety FROM inventory.selling_rule q
      WHERE q.store_id = r.store_id AND q.sku_id = x.sku_id AND q.channel = r.channel AND true OFFSET 0) u ON true
    LEFT JOIN inventory.stock_level v ON v.store_id = r.store_id AND v.sku_id = x.sku_id
  ), verdict AS MATERIALIZED (
    SELECT no, bool_or(missing) AS missing, bool_and(coalesce(free >= cum, false)) AS enough,
           bool_and(coalesce(free >= qty, false)) AS alone, sum(qty * price_minor) AS minor, sum(qty) AS items FROM l GROUP BY no
  ), ok AS MATERIALIZED (
    SELECT r.*, v.minor, v.items, coalesce(r.customer_id, g.id) AS known_id, coalesce(r.customer_id, g.id, r.guest_id) AS owner_id,
           NULL::uuid AS used_hold_id
    FROM r JOIN verdict v ON v.no = r.no AND v.enough AND NOT v.missing AND (SELECT bool_and(w.enough AND NOT w.missing) FROM verdict w)
    LEFT JOIN LATERAL (
      SELECT c.id FROM customers.identity ph
      CROSS JOIN LATERAL (SELECT x.id, x.status, x.display_name FROM customers.customer x WHERE x.id = ph.customer_id OFFSET 0) c
      WHERE ph.kind = CASE WHEN r.phone IS NOT NULL THEN 'phone' END AND ph.value = r.phone AND r.customer_id IS NULL AND c.status = 'guest' AND c.display_name = r.name
        AND CASE WHEN r.email IS NULL
              THEN NOT EXISTS (SELECT FROM customers.identity em WHERE em.customer_id = c.id AND em.kind = 'email')
              ELSE EXISTS (SELECT FROM customers.identity em WHERE em.customer_id = c.id AND em.kind = 'email' AND em.value = r.email) END
      LIMIT 1) g ON true
  ), okl AS MATERIALIZED (
    SELECT l.*, NULL::int AS bundle_sku_id, ok.order_id, ok.fulfilment_id, ok.actor, ok.key, ok.channel, ok.by_kind, ok.by_id,
           l.version + row_number() OVER (PARTITION BY l.store_id, l.sku_id ORDER BY l.no, l.nr) AS next_version
    FROM l JOIN ok ON ok.no = l.no
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
  )
    SELECT jsonb_agg(CASE
      WHEN ok.no IS NOT NULL THEN jsonb_build_object('no', v.no, 'order_id', ok.order_id, 'number', ok.number, 'customer_id', ok.owner_id)
      WHEN v.missing THEN jsonb_build_object('no', v.no, 'refused', 'not_sold', 'skus', (
        SELECT jsonb_agg(DISTINCT l.sku_id) FROM l WHERE l.no = v.no AND l.missing))
      ELSE jsonb_build_object('no', v.no, 'refused', 'not_enough', 'again', v.alone, 'lacking', (
        SELECT jsonb_agg(jsonb_build_object('sku', l.sku_id, 'free', greatest(coalesce(l.free, 0), 0)) ORDER BY l.sku_id)
        FROM l WHERE l.no = v.no AND NOT coalesce(l.free >= l.cum, false))) END), bool_and(ok.no IS NOT NULL), NOT bool_or(v.enough AND NOT v.missing) INTO more, sure, hopeless
    FROM verdict v LEFT JOIN ok ON ok.no = v.no;
    IF hopeless THEN
      RETURN more;
    END IF;
    IF sure THEN
  PERFORM 1 FROM (
    SELECT DISTINCT w.store_id, w.sku_id FROM (
    SELECT r.store_id, x.sku_id FROM jsonb_to_recordset(p) r(no int, store_id int, lines jsonb)
    CROSS JOIN LATERAL jsonb_to_recordset(r.lines) x(sku_id int) WHERE r.no = ANY (live)) w(store_id, sku_id) ORDER BY 1, 2) q
  CROSS JOIN LATERAL (
    SELECT 1 FROM inventory.stock_level l WHERE l.store_id = q.store_id AND l.sku_id = q.sku_id FOR UPDATE) locked;
      WITH l AS MATERIALIZED (
        SELECT r.*, x.line_no AS nr, x.sku_id, x.qty, x.allocation_id, v.version + row_number() OVER w AS next_version,
               coalesce(NOT coalesce(u.closed, false) AND CASE WHEN v.short > 0 THEN 0 ELSE v.on_hand - v.allocated - v.reserved END - coalesce(u.safety, 0) >= sum(x.qty) OVER w, false) AS enough
        FROM jsonb_to_recordset(p) r(no int, actor text, key text, store_id int, order_id uuid, channel text, by_kind text, by_id text,
          fulfilment_id uuid, lines jsonb)
        CROSS JOIN LATERAL jsonb_to_recordset(r.lines) x(line_no int, sku_id int, qty int, allocation_id uuid)
        LEFT JOIN LATERAL (
      SELECT q.closed, q.safety FROM inventory.selling_rule q
      WHERE q.store_id = r.store_id AND q.sku_id = x.sku_id AND q.channel = r.channel AND true OFFSET 0) u ON true
        LEFT JOIN inventory.stock_level v ON v.store_id = r.store_id AND v.sku_id = x.sku_id
        WHERE r.no = ANY (live)
        WINDOW w AS (PARTITION BY r.store_id, x.sku_id ORDER BY r.no, x.line_no)
      ), okl AS MATERIALIZED (
        SELECT * FROM l WHERE (SELECT bool_and(enough) FROM l)
      ), moved AS (
    SELECT store_id, sku_id, next_version AS version, 'allocate' AS kind, qty AS allocated, 0 AS reserved, 0 AS short, allocation_id,
           NULL::uuid AS hold_id, order_id, actor, key, channel, by_kind, by_id FROM okl
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
      SELECT bool_and(enough) INTO sure FROM l;
      IF sure THEN
        RETURN more;
      END IF;
      RAISE EXCEPTION 'gone' USING ERRCODE = 'SO003';
    END IF;
  EXCEPTION WHEN SQLSTATE 'SO003' THEN
    NULL;
  END;

  PERFORM 1 FROM (
    SELECT DISTINCT w.store_id, w.sku_id FROM (
    SELECT r.store_id, x.sku_id FROM jsonb_to_recordset(p) r(no int, store_id int, lines jsonb)
    CROSS JOIN LATERAL jsonb_to_recordset(r.lines) x(sku_id int) WHERE r.no = ANY (live)) w(store_id, sku_id) ORDER BY 1, 2) q
  CROSS JOIN LATERAL (
    SELECT 1 FROM inventory.stock_level l WHERE l.store_id = q.store_id AND l.sku_id = q.sku_id FOR UPDATE) locked;

  WITH r AS MATERIALIZED (
    SELECT r.* FROM jsonb_to_recordset(p) r(no int, actor text, key text, hash text, store_id int, order_id uuid, number text, channel text,
      locale text, currency text, name text, phone text, email text, customer_id uuid, guest_id uuid, phone_identity_id uuid,
      email_identity_id uuid, by_kind text, by_id text, by_label text, fulfilment_id uuid, ready_by timestamptz, charge_id uuid,
      fact_id uuid, entry_id uuid, basket_id uuid, viewer_hash text, viewer_days int, hold_id uuid, lines jsonb)
    WHERE r.no = ANY (live)
  ), l AS MATERIALIZED (
    SELECT r.no, r.store_id, x.line_no AS nr, x.sku_id, x.qty, x.allocation_id, s.price_minor, v.version,
           s.id IS NULL OR coalesce(u.closed, false) AS missing, CASE WHEN v.short > 0 THEN 0 ELSE v.on_hand - v.allocated - v.reserved END - coalesce(u.safety, 0) AS free,
           sum(x.qty) OVER (PARTITION BY r.store_id, x.sku_id ORDER BY r.no) AS cum, s.name_ko, s.name_en
    FROM r CROSS JOIN LATERAL jsonb_to_recordset(r.lines) x(line_no int, sku_id int, qty int, allocation_id uuid)
    LEFT JOIN LATERAL (
      SELECT s.id, s.price_minor, pr.name_ko || CASE WHEN s.option_ko <> '' THEN ' · ' || s.option_ko ELSE '' END AS name_ko,
           pr.name_en || CASE WHEN s.option_en <> '' THEN ' · ' || s.option_en ELSE '' END AS name_en FROM catalog.sku s JOIN catalog.product pr ON pr.id = s.product_id
      WHERE s.id = x.sku_id AND s.active AND s.kind = 'goods' AND s.currency = r.currency OFFSET 0) s ON true
    LEFT JOIN LATERAL (
      SELECT q.closed, q.safety FROM inventory.selling_rule q
      WHERE q.store_id = r.store_id AND q.sku_id = x.sku_id AND q.channel = r.channel AND true OFFSET 0) u ON true
    LEFT JOIN inventory.stock_level v ON v.store_id = r.store_id AND v.sku_id = x.sku_id
  ), verdict AS MATERIALIZED (
    SELECT no, bool_or(missing) AS missing, bool_and(coalesce(free >= cum, false)) AS enough,
           bool_and(coalesce(free >= qty, false)) AS alone, sum(qty * price_minor) AS minor, sum(qty) AS items FROM l GROUP BY no
  ), ok AS MATERIALIZED (
    SELECT r.*, v.minor, v.items, coalesce(r.customer_id, g.id) AS known_id, coalesce(r.customer_id, g.id, r.guest_id) AS owner_id,
           NULL::uuid AS used_hold_id
    FROM r JOIN verdict v ON v.no = r.no AND v.enough AND NOT v.missing
    LEFT JOIN LATERAL (
      SELECT c.id FROM customers.identity ph
      CROSS JOIN LATERAL (SELECT x.id, x.status, x.display_name FROM customers.customer x WHERE x.id = ph.customer_id OFFSET 0) c
      WHERE ph.kind = CASE WHEN r.phone IS NOT NULL THEN 'phone' END AND ph.value = r.phone AND r.customer_id IS NULL AND c.status = 'guest' AND c.display_name = r.name
        AND CASE WHEN r.email IS NULL
              THEN NOT EXISTS (SELECT FROM customers.identity em WHERE em.customer_id = c.id AND em.kind = 'email')
              ELSE EXISTS (SELECT FROM customers.identity em WHERE em.customer_id = c.id AND em.kind = 'email' AND em.value = r.email) END
      LIMIT 1) g ON true
  ), okl AS MATERIALIZED (
    SELECT l.*, NULL::int AS bundle_sku_id, ok.order_id, ok.fulfilment_id, ok.actor, ok.key, ok.channel, ok.by_kind, ok.by_id,
           l.version + row_number() OVER (PARTITION BY l.store_id, l.sku_id ORDER BY l.no, l.nr) AS next_version
    FROM l JOIN ok ON ok.no = l.no
  ), moved AS (
    SELECT store_id, sku_id, next_version AS version, 'allocate' AS kind, qty AS allocated, 0 AS reserved, 0 AS short, allocation_id,
           NULL::uuid AS hold_id, order_id, actor, key, channel, by_kind, by_id FROM okl
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
        SELECT jsonb_agg(DISTINCT l.sku_id) FROM l WHERE l.no = v.no AND l.missing))
      ELSE jsonb_build_object('no', v.no, 'refused', 'not_enough', 'again', v.alone, 'lacking', (
        SELECT jsonb_agg(jsonb_build_object('sku', l.sku_id, 'free', greatest(coalesce(l.free, 0), 0)) ORDER BY l.sku_id)
        FROM l WHERE l.no = v.no AND NOT coalesce(l.free >= l.cum, false))) END) INTO more FROM verdict v LEFT JOIN ok ON ok.no = v.no;
  RETURN coalesce(more, '[]');
END $$;

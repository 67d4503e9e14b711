"""Placing an order is one statement: idempotency, price, stock, order, fulfilment, charge, fact and timeline entry."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PLACE = """
CREATE FUNCTION orders.place(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
-- p: {operation: {actor, key, hash}, order: {id, number, channel, locale, currency, name, phone, email, customer_id?,
--     by_kind, by_id, by_label}, guest: {id, identity_ids[2]}?, store_id, fulfilment_id, ready_by, charge_id, fact_id, entry_id,
--     basket_id?, viewer: {hash, days}?, lines: [{line_no, sku_id, qty, allocation_id}]}
-- Raises SO001 not enough (DETAIL [{sku, free}]), SO003 not sold (DETAIL [sku ids]), SO004 other body under the same key.
DECLARE
  o jsonb := p->'order';
  v_store int := (p->>'store_id')::int;
  v_order uuid := (o->>'id')::uuid;
  v_fulfilment uuid := (p->>'fulfilment_id')::uuid;
  v_charge uuid := (p->>'charge_id')::uuid;
  v_customer uuid := (o->>'customer_id')::uuid;
  v_total bigint;
  v_items int;
  v_missing jsonb;
  v_result jsonb;
  v_hash bytea := decode(p->'operation'->>'hash', 'hex');
  v_moves jsonb;
BEGIN
  -- The key is taken first: a second sender waits here until the first has committed or rolled back.
  v_result := jsonb_build_object('order_id', v_order, 'number', o->>'number');
  INSERT INTO journal.operation (actor, key, body_hash, result)
  VALUES (p->'operation'->>'actor', p->'operation'->>'key', v_hash, v_result) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    SELECT CASE WHEN op.body_hash = v_hash THEN op.result || '{"replayed": true}'::jsonb END INTO v_result
    FROM journal.operation op WHERE op.actor = p->'operation'->>'actor' AND op.key = p->'operation'->>'key';
    IF v_result IS NULL THEN
      RAISE EXCEPTION 'the operation key was used for something else' USING ERRCODE = 'SO004';
    END IF;
    RETURN v_result;
  END IF;

  -- Prices are the server's; a line the shop no longer sells here is refused, not guessed.
  SELECT sum(l.qty * s.price_minor), sum(l.qty),
         jsonb_agg(l.sku_id) FILTER (WHERE s.id IS NULL OR r.closed),
         jsonb_agg(jsonb_build_object('store', v_store, 'sku', l.sku_id, 'kind', 'allocate', 'allocated', l.qty,
                                      'need', l.qty, 'safety', coalesce(r.safety, 0)) ORDER BY l.sku_id)
  INTO v_total, v_items, v_missing, v_moves
  FROM jsonb_to_recordset(p->'lines') l(line_no int, sku_id int, qty int)
  LEFT JOIN catalog.sku s ON s.id = l.sku_id AND s.active AND s.kind = 'goods' AND s.currency = o->>'currency'
  LEFT JOIN inventory.selling_rule r ON r.store_id = v_store AND r.sku_id = l.sku_id AND r.channel = o->>'channel';
  IF v_missing IS NOT NULL THEN
    RAISE EXCEPTION 'not sold here' USING ERRCODE = 'SO003', DETAIL = v_missing::text;
  END IF;
  PERFORM inventory.post(v_moves, 'order', v_order, o->>'channel', o->>'by_kind', o->>'by_id', NULL);

  IF p->'guest' IS NOT NULL AND v_customer IS NULL THEN
    -- The same guest again only if phone, e-mail and name all agree; one of them alone may be a household's.
    SELECT c.id INTO v_customer FROM customers.customer c
    JOIN customers.identity ph ON ph.customer_id = c.id AND ph.kind = 'phone' AND ph.value = o->>'phone'
    LEFT JOIN customers.identity em ON em.customer_id = c.id AND em.kind = 'email'
    WHERE c.status = 'guest' AND c.display_name = o->>'name' AND em.value IS NOT DISTINCT FROM o->>'email' LIMIT 1;
    IF v_customer IS NULL THEN
      v_customer := (p->'guest'->>'id')::uuid;
      INSERT INTO customers.customer (id, status, display_name, locale) VALUES (v_customer, 'guest', o->>'name', o->>'locale');
      INSERT INTO customers.identity (id, customer_id, origin_customer_id, kind, value, last_four)
      SELECT (p->'guest'->'identity_ids'->>i.n)::uuid, v_customer, v_customer, i.kind, i.value,
             CASE WHEN i.kind = 'phone' THEN right(i.value, 4) ELSE '' END
      FROM (VALUES (0, 'phone', o->>'phone'), (1, 'email', o->>'email')) i(n, kind, value) WHERE i.value IS NOT NULL;
    END IF;
  END IF;

  WITH l AS MATERIALIZED (
    SELECT x.*, s.price_minor, pr.name_ko || CASE WHEN s.option_ko <> '' THEN ' · ' || s.option_ko ELSE '' END AS name_ko,
           pr.name_en || CASE WHEN s.option_en <> '' THEN ' · ' || s.option_en ELSE '' END AS name_en
    FROM jsonb_to_recordset(p->'lines') x(line_no int, sku_id int, qty int, allocation_id uuid)
    JOIN catalog.sku s ON s.id = x.sku_id JOIN catalog.product pr ON pr.id = s.product_id
  ), charge AS (
    INSERT INTO payments.charge (id, method, currency, amount_minor) VALUES (v_charge, 'pay_in_store', o->>'currency', v_total)
  ), ord AS (
    INSERT INTO orders."order" (id, number, customer_id, channel, state, currency, total_minor, locale, contact_name,
                                contact_phone, contact_email, placed_by_kind, placed_by_id)
    VALUES (v_order, o->>'number', v_customer, o->>'channel', 'confirmed', o->>'currency', v_total, o->>'locale', o->>'name',
            o->>'phone', o->>'email', o->>'by_kind', o->>'by_id')
  ), line AS (
    INSERT INTO orders.order_line (order_id, line_no, sku_id, name_ko, name_en, qty, unit_price_minor, price_reason)
    SELECT v_order, l.line_no, l.sku_id, l.name_ko, l.name_en, l.qty, l.price_minor,
           CASE WHEN l.price_minor = 0 THEN 'free' ELSE '' END FROM l
  ), oc AS (
    INSERT INTO orders.order_charge (order_id, charge_id) VALUES (v_order, v_charge)
  ), alloc AS (
    INSERT INTO inventory.allocation (store_id, id, sku_id, qty) SELECT v_store, l.allocation_id, l.sku_id, l.qty FROM l
  ), ful AS (
    INSERT INTO orders.fulfilment (store_id, id, order_id, state, ready_by)
    VALUES (v_store, v_fulfilment, v_order, 'allocated', (p->>'ready_by')::timestamptz)
  ), fl AS (
    INSERT INTO orders.fulfilment_line (store_id, fulfilment_id, line_no, order_id, sku_id, qty, allocation_id)
    SELECT v_store, v_fulfilment, l.line_no, v_order, l.sku_id, l.qty, l.allocation_id FROM l
  ), fact AS (
    INSERT INTO journal.fact (id, kind, subject_type, subject_id, order_id, customer_id, store_id, channel, actor_kind,
                              actor_id, to_state, data)
    VALUES ((p->>'fact_id')::uuid, 'order.placed', 'order', v_order::text, v_order, v_customer, v_store, o->>'channel',
            o->>'by_kind', o->>'by_id', 'confirmed', jsonb_build_object('fulfilment_id', v_fulfilment, 'charge_id', v_charge))
  ), view AS (
    INSERT INTO orders.order_viewer (viewer_hash, order_id, expires_at)
    SELECT decode(p->'viewer'->>'hash', 'hex'), v_order, now() + make_interval(days => (p->'viewer'->>'days')::int)
    WHERE p->'viewer'->>'hash' IS NOT NULL
  ), gone AS (
    DELETE FROM orders.basket_line WHERE basket_id = (p->>'basket_id')::uuid
  )
  INSERT INTO journal.entry (id, fact_id, customer_id, origin_customer_id, kind, access_class, order_id, store_id, channel,
                             actor_kind, actor_label, display)
  VALUES ((p->>'entry_id')::uuid, (p->>'fact_id')::uuid, v_customer, v_customer, 'order.placed', 'order', v_order, v_store,
          o->>'channel', o->>'by_kind', o->>'by_label',
          jsonb_build_object('number', o->>'number', 'items', v_items, 'total_minor', v_total, 'currency', o->>'currency'));
  RETURN v_result || jsonb_build_object('customer_id', v_customer);
END $$
"""


def upgrade() -> None:
    op.execute(PLACE)


def downgrade() -> None:
    op.execute("DROP FUNCTION orders.place(jsonb)")

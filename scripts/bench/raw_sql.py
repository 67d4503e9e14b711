"""What pgbench sends: for each write the one statement that writes every row the product writes, for each read its bare SQL.

A change of the product's tables is followed here and nowhere else. `{id}` draws a UUID; `:store`, `:sku`, `:who`, `:order` are drawn by
the head of a script. A statement that finds no stock fails (division by zero), and with it the run: a limit that does nothing is none.
"""

from bench.world import World
from bench.world_sql import CUSTOMER, ORDER, uuid_of

PRICE = 12900
# Drawn by the product's own rule, so that an index is filled in the same order.
NEW_ID = "uuidv7()"
NEW_ID_BEFORE_18 = "gen_random_uuid()"

UNIFORM = "\\set store random(1, {stores})\n\\set sku random(1, {skus})\n\\set who random(2, {customers})\n"
HOT = "\\set store 1\n\\set sku 1\n\\set who random(2, {customers})\n"
A_PAST_ORDER = "\\set order random(1, {orders})\n"

_TAKE = """u AS (
  UPDATE inventory.stock_level SET {balance} = {balance} + 1, version = version + 1, changed_at = clock_timestamp()
  WHERE store_id = :store AND sku_id = :sku AND short = 0 AND on_hand - allocated - reserved >= 1 RETURNING version
)"""
_OPERATION = """op AS (
  INSERT INTO journal.operation (actor, key, body_hash, result)
  SELECT 'service', n.id::text, sha256(n.id::text::bytea), jsonb_build_object('order_id', n.id, 'number', n.id::text) FROM n
)"""
_DONE = "SELECT 1 / count(*)::int FROM u;"

ORDER_ROWS = f"""WITH n AS MATERIALIZED (
  SELECT {{id}} AS id, {{id}} AS fulfilment, {{id}} AS charge, {{id}} AS allocation, {{id}} AS fact, {{id}} AS entry,
         {uuid_of(CUSTOMER, ":who::int")} AS customer, :store::int AS store, :sku::int AS sku
), {_TAKE.format(balance="allocated")}, {_OPERATION}, c AS (
  INSERT INTO payments.charge (id, method, currency, amount_minor) SELECT n.charge, 'pay_in_store', 'KRW', {PRICE} FROM n
), o AS (
  INSERT INTO orders."order" (id, number, customer_id, channel, state, currency, total_minor, locale, contact_name, contact_phone,
                              contact_email, placed_by_kind, placed_by_id)
  SELECT n.id, right(n.id::text, 12), n.customer, 'api', 'confirmed', 'KRW', {PRICE}, 'ko', '손님', '+821020000002', 'guest2@example.com',
         'service', n.id::text FROM n
), l AS (
  INSERT INTO orders.order_line (order_id, line_no, sku_id, name_ko, name_en, qty, unit_price_minor)
  SELECT n.id, 1, n.sku, '클래식 머그컵 화이트', 'Mug no. 1', 1, {PRICE} FROM n
), oc AS (
  INSERT INTO orders.order_charge (order_id, charge_id) SELECT n.id, n.charge FROM n
), a AS (
  INSERT INTO inventory.allocation (store_id, id, sku_id, qty) SELECT n.store, n.allocation, n.sku, 1 FROM n
), f AS (
  INSERT INTO orders.fulfilment (store_id, id, order_id, state, ready_by)
  SELECT n.store, n.fulfilment, n.id, 'allocated', now() + interval '1 hour' FROM n
), fl AS (
  INSERT INTO orders.fulfilment_line (store_id, fulfilment_id, line_no, order_id, sku_id, qty, allocation_id)
  SELECT n.store, n.fulfilment, 1, n.id, n.sku, 1, n.allocation FROM n
), le AS (
  INSERT INTO inventory.ledger_entry (store_id, sku_id, version, kind, d_allocated, cause_type, cause_id, channel, actor_kind, actor_id,
                                      allocation_id)
  SELECT n.store, n.sku, u.version, 'allocate', 1, 'order', n.id, 'api', 'service', n.id::text, n.allocation FROM n, u
), fact AS (
  INSERT INTO journal.fact (id, kind, subject_type, subject_id, order_id, customer_id, store_id, channel, actor_kind, actor_id, to_state,
                            data)
  SELECT n.fact, 'order.placed', 'order', n.id::text, n.id, n.customer, n.store, 'api', 'service', n.id::text, 'confirmed',
         jsonb_build_object('fulfilment_id', n.fulfilment, 'charge_id', n.charge) FROM n
), e AS (
  INSERT INTO journal.entry (id, fact_id, customer_id, origin_customer_id, kind, access_class, order_id, store_id, channel, actor_kind,
                             actor_label, display)
  SELECT n.entry, n.fact, n.customer, n.customer, 'order.placed', 'order', n.id, n.store, 'api', 'service', 'bench',
         jsonb_build_object('number', right(n.id::text, 12), 'items', 1, 'total_minor', {PRICE}, 'currency', 'KRW') FROM n
) {_DONE}"""

HOLD_ROWS = f"""WITH n AS MATERIALIZED (SELECT {{id}} AS id, :store::int AS store, :sku::int AS sku), {_TAKE.format(balance="reserved")}, {_OPERATION}, h AS (
  INSERT INTO inventory.hold (store_id, id, channel, expires_at) SELECT n.store, n.id, 'api', now() + interval '10 minutes' FROM n
), hl AS (
  INSERT INTO inventory.hold_line (store_id, hold_id, sku_id, qty) SELECT n.store, n.id, n.sku, 1 FROM n
), le AS (
  INSERT INTO inventory.ledger_entry (store_id, sku_id, version, kind, d_reserved, hold_id, cause_type, cause_id, channel, actor_kind,
                                      actor_id)
  SELECT n.store, n.sku, u.version, 'hold', 1, n.id, 'hold', n.id, 'api', 'service', n.id::text FROM n, u
) {_DONE}"""

SEARCH = """WITH hit AS MATERIALIZED (
  SELECT p.id, p.popularity, CASE WHEN p.search_text LIKE '{word}%' THEN 0 WHEN p.search_text LIKE E'%\\n{word}%' THEN 1 ELSE 2 END AS exact
  FROM catalog.product p WHERE p.active AND {tests}
    AND EXISTS (SELECT 1 FROM catalog.sku s WHERE s.product_id = p.id AND s.active AND s.kind = 'goods')
), shown AS MATERIALIZED (
  SELECT h.id, h.exact, h.popularity FROM hit h ORDER BY h.exact, h.popularity DESC, h.id LIMIT 24
)
SELECT p.id, p.code, p.name_ko, p.name_en, p.brand, p.category, k.price_minor, (SELECT count(*) FROM hit), a.stores
FROM shown h JOIN catalog.product p ON p.id = h.id JOIN catalog.sku k ON k.product_id = p.id AND k.active AND k.kind = 'goods'
CROSS JOIN LATERAL (
  SELECT count(*) AS stores FROM inventory.stock_level l JOIN stores.store s ON s.id = l.store_id AND s.active AND s.pickup
  LEFT JOIN inventory.selling_rule r ON r.store_id = s.id AND r.sku_id = k.id AND r.channel = 'api'
  WHERE l.sku_id = k.id AND l.short = 0 AND NOT coalesce(r.closed, false) AND l.on_hand - l.allocated - l.reserved - coalesce(r.safety, 0) > 0
) a ORDER BY h.exact, h.popularity DESC, h.id;"""

_LOOK = """look AS (
  INSERT INTO journal.access (id, staff_id, staff_role, customer_id{column}, task, source)
  VALUES ({{id}}, '00000000-0000-0000-0000-00000000000b', 'service', {customer}{value}, '{task}', 'bench')
)"""
LOOKUP = f"""WITH {_LOOK.format(column=", order_id", customer="NULL", value=", " + uuid_of(ORDER, ":order::int"), task="api.order")}
SELECT o.*, c.state, c.captured_minor, c.refunded_minor, k.tender, f.*, l.*, s.code, s.gtin, p.code
FROM orders."order" o JOIN orders.order_charge oc ON oc.order_id = o.id JOIN payments.charge c ON c.id = oc.charge_id
LEFT JOIN payments.capture k ON k.charge_id = c.id JOIN orders.fulfilment f ON f.order_id = o.id
JOIN orders.order_line l ON l.order_id = o.id JOIN catalog.sku s ON s.id = l.sku_id JOIN catalog.product p ON p.id = s.product_id
WHERE o.number = lpad(:order::text, 8, '0');"""

_HISTORY = """SELECT e.id, e.occurred_at, e.kind, e.channel, e.actor_kind, e.actor_label, e.order_id, e.store_id, s.name_ko, s.name_en, e.display
FROM journal.entry e LEFT JOIN stores.store s ON s.id = e.store_id
WHERE e.customer_id = '{customer}' AND e.access_class = ANY(ARRAY['order', 'care', 'browse'])
ORDER BY e.occurred_at DESC, e.id DESC LIMIT 21;"""
TIMELINE = _HISTORY.format(customer=World.customer_id(1))
_WHOSE = f"'{World.customer_id(1)}'"
TIMELINE_LOOKED = f"WITH {_LOOK.format(column='', customer=_WHOSE, value='', task='api.history')} {TIMELINE}"


def _search(words: str) -> str:
    tests = " AND ".join(f"p.search_text LIKE '%{word}%'" for word in words.split())
    return SEARCH.format(word=words, tests=tests)


def scripts_of(name: str, world: World, *, new_id: str) -> list[str]:
    """The pgbench scripts of a case; of several, each is as likely. new_id: how the server draws a UUID."""
    draw = {"stores": world.stores, "skus": world.skus, "customers": world.customers, "orders": world.orders}
    match name:
        case "order_uniform":
            return [UNIFORM.format(**draw) + ORDER_ROWS.format(id=new_id)]
        case "order_hot":
            return [HOT.format(**draw) + ORDER_ROWS.format(id=new_id)]
        case "hold":
            return [UNIFORM.format(**draw) + HOLD_ROWS.format(id=new_id)]
        case "search":
            return [_search(words) for words in world.queries()]
        case "order_lookup":
            return [A_PAST_ORDER.format(**draw) + LOOKUP.format(id=new_id)]
        case "timeline_shopper":
            return [TIMELINE]
        case "timeline_staff":
            return [TIMELINE_LOOKED.format(id=new_id)]
    raise KeyError(name)

"""The bench's world in set statements. Ids are the numbers 1 … n, and what has a UUID gets it from its number, so that a request
can be written without asking the database. `columns`/`values`: the ledger's cause, where the schema has one."""

CUSTOMER, ORDER, CHARGE, FULFILMENT, FACT, ENTRY, DOCUMENT, CAPTURE, IDENTITY = "123456789"


def uuid_of(kind: str, number: str) -> str:
    """SQL of the UUID of a numbered row; all come before every UUIDv7, as the rows of an older time do. kind: one of the above."""
    return f"('0{kind}' || lpad(to_hex({number}), 30, '0'))::uuid"


# $1: how many, here and in the next ones.
STORES = """
INSERT INTO stores.store (id, code, name_ko, name_en, district_ko, district_en, address, city, phone, latitude, longitude)
SELECT n, 'B' || lpad(n::text, 3, '0'), '모아 ' || n || '호점', 'Moa ' || n, '구' || n, 'District ' || n, '서울 큰길 ' || n, '서울',
       '+8225550' || lpad(n::text, 3, '0'), 37.40 + (n % 10) * 0.03, 126.80 + (n / 10) * 0.05 FROM generate_series(1, $1::int) n"""

HOURS = """
INSERT INTO stores.opening_hours (store_id, weekday, opens, closes)
SELECT n, day, time '00:00', time '23:59' FROM generate_series(1, $1::int) n, generate_series(0, 6) day"""

DOCUMENTS = f"""
INSERT INTO inventory.document (store_id, id, kind, channel, actor_kind)
SELECT n, {uuid_of(DOCUMENT, "n")}, 'import', 'system', 'system' FROM generate_series(1, $1::int) n"""

SKUS = """
INSERT INTO catalog.sku (id, product_id, code, gtin, price_minor, currency)
SELECT n, n, 'B' || lpad(n::text, 7, '0'), '29' || lpad(n::text, 11, '0'), 12900, 'KRW' FROM generate_series(1, $1::int) n"""

CUSTOMERS = f"""
INSERT INTO customers.customer (id, status, display_name)
SELECT {uuid_of(CUSTOMER, "n")}, CASE WHEN n = 1 THEN 'active' ELSE 'guest' END, '손님 ' || n FROM generate_series(1, $1::int) n"""

IDENTITIES = f"""
INSERT INTO customers.identity (id, customer_id, origin_customer_id, kind, value, last_four)
SELECT {uuid_of(IDENTITY, "n * 2 + (kind = 'email')::int")}, {uuid_of(CUSTOMER, "n")}, {uuid_of(CUSTOMER, "n")}, kind,
       CASE kind WHEN 'phone' THEN '+82102' || lpad(n::text, 7, '0') ELSE 'guest' || n || '@example.com' END,
       CASE kind WHEN 'phone' THEN right(lpad(n::text, 8, '0'), 4) ELSE '' END
FROM generate_series(1, $1::int) n, (VALUES ('phone'), ('email')) k(kind)"""

# $1: stores, $2: SKUs, $3: units on hand everywhere.
LEVELS = """
INSERT INTO inventory.stock_level (store_id, sku_id, on_hand, version)
SELECT store, sku, $3::int, 1 FROM generate_series(1, $1::int) store, generate_series(1, $2::int) sku"""

OPENINGS = """
INSERT INTO inventory.ledger_entry (store_id, sku_id, version, kind, d_on_hand, cause_type, channel, actor_kind{columns})
SELECT store, sku, 1, 'opening', $3::int, 'opening', 'system', 'system'{values}
FROM generate_series(1, $1::int) store, generate_series(1, $2::int) sku"""

# Orders of before: imported, collected and paid.
PAST_TABLE = """
CREATE TEMP TABLE past (n bigint, store int, sku int, who int, number text, at timestamptz, order_id uuid, customer_id uuid,
  charge_id uuid, fulfilment_id uuid, fact_id uuid)"""

# $1: orders, $2: stores, $3: SKUs, $4: how many of them are customer 1's, $5: customers.
PAST = f"""
INSERT INTO past
SELECT n, store, sku, who, lpad(n::text, 8, '0'), now() - interval '400 days' + n * interval '365 days' / ($1::int + 1),
       {uuid_of(ORDER, "n")}, {uuid_of(CUSTOMER, "who")}, {uuid_of(CHARGE, "n")}, {uuid_of(FULFILMENT, "n")}, {uuid_of(FACT, "n")}
FROM (SELECT n::bigint, 1 + n % $2::int AS store, 1 + (n * 7919::bigint % $3::int)::int AS sku,
             CASE WHEN n <= $4::int THEN 1 ELSE 2 + n % ($5::int - 1) END AS who FROM generate_series(1, $1::int) n) o"""

PAST_ROWS = (
    """INSERT INTO orders."order" (id, number, customer_id, channel, state, currency, total_minor, contact_name, contact_phone,
         contact_email, placed_at, placed_by_kind, closed_at, source)
       SELECT order_id, number, customer_id, 'web', 'completed', 'KRW', 12900, '손님 ' || who, '+82102' || lpad(who::text, 7, '0'),
              'guest' || who || '@example.com', at, 'guest', at, 'imported' FROM past""",
    """INSERT INTO orders.order_line (order_id, line_no, sku_id, name_ko, name_en, qty, qty_handed_over, unit_price_minor)
       SELECT order_id, 1, sku, '무선 스탠드 조명', 'Cordless lamp', 1, 1, 12900 FROM past""",
    """INSERT INTO payments.charge (id, method, state, currency, amount_minor, captured_minor)
       SELECT charge_id, 'imported', 'captured', 'KRW', 12900, 12900 FROM past""",
    f"""INSERT INTO payments.capture (id, charge_id, tender, amount_minor, store_id, at)
       SELECT {uuid_of(CAPTURE, "n")}, charge_id, 'imported', 12900, store, at FROM past""",
    "INSERT INTO orders.order_charge (order_id, charge_id) SELECT order_id, charge_id FROM past",
    """INSERT INTO orders.fulfilment (store_id, id, order_id, state, ready_by, handed_over_at)
       SELECT store, fulfilment_id, order_id, 'handed_over', at, at FROM past""",
    """INSERT INTO orders.fulfilment_line (store_id, fulfilment_id, line_no, order_id, sku_id, qty, qty_picked, qty_handed_over)
       SELECT store, fulfilment_id, 1, order_id, sku, 1, 1, 1 FROM past""",
    """INSERT INTO journal.fact (id, at, kind, subject_type, subject_id, order_id, customer_id, store_id, channel, actor_kind, to_state,
         data)
       SELECT fact_id, at, 'order.placed', 'order', order_id::text, order_id, customer_id, store, 'web', 'guest', 'completed',
              '{"imported": true}' FROM past""",
    f"""INSERT INTO journal.entry (id, fact_id, customer_id, origin_customer_id, occurred_at, kind, access_class, order_id, store_id,
         channel, actor_kind, actor_label, display)
       SELECT {uuid_of(ENTRY, "n")}, fact_id, customer_id, customer_id, at, 'order.placed', 'order', order_id, store, 'web', 'guest', '',
              jsonb_build_object('number', number, 'items', 1, 'total_minor', 12900, 'currency', 'KRW') FROM past""",
    """UPDATE inventory.stock_level l SET on_hand = l.on_hand - s.sold, version = l.version + s.sold
       FROM (SELECT store, sku, count(*) AS sold FROM past GROUP BY 1, 2) s WHERE (l.store_id, l.sku_id) = (s.store, s.sku)""",
)
PAST_LEDGER = """
INSERT INTO inventory.ledger_entry (store_id, sku_id, version, kind, d_on_hand, cause_type, cause_id, channel, actor_kind{columns})
SELECT store, sku, 1 + row_number() OVER (PARTITION BY store, sku ORDER BY n), 'sell', -1, 'import', order_id, 'system', 'system'{values}
FROM past"""

# Numbers drawn by the product go on after ours.
SEQUENCES = """
SELECT setval(pg_get_serial_sequence(name, 'id'), upto) FROM (VALUES ('stores.store', $1::bigint), ('catalog.product', $2), ('catalog.sku', $2))
v(name, upto)"""

"""The bench's world in set statements. Ids are the numbers 1 … n, and what has a UUID gets it from its number, so that a request
can be written without asking the database."""

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

SOLD = """
CREATE TEMP TABLE sold AS SELECT store, sku, count(*)::int AS units FROM past GROUP BY 1, 2"""

# The rows of the large tables: what is copied into them, by its columns. {stores}, {skus}; {units}: on hand everywhere, before
# anything was sold.
ROWS = {
    "inventory.stock_level": """SELECT store AS store_id, sku AS sku_id, {units} - coalesce(s.units, 0) AS on_hand, 1 + coalesce(s.units, 0) AS version
       FROM generate_series(1, {stores}) store CROSS JOIN generate_series(1, {skus}) sku LEFT JOIN sold s USING (store, sku) ORDER BY sku, store""",
    "inventory.ledger_entry": f"""SELECT store AS store_id, sku AS sku_id, version, kind, units AS d_on_hand, cause AS cause_type, order_id AS cause_id,
         'system' AS channel, 'system' AS actor_kind, {uuid_of(DOCUMENT, "store")} AS document_id
       FROM (
         SELECT store, sku, 1 AS version, 'opening' AS kind, {{units}} AS units, 'opening' AS cause, NULL::uuid AS order_id
         FROM generate_series(1, {{stores}}) store, generate_series(1, {{skus}}) sku
         UNION ALL
         SELECT store, sku, 1 + row_number() OVER (PARTITION BY store, sku ORDER BY n), 'sell', -1, 'import', order_id FROM past) e""",
    'orders."order"': """SELECT order_id AS id, number, customer_id, 'web' AS channel, 'completed' AS state, 'KRW' AS currency, 12900 AS total_minor,
         '손님 ' || who AS contact_name, '+82102' || lpad(who::text, 7, '0') AS contact_phone, 'guest' || who || '@example.com' AS contact_email,
         at AS placed_at, 'guest' AS placed_by_kind, at AS closed_at, 'imported' AS source FROM past""",
    "orders.order_line": """SELECT order_id, 1 AS line_no, sku AS sku_id, '무선 스탠드 조명' AS name_ko, 'Cordless lamp' AS name_en, 1 AS qty,
         1 AS qty_handed_over, 12900 AS unit_price_minor FROM past""",
    "payments.charge": """SELECT charge_id AS id, 'imported' AS method, 'captured' AS state, 'KRW' AS currency, 12900 AS amount_minor,
         12900 AS captured_minor FROM past""",
    "payments.capture": f"""SELECT {uuid_of(CAPTURE, "n")} AS id, charge_id, 'imported' AS tender, 12900 AS amount_minor, store AS store_id, at
       FROM past""",
    "orders.order_charge": "SELECT order_id, charge_id FROM past",
    "orders.fulfilment": """SELECT store AS store_id, fulfilment_id AS id, order_id, 'handed_over' AS state, at AS ready_by, at AS handed_over_at
       FROM past""",
    "orders.fulfilment_line": """SELECT store AS store_id, fulfilment_id, 1 AS line_no, order_id, sku AS sku_id, 1 AS qty, 1 AS qty_picked,
         1 AS qty_handed_over FROM past""",
    "journal.fact": """SELECT fact_id AS id, at, 'order.placed' AS kind, 'order' AS subject_type, order_id::text AS subject_id, order_id, customer_id,
         store AS store_id, 'web' AS channel, 'guest' AS actor_kind, 'completed' AS to_state, '{{"imported": true}}' AS data FROM past""",
    "journal.entry": f"""SELECT {uuid_of(ENTRY, "n")} AS id, fact_id, customer_id, customer_id AS origin_customer_id, at AS occurred_at,
         'order.placed' AS kind, 'order' AS access_class, order_id, store AS store_id, 'web' AS channel, 'guest' AS actor_kind, '' AS actor_label,
         jsonb_build_object('number', number, 'items', 1, 'total_minor', 12900, 'currency', 'KRW') AS display FROM past""",
}

# Numbers drawn by the product go on after ours.
SEQUENCES = """
SELECT setval(pg_get_serial_sequence(name, 'id'), upto) FROM (VALUES ('stores.store', $1::bigint), ('catalog.product', $2), ('catalog.sku', $2))
v(name, upto)"""

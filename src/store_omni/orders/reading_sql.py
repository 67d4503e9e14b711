"""How an order is read: one statement, a row for each line, for pages in their session and for programs that bring a token.

Touches: orders.{order, order_charge, order_line, fulfilment, fulfilment_line}, payments.{charge, capture}, catalog.{sku, product},
staff.account; where a token is checked: staff.{service_token, service_scope}, customers.{sign_in, customer}, and a service's look
writes journal.access; the search reads customers.identity and stores.store too.
"""

from store_omni.customers.signing_in import HOLDER as SHOPPER_HOLDER
from store_omni.journal.looking import LOOK, MISSED
from store_omni.staff.serving import HOLDER as SERVICE_HOLDER

HEAD_COLUMNS = (
    "o.id, o.number, o.state, o.channel, o.currency, o.customer_id, o.contact_name, o.contact_phone, o.contact_email, o.locale, "
    "o.placed_at, o.close_reason, c.state AS charge_state, k.tender, coalesce(c.captured_minor, 0), coalesce(c.refunded_minor, 0)"
)
FULFILMENT_COLUMNS = (
    "f.store_id, f.id AS fulfilment_id, f.state AS fulfilment_state, f.ready_by, f.picker_id, a.name AS picker, f.staging_code, "
    "f.ready_at, f.hold_until, f.checked_in_at, f.handed_over_at"
)
LINE_COLUMNS = (
    "l.line_no, l.sku_id, s.code AS sku_code, s.gtin, p.code AS product_code, l.name_ko, l.name_en, p.drawing, "
    "CASE WHEN s.colour <> '' THEN s.colour ELSE p.colour END, p.category, l.qty, l.qty_cancelled, l.qty_handed_over, "
    "l.qty_returned, coalesce(fl.qty_picked, 0), l.unit_price_minor, whole.name_ko AS set_ko, whole.name_en AS set_en"
)
HEAD, FULFILMENT = slice(0, 16), slice(16, 27)
LINE = slice(27, 45)
SPELLINGS_MAX = 4

# Of an order that was moved to another store, the place it is at now.
NOW_AT = (
    "LEFT JOIN LATERAL (SELECT * FROM orders.fulfilment x WHERE x.order_id = o.id ORDER BY x.allocated_at DESC LIMIT 1) f ON true"
)
_JOINS = f"""LEFT JOIN orders.order_charge oc ON oc.order_id = o.id LEFT JOIN payments.charge c ON c.id = oc.charge_id
LEFT JOIN LATERAL (SELECT x.tender FROM payments.capture x WHERE x.charge_id = c.id ORDER BY x.id LIMIT 1) k ON true
{NOW_AT} LEFT JOIN staff.account a ON a.id = f.picker_id
LEFT JOIN orders.order_line l ON l.order_id = o.id LEFT JOIN catalog.sku s ON s.id = l.sku_id LEFT JOIN catalog.product p ON p.id = s.product_id
LEFT JOIN catalog.sku bundle ON bundle.id = l.bundle_sku_id LEFT JOIN catalog.product whole ON whole.id = bundle.product_id
LEFT JOIN orders.fulfilment_line fl ON fl.store_id = f.store_id AND fl.fulfilment_id = f.id AND fl.line_no = l.line_no"""
_ORDER = f"SELECT {HEAD_COLUMNS}, {FULFILMENT_COLUMNS}, {LINE_COLUMNS} FROM {{source}} o {_JOINS}"


def order_where(condition: str) -> str:
    """Rows of one order in columns HEAD, FULFILMENT (NULLs: it has none) and LINE. condition: about `orders.order o`."""
    # An imported number may be another spelling of one of ours.
    source = f'(SELECT * FROM orders."order" o WHERE {condition} LIMIT 1)'
    return f"{_ORDER.format(source=source)} ORDER BY l.line_no"


# As many as there can be. An array of unknown length would cost a new plan for each call, which costs more than the call.
NUMBERED = "IN (" + ", ".join(f"($2::text[])[{n}]" for n in range(1, SPELLINGS_MAX + 1)) + ")"

# Who asks ($1: the token's hash): a service with what it may (w), or a shopper (me). A service reaches orders of its stores.
_WHO = f"""w AS MATERIALIZED (
  SELECT a.id, s.store_ids, 'orders:read' = ANY (s.verbs) AS may FROM {SERVICE_HOLDER.format(held="= $1")}
), me AS MATERIALIZED (SELECT c.id FROM {SHOPPER_HOLDER.format(held="$1")}), who AS (
  SELECT w.may FROM w UNION ALL SELECT true FROM me
)"""
_REACH = """(f.store_id IN (SELECT f.store_id FROM w WHERE w.may AND (w.store_ids IS NULL OR f.store_id = ANY (w.store_ids)))
    OR o.customer_id IN (SELECT me.id FROM me))"""
_LOOKED = f"{LOOK} SELECT {{look_id}}, w.id, 'service', NULL, o.customer_id, o.id, '{{task}}', $4 FROM w, o RETURNING order_id"
# What a service sees hangs on its access rows: no row, no look.
_SEEN = "(EXISTS (SELECT FROM me) OR o.id IN (SELECT look.order_id FROM look))"

# $2: spellings of a number, $3: id of the access row, $4: source. Rows as of `order_where`, and whether the caller may at all: no
# row where nobody holds the token, one of NULLs where there is no such order in reach.
LOOKED_UP = f"""WITH {_WHO}, o AS MATERIALIZED (
  SELECT o.* FROM orders."order" o {NOW_AT} WHERE o.number {NUMBERED} AND {_REACH} LIMIT 1
), look AS ({_LOOKED.format(look_id="$3", task="api.order")})
SELECT x.*, who.may FROM who LEFT JOIN LATERAL ({_ORDER.format(source="o")} WHERE {_SEEN}) x ON true ORDER BY x.line_no"""

# A service that may read and found nothing: $2 id of the row, $3 task, $4 source, $5 kind of question, $6 its keyed hash.
MISSED_BY_SERVICE = f"""{MISSED} SELECT $2, a.id, 'service', NULL, $3, $4, $5, $6 FROM {SERVICE_HOLDER.format(held="= $1")}
  AND 'orders:read' = ANY (s.verbs)"""

FOUND_MAX = 20


def _found(*hits: str) -> str:
    """hits: selects of `id, placed_at`. Where they wait is looked up from the newest on, until there are enough: nobody's thousand
    orders are followed to their stores for twenty."""
    return f"""WITH {_WHO}, o AS MATERIALIZED (
  SELECT o.id, o.number, o.state, o.placed_at, o.currency, o.total_minor, o.contact_name, o.customer_id, f.store_id,
         f.state AS fulfilment_state, f.ready_by, row_number() OVER (ORDER BY hit.placed_at DESC, hit.id) AS n
  FROM (SELECT * FROM ({" UNION ".join(hits)}) u ORDER BY u.placed_at DESC, u.id) hit
  JOIN orders."order" o ON o.id = hit.id {NOW_AT} WHERE {_REACH} ORDER BY hit.placed_at DESC, hit.id LIMIT {FOUND_MAX}
), look AS ({_LOOKED.format(look_id="($3::uuid[])[o.n]", task="api.search")})
SELECT x.number, x.state, x.placed_at, x.currency, x.total_minor, x.contact_name, s.code, x.fulfilment_state, x.ready_by, who.may
FROM who LEFT JOIN LATERAL (SELECT o.* FROM o WHERE {_SEEN}) x ON true LEFT JOIN stores.store s ON s.id = x.store_id ORDER BY x.n"""


_PLACED = 'SELECT h.id, h.placed_at FROM orders."order" h WHERE '
_THEIRS = 'SELECT h.id, h.placed_at FROM customers.identity i JOIN orders."order" h ON h.customer_id = i.customer_id WHERE '
# $2: spellings of a number, one E.164 phone number or one lower-case e-mail address; $3: ids of as many access rows as there can be
# orders, $4: source. Placed by the customer with this phone or address, or with it as the order's own contact.
FOUND_BY = {
    "order": _found(f"{_PLACED} h.number {NUMBERED}"),
    "phone": _found(f"{_PLACED} h.contact_phone = $2", f"{_THEIRS} i.kind = 'phone' AND i.value = $2"),
    "email": _found(f"{_PLACED} h.contact_email = $2", f"{_THEIRS} i.kind IN ('email', 'login') AND i.value = $2"),
}

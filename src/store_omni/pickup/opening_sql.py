"""What a pickup code opens: the token, the store, the pass and the order behind it in one statement that only reads.

Touches: staff.{service_token, account, service_scope}, stores.store, passes.pass, payments.charge, catalog.sku,
orders.{fulfilment, fulfilment_line, order, order_charge, order_line}.
"""

from store_omni.passes.verifying import LOOK_COLUMNS, LOOK_JOINS
from store_omni.staff.serving import HOLDER

_PASS = f"SELECT {LOOK_COLUMNS} FROM passes.pass p {LOOK_JOINS} WHERE p.store_id = $3 AND p.id = $4"
_LINES = """SELECT o.number, f.state, f.staging_code, o.currency, c.state AS charge_state, l.line_no, s.code AS sku,
    l.name_ko, l.name_en, fl.qty_picked, l.qty - l.qty_cancelled AS qty_left, l.unit_price_minor
  FROM orders.fulfilment f JOIN orders."order" o ON o.id = f.order_id
  JOIN orders.order_line l ON l.order_id = o.id JOIN catalog.sku s ON s.id = l.sku_id
  LEFT JOIN orders.fulfilment_line fl ON fl.store_id = f.store_id AND fl.fulfilment_id = f.id AND fl.line_no = l.line_no
  LEFT JOIN orders.order_charge oc ON oc.order_id = o.id LEFT JOIN payments.charge c ON c.id = oc.charge_id
  WHERE f.store_id = p.store_id AND f.id = p.subject_id AND p.purpose = 'pickup'"""

# $1: the token's hash, $2: code of the store that asks, $3, $4: store and id of the pass. Rows, one for each line of the order: none
# where nobody holds the token; `may` whether it may; `at_store` NULL where the store is not one of its; `id` NULL: no such pass.
OPENED = f"""WITH w AS MATERIALIZED (
  SELECT s.store_ids, 'pickups:work' = ANY (s.verbs) AS may FROM {HOLDER.format(held="= $1")}
)
SELECT w.may, place.id AS at_store, p.*, x.*
FROM w LEFT JOIN stores.store place ON place.code = $2 AND place.active AND (w.store_ids IS NULL OR place.id = ANY (w.store_ids))
LEFT JOIN LATERAL ({_PASS}) p ON true LEFT JOIN LATERAL ({_LINES}) x ON true ORDER BY x.line_no"""

"""The journal of what was imported, so that everybody's timeline begins where the customer's dealings began.

Every fact is marked `imported`: it is sealed with the others and told to nobody.
"""

import asyncpg

from store_omni.importing.progress import Progress


async def write_journal(connection: asyncpg.Connection, progress: Progress, source: str) -> None:
    """Facts and timeline entries for orders, handovers, cancellations, returns; a fact for each correction and write-off."""
    progress.step("Writing the journal")
    await connection.execute(_TABLE)
    for statement in (_PLACED, _HANDED_OVER, _CANCELLED, _RETURNED, _CORRECTED):
        await connection.execute(statement, *([source] if "$1" in statement else []))
    await connection.execute(_FACTS)
    await connection.execute(_ENTRIES)
    await connection.execute(_POPULARITY)


_TABLE = """
CREATE TEMP TABLE import_fact (
  id uuid, at timestamptz, kind text, subject_type text, subject_id text, order_id uuid, customer_id uuid, store_id int, channel text,
  actor_kind text, actor_id text, actor_label text, from_state text, to_state text, data jsonb, display jsonb) ON COMMIT DROP"""

_PLACED = """
INSERT INTO import_fact
SELECT md5('placed' || d.order_id)::uuid, d.at, 'order.placed', 'order', d.order_id::text, d.order_id, d.customer_id, d.store_id, d.channel,
  o.placed_by_kind, o.placed_by_id, CASE WHEN o.placed_by_kind = 'shopper' THEN coalesce(c.display_name, '') ELSE '' END, NULL, 'confirmed',
  jsonb_build_object('fulfilment_id', d.fulfilment_id, 'charge_id', d.charge_id),
  jsonb_build_object('number', d.doc, 'items', d.items, 'total_minor', d.total, 'currency', d.currency)
FROM import_doc d JOIN orders."order" o ON o.id = d.order_id LEFT JOIN customers.customer c ON c.id = d.customer_id"""

_HANDED_OVER = """
INSERT INTO import_fact
SELECT md5('handed over' || d.order_id)::uuid, d.collected_at, 'pickup.handed_over', 'fulfilment', d.fulfilment_id::text, d.order_id,
  d.customer_id, d.store_id, 'counter', 'system', NULL, '', 'ready_for_pickup', 'handed_over', '{}'::jsonb,
  jsonb_build_object('number', d.doc, 'amount_minor', d.paid, 'currency', d.currency, 'tender', d.tender)
FROM import_doc d WHERE NOT d.cancelled"""

# Named after the cancelling document, by which it is known when it comes again. Only the entry of an order that ended
# stands in the timeline; a line less is told by the order itself.
_CANCELLED = """
INSERT INTO import_fact
SELECT md5('cancel' || $1 || g.doc)::uuid, max(g.at), 'order.cancelled', 'order', min(d.order_id::text), min(d.order_id::text)::uuid,
  min(d.customer_id::text)::uuid, min(d.store_id), min(g.channel), 'system', NULL, '', 'confirmed',
  CASE WHEN bool_and(d.cancelled) THEN 'cancelled' ELSE 'confirmed' END, jsonb_build_object('reason', 'other'),
  CASE WHEN bool_and(d.cancelled) THEN jsonb_build_object('number', min(d.doc), 'reason', 'other') END
FROM import_good g JOIN import_match m USING (file, row) JOIN import_doc d ON d.order_id = m.order_id
WHERE g.kind = 'cancel' GROUP BY g.doc"""

_RETURNED = """
INSERT INTO import_fact
SELECT md5('returned' || r.request_id)::uuid, r.at, 'return.received', 'return', r.request_id::text, r.origin, r.customer_id, r.store_id,
  r.channel, 'system', NULL, '', 'requested', 'received', jsonb_build_object('amount_minor', r.worth, 'currency', r.currency),
  jsonb_build_object('return_number', r.number, 'items', r.items, 'amount_minor', r.worth, 'currency', r.currency)
    || CASE WHEN r.order_number IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('number', r.order_number) END
FROM import_return r"""

_CORRECTED = """
INSERT INTO import_fact
SELECT md5(g.kind || $1 || g.doc)::uuid, min(g.at), CASE WHEN g.kind = 'adjust' THEN 'stock.adjusted' ELSE 'payment.written_off' END,
  'import', g.doc, NULL, NULL, min(g.store_id), min(g.channel), 'system', NULL, '', NULL, NULL,
  jsonb_build_object('units', sum(g.qty), 'amount_minor', sum(g.qty * g.price), 'currency', min(g.currency)), NULL
FROM import_good g WHERE g.kind IN ('adjust', 'write_off') GROUP BY g.kind, g.doc"""

_FACTS = """
INSERT INTO journal.fact (id, at, kind, subject_type, subject_id, order_id, customer_id, store_id, channel, actor_kind, actor_id,
  from_state, to_state, data)
SELECT id, at, kind, subject_type, subject_id, order_id, customer_id, store_id, channel, actor_kind, actor_id, from_state, to_state,
  data || '{"imported": true}'::jsonb
FROM import_fact ORDER BY at"""

_ENTRIES = """
INSERT INTO journal.entry (id, fact_id, customer_id, origin_customer_id, occurred_at, kind, access_class, order_id, store_id, channel,
  actor_kind, actor_label, display)
SELECT md5('entry' || id)::uuid, id, customer_id, customer_id, at, kind, 'order', order_id, store_id, channel, actor_kind, actor_label, display
FROM import_fact WHERE display IS NOT NULL ORDER BY at"""

_POPULARITY = """
UPDATE catalog.product p SET popularity = p.popularity + s.units
FROM (SELECT k.product_id, least(sum(g.qty), 1000000)::int AS units FROM import_good g JOIN catalog.sku k ON k.id = g.sku_id
      WHERE g.kind = 'sale' GROUP BY 1) s
WHERE p.id = s.product_id"""

"""Every invariant as one query: no row, it holds."""

from typing import Any

import msgspec

from store_omni.inventory.sealing import STREAMS
from store_omni.journal.sealing import broken_seals, unsealed_rows
from store_omni.migrating import function_files
from store_omni.notifications.telling import CONSUMER, TEMPLATES
from store_omni.orders.states import FULFILMENT, ORDER
from store_omni.tables import APPEND_ONLY


class Invariant(msgspec.Struct, frozen=True):
    """`sql` returns what breaks it. `values`: its parameters."""

    code: str
    says: str
    sql: str
    values: tuple[Any, ...] = ()


STOCK = [
    Invariant("I01", "no stock level is negative or promises more than it has", """
        SELECT store_id, sku_id FROM inventory.stock_level
        WHERE least(on_hand, allocated, reserved, short, in_transit, quarantine) < 0
           OR allocated + reserved > on_hand + short"""),
    Invariant("I02", "every balance is the sum of its ledger, and its version counts the entries without a gap", """
        SELECT l.store_id, l.sku_id FROM inventory.stock_level l LEFT JOIN (
          SELECT store_id, sku_id, sum(d_on_hand) oh, sum(d_allocated) al, sum(d_reserved) re, sum(d_short) sh,
                 sum(d_in_transit) it, sum(d_quarantine) qu, count(*) n, max(version) v
          FROM inventory.ledger_entry GROUP BY 1, 2) e USING (store_id, sku_id)
        WHERE (l.on_hand, l.allocated, l.reserved, l.short, l.in_transit, l.quarantine) IS DISTINCT FROM
              (coalesce(e.oh, 0), coalesce(e.al, 0), coalesce(e.re, 0), coalesce(e.sh, 0), coalesce(e.it, 0), coalesce(e.qu, 0))
           OR l.version <> coalesce(e.n, 0) OR l.version <> coalesce(e.v, 0)"""),
    Invariant("I03", "allocated is the sum of active allocations", """
        SELECT store_id, sku_id FROM inventory.stock_level l FULL JOIN (
          SELECT store_id, sku_id, sum(qty) s FROM inventory.allocation WHERE state = 'active' GROUP BY 1, 2) a
        USING (store_id, sku_id) WHERE coalesce(l.allocated, -1) <> coalesce(a.s, 0)"""),
    Invariant("I04", "each ordered unit is handed over, cancelled or still promised", """
        SELECT l.order_id, l.line_no FROM orders.order_line l LEFT JOIN (
          SELECT x.order_id, x.line_no, sum(a.qty) promised FROM orders.fulfilment_line x
          JOIN inventory.allocation a ON a.store_id = x.store_id AND a.id = x.allocation_id AND a.state = 'active'
          JOIN orders.fulfilment f ON f.store_id = x.store_id AND f.id = x.fulfilment_id AND f.state <> 'uncollected'
          GROUP BY 1, 2) p USING (order_id, line_no)
        WHERE l.qty <> l.qty_cancelled + l.qty_handed_over + coalesce(p.promised, 0)"""),
    Invariant("I05", "what was handed over left the stock, once", """
        WITH gone AS (
          SELECT o.order_id, e.sku_id, -sum(e.d_on_hand) units FROM inventory.ledger_entry e JOIN (
            SELECT h.id cause_id, f.order_id FROM pickup.handover h
            JOIN orders.fulfilment f ON f.store_id = h.store_id AND f.id = h.fulfilment_id
            UNION ALL SELECT id, id FROM orders."order") o USING (cause_id)
          WHERE e.kind IN ('hand_over', 'sell') GROUP BY 1, 2
        ), handed AS (
          SELECT l.order_id, l.sku_id, sum(l.qty_handed_over) units FROM orders.order_line l
          JOIN catalog.sku s ON s.id = l.sku_id AND s.kind = 'goods' GROUP BY 1, 2 HAVING sum(l.qty_handed_over) > 0)
        SELECT order_id, sku_id FROM gone FULL JOIN handed USING (order_id, sku_id)
        WHERE coalesce(gone.units, 0) <> coalesce(handed.units, 0)"""),
    Invariant("I06", "received returns are back in the stock of the store that received them", """
        WITH due AS (
          SELECT r.id, r.received_store_id store_id, l.sku_id, sum(l.qty) units FROM returns.request r
          JOIN returns.request_line l ON l.request_id = r.id JOIN catalog.sku s ON s.id = l.sku_id AND s.kind = 'goods'
          WHERE r.reception = 'received' AND l.disposition IN ('restock', 'quarantine') GROUP BY 1, 2, 3
        ), back AS (
          SELECT e.cause_id id, e.store_id, e.sku_id, sum(e.d_on_hand) units FROM inventory.ledger_entry e
          WHERE e.kind = 'return' AND e.cause_type = 'return' GROUP BY 1, 2, 3)
        SELECT id, store_id, sku_id FROM due FULL JOIN back USING (id, store_id, sku_id)
        WHERE coalesce(due.units, 0) <> coalesce(back.units, 0)"""),
    Invariant("I15", "no hold outlives its time by more than a minute", """
        SELECT store_id, id FROM inventory.hold WHERE state = 'active' AND expires_at < now() - interval '1 minute'"""),
    Invariant("I14", "no stock stays promised to a dead order, save what still has to be put back", """
        SELECT a.store_id, a.id FROM inventory.allocation a
        JOIN orders.fulfilment_line x ON x.store_id = a.store_id AND x.allocation_id = a.id
        JOIN orders.fulfilment f ON f.store_id = x.store_id AND f.id = x.fulfilment_id
        JOIN orders."order" o ON o.id = f.order_id
        WHERE a.state = 'active' AND o.state IN ('cancelled', 'expired', 'completed') AND f.state <> 'uncollected'"""),
]  # fmt: skip

STOCKROOM = [
    Invariant("I25", "reserved is the sum of active holds", """
        SELECT store_id, sku_id FROM inventory.stock_level l FULL JOIN (
          SELECT x.store_id, x.sku_id, sum(x.qty) s FROM inventory.hold_line x
          JOIN inventory.hold h ON h.store_id = x.store_id AND h.id = x.hold_id AND h.state = 'active' GROUP BY 1, 2) a
        USING (store_id, sku_id) WHERE coalesce(l.reserved, -1) <> coalesce(a.s, 0)"""),
    Invariant("I26", "in transit is what open transfers still owe to the store", """
        SELECT store_id, sku_id FROM inventory.stock_level l FULL JOIN (
          SELECT t.to_store_id store_id, x.sku_id, sum(x.qty_sent - x.qty_received - x.qty_missing) s FROM stockroom.transfer t
          JOIN stockroom.transfer_line x ON x.store_id = t.store_id AND x.transfer_id = t.id
          WHERE t.state IN ('sent', 'partly_received') GROUP BY 1, 2) a
        USING (store_id, sku_id) WHERE coalesce(l.in_transit, -1) <> coalesce(a.s, 0) AND (l.store_id IS NOT NULL OR a.s <> 0)"""),
    Invariant("I27", "each deficit has its open task of as many units, and no deficit's task is open without one", """
        SELECT store_id, sku_id FROM (SELECT store_id, sku_id, short FROM inventory.stock_level WHERE short > 0) l FULL JOIN (
          SELECT store_id, sku_id, units FROM stockroom.task WHERE kind = 'short' AND closed_at IS NULL) t USING (store_id, sku_id)
        WHERE l.short IS DISTINCT FROM t.units"""),
    Invariant("I28", "each paper of a till was reported once, and each report has its paper", """
        SELECT coalesce(r.store_id, d.store_id), coalesce(r.document_id, d.id) FROM stockroom.till_report r
        FULL JOIN (SELECT * FROM inventory.document WHERE kind IN ('till_sale', 'till_count')) d
          ON d.store_id = r.store_id AND d.id = r.document_id
        WHERE (d.kind, d.reference) IS DISTINCT FROM ('till_' || r.kind, r.till || '/' || r.number)"""),
    Invariant("I29", "a transfer's papers are what the ledgers of both stores say, and one that has ended owes nothing", """
        SELECT t.store_id, t.id, x.sku_id FROM stockroom.transfer t
        JOIN stockroom.transfer_line x ON x.store_id = t.store_id AND x.transfer_id = t.id
        CROSS JOIN LATERAL (
          SELECT coalesce(-sum(e.d_on_hand) FILTER (WHERE e.store_id = t.store_id), 0) AS sent,
                 coalesce(sum(e.d_on_hand + e.d_quarantine) FILTER (WHERE e.store_id = t.to_store_id), 0) AS arrived,
                 coalesce(sum(e.d_in_transit) FILTER (WHERE e.store_id = t.to_store_id), 0) AS travelling
          FROM inventory.ledger_entry e WHERE e.cause_id = t.id AND e.sku_id = x.sku_id) e
        WHERE (e.sent, e.arrived, e.travelling) IS DISTINCT FROM
              (x.qty_sent, x.qty_received + x.qty_extra, x.qty_sent - x.qty_received - x.qty_missing)
           OR (t.state IN ('received', 'lost') AND x.qty_sent <> x.qty_received + x.qty_missing)"""),
    Invariant("I30", "what counts corrected is what they put into the ledger", """
        SELECT store_id, count_id, sku_id FROM (
          SELECT store_id, count_id, sku_id, corrected FROM stockroom.count_line WHERE corrected <> 0) l FULL JOIN (
          SELECT e.store_id, e.document_id count_id, e.sku_id, sum(e.d_on_hand) units FROM inventory.ledger_entry e
          JOIN stockroom.count c ON c.store_id = e.store_id AND c.id = e.document_id GROUP BY 1, 2, 3) b
        USING (store_id, count_id, sku_id) WHERE l.corrected IS DISTINCT FROM b.units"""),
    Invariant("I31", "nobody approved a count in which they counted", """
        SELECT c.store_id, c.id FROM stockroom.count c
        JOIN stockroom.count_line x ON x.store_id = c.store_id AND x.count_id = c.id AND x.counted_by = c.approved_by"""),
]  # fmt: skip

ORDERS = [
    Invariant("I07", "nothing is returned that was not handed over, and the line's count is the sum of what was received", """
        SELECT l.order_id, l.line_no FROM orders.order_line l LEFT JOIN (
          SELECT x.order_id, x.order_line_no line_no, sum(x.qty) back FROM returns.request_line x
          JOIN returns.request r ON r.id = x.request_id AND r.reception = 'received' AND r.acceptance <> 'rejected'
          WHERE x.order_id IS NOT NULL GROUP BY 1, 2) b USING (order_id, line_no)
        WHERE l.qty_returned <> coalesce(b.back, 0) OR l.qty_returned > l.qty_handed_over"""),
    Invariant("I08", "an order's total is the sum of its lines", """
        SELECT o.id FROM orders."order" o LEFT JOIN orders.order_line l ON l.order_id = o.id GROUP BY o.id
        HAVING o.total_minor <> coalesce(sum(l.qty * l.unit_price_minor), 0)"""),
    Invariant("I11", "each pickup pass that was spent is one handover, and each handover spent one", """
        SELECT coalesce(p.id, h.pass_id) FROM passes.pass p FULL JOIN pickup.handover h ON h.store_id = p.store_id AND h.pass_id = p.id
        WHERE (p.purpose = 'pickup' OR p.id IS NULL) AND (p.spent_at IS NOT NULL) IS DISTINCT FROM (h.id IS NOT NULL)"""),
    Invariant("I12", "no pass was spent after its time, after being revoked, or a pickup pass at another store", """
        SELECT store_id, id FROM passes.pass WHERE spent_at > least(expires_at, coalesce(revoked_at, 'infinity'))
           OR (purpose = 'pickup' AND spent_at IS NOT NULL AND spent_store_id IS DISTINCT FROM store_id)"""),
    Invariant("I13", "at most one live pass per purpose and subject", """
        SELECT store_id, purpose, subject_id FROM passes.pass WHERE spent_at IS NULL AND revoked_at IS NULL
        GROUP BY 1, 2, 3 HAVING count(*) > 1"""),
    Invariant("I16", "no bag waits on the shelf past its time", """
        SELECT store_id, id FROM orders.fulfilment
        WHERE state = 'ready_for_pickup' AND hold_until < now() - interval '15 minutes'"""),
    Invariant("I17", "a confirmed order has a store that works on it", """
        SELECT o.id FROM orders."order" o WHERE o.state = 'confirmed'
          AND NOT EXISTS (SELECT 1 FROM orders.fulfilment f WHERE f.order_id = o.id)"""),
    Invariant("I19", "goods of one fulfilment were handed over in one handover with one receipt", """
        SELECT f.store_id, f.id FROM orders.fulfilment f JOIN orders."order" o ON o.id = f.order_id AND o.source = 'live'
        LEFT JOIN pickup.handover h ON h.store_id = f.store_id AND h.fulfilment_id = f.id
        LEFT JOIN pickup.receipt r ON r.store_id = h.store_id AND r.handover_id = h.id
        GROUP BY 1, 2, f.state HAVING (f.state = 'handed_over') <> (count(h.id) = 1 AND count(r.number) = 1)
          OR count(h.id) > 1"""),
    Invariant("I40", "what counts against a buyer's caps is an open order, with the units it was placed with", """
        SELECT s.order_id, s.kind FROM orders.open_share s JOIN orders."order" o ON o.id = s.order_id
        WHERE o.state <> 'confirmed'
           OR s.units <> (SELECT sum(l.qty) FROM orders.order_line l WHERE l.order_id = s.order_id)"""),
]  # fmt: skip

MONEY = [
    Invariant("I09", "what was taken and not given back is the price of the goods that stayed with the buyer", """
        SELECT o.id FROM orders."order" o JOIN (
          SELECT oc.order_id, sum(c.captured_minor - c.refunded_minor) net FROM orders.order_charge oc
          JOIN payments.charge c ON c.id = oc.charge_id WHERE c.state = 'captured' GROUP BY 1) m ON m.order_id = o.id
        JOIN (SELECT order_id, sum((qty_handed_over - qty_returned) * unit_price_minor) kept FROM orders.order_line GROUP BY 1) k
          ON k.order_id = o.id WHERE m.net <> k.kept"""),
    Invariant("I10", "refunds add up and never exceed what was taken", """
        SELECT c.id FROM payments.charge c
        LEFT JOIN (SELECT charge_id, sum(amount_minor) s FROM payments.refund WHERE state <> 'failed' GROUP BY 1) r ON r.charge_id = c.id
        LEFT JOIN (SELECT charge_id, sum(amount_minor) s FROM payments.capture GROUP BY 1) k ON k.charge_id = c.id
        WHERE c.refunded_minor <> coalesce(r.s, 0) OR c.captured_minor <> coalesce(k.s, 0) OR coalesce(r.s, 0) > c.captured_minor"""),
    Invariant("I18", "no money without an order", """
        SELECT c.id FROM payments.charge c LEFT JOIN orders.order_charge oc ON oc.charge_id = c.id
        LEFT JOIN orders."order" o ON o.id = oc.order_id
        WHERE c.captured_minor > 0 AND (o.id IS NULL OR o.state IN ('pending_payment', 'expired'))"""),
    Invariant("I20", "each refund of ours is a recorded fact of a known person, and a second one approved it where one had to", """
        SELECT f.id FROM payments.refund f JOIN orders.order_charge oc ON oc.charge_id = f.charge_id
        JOIN orders."order" o ON o.id = oc.order_id AND o.source = 'live'
        WHERE f.requested_by IS NULL OR f.approved_by = f.requested_by
          -- Above the limit of its time: what the next change of it says it was before.
          OR (f.approved_by IS NULL AND f.at > (SELECT applied_at FROM payments.refund_limits_since)
              AND f.amount_minor > coalesce(
                (SELECT (x.data->>'before_minor')::bigint FROM journal.fact x
                 WHERE x.kind = 'refund.limit_changed' AND x.store_id = f.store_id AND x.at > f.at ORDER BY x.at LIMIT 1),
                payments.refund_limit(f.store_id, f.currency)))
          OR NOT EXISTS (
          SELECT 1 FROM journal.fact x WHERE x.order_id = o.id AND x.kind = 'return.refunded' AND x.actor_id IS NOT NULL
            AND f.cause_key = 'return:' || x.subject_id)"""),
]  # fmt: skip


def _moves(table: dict[tuple[str, str], str]) -> tuple[list[str], list[str]]:
    pairs = sorted({(before, after) for (before, _command), after in table.items()})
    return [before for before, _ in pairs], [after for _, after in pairs]


def _guards() -> tuple[list[str], list[str], list[str]]:
    """Table, name and definition of each trigger without which a row could be changed, or be written without a seal."""
    found = []
    for table in APPEND_ONLY:
        for name, when in (("append_only", "BEFORE DELETE OR UPDATE"), ("no_truncate", "BEFORE TRUNCATE")):
            each = "ROW" if name == "append_only" else "STATEMENT"
            found.append((table, name, f"{when} ON {table} FOR EACH {each} EXECUTE FUNCTION journal.refuse_change()"))
    for stream in STREAMS:
        function = f"{stream.table.partition('.')[0]}.await_seal()"
        then = f"REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {function}"
        found.append((stream.table, "await_seal", f"AFTER INSERT ON {stream.table} {then}"))
    tables, names, definitions = zip(*found, strict=True)
    return list(tables), list(names), list(definitions)


def _functions() -> tuple[list[str], list[str]]:
    """Name and body of each function of the product."""
    found = [(file.name, file.body) for file in function_files()]
    return [name for name, _ in found], [body for _, body in found]


# A guard that an owner of the database switched off or emptied shows here, also where the rows themselves look right.
JOURNAL = [
    *(Invariant("I21", "every seal holds what its rows say, and the seal before it", broken_seals(stream)) for stream in STREAMS),
    *(
        Invariant("I22", f"every {subject} moved only as its state table allows", f"""
            SELECT f.id FROM journal.fact f WHERE f.subject_type = '{subject}' AND f.from_state IS NOT NULL
              AND f.kind NOT LIKE 'payment.%'
              AND NOT EXISTS (SELECT 1 FROM unnest($1::text[], $2::text[]) a(before, after)
                              WHERE (a.before, a.after) = (f.from_state, f.to_state))""", _moves(table))
        for subject, table in (("order", ORDER), ("fulfilment", FULFILMENT))
    ),
    Invariant("I23", "no row waits longer than ten minutes for its seal, and no message longer than one", """
        SELECT key FROM journal.unsealed WHERE since < now() - interval '10 minutes'
        UNION ALL SELECT fact_id::text FROM journal.delivery
        WHERE state = 'waiting' AND next_try_at < now() - interval '1 minute'"""),
    Invariant("I24", "each fact that people are told of has its delivery", """
        SELECT f.id FROM journal.fact f WHERE f.kind = ANY($1) AND f.data->>'imported' IS NULL
          AND NOT EXISTS (SELECT 1 FROM journal.delivery d WHERE d.fact_id = f.id AND d.consumer = $2)
          AND NOT EXISTS (SELECT 1 FROM journal.unsealed u WHERE u.stream = 'fact' AND u.key = f.id::text)""",
        (sorted(TEMPLATES), CONSUMER)),
    Invariant("I41", "what is only appended to refuses to be changed, taken out or emptied, and asks for its seal", """
        SELECT g.place, g.name FROM unnest($1::text[], $2::text[], $3::text[]) g (place, name, definition)
        WHERE NOT EXISTS (
          SELECT FROM pg_trigger x WHERE x.tgrelid = to_regclass(g.place) AND x.tgname = g.name AND x.tgenabled = 'O'
            AND pg_get_triggerdef(x.oid) = 'CREATE TRIGGER ' || g.name || ' ' || g.definition)""", _guards()),
    *(
        Invariant("I42", f"every row of {stream.table} is sealed, or waits for its seal", unsealed_rows(stream))
        for stream in STREAMS
    ),
    Invariant("I43", "every function of the database is the one of this release", """
        SELECT f.name FROM unnest($1::text[], $2::text[]) f (name, body)
        WHERE NOT EXISTS (
          SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
          WHERE n.nspname || '.' || p.proname = f.name AND p.prosrc = f.body)""", _functions()),
]  # fmt: skip

INVARIANTS = sorted([*STOCK, *STOCKROOM, *ORDERS, *MONEY, *JOURNAL], key=lambda invariant: invariant.code)

"""What is off today, store by store."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import text

from store_omni.kit.database import ReadSession


class StoreDay(msgspec.Struct, frozen=True):
    """Today by the store's own clock. `late`: promised and not ready; `waiting`: bags on the shelf; `put_back`: bags to be
    emptied; `kept` of `promised`: orders whose promise fell today and that were ready in time; `untold`: messages that
    reached nobody."""

    store_id: int
    name_ko: str
    name_en: str
    late: int
    open: int
    waiting: int
    put_back: int
    handed_over: int
    promised: int
    kept: int
    untold: int
    taken_minor: int
    currency: str

    @property
    def quiet(self) -> bool:
        return not (self.late or self.open or self.waiting or self.put_back or self.handed_over)


_TODAY = text(
    """WITH days AS (
         SELECT s.id, s.name_ko, s.name_en, s.currency, date_trunc('day', now(), s.timezone) AS since
         FROM stores.store s WHERE s.active AND s.pickup AND (CAST(:among AS int[]) IS NULL OR s.id = ANY (CAST(:among AS int[])))
       ), work AS (
         SELECT f.store_id,
                count(*) FILTER (WHERE f.state IN ('allocated','picking','short','packed','staged') AND f.ready_by < now()) AS late,
                count(*) FILTER (WHERE f.state IN ('allocated','picking','short','packed','staged')) AS open,
                count(*) FILTER (WHERE f.state IN ('ready_for_pickup','partially_handed_over')) AS waiting,
                count(*) FILTER (WHERE f.state = 'uncollected') AS put_back,
                count(*) FILTER (WHERE f.handed_over_at >= d.since) AS handed_over,
                count(*) FILTER (WHERE f.ready_by >= d.since AND f.ready_by < now() AND f.state <> 'cancelled') AS promised,
                count(*) FILTER (WHERE f.ready_by >= d.since AND f.ready_by < now() AND f.ready_at <= f.ready_by) AS kept,
                count(*) FILTER (WHERE EXISTS (SELECT 1 FROM notifications.message m WHERE m.order_id = f.order_id
                                 AND m.state IN ('failed','no_address') AND m.created_at >= d.since)) AS untold
         FROM orders.fulfilment f JOIN days d ON d.id = f.store_id
         WHERE f.state NOT IN ('handed_over','cancelled','restocked') OR f.handed_over_at >= d.since OR f.ready_by >= d.since
         GROUP BY f.store_id
       ), money AS (
         SELECT k.store_id, sum(k.amount_minor) AS taken FROM payments.capture k JOIN days d ON d.id = k.store_id
         WHERE k.at >= d.since GROUP BY k.store_id)
       SELECT d.id, d.name_ko, d.name_en, coalesce(w.late, 0)::int, coalesce(w.open, 0)::int, coalesce(w.waiting, 0)::int,
              coalesce(w.put_back, 0)::int, coalesce(w.handed_over, 0)::int, coalesce(w.promised, 0)::int,
              coalesce(w.kept, 0)::int, coalesce(w.untold, 0)::int, coalesce(m.taken, 0)::bigint, d.currency
       FROM days d LEFT JOIN work w ON w.store_id = d.id LEFT JOIN money m ON m.store_id = d.id
       ORDER BY coalesce(w.late, 0) DESC, coalesce(w.put_back, 0) DESC, coalesce(w.open, 0) DESC, d.name_ko"""
)


async def today_by_store(session: ReadSession, *, among: Sequence[int] | None = None) -> list[StoreDay]:
    """Stores that take pickups, the most trouble first; `among`: only these."""
    return [StoreDay(*row) for row in await session.execute(_TODAY, {"among": among})]

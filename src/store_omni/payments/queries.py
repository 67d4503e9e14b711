"""What was refunded by whom."""

from datetime import date

import msgspec
from sqlalchemy import text

from store_omni.kit.database import ReadSession

REPORT_DAYS = 31


class ClerkRefunds(msgspec.Struct, frozen=True):
    """One person's refunds of one day of a store by one tender. `approved`: how many of them a second person approved."""

    day: date
    store_ko: str
    store_en: str
    clerk: str
    login: str
    tender: str
    currency: str
    count: int
    sum_minor: int
    approved: int


async def clerk_refunds(session: ReadSession, store_ids: tuple[int, ...] | None) -> list[ClerkRefunds]:
    """The last 31 days at these stores (None: all), the newest day first and the largest sum first."""
    rows = await session.execute(
        text(
            """SELECT (r.at AT TIME ZONE s.timezone)::date AS day, s.name_ko, s.name_en, a.name, a.login, r.tender, r.currency,
                      count(*)::int, sum(r.amount_minor)::bigint AS sum, count(r.approved_by)::int
               FROM payments.refund r JOIN stores.store s ON s.id = r.store_id JOIN staff.account a ON a.id = r.requested_by
               WHERE r.state <> 'failed' AND r.at > now() - make_interval(days => :days)
                 AND (CAST(:stores AS int[]) IS NULL OR r.store_id = ANY(:stores))
               GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY day DESC, sum DESC LIMIT 2000"""
        ),
        {"days": REPORT_DAYS, "stores": list(store_ids) if store_ids is not None else None},
    )
    return [ClerkRefunds(*row) for row in rows]

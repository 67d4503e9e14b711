"""/counter/queue: who is here, what is due, what waits; live. /counter/picks: only what has to be picked, printable."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, cast

import msgspec
from litestar import Request, Response, Router, get
from litestar.di import NamedDependency, Provide
from litestar.response import ServerSentEvent, ServerSentEventMessage

from store_omni.journal.actors import Actor
from store_omni.journal.looking import Record, note_looks
from store_omni.kit.database import WriteSession, writing
from store_omni.pickup.queries import QueueRow, StoreToday, queue, today
from store_omni.staff.signing_in import is_signed_in
from store_omni.web.plumbing.guarding import by, staff_guard, staff_view
from store_omni.web.plumbing.pages import page, render, see_other
from store_omni.web.plumbing.texts import current_locale, use_locale

TO_PICK = ("allocated", "picking", "short", "packed", "staged")
LIVE_SECONDS = 2.0
# A stream ends by itself now and then; the browser comes back, and forgotten tabs do not hold connections for ever.
LIVE_ROUNDS_MAX = 900


class Board(msgspec.Struct, frozen=True):
    """A store's open work, sorted into what a clerk asks: who is here, what must I do, what waits, what goes back."""

    here: list[QueueRow]
    to_pick: list[QueueRow]
    ready: list[QueueRow]
    put_back: list[QueueRow]
    today: StoreToday


async def board(session: WriteSession, by: Actor) -> Board:
    """Who is named on it is noted, once an hour: the board stands open all day."""
    store_id = cast(int, by.store_id)
    rows = await queue(session, store_id)
    await note_looks(session, [Record(row.customer_id, row.order_id) for row in rows], by=by, task="counter.queue", hourly=True)
    here = [row for row in rows if row.checked_in_at is not None]
    rest = [row for row in rows if row.checked_in_at is None]
    return Board(
        here=here,
        to_pick=[row for row in rest if row.state in TO_PICK],
        ready=[row for row in rest if row.state in ("ready_for_pickup", "partially_handed_over")],
        put_back=[row for row in rest if row.state == "uncollected"],
        today=await today(session, store_id),
    )


def _context(request: Request[Any, Any, Any], found: Board, nav: str) -> dict[str, Any]:
    return {"staff": staff_view(request), "nav": nav, "board": found, "rail_counts": {"picks": len(found.to_pick)}}


@get("/")
async def home() -> Response[str]:
    return see_other("/counter/queue")


@get("/queue")
async def show(
    request: Request[Any, Any, Any], write: NamedDependency[WriteSession], by: NamedDependency[Actor]
) -> Response[str]:
    found = await board(write, by)
    return page(request, "counter/queue/index.html", _context(request, found, "queue"))


@get("/picks")
async def picks(
    request: Request[Any, Any, Any], write: NamedDependency[WriteSession], by: NamedDependency[Actor]
) -> Response[str]:
    found = await board(write, by)
    return page(request, "counter/queue/picks.html", _context(request, found, "picks"))


@get("/queue/live")
async def live(request: Request[Any, Any, Any], by: NamedDependency[Actor]) -> ServerSentEvent:
    """The same partial as the page's, sent when it reads differently. Uses short transactions of its own: a stream
    must not hold the request's session open."""
    locale = current_locale()

    async def changes() -> AsyncGenerator[ServerSentEventMessage, None]:
        use_locale(locale)
        last = ""
        for _ in range(LIVE_ROUNDS_MAX):
            if not await is_signed_in(request.app.state.pool, request.state.token):
                return
            async with request.app.state.sessions.begin() as session:
                found = await board(writing(session), by)
            html = render(request, "counter/queue/_board.html", {"board": found})
            if html != last:
                last = html
                yield ServerSentEventMessage(data=html)
            else:
                yield ServerSentEventMessage(data=None, comment="still here")
            await asyncio.sleep(LIVE_SECONDS)

    return ServerSentEvent(changes())


QUEUE = Router(
    path="",
    guards=[staff_guard("counter", "clerk")],
    dependencies={"by": Provide(by)},
    route_handlers=[home, show, picks, live],
)

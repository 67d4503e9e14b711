"""A customer's history: her own for her app, anybody's for a service that looks after customers. The same lines either way."""

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery

from store_omni.history.reading import Lines, look_at_history, own_history
from store_omni.history.wording import WORDS
from store_omni.kit.errors import SignInNeeded
from store_omni.web.api.declaring import reading
from store_omni.web.api.entering import bearer_of, turn_away
from store_omni.web.plumbing.guarding import source_of
from store_omni.web.plumbing.texts import current_locale, gettext

Req = Request[Any, Any, Any]


class EntryOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that happened. `actor`: the buyer's name; null for staff and systems, whose names stay in the house. `store`:
    its code, null where no store took part. `display`: the kind's own parts (number, items, total_minor …)."""

    id: UUID
    occurred_at: datetime
    kind: str
    channel: str
    actor_kind: str
    actor: str | None
    order_id: UUID | None
    store: str | None
    store_name: str | None
    display: dict[str, Any]


class HistoryOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Newest first, 20 at a time; older ones with `before=next_before` (null: there are none). `words`: how each kind is said in
    your language."""

    entries: list[EntryOut]
    next_before: UUID | None
    words: dict[str, str]


SHOWN: dict[int, Any] = {200: ResponseSpec(HistoryOut, description="A page of the history", generate_examples=False)}
NO_STORE = {"cache-control": "no-store"}


@cache
def _words(_locale: str) -> bytes:
    return msgspec.json.encode({kind: gettext(said.words) for kind, said in WORDS.items()})


def _answer(lines: Lines) -> Response[bytes]:
    older = b"null" if lines.next_before is None else b'"%b"' % str(lines.next_before).encode()
    body = b'{"entries":[%b],"next_before":%b,"words":%b}' % (lines.json.encode(), older, _words(current_locale()))
    return Response(body, media_type="application/json", headers=NO_STORE)


@get("/me/history", operation_id="read_own_history", responses=SHOWN | reading())
async def own(request: Req, before: FromQuery[UUID | None] = None) -> Response[bytes]:
    """What happened to the shopper who calls, on every channel."""
    pool, token = request.app.state.pool, bearer_of(request)
    try:
        return _answer(await own_history(pool, token, english=current_locale() == "en", before=before))
    except SignInNeeded:
        await turn_away(request)


@get("/customers/{customer_id:uuid}/history", operation_id="read_history", responses=SHOWN | reading())
async def looked_at(request: Req, customer_id: FromPath[UUID], before: FromQuery[UUID | None] = None) -> Response[bytes]:
    """For a service with `customers:read`. The look is written down, and the customer sees that it happened. A service of
    some stores sees what happened there."""
    pool, token, source = request.app.state.pool, bearer_of(request), source_of(request)
    try:
        english = current_locale() == "en"
        return _answer(await look_at_history(pool, token, customer_id, source=source, english=english, before=before))
    except SignInNeeded:
        await turn_away(request)


HISTORIES = Router(path="", tags=["histories"], route_handlers=[own, looked_at])

"""A customer's history: her own for her app, anybody's for a service that looks after customers. The same lines either way."""

from collections.abc import Callable
from contextvars import copy_context
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery

from store_omni.history.reading import History, Told
from store_omni.history.wording import say
from store_omni.kit.errors import SignInNeeded
from store_omni.web.api.declaring import reading
from store_omni.web.api.entering import bearer_of, turn_away
from store_omni.web.plumbing.guarding import source_of
from store_omni.web.plumbing.texts import LOCALES, current_locale, gettext, use_locale

Req = Request[Any, Any, Any]


SHOWN: dict[int, Any] = {200: ResponseSpec(History, description="A page of the history", generate_examples=False)}
NO_STORE = {"cache-control": "no-store"}


def _teller(locale: str) -> Callable[[str], str]:
    """How a kind is said in one language, whatever the language of the request that asks first."""

    def say_it(kind: str) -> str:
        use_locale(locale)
        return gettext(say(kind).words)

    return lambda kind: copy_context().run(say_it, kind)


_TOLD = {locale: Told(_teller(locale), english=locale == "en") for locale in LOCALES}


def told_in(locale: str) -> Told:
    return _TOLD[locale]


def _answer(page: bytes) -> Response[bytes]:
    return Response(page, media_type="application/json", headers=NO_STORE)


@get("/me/history", operation_id="read_own_history", responses=SHOWN | reading())
async def own(request: Req, before: FromQuery[UUID | None] = None) -> Response[bytes]:
    """What happened to the shopper who calls, on every channel."""
    try:
        return _answer(await request.app.state.histories.own(bearer_of(request), told=told_in(current_locale()), before=before))
    except SignInNeeded:
        await turn_away(request)


@get("/customers/{customer_id:uuid}/history", operation_id="read_history", responses=SHOWN | reading())
async def looked_at(request: Req, customer_id: FromPath[UUID], before: FromQuery[UUID | None] = None) -> Response[bytes]:
    """For a service with `customers:read`. The look is written down, and the customer sees that it happened. A service of
    some stores sees what happened there."""
    histories, token, source = request.app.state.histories, bearer_of(request), source_of(request)
    try:
        return _answer(await histories.look_at(token, customer_id, source=source, told=told_in(current_locale()), before=before))
    except SignInNeeded:
        await turn_away(request)


HISTORIES = Router(path="", tags=["histories"], route_handlers=[own, looked_at])

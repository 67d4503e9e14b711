"""Who is there: role guards for staff faces, and the optional shopper. Read on a connection of its own, outside the
request's transaction, so that a revoked sign-in is out with the next request."""

from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from store_omni.journal.actors import Actor
from store_omni.kit.errors import N_, NotAllowed, SignInNeeded
from store_omni.kit.forwarding import first_untrusted
from store_omni.staff.errors import OwnPinNeeded
from store_omni.staff.signing_in import SignedIn, signed_in
from store_omni.stores.knowing import KnownStores
from store_omni.stores.narrowing import SomeStores
from store_omni.web.plumbing.pages import named
from store_omni.web.plumbing.texts import gettext

STAFF_COOKIE = "so_staff"
ROLE_WORDS = {
    "clerk": N_("Store staff"),
    "agent": N_("Customer service"),
    "manager": N_("Manager"),
    "service": N_("Connected system"),
}
Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], Coroutine[Any, Any, None]]


def source_of(connection: Connection) -> str:
    """The address a request came from: of the first hop that is no proxy of the operator's."""
    return source_in(connection.scope)


def source_in(scope: Any) -> str:
    """The same for what answers before there is a request object; empty where the server knows no peer."""
    client = scope["client"]
    if not client:
        return ""
    return first_untrusted(client[0], scope["headers"], scope["litestar_app"].state.settings.trusted_proxies)


def staff_guard(channel: str, *roles: str, temporary_pin: bool = False) -> Guard:
    """Lets only these roles in and puts who it is into the request's state. Decides role only; which store's things
    they may touch is a predicate inside each command. `temporary_pin`: also people whose PIN another person set, who get no
    further than to the page where they choose their own."""

    async def guard(connection: Connection, _handler: BaseRouteHandler) -> None:
        token = connection.cookies.get(STAFF_COOKIE)
        person = await signed_in(connection.app.state.pool, token) if token else None
        if person is None:
            raise SignInNeeded
        connection.state.by_whom = f"{person.role}:{person.account_id}"
        if person.role not in roles:
            raise NotAllowed
        if person.pin_is_temporary and not temporary_pin:
            raise OwnPinNeeded
        connection.state.person = person
        connection.state.token = token
        settings = connection.app.state.settings
        by = person.actor(channel=channel, source=source_of(connection))
        connection.state.actor = msgspec.structs.replace(by, looks_max=(settings.looks_per_minute, settings.looks_per_quarter))

    return guard


async def by(request: Request[Any, Any, Any]) -> Actor:
    """The signed-in member of staff, as every command wants to know her."""
    return request.state.actor


def own_stores(request: Request[Any, Any, Any]) -> list[int] | None:
    """Which stores' things a list may show to who is signed in; None: of all. One store is asked of `Actor.may_at`."""
    by: Actor = request.state.actor
    return list(by.store_ids) if by.store_ids is not None else None


async def known_own_stores(request: Request[Any, Any, Any]) -> KnownStores:
    """In the place of all stores where a face keeps to those of the person: any other answers 404 and is in no choice."""
    known, own = request.app.state.known_stores, own_stores(request)
    return known if own is None else SomeStores(known, own)


def staff_view(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """What the staff layouts show: name, role, store."""
    person: SignedIn = request.state.person
    store = named({"name_ko": person.store_name_ko, "name_en": person.store_name_en})
    samples = request.app.state.settings.local
    return {"name": person.name, "role": gettext(ROLE_WORDS[person.role]), "store_name": store, "samples": samples}

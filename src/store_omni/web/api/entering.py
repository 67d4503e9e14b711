"""Who calls the API: a service account with its verbs and stores, or a shopper's app. Bearer tokens only, no cookies."""

from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

import asyncpg
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from store_omni.customers.signing_in import Shopper, is_for
from store_omni.customers.signing_in import signed_in as shopper_of
from store_omni.journal.actors import Actor
from store_omni.kit.errors import N_, InvalidInput, NotAllowed, NotFound, SignInNeeded
from store_omni.kit.ids import token_hash
from store_omni.staff.serving import Service, service_of
from store_omni.stores.queries import StoreView, store_by_code
from store_omni.web.plumbing.guarding import source_of

Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], Coroutine[Any, Any, None]]
KEY_CHARS_MAX = 100
# What a shopper's own app may do; each command still asks whether the order is hers.
SHOPPER_VERBS = frozenset({"stock:read", "orders:place", "orders:read", "orders:cancel", "returns:request"})


def bearer_of(connection: Connection) -> str:
    """The token of a call. Errors: `SignInNeeded` without one."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token or not is_for(token, "app"):
        raise SignInNeeded
    return token


async def _holder(pool: asyncpg.Pool, token: str) -> Service | Shopper:
    caller = await service_of(pool, token) or await shopper_of(pool, token)
    if caller is None:
        raise SignInNeeded
    return caller


async def _enter(pool: asyncpg.Pool, token: str, verb: str) -> Service | Shopper:
    caller = await _holder(pool, token)
    if verb not in (caller.verbs if isinstance(caller, Service) else SHOPPER_VERBS):
        raise NotAllowed
    return caller


async def enter(connection: Connection, verb: str) -> None:
    """What `verb_guard` does, for a route that has to do it later. Errors: `SignInNeeded`, `NotAllowed`."""
    connection.state.caller = await _enter(connection.app.state.pool, bearer_of(connection), verb)


def verb_guard(verb: str) -> Guard:
    """Lets in who may do `verb`, and puts the caller into the request's state. One round trip of its own for a service, two
    for a shopper; a hot route does without it: `bearer_of` where its own statement checks the token, `caller_from_cache`
    where it needs to know the caller first and its statement checks the token once more."""

    async def guard(connection: Connection, _handler: BaseRouteHandler) -> None:
        await enter(connection, verb)

    return guard


async def turn_away(request: Request[Any, Any, Any]) -> NoReturn:
    """Says why a statement that checks the token itself found nobody. Errors: `SignInNeeded` for a token that nobody holds,
    `NotAllowed` for a token of another kind of holder than the route is for."""
    await _holder(request.app.state.pool, bearer_of(request))
    raise NotAllowed


async def caller_from_cache(request: Request[Any, Any, Any], verb: str) -> bytes | None:
    """Like `verb_guard`, without its round trip: a service is known for 5 seconds after it was last looked up.

    So whatever is decided must not rest on it: hand the returned hash of the token to the statement that acts, which checks
    token, verb and store once more in its transaction (`token_hash` of `orders.placing.place`; its `SignInNeeded` then is
    the answer to a token that was revoked in between; `KnownServices.forget` it). None: a shopper, who was looked up just now.
    Errors: `SignInNeeded`, `NotAllowed`.
    """
    token, state = bearer_of(request), request.app.state
    held = token_hash(token)
    service = await state.known_services.holder(held)
    if service is None or verb not in service.verbs:
        # A shopper, nobody, or a service that was given this verb a moment ago.
        request.state.caller = await _enter(state.pool, token, verb)
        return held if isinstance(request.state.caller, Service) else None
    request.state.caller = service
    return held


def caller_of(request: Request[Any, Any, Any]) -> Service | Shopper:
    return request.state.caller


def actor_of(request: Request[Any, Any, Any]) -> Actor:
    """The caller where no store is touched."""
    caller = caller_of(request)
    if isinstance(caller, Service):
        return caller.actor(source=source_of(request))
    return caller.actor(source=source_of(request), channel="mobile")


async def at_store(request: Request[Any, Any, Any], code: str) -> tuple[StoreView, Actor]:
    """The store of this address and the service as it acts there. Errors: `NotFound` for a store outside its scope."""
    store = await store_by_code(request.app.state.pool, code)
    caller = caller_of(request)
    if not isinstance(caller, Service) or not caller.may_at(store.id):
        raise NotFound
    return store, caller.actor(source=source_of(request), store_id=store.id)


def key_of(request: Request[Any, Any, Any]) -> str:
    """The Idempotency-Key, which every call that changes something carries. Errors: `InvalidInput` without one."""
    key = request.headers.get("idempotency-key", "").strip()
    if not key or len(key) > KEY_CHARS_MAX:
        raise InvalidInput({"Idempotency-Key": N_("Send a header Idempotency-Key of your own making, up to 100 characters.")})
    return key

"""Who calls the API: a service account with its verbs and stores, or a shopper's app. Bearer tokens only, no cookies."""

from collections.abc import Callable, Coroutine
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from store_omni.customers.signing_in import Shopper
from store_omni.customers.signing_in import signed_in as shopper_of
from store_omni.journal.actors import Actor
from store_omni.kit.errors import N_, InvalidInput, NotAllowed, NotFound, SignInNeeded
from store_omni.staff.serving import Service, service_of
from store_omni.stores.queries import StoreView, store_by_code
from store_omni.web.plumbing.guarding import source_of

Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], Coroutine[Any, Any, None]]
KEY_CHARS_MAX = 100
# What a shopper's own app may do; each command still asks whether the order is hers.
SHOPPER_VERBS = frozenset({"stock:read", "orders:place", "orders:read", "orders:cancel", "returns:request"})


def verb_guard(verb: str) -> Guard:
    """Lets in who may do `verb`, and puts the caller into the request's state."""

    async def guard(connection: Connection, _handler: BaseRouteHandler) -> None:
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise SignInNeeded
        pool = connection.app.state.pool
        service = await service_of(pool, token)
        caller: Service | Shopper | None = service or await shopper_of(pool, token)
        if caller is None:
            raise SignInNeeded
        allowed = caller.verbs if isinstance(caller, Service) else SHOPPER_VERBS
        if verb not in allowed:
            raise NotAllowed
        connection.state.caller = caller

    return guard


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

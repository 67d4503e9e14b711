"""The web program: rooms and faces put together. `create_app` is what the server starts, once per process."""

import asyncio
import gc
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from types import CoroutineType
from typing import Any

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from store_omni.catalog.knowing import KnownProducts, KnownSkus
from store_omni.doctoring import refuse_unfit
from store_omni.fitting import refuse_unfit_schema
from store_omni.history.reading import Histories
from store_omni.inventory.holding import hold_batches
from store_omni.inventory.listening import Listener
from store_omni.kit.clock import SystemClock
from store_omni.kit.connecting import Headers
from store_omni.kit.database import DATABASE_ERRORS, PATIENCE_SECONDS, open_engine, open_pool
from store_omni.kit.metering import CONNECTIONS
from store_omni.kit.signing import Signer
from store_omni.orders.placing import order_batches
from store_omni.rotating import refuse_other_secrets
from store_omni.settings import Settings, read_settings
from store_omni.staff.knowing import KnownServices
from store_omni.stockroom.offering import Stock
from store_omni.stores.knowing import KnownStores
from store_omni.web.api import FACE as API
from store_omni.web.api.fronting import Front
from store_omni.web.api.fronting_histories import HistoryFront
from store_omni.web.api.fronting_orders import OrderFront
from store_omni.web.api.searching import Searches
from store_omni.web.api.stock import CHANNEL, write_availability
from store_omni.web.counter import FACE as COUNTER
from store_omni.web.desk import FACE as DESK
from store_omni.web.office import FACE as OFFICE
from store_omni.web.plumbing import units
from store_omni.web.plumbing.asking import Asking
from store_omni.web.plumbing.manners import HSTS, Manners
from store_omni.web.plumbing.metrics import METRICS
from store_omni.web.plumbing.observing import Tally, observed
from store_omni.web.plumbing.refusing import HANDLERS
from store_omni.web.plumbing.security import security
from store_omni.web.plumbing.serving import HEALTH, LANGUAGE, STATIC_FILES
from store_omni.web.plumbing.watching import Watch
from store_omni.web.shop import FACE as SHOP
from store_omni.web.shop.fronting import ListFront
from store_omni.web.shop.listing import Lists

log = logging.getLogger("store_omni.web")
BODY_BYTES_MAX = 1_000_000
BATCH_CONNECTIONS = 8
API_SAYS = (
    "Every call that changes something carries an Idempotency-Key of your making: sent again, it gets the first answer. "
    "Refusals are application/problem+json with a stable code."
)


def make_signer(settings: Settings) -> Signer:
    keys = settings.secrets.pass_keys()
    return Signer(keys, next(iter(keys)))


class Application(Litestar):
    """Litestar, and before all of it what is answered without it."""

    front: Front
    tally: Tally
    manners: Manners

    def at_once(self, request: bytes, common: Headers) -> bytes | None:
        """See `kit.connecting.Ahead`."""
        answer = self.front.at_once(request, common)
        if answer is not None:
            self.tally.at_once += 1
        return answer

    def __call__(self, scope: Any, receive: Any, send: Any) -> "CoroutineType[Any, Any, None]":
        if scope["type"] == "http":
            self.tally.called += 1
        return self.manners(scope, receive, send)


@asynccontextmanager
async def _lifespan(app: Litestar) -> AsyncGenerator[None, None]:
    settings: Settings = app.state.settings
    engine, sessions = open_engine(settings.database_url, size=settings.pool_size)
    app.state.sessions = sessions
    app.state.readers = sessions.__class__(engine.execution_options(postgresql_readonly=True), expire_on_commit=False)
    app.state.pool = await open_pool(settings.database_url, size=settings.pool_size, patience_seconds=PATIENCE_SECONDS)
    app.state.known_stores = KnownStores(app.state.pool)
    app.state.known_skus = KnownSkus(app.state.pool)
    app.state.known_products = KnownProducts(app.state.pool)
    app.state.known_services = KnownServices(app.state.pool)
    app.state.histories = app.state.history_front.histories = Histories(app.state.pool)
    app.state.stock = Stock(app.state.pool, app.state.known_stores)
    app.state.front.open(app.state.stock, app.state.known_skus)
    app.state.lists = app.state.list_front.lists = Lists(app.state.known_products, app.state.stock)
    app.state.searches = Searches(app.state.known_products, app.state.stock)
    # Few connections of their own: each has made the plans of these long statements once, and keeps them.
    app.state.batch_pool = await open_pool(settings.database_url, size=BATCH_CONNECTIONS)
    app.state.order_batches = order_batches(app.state.batch_pool)
    app.state.hold_batches = hold_batches(app.state.batch_pool)
    if not settings.trust_unsafe_database:
        await refuse_unfit(app.state.pool)
    await refuse_unfit_schema(app.state.pool)
    await refuse_other_secrets(app.state.pool, settings.secrets)
    app.state.order_front.state = app.state
    listener = Listener(settings.database_url, app.state.stock.snapshot)
    app.state.watch = Watch(app.state.pool, lambda: _meter(app, engine))
    beside = [
        asyncio.create_task(listener.run()),
        asyncio.create_task(app.state.watch.run()),
        asyncio.create_task(_warm(app, listener)),
    ]
    try:
        yield
    finally:
        for task in beside:
            task.cancel()
        await app.state.batch_pool.close()
        await app.state.pool.close()
        await engine.dispose()


def _meter(app: Litestar, engine: AsyncEngine) -> None:
    app.state.tally.tell()
    for name, pool in (("requests", app.state.pool), ("batches", app.state.batch_pool)):
        CONNECTIONS.labels(name, "used").set(pool.get_size() - pool.get_idle_size())
        CONNECTIONS.labels(name, "idle").set(pool.get_idle_size())
    sessions = engine.pool
    assert isinstance(sessions, QueuePool)
    CONNECTIONS.labels("sessions", "used").set(sessions.checkedout())
    CONNECTIONS.labels("sessions", "idle").set(sessions.checkedin())


async def _warm(app: Litestar, listener: Listener) -> None:
    """The first visitors after a start do not wait either. What is read before changes are heard would be forgotten again."""
    if not app.state.settings.warm_skus:
        return
    await listener.begun.wait()
    try:
        popular = await app.state.known_skus.warm()
        await app.state.stock.warm(popular[: app.state.settings.warm_skus], channel=CHANNEL)
    except DATABASE_ERRORS as error:
        log.warning("stock is read when it is asked for (%s)", type(error).__name__)
    # What starting has made stays for ever: the collector need not look at it again and again, in the middle of requests.
    gc.collect()
    gc.freeze()


def create_app(settings: Settings | None = None) -> Application:
    """`settings` None: read from the environment (what the server does)."""
    settings = settings or read_settings()
    pages = Router(
        path="/", route_handlers=[HEALTH, METRICS, LANGUAGE, STATIC_FILES, SHOP, COUNTER, DESK, OFFICE], include_in_schema=False
    )
    csrf = CSRFConfig(
        secret=settings.secrets.key_for("forms"),
        cookie_name="so_csrf",
        cookie_secure=settings.public_url.startswith("https:"),
        exclude=["^/api/"],
    )
    app = Application(
        route_handlers=[pages, API],
        state=State({"settings": settings, "signer": make_signer(settings), "clock": SystemClock()}),
        lifespan=[_lifespan],
        csrf_config=csrf,
        dependencies={
            "write": Provide(units.write),
            "read": Provide(units.read),
            "pool": Provide(units.pool),
            "known_stores": Provide(units.known_stores),
            "known_skus": Provide(units.known_skus),
            "known_products": Provide(units.known_products),
            "stock": Provide(units.stock),
            "signer": Provide(units.signer),
            "clock": Provide(units.clock),
        },
        request_class=Asking,
        exception_handlers=HANDLERS,
        logging_config=None,  # kit.logs has set it up
        # Streams are not compressed: their messages would wait in the compressor.
        compression_config=CompressionConfig(backend="gzip", gzip_compress_level=5, exclude=["/live$", "^/health"]),
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=OpenAPIConfig(
            title="store_omni",
            version="1",
            description=API_SAYS,
            path="/api/v1/schema",
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
            components=Components(security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}),
            security=[{"token": []}],
        ),
    )
    # Around everything, because a path that no route matches passes no middleware, and needs its headers and language too.
    app.tally = app.state.tally = Tally()
    app.state.order_front = OrderFront(observed(security(app.asgi_handler)))
    app.state.history_front = HistoryFront(app.state.order_front)
    app.state.list_front = ListFront(app.state.history_front, csrf)
    app.asgi_handler = app.state.list_front
    https = settings.public_url.startswith("https:")
    app.front = app.state.front = Front(super(Application, app).__call__, CHANNEL, write_availability, [HSTS] if https else [])
    app.manners = Manners(app.front, https=https)
    return app

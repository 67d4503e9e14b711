"""No row, no look: every route of staff and programs that shows a customer's name leaves an access row of whoever saw it.

The routes are found in the application, and each is called with all that could fit it, in every state an order can be in. So a
new route that shows a name and writes no row fails here, without anybody adding it to a list.
"""

import re
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from store_omni.orders.placing import Contact
from store_omni.passes.issuing import live_pass
from store_omni.returns.choosing import Asked
from store_omni.returns.requesting import request_return
from store_omni.staff.serving import VERBS, add_service
from store_omni.web.counter import queue

from ..conftest import settings_for
from ..factories.browsing import send, sign_in_staff
from ..factories.ordering import Shop

pytestmark = pytest.mark.anyio
BUYER = Contact(name="남궁하늘별", phone="+821077773141", email="byeol@example.com", locale="ko")
FACES = ("/counter", "/desk", "/office")
# Found again by name: so many routes show it today. Fewer means that the walk no longer reaches them.
SHOWING_MIN = 12


class Look:
    """What one call showed and wrote down."""

    def __init__(self, client: AsyncTestClient, pool: asyncpg.Pool, staff_id: UUID) -> None:
        self.client, self.pool, self.staff_id = client, pool, staff_id
        self.showing: set[str] = set()
        self.silent: set[str] = set()
        self.closed: set[str] = set()

    async def call(self, route: str, method: str, path: str, **more: Any) -> None:
        if route in self.closed:
            return
        before = await self._rows()
        if method == "POST" and not path.startswith("/api/"):
            answer = await send(self.client, path, more.get("data"), headers={"hx-request": "true"})
        else:
            answer = await self.client.request(method, path, follow_redirects=False, **more)
        if answer.status_code == 403:
            self.closed.add(route)  # for another role
        assert answer.status_code < 500, f"{method} {path}: {answer.text[:300]}"
        if BUYER.name in answer.text:
            self.showing.add(f"{method} {route}")
            # A board that stands open all day has its row of this hour.
            if await self._rows() == before and not await self._noted_this_hour(route):
                self.silent.add(f"{method} {route}")

    async def _rows(self) -> int:
        return await self.pool.fetchval("SELECT count(*) FROM journal.access WHERE staff_id = $1", self.staff_id)

    async def _noted_this_hour(self, route: str) -> bool:
        boards = {"/counter/queue": "counter.queue", "/counter/queue/live": "counter.queue", "/counter/picks": "counter.queue"}
        task = boards.get(route) or ("desk.recent" if route == "/desk/search" else None)
        return bool(
            await self.pool.fetchval("SELECT count(*) FROM journal.access WHERE staff_id = $1 AND task = $2", self.staff_id, task)
        )


@pytest.fixture
async def things(shop: Shop) -> dict[str, list[str]]:
    """What could stand in an address or a field: orders of one buyer in every state, their codes, her returns."""
    orders = [
        await shop.view((await shop.place((5, 1), contact=BUYER)).order_id),
        await shop.picked((0, 1), contact=BUYER),
        await shop.ready((1, 1), contact=BUYER),
        await shop.ready((4, 1), contact=BUYER),
        await shop.collected((2, 1), contact=BUYER),
        await shop.collected((3, 1), contact=BUYER),
    ]
    codes = [await shop.pass_code(orders[2])]
    async with shop.sessions.begin() as session:
        for order in orders[4:]:
            receipt = await live_pass(session, purpose="receipt", store_id=order.fulfilment.store_id, subject_id=order.id)
            codes.append(receipt.code(shop.signer))
        asked = [Asked(1, 1)]
        opened = await request_return(
            session, shop.signer, orders[4].id, asked=asked, reason="changed_mind", note="", by=shop.world.agent.actor()
        )
    bags = [row["label"] for row in await shop.pool.fetch("SELECT label FROM pickup.bag")]
    gtins = [item.gtin for item in shop.world.items]
    return {
        "id": [*{str(order.fulfilment.id): 0 for order in orders}, str(orders[0].customer_id), str(opened.request_id)],
        "number": [order.number for order in orders],
        "code": [*codes, *gtins, *bags, "A1", *[order.number for order in orders]],
        "q": [BUYER.phone or "", BUYER.email or "", f"{BUYER.name} 3141", *[order.number for order in orders]],
        "customer": [str(orders[0].customer_id)],
    }


def routes_of(app: Litestar, prefixes: tuple[str, ...]) -> list[tuple[str, str]]:
    found = []
    for route in app.routes:
        if route.path.startswith(prefixes) and "sign-" not in route.path and "schema" not in route.path:
            found += [(method, route.path) for method in sorted(route.methods - {"OPTIONS", "HEAD"})]
    # Acts that end an order's life come last, so that the others meet it alive.
    return sorted(found, key=lambda one: (one[0] != "GET", "cancel" in one[1] or "put-back" in one[1], one[1]))


def addresses(path: str, things: dict[str, list[str]]) -> list[str]:
    """The path with everything in its places that could fit."""
    found = [path]
    while any("{" in one for one in found):
        place = re.search(r"\{(\w+):(\w+)\}", next(one for one in found if "{" in one))
        assert place is not None
        if place[2] == "uuid":
            fitting = things["id"]
        elif place[1] == "store":
            fitting = ["GN"]
        else:
            fitting = things["number"] if place[1] == "number" else [things["code"][3]]
        found = [one.replace(place[0], value) for one in found for value in fitting]
    return found


def fields(things: dict[str, list[str]]) -> list[dict[str, str]]:
    common = {
        "reason": "changed_mind", "bags": "1", "tender": "cash", "line_no": "1", "slip_no": "", "take_over": "yes", "note": "",
        "qty_1": "1", "qty-1": "1", "line_1": "1", "pass_code": things["code"][0],
    }  # fmt: skip
    return [common | {"code": code} for code in things["code"]] + [common | {"reason": "not_found", "code": ""}]


@pytest.fixture
async def patient(shop: Shop, app: Litestar, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[None, None]:
    """Nobody is slowed, and a live screen ends after its first picture."""
    app.state.settings = settings_for(
        app.state.settings.database_url, tmp_path, looks_per_minute=100_000, looks_per_quarter=100_000
    )
    monkeypatch.setattr(queue, "LIVE_ROUNDS_MAX", 1)
    monkeypatch.setattr(queue, "LIVE_SECONDS", 0)
    yield


@pytest.mark.usefixtures("patient")
async def test_every_page_that_shows_a_customer_leaves_a_row(
    app: Litestar, client: AsyncTestClient, shop: Shop, things: dict[str, list[str]]
) -> None:
    showing, silent = set(), set()
    for who in ("clerk", "agent", "manager"):
        person = shop.world.staff[who]
        await sign_in_staff(client, person)
        look = Look(client, shop.pool, person.id)
        for method, path in routes_of(app, FACES):
            for address in addresses(path, things):
                if method == "GET":
                    await look.call(path, method, address)
                    if "search" in path or path.endswith("customers"):
                        for q in things["q"]:
                            await look.call(path, method, address, params={"q": q})
                else:
                    for data in fields(things) if re.search("scan|returns|staging", path) else fields(things)[-2:]:
                        await look.call(path, method, address, data=data)
        showing |= look.showing
        silent |= look.silent
    assert silent == set()
    assert len(showing) >= SHOWING_MIN, sorted(showing)


@pytest.mark.usefixtures("patient")
async def test_every_answer_to_a_program_that_names_a_customer_leaves_a_row(
    client: AsyncTestClient, app: Litestar, shop: Shop, things: dict[str, list[str]]
) -> None:
    spec = (await client.get("/api/v1/schema/openapi.json")).json()
    token = await add_service(shop.pool, name="till", verbs=list(VERBS), store_ids=None)
    service = await shop.pool.fetchval("SELECT id FROM staff.account WHERE login = 'service:till'")
    look = Look(client, shop.pool, service)
    values: dict[str, list[Any]] = {
        "barcode": things["code"], "bags": [1], "shelf": ["A1"], "pass_code": things["code"][:1], "tender": ["cash"],
        "reason": ["changed_mind"], "code": things["code"], "lines": [[{"line_no": 1, "qty": 1}]],
    }  # fmt: skip
    for method, path in routes_of(app, ("/api/v1",)):
        template = re.sub(r":\w+\}", "}", path)
        operation = spec["paths"].get(template, {}).get(method.lower(), {})
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        names = spec["components"]["schemas"].get(schema.get("$ref", "").rsplit("/", 1)[-1], {}).get("properties", {})
        bodies: list[dict[str, Any]] = [{}]
        for name in names:
            bodies = [body | {name: value} for body in bodies for value in values.get(name, [])] or bodies
        for address in addresses(path, things):
            for body in bodies if names else [None]:
                headers = {"authorization": f"Bearer {token}", "idempotency-key": str(uuid4())}
                queries = [{"q": q} for q in things["q"]] if path == "/api/v1/orders" and method == "GET" else [{}]
                for params in queries:
                    more = {"json": body} if body is not None else {}
                    await look.call(path, method, address, headers=headers, params=params, **more)
    assert look.silent == set()
    assert {"api.picking", "api.order", "api.search", "api.cancellation", "api.handover", "api.staging"} <= {
        row["task"] for row in await shop.pool.fetch("SELECT DISTINCT task FROM journal.access")
    }

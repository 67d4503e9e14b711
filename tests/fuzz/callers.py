"""A served shop with something of everything in it, and those who call it."""

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import asyncpg
import msgspec

from store_omni.customers.signing_in import open_session
from store_omni.kit.database import open_engine, open_pool
from store_omni.kit.signing import Signer
from store_omni.staff.serving import VERBS, add_service

from ..conftest import ROOT
from ..factories.ordering import Shop
from ..factories.world import PIN, World
from ..journeys.crowding import SECRETS, free_port
from .wire import Case, ask

START_SECONDS_MAX = 60
TIMES = [
    "2026-11-30T10:00:00+09:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59Z", "0001-01-01T00:00",
]  # fmt: skip
FACES = {"clerk": "counter", "agent": "desk", "manager": "office"}


class Stage(msgspec.Struct):
    """`known`: for a place in an address or a field of a form, values that exist. `tokens`: caller → bearer token.
    `cookies`: caller → what its browser sends. `csrf`: the token that fits them."""

    port: int
    known: dict[str, list[str]]
    tokens: dict[str, str]
    cookies: dict[str, bytes]
    csrf: str
    log: Path


@contextlib.contextmanager
def served(database_url: str, folder: Path) -> Iterator[tuple[int, Path]]:
    """(port, log) of the product as it is served, one process."""
    port, log = free_port(), folder / "web.log"
    own = {"STORE_OMNI_DATABASE_URL": database_url, "STORE_OMNI_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "tests.served", "tests.browser.serving:create_app", str(port), "1"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | SECRETS | own, stdout=out, stderr=out)
    try:
        until = time.monotonic() + START_SECONDS_MAX
        ready = Case("probe", "GET", b"/health/ready", [])
        while True:
            with contextlib.suppress(OSError):
                if ask(port, ready).status == 200:
                    break
            if time.monotonic() > until or process.poll() is not None:
                raise AssertionError(f"the shop did not start:\n{log.read_text()[-3000:]}")
            time.sleep(0.1)
        yield port, log
    finally:
        process.terminate()
        process.wait(20)


async def furnish(database_url: str, world: World) -> tuple[dict[str, list[str]], dict[str, str], str]:
    """(known values, bearer tokens, the shopper's cookie): orders in several states, a service for all and one for a store."""
    pool = await open_pool(database_url, size=3)
    engine, sessions = open_engine(database_url, size=3)
    try:
        shop = Shop(pool, sessions, Signer({1: b"\x11" * 32}, 1), world)
        ready = await shop.ready((0, 2))
        collected = await shop.collected((1, 1))
        placed = await shop.place((2, 1))
        await pool.execute("UPDATE customers.customer SET status = 'active'")
        customer = await pool.fetchval('SELECT customer_id FROM orders."order" WHERE number = $1', placed.number)
        tokens = {
            "all verbs": await add_service(pool, name="fuzz-all", verbs=list(VERBS), store_ids=None),
            "one store": await add_service(pool, name="fuzz-one", verbs=list(VERBS), store_ids=[world.hongdae]),
        }
        shopper = await open_session(pool, customer, source="fuzz")
        tokens["shopper"] = await open_session(pool, customer, source="fuzz", kind="app")
        await pool.execute("UPDATE stores.store SET code = '홍/대 %' WHERE id = $1", world.hongdae)
        await pool.execute("UPDATE catalog.sku SET code = '한글-코드/1' WHERE id = $1", world.items[3].sku_id)
        await pool.execute(
            "UPDATE catalog.product SET code = '한글 상품' WHERE id = (SELECT product_id FROM catalog.sku WHERE id = $1)",
            world.items[3].sku_id,
        )
        known = await _known(pool, world)
        known["code"] += [await shop.pass_code(ready), "A1"]
        known["number"] = [ready.number, collected.number, placed.number]
        return known, tokens, shopper
    finally:
        await pool.close()
        await engine.dispose()


async def _known(pool: asyncpg.Pool, world: World) -> dict[str, list[str]]:
    async def column(sql: str) -> list[str]:
        return [str(row[0]) for row in await pool.fetch(sql)]

    skus, stores = await column("SELECT code FROM catalog.sku"), await column("SELECT code FROM stores.store")
    sku_ids = [str(item.sku_id) for item in world.items]
    fulfilments = await column("SELECT id FROM orders.fulfilment")
    customers = await column("SELECT id FROM customers.customer")
    return {
        "sku": skus, "sku_code": skus, "code": [*skus, *stores, *await column("SELECT code FROM catalog.product")],
        "store": stores, "store_code": stores, "sku_id": sku_ids, "store_id": ["1", "2"], "fulfilment_id": fulfilments,
        "pickup": fulfilments, "happened_at": TIMES, "at": TIMES, "before": TIMES, "kind": ["pickup", "receipt", "short"], "customer_id": customers, "qty": ["1", "2"], "lines": [f"{sku_ids[0]}-2"], "till": ["T1"],
        "next": ["/basket"], "reason": ["changed_mind", "defective", "other"], "tender": ["cash", "card"], "q": ["머그", "MUG-1"],
        "operation_id": ["00000000-0000-4000-8000-000000000001"], "items": [f"{sku_ids[0]}:1"], "name": ["김하늘"],
        "phone": ["010-1234-5678"], "email": ["a@example.com"], "login": ["010-1234-5678"], "label": ["1"], "bags": ["1"],
    }  # fmt: skip


def browsers(port: int, world: World, shopper: str) -> tuple[dict[str, bytes], str]:
    """(cookies of each caller, CSRF token): signed in as people do it."""
    said = ask(port, Case("anybody", "GET", b"/basket", [])).headers["set-cookie"]
    found = re.search(r"so_csrf=([0-9a-f]+)", said)
    assert found is not None
    csrf = f"so_csrf={found[1]}".encode()
    cookies = {"anybody": csrf, "shopper": csrf + f"; so_shop={shopper}; so_viewer=fuzz".encode()}
    for role, person in world.staff.items():
        face = FACES.get(person.role)
        form = f"_csrf_token={found[1]}&login={quote(person.login)}&pin={quote(PIN)}".encode()
        if face is not None:
            headers = [(b"Cookie", csrf), (b"Content-Type", b"application/x-www-form-urlencoded")]
            answer = ask(port, Case(role, "POST", f"/{face}/sign-in".encode(), headers, form))
            token = re.search(r"so_staff=([^;]+)", answer.headers.get("set-cookie", ""))
            assert token is not None, answer
            cookies[role] = csrf + f"; so_staff={token[1]}".encode()
    return cookies, found[1]

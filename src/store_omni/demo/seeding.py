"""`python -m store_omni.demo.seeding`: fills the demo's own database with the demo's world, once. Prints what it does; its last
line is the list of logins as JSON. A database without the mark of this demo is refused and left alone."""

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, cast
from uuid import UUID

import asyncpg

from store_omni.demo.owning import Access, NotOurs, is_ours, read_access
from store_omni.demo.people import SHOPPER, STAFF, logins

if TYPE_CHECKING:
    from store_omni.journal.actors import Actor
    from store_omni.kit.database import Sessions

# The programs of the product are imported only when there is something to do, so that every later start is quick.
SEED = 1
DONE = UUID("6d6f6173-746f-7265-8000-64656d6f0001")
BUYERS = 40


async def seed(url: str, access: Access | None) -> list[dict[str, str]]:
    """Fill the database at `url` (migrated). Interrupted, it goes on where it was the next time. Returns the logins.
    Errors: `NotOurs` for a database that this demo did not make."""
    connection = await asyncpg.connect(url)
    try:
        if access is None or not await is_ours(connection, access):
            raise NotOurs("The demo did not make this database and leaves it alone. Run scripts/demo, which makes its own.")
        if await connection.fetchval("SELECT 1 FROM journal.fact WHERE id = $1", DONE):
            return logins(access)
        await _bring_world(connection)
        print("Hiring staff …", flush=True)
        await _open_shop(url, access)
        await connection.execute(
            """INSERT INTO journal.fact (id, kind, subject_type, subject_id, channel, actor_kind, data)
               VALUES ($1, 'demo.seeded', 'demo', $2, 'system', 'system', '{"imported": true}') ON CONFLICT DO NOTHING""",
            DONE,
            str(SEED),
        )
    finally:
        await connection.close()
    return logins(access)


async def _bring_world(connection: asyncpg.Connection) -> None:
    from datetime import datetime

    from store_omni.demo.data.world import SEOUL
    from store_omni.demo.data.writing import write_world
    from store_omni.importing.progress import Progress
    from store_omni.importing.running import import_files

    progress = Progress(say=lambda line: print(line, flush=True))
    with tempfile.TemporaryDirectory(prefix="store-omni-demo-") as name:
        folder = Path(name)
        print("Inventing a year of trade …", flush=True)
        write_world(folder, seed=SEED, until=datetime.now(SEOUL).date())
        for kind, *files in (
            ("stores", "stores"),
            ("catalog", "catalog"),
            ("customers", "customers"),
            ("orders", "orders", "stock"),
            ("stock", "stock"),
        ):
            paths = [folder / f"{file}.csv" for file in files]
            counts = await import_files(connection, kind, paths, rejects_path=folder / "rejected.csv", progress=progress)
            if counts.rejected:
                raise RuntimeError(f"the demo's own {kind} were refused: {(folder / 'rejected.csv').read_text()[:500]}")


async def _open_shop(url: str, access: Access) -> None:
    from store_omni.app import make_signer
    from store_omni.demo.queueing import Day
    from store_omni.demo.shopkeeping import Shopkeeping
    from store_omni.kit.database import open_engine, open_pool
    from store_omni.settings import read_settings

    pool = await open_pool(url, size=2)
    engine, sessions = open_engine(url, size=2)
    try:
        stores = {row["code"]: row["id"] for row in await pool.fetch("SELECT code, id FROM stores.store")}
        staff = await _hire(pool, sessions, stores, access)
        print("Letting a day begin …", flush=True)
        hands = Shopkeeping(pool, sessions, make_signer(read_settings()))
        await Day(hands, staff, await _buyers(pool, sessions, access), stores).fill()
    finally:
        await pool.close()
        await engine.dispose()


async def _hire(pool: asyncpg.Pool, sessions: "Sessions", stores: dict[str, int], access: Access) -> dict[str, "Actor"]:
    from store_omni.journal.actors import SYSTEM, Actor, ActorKind
    from store_omni.kit.database import writing
    from store_omni.staff.accounts import Post, add_account

    actors = {}
    for member in STAFF:
        store_id = stores[member.store] if member.store else None
        account = await pool.fetchval("SELECT id FROM staff.account WHERE login = $1 AND demo", member.login)
        if account is None:
            async with sessions.begin() as session:
                account = await add_account(
                    writing(session), login=member.login, name=member.name, post=Post(member.role, store_id), secret=access.pin,
                    by=SYSTEM, demo=True,
                )  # fmt: skip
        channel = {"clerk": "counter", "manager": "office"}.get(member.role, "phone")
        actors[member.login] = Actor(
            kind=cast(ActorKind, member.role), id=account, label=member.name, channel=channel, store_id=store_id, source="demo"
        )  # fmt: skip
    return actors


async def _buyers(pool: asyncpg.Pool, sessions: "Sessions", access: Access) -> list:
    """The demo's shopper, signed up like anybody, and customers who can be written to."""
    from store_omni.customers.joining import join
    from store_omni.customers.proving import confirm_identity
    from store_omni.demo.shopkeeping import Buyer
    from store_omni.kit.database import writing
    from store_omni.kit.errors import InvalidInput
    from store_omni.orders.placing import Contact

    try:
        async with sessions.begin() as session:
            await join(
                writing(session), name=SHOPPER.name, phone=SHOPPER.phone, email=SHOPPER.email, password=access.password, locale="ko", source="demo",
            )  # fmt: skip
    except InvalidInput:
        print("The demo's shopper is a customer already.")
    rows = await pool.fetch(_BUYERS, SHOPPER.email, BUYERS)
    # As if she had typed the code that was sent to her, so that the checkout takes her larger baskets too.
    await confirm_identity(pool, rows[0]["id"], SHOPPER.phone)
    return [Buyer(row["id"], Contact(row["name"], row["phone"], row["email"], row["locale"])) for row in rows]


_BUYERS = """
SELECT c.id, c.display_name AS name, c.locale, min(p.value) AS phone, min(e.value) AS email
FROM customers.customer c JOIN customers.identity p ON p.customer_id = c.id AND p.kind = 'phone'
JOIN customers.identity e ON e.customer_id = c.id AND e.kind = 'email'
WHERE c.status = 'active' GROUP BY c.id ORDER BY min(e.value) = $1 DESC, md5(coalesce(c.code, '')) LIMIT $2"""


def main() -> int:
    url = os.environ.get("STORE_OMNI_DATABASE_URL")
    if not url:
        print("STORE_OMNI_DATABASE_URL is not set.", file=sys.stderr)
        return 2
    folder = Path(os.environ.get("STORE_OMNI_DATA_DIR") or ".store_omni")
    try:
        print(json.dumps(asyncio.run(seed(url, read_access(folder))), ensure_ascii=False))
    except NotOurs as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

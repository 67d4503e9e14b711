"""`serve` answers as web server; `migrate` makes a table; `worker` inserts without end and notes each row's number once the database has acknowledged it."""

import asyncio
import os
import sys
from pathlib import Path

import asyncpg

URL = os.environ["STORE_OMNI_DATABASE_URL"]


async def migrate() -> None:
    connection = await asyncpg.connect(os.environ["STORE_OMNI_OWNER_URL"])
    await connection.execute("create table if not exists alembic_version (version_num text primary key)")
    await connection.execute("insert into alembic_version values ('1') on conflict do nothing")
    await connection.execute(
        "create table if not exists sale (id bigint generated always as identity primary key, at timestamptz)"
    )
    await connection.execute("grant select, insert on sale to public")
    await connection.close()


async def worker() -> None:
    connection = await asyncpg.connect(URL)
    with (Path(os.environ["STORE_OMNI_DATA_DIR"]) / "acknowledged").open("a") as acknowledged:
        while True:
            number = await connection.fetchval("insert into sale (at) values (now()) returning id")
            print(number, file=acknowledged, flush=True)


def serve(host: str, port: str, workers: str) -> None:
    named = ["--host", host, "--port", port, "--workers", workers]
    os.execv(sys.executable, [sys.executable, "-m", "uvicorn", *named, "--factory", "shop_stand_in.app:create_app"])


if sys.argv[1] == "serve":
    serve(*sys.argv[3::2])
asyncio.run({"migrate": migrate, "worker": worker}[sys.argv[1]]())

"""The product as the server starts it, on the tests' throwaway database."""

import asyncio
import contextlib
import signal

import msgspec
from litestar import Litestar

from store_omni import app, worker
from store_omni.settings import Settings, read_settings


def _settings() -> Settings:
    return msgspec.structs.replace(read_settings(), trust_unsafe_database=True, warm_skus=0)


def create_app() -> Litestar:
    return app.create_app(_settings())


async def _work() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    with contextlib.suppress(ConnectionError):
        await worker.run_worker(_settings(), stop)


if __name__ == "__main__":
    asyncio.run(_work())

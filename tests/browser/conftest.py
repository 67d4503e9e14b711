"""A whole site for the browser tests: web server, worker, mail sink, one database; and Chromium in three sizes.

A test fails when a page asks another host for anything, or writes an error to the console.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncGenerator, Callable, Generator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiosmtpd.controller import Controller
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from store_omni.app import make_signer
from store_omni.kit.database import open_engine, open_pool
from store_omni.kit.postgres.cluster import Cluster
from store_omni.settings import Secrets

from ..conftest import ROOT, copy_of_template, drop_copy, settings_for
from ..factories.ordering import Shop
from ..factories.world import make_world, put_stock

SIZES = {"phone": (390, 844), "tablet": (1180, 820), "desktop": (1440, 900)}
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SECRETS = Secrets(pass_signing_key="11" * 32, csrf_secret="22" * 32)
START_SECONDS_MAX = 40


def chromium() -> str:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        pytest.fail("no Chromium: run scripts/test, which brings one, or set CHROMIUM")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Sink:
    """A real SMTP server that keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[Message] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content))
        return "250 kept"


class Site(msgspec.Struct, frozen=True):
    url: str
    database_url: str
    sink: Sink

    async def mail_to(self, address: str, *containing: str, seconds: float = 15) -> str:
        """The text of the newest mail to `address` with all those words, waiting for it a while."""
        for _ in range(int(seconds * 5)):
            for mail in reversed(self.sink.mails):
                text = mail.get_payload(0).get_payload(decode=True).decode()  # type: ignore[union-attr]
                if mail["To"] == address and all(words in text for words in containing):
                    return text
            await asyncio.sleep(0.2)
        raise AssertionError(f"no mail to {address} with {containing!r}; there are {[m['To'] for m in self.sink.mails]}")


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the site did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def site(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Generator[Site, None, None]:
    database_url = copy_of_template(cluster)
    sink, folder, port = Sink(), tmp_path_factory.mktemp("site"), free_port()
    mail_server = Controller(sink, hostname="127.0.0.1", port=free_port())
    mail_server.start()
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "STORE_OMNI_DATABASE_URL": database_url,
        "STORE_OMNI_DATA_DIR": str(folder),
        "STORE_OMNI_PUBLIC_URL": url,
        "STORE_OMNI_SMTP_URL": f"smtp://127.0.0.1:{mail_server.port}",
        "STORE_OMNI_PASS_SIGNING_KEY": SECRETS.pass_signing_key,
        "STORE_OMNI_CSRF_SECRET": SECRETS.csrf_secret,
    }
    web = [sys.executable, "-m", "tests.served", "tests.browser.serving:create_app", str(port), "1"]
    log = folder / "site.log"
    with log.open("wb") as out:
        processes = [
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
            for command in (web, [sys.executable, "-m", "tests.browser.serving"])
        ]
        try:
            _wait_until_healthy(url, processes[0], log)
            yield Site(url, database_url, sink)
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
            mail_server.stop()
            drop_copy(cluster, database_url)
    failures = [line for line in log.read_text().splitlines() if "Traceback" in line]
    assert not failures, log.read_text()[-4000:]


@pytest.fixture(scope="session")
async def site_shop(site: Site, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Shop, None]:
    """The product's commands on the site's own database, to prepare what a journey does not want to click."""
    pool = await open_pool(site.database_url, size=3)
    engine, sessions = open_engine(site.database_url, size=3)
    settings = settings_for(site.database_url, tmp_path_factory.mktemp("shop"), secrets=SECRETS)
    world = await make_world(pool)
    # All journeys share this shop, in whatever order they run: none may find another's shelves empty.
    for store_id in (world.gangnam, world.hongdae):
        for item in world.items:
            await put_stock(pool, store_id, item.sku_id, 100)
    # What one clerk refunded in another journey must not count against this one's.
    await pool.execute(
        "INSERT INTO payments.refund_rule (store_id, currency, alone_minor, changed_by) VALUES ($1, 'KRW', 10000000, $2)",
        world.hongdae, world.manager.id,
    )  # fmt: skip
    yield Shop(pool, sessions, make_signer(settings), world)
    await engine.dispose()
    await pool.close()


@pytest.fixture(scope="session")
async def browser() -> AsyncGenerator[Browser, None]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        await browser.close()


def watch(page: Page, problems: list[str]) -> None:
    """A page that talks to strangers or fails in its own scripts fails the test."""
    page.on(
        "request",
        lambda r: (
            problems.append(f"asked {r.url}") if "//127.0.0.1" not in r.url and not r.url.startswith(("data:", "blob:")) else None
        ),
    )
    page.on("pageerror", lambda error: problems.append(f"script: {error}"))
    page.on(
        "console",
        lambda m: (
            problems.append(f"console: {m.text}")
            if m.type == "error" and "the server responded with a status of 4" not in m.text
            else None
        ),
    )


@pytest.fixture
async def open_context(browser: Browser, site: Site) -> AsyncGenerator[Callable[..., Any], None]:
    """`await open_context("phone")` → a fresh browser profile of that size, in Korean."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    async def open_one(size: str, *, locale: str = "ko-KR", **more: Any) -> Page:
        width, height = SIZES[size]
        context = await browser.new_context(
            viewport={"width": width, "height": height}, locale=locale, base_url=site.url, timezone_id="Asia/Seoul",
            color_scheme="light", has_touch=size != "desktop", **more,
        )  # fmt: skip
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = await context.new_page()
        watch(page, problems)
        return page

    yield open_one
    for context in contexts:
        await context.close()
    assert problems == []

"""The worker program: one timetable, one leader. Everything here may run twice without harm."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable
from time import monotonic

import asyncpg
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from store_omni.customers.proving import forget_proofs
from store_omni.doctoring import refuse_unfit
from store_omni.fitting import refuse_unfit_schema
from store_omni.fulfilling.expiring import end_uncollected
from store_omni.fulfilling.shorting import settle_due
from store_omni.inventory.announcing import Announcer
from store_omni.inventory.holding import expire_holds
from store_omni.inventory.sealing import LEDGER
from store_omni.journal.beating import BEAT_SECONDS, beat, forget_beats, stop_beating
from store_omni.journal.dispatching import dispatch
from store_omni.journal.sealing import LOOKS, heads, seal_all
from store_omni.kit.database import open_engine, open_pool
from store_omni.kit.logs import set_up_logs
from store_omni.notifications.mailing import carrier_of_mail
from store_omni.notifications.sending import House, send_waiting
from store_omni.notifications.telling import CONSUMER, TEMPLATES, tell
from store_omni.notifications.texting import carrier_of_texts
from store_omni.returns.jobs import close_expired
from store_omni.rotating import refuse_other_secrets
from store_omni.settings import Settings, read_settings
from store_omni.staff.noting import KEPT_DAYS
from store_omni.staff.signing_in import DEVICE_DAYS
from store_omni.web.plumbing.letters import render_letter

log = logging.getLogger("store_omni.worker")
LEADER_LOCK = 7_315_001
LEADER_POLL_SECONDS = 0.5
FINISH_SECONDS_MAX = 20
# Who hears of which facts. What nobody asked for is sealed and delivered to nobody.
CONSUMERS = {CONSUMER: frozenset(TEMPLATES)}


async def _lead(connection: asyncpg.Connection, stop: asyncio.Event) -> bool:
    """Waits until this process is the leader (True) or is told to stop (False). The lock lives as long as its
    connection, so a killed leader is followed within half a second."""
    waits, loop = False, asyncio.get_running_loop()
    beats_at = loop.time()
    while not stop.is_set():
        if await connection.fetchval("SELECT pg_try_advisory_lock($1)", LEADER_LOCK):
            return True
        if not waits:
            log.info("another worker leads; this one waits")
            waits = True
        if loop.time() >= beats_at:
            await beat(connection, leads=False)
            beats_at = loop.time() + BEAT_SECONDS
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LEADER_POLL_SECONDS)
    return False


Job = tuple[str, float, Callable[[], Awaitable[object]]]


class Lateness:
    """When each job must have ended again: twice its interval after it last did."""

    def __init__(self, jobs: list[Job]) -> None:
        self._intervals = {name: seconds for name, seconds, _ in jobs}
        self._ended = dict.fromkeys(self._intervals, monotonic())

    def ended(self, name: str) -> None:
        if name in self._intervals:
            self._ended[name] = monotonic()

    def seconds(self) -> float:
        now = monotonic()
        return max([0.0, *(now - at - 2 * self._intervals[name] for name, at in self._ended.items())])


def _steady(name: str, work: Callable[[], Awaitable[object]], busy: set[str], late: Lateness) -> Callable[[], Awaitable[None]]:
    """A job that fails says so and runs again at its next time: the timetable must outlive a bad minute."""

    async def run() -> None:
        busy.add(name)
        try:
            await work()
            late.ended(name)
        except Exception:
            log.exception("job %s failed; it runs again at its next time", name)
        finally:
            busy.discard(name)

    return run


async def run_worker(settings: Settings, stop: asyncio.Event) -> None:
    """The timetable, until `stop` is set."""
    pool = await open_pool(settings.database_url, size=5)
    engine, sessions = open_engine(settings.database_url, size=10)
    leadership = await asyncpg.connect(settings.database_url)
    house = House(settings, render_letter, {"email": carrier_of_mail(settings), "sms": carrier_of_texts(settings)})
    jobs: list[Job] = [
        ("announce", 0.25, Announcer(pool).announce),
        ("dispatch", 0.5, lambda: dispatch(pool, CONSUMERS)),
        ("tell", 0.5, lambda: tell(sessions, settings)),
        ("mail", 0.5, lambda: send_waiting(pool, sessions, house, "email")),
        ("texts", 0.5, lambda: send_waiting(pool, sessions, house, "sms")),
        ("seal looks", 2, lambda: seal_all(pool, LOOKS)),
        ("seal ledger", 2, lambda: seal_all(pool, LEDGER)),
        ("shortages", 2, lambda: settle_due(sessions)),
        ("holds", 5, lambda: expire_holds(sessions)),
        ("uncollected", 60, lambda: end_uncollected(sessions)),
        ("returns", 300, lambda: close_expired(sessions)),
        ("forget", 3600, lambda: forget_old(pool)),
        ("heads", 3600, lambda: log_heads(pool)),
    ]
    try:
        if not settings.trust_unsafe_database:
            await refuse_unfit(leadership)
        await refuse_unfit_schema(leadership)
        await refuse_other_secrets(leadership, settings.secrets)
        if not await _lead(leadership, stop):
            return
        # It may have waited through an upgrade that it does not fit.
        await refuse_unfit_schema(leadership)
        log.info("leading")
        clock, busy, late = AsyncIOScheduler(), set[str](), Lateness(jobs)
        await beat(pool, leads=True)
        jobs.append(("beat", BEAT_SECONDS, lambda: beat(pool, leads=True, late_seconds=late.seconds())))
        for name, seconds, work in jobs:
            clock.add_job(_steady(name, work, busy, late), "interval", seconds=seconds, id=name, max_instances=1, coalesce=True)
        clock.start()
        lost = asyncio.Event()
        leadership.add_termination_listener(lambda *_: lost.set())
        waits = [asyncio.create_task(stop.wait()), asyncio.create_task(lost.wait())]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        await _finish(clock, busy)
        if lost.is_set() and not stop.is_set():
            raise ConnectionError("the database connection that holds the leader's lock was lost")
    finally:
        with contextlib.suppress(OSError, asyncpg.PostgresError, TimeoutError):
            await asyncio.wait_for(leadership.close(), 2)
            await asyncio.wait_for(stop_beating(pool), 2)
        await house.close()
        await engine.dispose()
        await pool.close()


async def _finish(clock: AsyncIOScheduler, busy: set[str]) -> None:
    """Lets the jobs that run come to their end: a mail half sent is worse than a late stop."""
    clock.pause()
    for _ in range(FINISH_SECONDS_MAX * 20):
        if not busy:
            break
        await asyncio.sleep(0.05)
    clock.shutdown(wait=False)


async def log_heads(pool: asyncpg.Pool) -> None:
    """Logs are kept where a person who changes the database cannot reach: there the heads prove what was sealed until now."""
    if now := await heads(pool):
        log.info("heads of the seals %s", now)


async def forget_old(pool: asyncpg.Pool) -> None:
    """Operation keys live 72 hours, counted tries a day, notices too, sign-ins and used links a month after their end, tries to
    sign in and the browsers of staff 90 days; of an ended hold only what moved is kept, not whose it was."""
    await pool.execute("DELETE FROM journal.operation WHERE at < now() - interval '72 hours'")
    await pool.execute("DELETE FROM journal.tries WHERE since < now() - interval '1 day'")
    await pool.execute(
        "UPDATE inventory.hold SET phone_hash = NULL, device_hash = NULL WHERE state <> 'active' "
        "AND ended_at < now() - interval '1 day' AND coalesce(phone_hash, device_hash) IS NOT NULL"
    )
    await forget_beats(pool)
    await pool.execute("DELETE FROM inventory.notice WHERE at < now() - interval '1 day'")
    await pool.execute("DELETE FROM orders.order_viewer WHERE expires_at < now()")
    await pool.execute("DELETE FROM staff.sign_in WHERE expires_at < now() - interval '30 days'")
    await pool.execute("DELETE FROM staff.sign_in_try WHERE at < now() - make_interval(days => $1)", KEPT_DAYS)
    await pool.execute("DELETE FROM staff.device WHERE seen_at < now() - make_interval(days => $1)", DEVICE_DAYS)
    await pool.execute("DELETE FROM customers.sign_in WHERE expires_at < now() - interval '30 days'")
    await forget_proofs(pool)


def main() -> None:
    settings = read_settings()
    set_up_logs(settings.log)

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, stop.set)
        while not stop.is_set():
            try:
                await run_worker(settings, stop)
            except (OSError, asyncpg.PostgresError) as error:
                log.warning("database not reachable (%s); trying again", type(error).__name__)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), 1)

    asyncio.run(run())

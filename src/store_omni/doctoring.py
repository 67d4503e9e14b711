"""Is this database one we may trust with orders? The product refuses one that forgets commits or cannot read Korean."""

import os
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiosmtplib
import asyncpg

from store_omni.fitting import head_revision, read_fit, refuse_unfit_schema
from store_omni.granting import owns_tables
from store_omni.kit.database import PATIENCE_SECONDS, open_pool
from store_omni.notifications.condition import read_condition
from store_omni.notifications.posting import SmtpPost
from store_omni.notifications.texting import SolapiTexter
from store_omni.outside import is_loopback
from store_omni.rotating import refuse_other_secrets
from store_omni.settings import Settings
from store_omni.staff.demo_accounts import demo_problem
from store_omni.versions import VERSION

DURABILITY = ("fsync", "full_page_writes", "synchronous_commit")
VERSION_MIN = 150_000
MAIL_SECONDS_MAX = 5


Asked = asyncpg.Connection | asyncpg.Pool


async def problems_of(connection: Asked) -> list[str]:
    """Sentences, each with what to do; empty when all is well."""
    found = []
    for name in DURABILITY:
        value = await connection.fetchval("SELECT current_setting($1)", name)
        if value == "off":
            found.append(f"{name} is off: acknowledged orders could be lost. Set {name} = on and reload PostgreSQL.")
    version = await connection.fetchval("SELECT current_setting('server_version_num')::int") or 0
    if version < VERSION_MIN:
        found.append(f"PostgreSQL {version // 10000} is too old. Use 15 or newer.")
    return [*found, *await locale_problems_of(connection)]


async def locale_problems_of(connection: Asked) -> list[str]:
    """What must be right before the first table is made, because only a new database has another encoding."""
    found = []
    encoding = await connection.fetchval("SELECT current_setting('server_encoding')")
    if encoding != "UTF8":
        found.append(f"The database is encoded in {encoding}. Create it with ENCODING 'UTF8'.")
    ctype = await connection.fetchval("SELECT datctype FROM pg_database WHERE datname = current_database()") or "C"
    if "UTF" not in ctype.upper():
        found.append(
            f"LC_CTYPE is {ctype}: Korean words cannot be searched. Create the database with LC_CTYPE 'C.UTF-8' "
            "(CREATE DATABASE … LC_CTYPE 'C.UTF-8' TEMPLATE template0)."
        )
    elif await connection.fetchval("SELECT count(*) = 1 FROM pg_extension WHERE extname = 'pg_trgm'") and not (
        await connection.fetchval("SELECT cardinality(show_trgm('가')) > 0")
    ):
        found.append("pg_trgm finds no Korean letters here. Create the database with LC_CTYPE 'C.UTF-8'.")
    return found


class UnfitDatabase(Exception):
    """The message lists what is wrong and what to do."""


async def refuse_unfit(connection: Asked) -> None:
    """Errors: `UnfitDatabase`."""
    found = await problems_of(connection)
    if found:
        raise UnfitDatabase("\n".join(found))


async def refuse_unreadable(url: str) -> None:
    """Before the first table is made. Errors: `UnfitDatabase`, those of connecting."""
    connection = await asyncpg.connect(url)
    try:
        if found := await locale_problems_of(connection):
            raise UnfitDatabase("\n".join(found))
    finally:
        await connection.close()


async def wait_until_fit(settings: Settings, host: str) -> None:
    """Before a server starts its processes: a database that starts together with it is waited for. `host`: the address it will
    listen on. Errors: `UnfitDatabase`, `UnfitSchema`, those of connecting."""
    pool = await open_pool(settings.database_url, size=1, patience_seconds=PATIENCE_SECONDS)
    try:
        if not settings.trust_unsafe_database:
            await refuse_unfit(pool)
        await refuse_unfit_schema(pool)
        await refuse_other_secrets(pool, settings.secrets)
        if problem := await demo_problem(pool, settings.public_url, host):
            raise UnfitDatabase(problem)
    finally:
        await pool.close()


async def mail_problem_of(settings: Settings) -> str | None:
    """Connects and says nothing: whether a mail server is there, speaks, and takes the login."""
    if settings.smtp_url is None:
        return None
    options: dict[str, Any] = SmtpPost(settings.smtp_url, 1).options | {"timeout": MAIL_SECONDS_MAX}
    try:
        async with aiosmtplib.SMTP(**options):
            return None
    except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
        where = f"{options['hostname']}:{options['port']}"
        return f"The mail server {where} cannot be used ({type(error).__name__}): check STORE_OMNI_SMTP_URL, or no mail leaves."


async def text_problem_of(settings: Settings) -> str | None:
    """Asks the gateway what it has accepted, and sends nothing."""
    if settings.sms is None:
        return None
    texter = SolapiTexter(settings.sms)
    try:
        problem = await texter.problem()
    finally:
        await texter.close()
    return f"Text messages cannot be sent: {problem}. Check STORE_OMNI_SMS_URL, _KEY and _SECRET." if problem else None


def _folder_problem(settings: Settings) -> str | None:
    folder = settings.data_dir
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
        return None
    return (
        f"The data folder {settings.data_dir} cannot be written by this user: set STORE_OMNI_DATA_DIR, or give it to this user."
    )


def network_problem_of(url: str) -> str | None:
    """A database across the network, whose server could be another's or be listened to."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    mode = parse_qs(parts.query).get("sslmode", [""])[0]
    if not host or host.startswith("/") or is_loopback(host) or mode == "verify-full":
        return None
    return f"The connection to the database on {host} is not proved to be its own: add ?sslmode=verify-full to its URL."


async def _problems_of_database(settings: Settings) -> list[str]:
    """Prints what is there."""
    try:
        connection = await asyncpg.connect(settings.database_url, timeout=10)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        print(f"Database         cannot be reached: {error}")
        return ["Without its database nothing works: check STORE_OMNI_DATABASE_URL."]
    try:
        version = await connection.fetchval("SELECT current_setting('server_version')")
        print(f"Database         PostgreSQL {version}")
        found = await problems_of(connection)
        fit = await read_fit(connection)
        by = f", made by store-omni {fit.version}" if fit.version else ""
        print(f"Schema           {fit.revision or 'none'}{by}; this is store-omni {VERSION} with {head_revision()}")
        if problem := fit.problem():
            found.append(problem)
        elif fit.changed:
            found.append(f"A newer release made these database functions: {', '.join(fit.changed)}. Restart with that release.")
        if fit.problem() is None:
            if await owns_tables(connection):
                found.append(
                    "The programs' role owns the tables, so a stolen password could rewrite the ledger: give them a role of their own "
                    "and `migrate` STORE_OMNI_OWNER_URL, as docs/operate.md says."
                )
            if problem := await demo_problem(connection, settings.public_url):
                found.append(problem)
            found += [trouble.sentence() for trouble in (await read_condition(connection)).troubles()]
        return found
    finally:
        await connection.close()


async def print_examination(settings: Settings) -> int:
    """For the operator: settings without secrets, then the database. Returns the exit code."""
    mail = f"by {settings.smtp_url.rsplit('@', 1)[-1]}" if settings.smtp_url else "none: nobody is told by mail"
    print(f"Public address   {settings.public_url}")
    sms = settings.sms
    texts = f"by {sms.url}, from {sms.sender}" if sms else "none: no phone can be proved, so guests get small baskets only"
    print(f"Mail             {mail}")
    print(f"Text messages    {texts}")
    print(f"Data folder      {settings.data_dir}")
    if not settings.secrets.csrf_secret:
        print("Secrets          none yet: serve makes them at its first start")
    found = await _problems_of_database(settings)
    others = (
        network_problem_of(settings.database_url), await mail_problem_of(settings), await text_problem_of(settings),
        _folder_problem(settings),
    )  # fmt: skip
    found += [problem for problem in others if problem]
    for problem in found:
        print(f"PROBLEM          {problem}")
    print("All is well." if not found else f"{len(found)} problem(s).")
    return 1 if found else 0

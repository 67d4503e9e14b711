"""`store-omni`: serve, worker, migrate, setup, import, audit, reconcile, doctor, staff, service. Each says what it did; exit 1
means something is wrong, 2 that the command line or the settings are."""

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from store_omni.cli_operating import add_operating
from store_omni.versions import VERSION

IMPORT_KINDS = ("stores", "catalog", "stock", "customers", "orders")
TOKEN_DAYS_MAX = 3_650
Command = Callable[[argparse.Namespace], int]


def _serve(arguments: argparse.Namespace) -> int:
    """The web server as deployed: workers that come back when they die."""
    from store_omni.doctoring import wait_until_fit
    from store_omni.kit.serving import serve
    from store_omni.settings import read_settings

    settings = read_settings()
    asyncio.run(wait_until_fit(settings, arguments.host))
    return serve(
        "store_omni.app:create_app", host=arguments.host, port=arguments.port, workers=arguments.workers, log_form=settings.log
    )


def _worker(_arguments: argparse.Namespace) -> int:
    from store_omni.worker import main as work

    work()
    return 0


def _migrate(_arguments: argparse.Namespace) -> int:
    from store_omni.doctoring import refuse_unreadable
    from store_omni.granting import role_of
    from store_omni.migrating import migrate
    from store_omni.settings import read_database_url, read_owner_url, read_retention_url

    url, retention = read_owner_url(), read_retention_url()
    asyncio.run(refuse_unreadable(url))
    changed = migrate(url, runtime=role_of(read_database_url()), retention=role_of(retention) if retention else None)
    print(f"The database is up to date; {len(changed)} function(s) created anew.")
    return 0


def _setup(arguments: argparse.Namespace) -> int:
    from store_omni.staff.setting_up import set_up

    return set_up(arguments)


def _import(arguments: argparse.Namespace) -> int:
    from store_omni.importing import run

    return run(arguments.kind, arguments.files, arguments.mapping, arguments.rejects)


def _audit(arguments: argparse.Namespace) -> int:
    from store_omni.auditing import print_audit
    from store_omni.settings import read_database_url

    return asyncio.run(print_audit(read_database_url(), since=arguments.since))


def _reconcile(arguments: argparse.Namespace) -> int:
    from store_omni.kit.database import open_engine
    from store_omni.settings import read_database_url
    from store_omni.stockroom.owning_up import print_drift

    async def go() -> int:
        engine, sessions = open_engine(read_database_url(), size=1)
        try:
            return await print_drift(sessions, store=arguments.store, reason=arguments.mend)
        finally:
            await engine.dispose()

    return asyncio.run(go())


def _doctor(_arguments: argparse.Namespace) -> int:
    from store_omni.doctoring import print_examination
    from store_omni.settings import read_settings

    return asyncio.run(print_examination(read_settings(make_secrets=False)))


def _staff(arguments: argparse.Namespace) -> int:
    from store_omni.staff.at_terminal import change_staff

    return change_staff(arguments)


def _service(arguments: argparse.Namespace) -> int:
    from store_omni.kit.database import open_pool
    from store_omni.settings import read_database_url
    from store_omni.staff.serving import add_service, revoke_service

    async def change() -> int:
        pool = await open_pool(read_database_url(), size=1)
        try:
            if arguments.revoke:
                print(f"{await revoke_service(pool, arguments.name)} token(s) of {arguments.name} revoked.")
                return 0
            rows = await pool.fetch("SELECT id, code FROM stores.store WHERE code = ANY($1)", arguments.stores or [])
            if len(rows) != len(set(arguments.stores or [])):
                print("Not every one of these stores exists.", file=sys.stderr)
                return 2
            ids = [row["id"] for row in rows] if arguments.stores else None
            days = arguments.expires
            token = await add_service(pool, name=arguments.name, verbs=arguments.verbs, store_ids=ids, expires_days=days)
            print(f"Token of {arguments.name}, shown this once: {token}")
        except ValueError as problem:
            print(f"store-omni: {problem}", file=sys.stderr)
            return 2
        finally:
            await pool.close()
        return 0

    return asyncio.run(change())


def _days(typed: str) -> int:
    if not typed.isascii() or not typed.isdigit() or not 0 < int(typed) <= TOKEN_DAYS_MAX:
        raise argparse.ArgumentTypeError(f"a number of days from 1 to {TOKEN_DAYS_MAX}")
    return int(typed)


def _add_staff(staff: argparse.ArgumentParser) -> None:
    acts = staff.add_subparsers(dest="act", required=True)

    def add(act: str, text: str, *, places: bool = False) -> argparse.ArgumentParser:
        parser = acts.add_parser(act, help=text, description=text)
        parser.add_argument("login")
        if places:
            parser.add_argument("--role", choices=("clerk", "agent", "manager"), required=True)
            parser.add_argument("--store", metavar="CODE", help="the store of a clerk")
            parser.add_argument("--stores", metavar="CODE", nargs="+", help="the stores of a manager; without: all")
        return parser

    add("add", "Add an account; the PIN is asked for, or read from standard input.", places=True).add_argument(
        "--name", required=True
    )
    add("pin", "Give another PIN: asked for, or read from standard input.")
    add("move", "Give another role, store, or other stores.", places=True)
    add("close", "Close an account.")
    add("reopen", "Open a closed account again, with a new PIN: asked for, or read from standard input.")
    add("end", "End all sign-ins of an account.")
    add("reset-code", "Take away a second code whose phone is lost; it is set up anew with the next sign-in.")
    acts.add_parser("list", help="List accounts, with their last sign-in.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="store-omni", description=__doc__)
    parser.add_argument("--version", action="version", version=f"store-omni {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True)

    def add(name: str, run: Command, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    serve = add("serve", _serve, "Run the web server.")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8080)
    serve.add_argument("--workers", type=int, default=2)
    add("worker", _worker, "Run the timed jobs: sealing facts, telling shoppers, cleaning up.")
    add("migrate", _migrate, "Bring the database up to date.")
    setup = add("setup", _setup, "Make the first store and the first manager: asked for, from options, or STORE_OMNI_SETUP_….")
    for option in ("store-code", "store-name", "login", "name"):
        setup.add_argument(f"--{option}")
    bring = add("import", _import, "Import CSV files (UTF-8, with or without BOM, or CP949; .gz too) or Excel workbooks (.xlsx).")
    bring.add_argument("kind", choices=IMPORT_KINDS)
    bring.add_argument("files", nargs="+", metavar="FILE", type=Path)
    bring.add_argument("--mapping", type=Path, help="a TOML file that says which column is what")
    bring.add_argument("--rejects", type=Path, help="where rejected rows go, with row number and reason")
    audit = add("audit", _audit, "Check every invariant; exit 1 if one is broken.")
    audit.add_argument(
        "--since",
        metavar="HEADS",
        help="also that nothing was changed or is gone that was sealed when an earlier audit printed these",
    )
    reconcile = add("reconcile", _reconcile, "Compare every balance with its ledger and its promises; exit 1 if one differs.")
    reconcile.add_argument(
        "--mend", metavar="REASON", help="append the entries that are missing, overwriting no balance, and keep why: "
        "restored (from a backup), changed_outside (by hand), imported (wrongly) or unknown",
    )  # fmt: skip
    reconcile.add_argument("--store", metavar="CODE", help="only this store")
    add("doctor", _doctor, "Check settings, locale and durability of the database.")
    _add_staff(add("staff", _staff, "Add, change, close and list accounts of staff. A change ends all sign-ins of the account."))
    service = add("service", _service, "Make a token for a program (till, ERP, app server), or revoke all of its tokens.")
    service.add_argument("name")
    service.add_argument("--verbs", nargs="+", default=[], metavar="VERB", help="stock:read orders:place pickups:work …")
    service.add_argument("--stores", nargs="+", metavar="CODE", help="only these stores; without: all")
    service.add_argument("--expires", type=_days, metavar="DAYS", help="the token ends after so many days; without: never")
    service.add_argument("--revoke", action="store_true", help="end all of its tokens; store-omni tokens --revoke ID ends one")
    add_operating(add)
    return parser


def main(argv: list[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    from store_omni.failing import sentence_about
    from store_omni.kit.logs import set_up_logs
    from store_omni.settings import SettingsProblem, log_form

    try:
        set_up_logs(log_form())
        return arguments.run(arguments)
    except SettingsProblem as problem:
        print(f"store-omni: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("store-omni: stopped.", file=sys.stderr)
        return 130
    except Exception as error:
        said = sentence_about(error)
        if said is None:
            raise
        print(f"store-omni: {said}", file=sys.stderr)
        return 1

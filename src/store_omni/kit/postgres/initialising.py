"""Making a new cluster, and the settings every start gives it.

LC_CTYPE must be C.UTF-8: under LC_CTYPE=C pg_trgm finds no trigram in a Korean or Japanese word, whatever the locale provider.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from store_omni.kit.postgres.accounts import Account
from store_omni.kit.postgres.asking import SUPERUSER, ask
from store_omni.kit.postgres.binaries import Binaries, plain_environment
from store_omni.kit.postgres.errors import ServerFailed

# Owns the tables and migrates them; the role of the programs; and the one that forgets old looks. Each gets what it needs.
OWNER = "store_omni"
RUNTIME = "store_omni_runtime"
RETENTION = "store_omni_retention"
DATABASE = "store_omni"
CONNECTIONS_MAX = 100
INITDB_SECONDS_MAX = 300
BUILTIN_LOCALE_MAJOR_MIN, IO_METHOD_MAJOR_MIN = 17, 18
PRELOADING = "pg_prewarm"
# What PostgreSQL has by itself, and as much as four million levels with a million orders need.
CACHE_MIB_MIN, CACHE_MIB_MAX = 128, 1024
# Of the container, where it is one: a number of bytes, or "max".
MEMORY_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))

# The system proves who the client is (peer), so there is no password to keep: only the user who started the server,
# and the user it runs as, come in.
HBA = "local all all peer map=store_omni\n"

PREPARE = f"""
select 'create role {RUNTIME} login' where not exists (select from pg_roles where rolname = '{RUNTIME}') \\gexec
select 'create role {RETENTION} login' where not exists (select from pg_roles where rolname = '{RETENTION}') \\gexec
select 'create role {OWNER} login createdb' where not exists (select from pg_roles where rolname = '{OWNER}') \\gexec
select 'create database {DATABASE} owner {OWNER}' where not exists (select from pg_database where datname = '{DATABASE}') \\gexec
"""


def owner_of(url: str) -> str:
    """The same database of an embedded server, as the role that owns its tables. `url`: of the programs."""
    return url.replace(f"//{RUNTIME}@", f"//{OWNER}@")


def _initdb_command(binaries: Binaries, folder: Path, *, durable: bool) -> list[str]:
    command = [binaries.program("initdb"), "--pgdata", str(folder), "--username", SUPERUSER, "--encoding", "UTF8"]
    command += ["--auth-local", "peer", "--auth-host", "reject", "--data-checksums", "--no-instructions"]
    if binaries.major >= BUILTIN_LOCALE_MAJOR_MIN:
        command += ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C.UTF-8"]
    else:
        command += ["--locale", "C.UTF-8"]
    return command if durable else [*command, "--no-sync"]


def initialise(binaries: Binaries, cluster: Path, account: Account, *, durable: bool) -> None:
    """Makes a cluster. It appears under its name only when it is whole, so a killed start leaves none half made.

    Errors: `ServerFailed` with what initdb wrote.
    """
    draft = cluster.with_name("cluster.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    account.give(draft)
    made = subprocess.run(
        _initdb_command(binaries, draft, durable=durable),
        capture_output=True, text=True, cwd="/", env=plain_environment(), timeout=INITDB_SECONDS_MAX, check=False, **account.run_as(),
    )  # fmt: skip
    if made.returncode != 0:
        raise ServerFailed(f"initdb failed:\n{made.stderr.strip()}")
    draft.rename(cluster)


def write_access(cluster: Path, account: Account) -> None:
    """Who may connect, written at every start, because the person who starts it may have changed."""
    people = {account.name, pwd.getpwuid(os.geteuid()).pw_name}
    ident = "".join(
        f'store_omni "{person}" {role}\n' for person in sorted(people) for role in (SUPERUSER, OWNER, RUNTIME, RETENTION)
    )
    for name, text in (("pg_hba.conf", HBA), ("pg_ident.conf", ident)):
        draft = cluster / f".{name}"
        draft.write_text(text)
        draft.chmod(0o600)
        account.give(draft)
        draft.replace(cluster / name)


def _cache_mib() -> int:
    """An eighth of the machine's or the container's memory: web server, worker and the system's own cache of files live beside it."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for limit in MEMORY_LIMITS:
        with contextlib.suppress(OSError, ValueError):
            memory = min(memory, int(limit.read_text()))
    return min(max(memory // 8 >> 20, CACHE_MIB_MIN), CACHE_MIB_MAX)


def server_command(binaries: Binaries, cluster: Path, socket_dir: Path, *, durable: bool) -> list[str]:
    """The server's command line. durable=False gives up the data at a crash of the machine, for speed in tests."""
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket_dir),
        "unix_socket_permissions": "0700",
        "max_connections": str(CONNECTIONS_MAX),
        "timezone": "UTC",
        "log_timezone": "UTC",
        # The detail of an error repeats the row's values, which may be a person's.
        "log_error_verbosity": "terse",
    }
    if durable:
        settings["shared_buffers"] = f"{_cache_mib()}MB"
        if (binaries.folder.parent / "lib" / f"{PRELOADING}.so").exists():
            # After a restart it reads the pages it kept before, so that the first to ask for each does not wait for it.
            settings["shared_preload_libraries"] = PRELOADING
    if binaries.major >= IO_METHOD_MAJOR_MIN:
        # Pages are nearly always in the system's cache: waking another process to read one costs more than reading it.
        settings["io_method"] = "sync"
    for name in () if durable else ("fsync", "synchronous_commit", "full_page_writes"):
        settings[name] = "off"
    pairs = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [binaries.program("postgres"), "-D", str(cluster), *pairs]


def prepare_database(binaries: Binaries, socket_dir: str) -> None:
    """Makes the product's own roles (no superusers) and database where they are missing; also proves that we get in.

    Errors: `ServerFailed`.
    """
    ask(binaries, socket_dir, PREPARE, database="postgres")

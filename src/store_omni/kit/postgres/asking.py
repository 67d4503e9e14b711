"""One question to the server through its own psql, as superuser; no driver is needed for it."""

import subprocess

from store_omni.kit.postgres.binaries import Binaries, plain_environment
from store_omni.kit.postgres.errors import ServerFailed

SUPERUSER = "postgres"
ASK_SECONDS_MAX = 60


def ask(binaries: Binaries, socket_dir: str, statements: str, *, database: str) -> str:
    """What psql prints for the statements, values only. Errors: `ServerFailed` with what it complained of."""
    command = [binaries.program("psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"]
    command += ["--host", socket_dir, "--username", SUPERUSER, "--dbname", database]
    ran = subprocess.run(
        command, input=statements, capture_output=True, text=True, cwd="/",
        env=plain_environment(), timeout=ASK_SECONDS_MAX, check=False,
    )  # fmt: skip
    if ran.returncode != 0:
        raise ServerFailed(f"PostgreSQL refused:\n{ran.stderr.strip()}")
    return ran.stdout.strip()

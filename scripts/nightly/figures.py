"""What the nightly programs share: they run in the checkout's own environment, and write down what they measured where.

A program imports this first; nothing of the project can be imported before `prepare`.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from store_omni.kit.postgres.cluster import Cluster

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv" / "bin" / "python"
PREPARED = "STORE_OMNI_NIGHTLY_PREPARED"
PREPARE = """set -eu; root=$1; . "$root/scripts/bootstrap"
begin_preparing; prepare_python requirements-dev.txt; prepare_assets; done_preparing"""


def prepare() -> None:
    """Goes on in the checkout's environment, made where it is missing, with its sources and tests to import."""
    if os.environ.get(PREPARED) != str(ROOT):
        made = subprocess.run(["/bin/sh", "-c", PREPARE, "sh", str(ROOT)], check=False).returncode
        if made != 0:
            sys.exit(made)
        os.environ[PREPARED] = str(ROOT)
        os.execv(PYTHON, [str(PYTHON), *sys.argv])
    # Whoever ends it, by whatever signal, ends what it started, too; under nohup Ctrl-C would be ignored by all of that.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
    os.chdir(ROOT)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)


@contextmanager
def fast_cluster() -> Iterator["Cluster"]:
    """A throwaway PostgreSQL with the migrated template, as the tests have it: it proves rules, not survival."""
    from tests.conftest import make_template

    from store_omni.kit.postgres.cluster import Cluster

    with tempfile.TemporaryDirectory(prefix="store_omni-nightly-") as folder:
        cluster = Cluster.at(Path(folder) / "postgres", durable=False)
        cluster.start()
        try:
            make_template(cluster)
            yield cluster
        finally:
            cluster.remove()


def write(file: Path | None, rows: list[dict[str, Any]]) -> None:
    """Prints the figures, and writes them with the machine's to `file` as a list of objects."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    machine = {"commit": commit, "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)
    if file is not None:
        file.write_text(json.dumps([row | machine for row in rows], indent=2) + "\n")

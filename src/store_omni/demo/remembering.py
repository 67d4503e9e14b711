"""What the last start prepared, so that the next one does not ask a program of two seconds whether there is anything to do."""

import hashlib
from pathlib import Path

from store_omni.demo.children import CHECKOUT
from store_omni.demo.claiming import DataFolder
from store_omni.kit.postgres.cluster import Cluster
from store_omni.kit.postgres.errors import ServerFailed

NOTE = "prepared"
SOURCES = (CHECKOUT / "migrations", Path(__file__).parent)
# Which database this is, and how far it was brought: a restored or foreign one differs in one of the two.
STATE = """
select system_identifier from pg_control_system();
select string_agg(version_num, ',' order by version_num) from alembic_version;
"""


def _state(cluster: Cluster) -> str | None:
    """A fingerprint of the database's identity and schema, and of all that would change it; None before the first migration."""
    try:
        said = cluster.ask(STATE)
    except ServerFailed:
        return None
    digest = hashlib.sha256(said.encode())
    for source in SOURCES:
        for path in sorted(path for path in source.rglob("*") if path.is_file() and path.suffix != ".pyc"):
            digest.update(f"\0{path.relative_to(CHECKOUT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def is_prepared(folder: DataFolder, cluster: Cluster | None) -> bool:
    """Whether migrating and filling would change nothing."""
    note = folder.path / NOTE
    return cluster is not None and note.exists() and note.read_text() == _state(cluster)


def remember_prepared(folder: DataFolder, cluster: Cluster | None) -> None:
    state = _state(cluster) if cluster else None
    if state:
        (folder.path / NOTE).write_text(state)

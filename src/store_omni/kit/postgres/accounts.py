"""Which user of the system runs the server. PostgreSQL refuses to run as root, so root hands it to an unprivileged one."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from store_omni.kit.postgres.errors import PostgresProblem

SERVICE_USER = "store_omni"


class RunAs(TypedDict, total=False):
    """Keyword arguments of `subprocess`."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """A user of the system. `switch` says whether a program must be started under this user by root."""

    name: str
    uid: int
    gid: int
    switch: bool

    def run_as(self) -> RunAs:
        """Makes `subprocess` start a program as this user, without root's other groups; nothing where no switch is needed."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def give(self, path: Path) -> None:
        """Makes this user the owner of a file or folder (nothing below it)."""
        if self.switch:
            os.chown(path, self.uid, self.gid)


def _named(entry: pwd.struct_passwd, *, switch: bool) -> Account:
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid, switch=switch)


def _service_entry() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SERVICE_USER)
    except KeyError:
        pass
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd:
        command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        command += ["--shell", "/usr/sbin/nologin", SERVICE_USER]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        # 9 is "already there": another start of the same moment was first.
        if made.returncode in (0, 9):
            return pwd.getpwnam(SERVICE_USER)
    return pwd.getpwnam("nobody")


def server_account(owner_of: Path | None = None) -> Account:
    """The user who runs the server.

    owner_of: an existing cluster; PostgreSQL runs only as its owner, so root takes that user.
    Errors: `PostgresProblem` where this user has no name on the system, or the cluster is root's own.
    """
    if os.geteuid() != 0:
        if owner_of and owner_of.stat().st_uid != os.geteuid():
            raise PostgresProblem(f"{owner_of} belongs to another user. Start as that user or as root, or name another folder.")
        try:
            return _named(pwd.getpwuid(os.geteuid()), switch=False)
        except KeyError:
            raise PostgresProblem(
                f"User id {os.geteuid()} has no name on this system and PostgreSQL needs one. "
                "Run as a named user, or set STORE_OMNI_DATABASE_URL to a PostgreSQL of your own."
            ) from None
    if owner_of is None:
        return _named(_service_entry(), switch=True)
    owner = owner_of.stat().st_uid
    if owner == 0:
        raise PostgresProblem(
            f"{owner_of} belongs to root, and PostgreSQL does not run as root. Give it to another user (chown -R)."
        )
    try:
        return _named(pwd.getpwuid(owner), switch=True)
    except KeyError:
        raise PostgresProblem(f"{owner_of} belongs to user id {owner}, who has no name on this system.") from None

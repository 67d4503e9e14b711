"""The product's secrets: from the environment, or from a 0600 file made at the first start. Two of them, and keys derived from them."""

import contextlib
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

import msgspec

SECRET_NAMES = ("pass_signing_key", "csrf_secret")
FIRST_KEY_ID, KEY_ID_MAX = 1, 255
_HEX = re.compile(r"[0-9a-fA-F]{64}")
_KEY = re.compile(r"(?:(\d{1,3}):)?([0-9a-fA-F]{64})")


class SettingsProblem(Exception):
    """The environment cannot be used; the message says which variable and what to do."""


class Secrets(msgspec.Struct, frozen=True):
    """Hex strings of 32 random bytes each.

    pass_signing_key: one key, or several as `ID:HEX,ID:HEX` (a key without an id has id 1). The first one signs, all verify.
    csrf_secret: keys for other purposes are derived from it and used in its place; see `key_for`.
    """

    pass_signing_key: str
    csrf_secret: str

    def pass_keys(self) -> dict[int, bytes]:
        """Key id → seed; the one that signs stands first."""
        return read_keys(self.pass_signing_key)

    def key_for(self, purpose: str) -> str:
        """A key of its own for each purpose, in hex: who learns one of them learns nothing about the others."""
        return hmac.new(bytes.fromhex(self.csrf_secret), f"store_omni {purpose}".encode(), hashlib.sha256).hexdigest()


def read_keys(text: str) -> dict[int, bytes]:
    """Errors: `ValueError`."""
    keys: dict[int, bytes] = {}
    for part in text.split(","):
        found = _KEY.fullmatch(part.strip())
        key_id = int(found[1] or FIRST_KEY_ID) if found else 0
        if found is None or not 0 < key_id <= KEY_ID_MAX or key_id in keys:
            raise ValueError("64 hex digits, or several keys as 2:HEX,1:HEX with ids from 1 to 255")
        keys[key_id] = bytes.fromhex(found[2])
    return keys


def write_keys(keys: Mapping[int, bytes]) -> str:
    return ",".join(f"{key_id}:{seed.hex()}" for key_id, seed in keys.items())


def read_secrets(path: Path, *, make: bool = True) -> Secrets | None:
    """`make`: a missing file is made; without it None is the answer, for commands that only look. Errors: `SettingsProblem`."""
    found = {name: os.environ.get(f"STORE_OMNI_{name.upper()}") or None for name in SECRET_NAMES}
    if not all(found.values()):
        if not make and not path.exists():
            return None
        try:
            stored = _stored(path)
        except OSError as error:
            raise SettingsProblem(
                f"The secrets file {path} cannot be used: {error.strerror}. Make it and its folder this user's."
            ) from None
        found = {name: found[name] or stored[name] for name in SECRET_NAMES}
    return _checked(Secrets(**{name: str(value) for name, value in found.items()}), path)


def _checked(read: Secrets, path: Path) -> Secrets:
    try:
        read.pass_keys()
    except ValueError as error:
        raise SettingsProblem(f"STORE_OMNI_PASS_SIGNING_KEY (or pass_signing_key in {path}) must be {error}.") from None
    if not _HEX.fullmatch(read.csrf_secret):
        raise SettingsProblem(f"STORE_OMNI_CSRF_SECRET (or csrf_secret in {path}) must be 64 hex digits.")
    return read


def _stored(path: Path) -> dict[str, str]:
    """Two processes that start at once agree, because the loser of the exclusive create reads what the winner wrote."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = {name: secrets.token_hex(32) for name in SECRET_NAMES}
        with contextlib.suppress(FileExistsError):  # another process was first; its secrets are the ones
            write_secrets(path, made, replace=False)
    if path.stat().st_mode & 0o077:
        raise SettingsProblem(f"{path} can be read by others. Run: chmod 600 {path}")
    try:
        stored = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except (msgspec.DecodeError, UnicodeError):
        stored = {}
    if missing := [name for name in SECRET_NAMES if name not in stored]:
        raise SettingsProblem(
            f"{path} is damaged: it lacks {' and '.join(missing)}. Put it back from your backup; do not make a new one."
        )
    return stored


def write_secrets(path: Path, values: Mapping[str, str], *, replace: bool) -> None:
    """Whole or not at all, and never readable by others. Errors: `FileExistsError` without `replace`; `OSError`."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(dict(values), file)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(path)
        else:
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)

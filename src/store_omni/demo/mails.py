"""Mails and text messages as files: one `.eml` each, named so that a folder listing is in order of arrival."""

import email
import email.policy
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

LISTED_MAX = 200
# How a text message's file name ends, and the header with the sender's id of it.
TEXT_MARK, ID_HEADER = "-text", "X-Message-Id"
SHOWN_TYPES = ("image/png", "image/jpeg")


@dataclass(frozen=True)
class Mail:
    """key: its file's name without the ending. arrived: UTC."""

    key: str
    arrived: datetime
    message: EmailMessage

    @property
    def is_text(self) -> bool:
        """A text message to a phone."""
        return self.key.endswith(TEXT_MARK)

    def header(self, name: str) -> str:
        """The decoded header, empty where there is none."""
        return str(self.message.get(name, ""))

    @property
    def text(self) -> str:
        """The plain text part, empty where there is none."""
        part = self.message.get_body(("plain",))
        return part.get_content() if part else ""

    @property
    def pictures(self) -> list[tuple[str, bytes]]:
        """Type and content of each picture it carries (a QR, say), in order."""
        parts = (part for part in self.message.walk() if part.get_content_type() in SHOWN_TYPES)
        return [(part.get_content_type(), part.get_content()) for part in parts]


def keep_mail(folder: Path, content: bytes, *, text: bool = False) -> Path:
    """Writes one mail. It appears under its name only when it is whole."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    path = folder / f"{stamp}-{secrets.token_hex(4)}{TEXT_MARK if text else ''}.eml"
    draft = path.with_suffix(".part")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    return draft.replace(path)


def _read(path: Path) -> Mail:
    arrived = datetime.strptime(path.stem.partition("-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return Mail(key=path.stem, arrived=arrived, message=message)


def newest_mails(folder: Path) -> Iterator[Mail]:
    """Newest first, at most LISTED_MAX."""
    return map(_read, sorted(folder.glob("*.eml"), reverse=True)[:LISTED_MAX])


def find_mail(folder: Path, key: str) -> Mail | None:
    """The key comes from an address, so it is compared with the files there are and never becomes a path."""
    found = [path for path in folder.glob("*.eml") if path.stem == key]
    return _read(found[0]) if found else None

"""E-mail addresses: accepted when, and only when, the library that sends the mail would put them on the line as they are."""

import re
import unicodedata
from email.errors import MessageError
from email.message import EmailMessage
from functools import lru_cache

from aiosmtplib.email import extract_recipients, flatten_message, parse_address

# RFC 5321: 64 before the @, 254 in all.
CHARS_MAX = 254
LOCAL_CHARS_MAX = 64
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?!\d+$)[a-z0-9-]{{2,63}}")
# Control characters, direction marks and zero-width characters: nobody can read them, no mail server takes them.
_UNREADABLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


@lru_cache(maxsize=1024)
def normal_email(text: str) -> str | None:
    """What a person typed, trimmed, in lower case and NFC; None when no mail could be sent to it."""
    address = unicodedata.normalize("NFC", text.strip()).lower()
    if any(unicodedata.category(character) in _UNREADABLE for character in address):
        return None
    local, at, domain = address.rpartition("@")
    if not at or len(address.encode()) > CHARS_MAX or len(local.encode()) > LOCAL_CHARS_MAX or not _is_domain(domain):
        return None
    return address if _can_be_sent(address) else None


def _is_domain(domain: str) -> bool:
    """A name with at least one dot, as the DNS knows it; Korean names have such a form too."""
    try:
        return _DOMAIN.fullmatch(domain.encode("idna").decode()) is not None
    except UnicodeError:
        return False


def _can_be_sent(address: str) -> bool:
    """Takes the way of a real mail through the library: header, recipients, bytes."""
    mail = EmailMessage()
    try:
        mail["To"] = address
        parse_address(address)
        flatten_message(mail, utf8=not address.isascii())
        return extract_recipients(mail) == [address] and not mail["To"].defects
    # The library answers hostile addresses with many kinds of errors (ValueError, IndexError, HeaderParseError …).
    except (ValueError, LookupError, TypeError, AttributeError, MessageError):
        return False

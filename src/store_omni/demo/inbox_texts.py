"""The inbox as a gateway for text messages: the part of Solapi's API that the product speaks, on this machine only.

So that the demo's worker sends text messages by the same adapter, with the same signature, as in a real shop.
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec

from store_omni.demo.mails import ID_HEADER, keep_mail, newest_mails

SEND, LIST = "/messages/v4/send-many/detail", "/messages/v4/list"
BODY_BYTES_MAX = 100_000
_HEADER = re.compile(r"HMAC-SHA256 apiKey=(\S+), date=(\S+), salt=(\S+), signature=(\S+)")


class Message(msgspec.Struct, rename="camel"):
    to: str
    text: str
    sender: str = msgspec.field(name="from")
    custom_fields: dict[str, str] = {}


class Sending(msgspec.Struct):
    messages: list[Message]


def is_signed(header: str, key: str, secret: str) -> bool:
    match = _HEADER.fullmatch(header)
    if match is None or not key or match[1] != key:
        return False
    try:
        moment = datetime.fromisoformat(match[2])
        late = abs(moment - datetime.now(UTC)) > timedelta(minutes=15)
    except (ValueError, TypeError):
        return False
    wanted = hmac.new(secret.encode(), (match[2] + match[3]).encode(), hashlib.sha256).hexdigest()
    return not late and hmac.compare_digest(wanted, match[4])


def take_texts(folder: Path, body: bytes) -> tuple[int, dict[str, Any]]:
    """Status and answer."""
    try:
        messages = msgspec.json.decode(body, type=Sending).messages
    except msgspec.DecodeError:
        return 400, {"errorCode": "ValidationError", "errorMessage": "messages: [{to, from, text}]"}
    for message in messages:
        kept = EmailMessage()
        kept["To"], kept["From"] = _one_line(message.to), _one_line(message.sender)
        kept[ID_HEADER] = _one_line(message.custom_fields.get("messageId", ""))
        kept.set_content(message.text)
        keep_mail(folder, kept.as_bytes(), text=True)
    count = {"total": len(messages), "registeredSuccess": len(messages), "registeredFailed": 0}
    return 200, {"failedMessageList": [], "groupInfo": {"status": "SENDING", "count": count}}


def list_texts(folder: Path, number: str | None) -> dict[str, Any]:
    found = [mail for mail in newest_mails(folder) if mail.is_text and number in (None, mail.header("To"))]
    listed = {
        mail.key: {"messageId": mail.key, "to": mail.header("To"), "customFields": {"messageId": mail.header(ID_HEADER)}}
        for mail in found
    }
    return {"startKey": None, "nextKey": None, "limit": len(listed), "messageList": listed}


def _one_line(text: str) -> str:
    return " ".join(text.split())[:100]

"""The carrier of text messages: a gateway that speaks Solapi's HTTP API (messages/v4), the most used one in Korea.

Read in its documentation, 2026: `POST /messages/v4/send-many/detail` with `{"messages": [{to, from, text, type, customFields}]}`; header
`Authorization: HMAC-SHA256 apiKey=…, date=<ISO 8601>, salt=<12 to 64 letters>, signature=<HMAC-SHA256 of date + salt, hex>`, each
signature once and within 15 minutes; errors as `{"errorCode", "errorMessage"}`; `GET /messages/v4/list?to=…` for what it has accepted.
"""

import hashlib
import hmac
import logging
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
import phonenumbers

from store_omni.notifications.carrying import Carrier, NoCarrier, Parcel, TryLater, Undeliverable
from store_omni.outside import SmsGateway
from store_omni.settings import Settings

log = logging.getLogger("store_omni.messages")
SMS_BYTES_MAX, LMS_BYTES_MAX = 90, 2_000
GATEWAY_SECONDS_MAX = 10
AT_ONCE = 4
LISTED_MAX = 100
# These answers refuse the shop (its key, its credit, its address) or ask for patience. They say nothing about the message.
_LATER = {401, 402, 403, 404, 407, 408, 425, 429}
_CREDIT_CODE = "1030"
# Letters that Korean text messages have no place for, and what stands in for them.
_PLAIN = str.maketrans({"—": "-", "–": "-", "₩": "￦", "\u00a0": " ", "\u2009": " ", "•": "·"})


def plain_text(text: str) -> str:
    """As a Korean phone can show it: EUC-KR with Microsoft's further syllables; `?` for what is in neither."""
    return text.translate(_PLAIN).encode("cp949", "replace").decode("cp949")


def text_bytes(text: str) -> int:
    """As gateways count: a Korean letter is two."""
    return len(plain_text(text).encode("cp949"))


class _Failed(msgspec.Struct, rename="camel"):
    status_code: str = ""


class _Count(msgspec.Struct, rename="camel"):
    registered_success: int = 0


class _Group(msgspec.Struct):
    count: _Count


class _Accepted(msgspec.Struct, rename="camel"):
    group_info: _Group
    failed_message_list: list[_Failed] = []


class _Listed(msgspec.Struct, rename="camel"):
    custom_fields: dict[str, Any] | None = None


class _Listing(msgspec.Struct, rename="camel"):
    message_list: dict[str, _Listed] = {}


class _Complaint(msgspec.Struct, rename="camel"):
    error_code: str = ""


class SolapiTexter:
    """Sends text messages of at most 2,000 bytes; up to 90 bytes go as SMS, longer ones as LMS."""

    at_once = AT_ONCE

    def __init__(self, gateway: SmsGateway, *, seconds_max: float = GATEWAY_SECONDS_MAX) -> None:
        self.gateway = gateway
        # httpx logs every address it asks, and the list is asked for by phone number.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self.client = httpx.AsyncClient(base_url=gateway.url, timeout=seconds_max, trust_env=not gateway.local)

    async def close(self) -> None:
        await self.client.aclose()

    async def send(self, parcel: Parcel) -> None:
        """Errors: `Undeliverable`, `TryLater`."""
        text = plain_text(parcel.letter.text)
        size = text_bytes(text)
        if size > LMS_BYTES_MAX:
            raise Undeliverable("too_long", f"the text has {size} bytes, and {LMS_BYTES_MAX} are the most")
        where = _where(parcel.address)
        if parcel.again and await self._has(parcel.message_id, where["to"]):
            return
        message = where | {
            "from": self.gateway.sender,
            "text": text,
            "type": "SMS" if size <= SMS_BYTES_MAX else "LMS",
            # The API knows no key against doubles. By this field a message whose answer was lost is found again.
            "customFields": {"messageId": str(parcel.message_id)},
        }
        answer = await self._ask("POST", "/messages/v4/send-many/detail", json={"messages": [message]})
        if answer.status_code != 200:
            raise _refusal(answer)
        try:
            accepted = msgspec.json.decode(answer.content, type=_Accepted)
        except msgspec.DecodeError as error:
            raise TryLater("the text gateway's answer cannot be read") from error
        for failed in accepted.failed_message_list:
            words = f"the text gateway refused the message with {failed.status_code}"
            raise TryLater(words) if failed.status_code == _CREDIT_CODE else Undeliverable("refused", words)
        if not accepted.group_info.count.registered_success:
            raise TryLater("the text gateway did not take the message")

    async def problem(self) -> str | None:
        """For the operator: is the gateway there, and does it take the key? Sends nothing."""
        try:
            answer = await self._ask("GET", "/messages/v4/list", params={"limit": 1})
        except TryLater as error:
            return str(error)
        return None if answer.status_code in (200, 403) else str(_refusal(answer))

    async def _has(self, message_id: UUID, number: str) -> bool:
        """Did an earlier try arrive? Errors: `TryLater` where that cannot be known now."""
        since = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        asked: dict[str, str | int] = {"to": number, "startDate": since, "limit": LISTED_MAX}
        answer = await self._ask("GET", "/messages/v4/list", params=asked)
        if answer.status_code in (403, 404):
            # A key that may write and not read. A message that comes twice is better than none.
            log.warning("the text gateway does not list what it accepted (%s): a message may come twice", answer.status_code)
            return False
        try:
            listing = msgspec.json.decode(answer.content, type=_Listing) if answer.status_code == 200 else None
        except msgspec.DecodeError:
            listing = None
        if listing is None:
            raise TryLater(f"the text gateway did not list what it accepted ({answer.status_code})")
        return any((found.custom_fields or {}).get("messageId") == str(message_id) for found in listing.message_list.values())

    async def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            headers = {"Authorization": sign(self.gateway.key, self.gateway.secret)}
            return await self.client.request(method, path, headers=headers, **more)
        except httpx.HTTPError as error:
            raise TryLater(f"the text gateway could not be reached ({type(error).__name__})") from error


def sign(key: str, secret: str) -> str:
    """The Authorization header. A salt of its own for each request, because a signature counts once."""
    date = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    salt = secrets.token_hex(16)
    signature = hmac.new(secret.encode(), (date + salt).encode(), hashlib.sha256).hexdigest()
    return f"HMAC-SHA256 apiKey={key}, date={date}, salt={salt}, signature={signature}"


def _where(e164: str) -> dict[str, str]:
    """Korean numbers as they are dialled; others with their country's code beside them. Errors: `Undeliverable`."""
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        raise Undeliverable("refused", "this is no phone number") from None
    national = phonenumbers.national_significant_number(number)
    if number.country_code == 82:
        return {"to": f"0{national}"}
    return {"to": national, "country": str(number.country_code)}


def _refusal(answer: httpx.Response) -> Exception:
    try:
        code = msgspec.json.decode(answer.content, type=_Complaint).error_code
    except msgspec.DecodeError:
        code = ""
    # An identifier and no sentence: the gateway's words may repeat the number.
    said = f" {code}" if code.isalnum() and code.isascii() and len(code) <= 60 else ""
    words = f"the text gateway answered {answer.status_code}{said}"
    if 400 <= answer.status_code < 500 and answer.status_code not in _LATER and code != "NotEnoughBalance":
        return Undeliverable("refused", words)
    return TryLater(words)


def carrier_of_texts(settings: Settings) -> Carrier:
    if settings.sms is None:
        return NoCarrier("no gateway for text messages is configured (STORE_OMNI_SMS_URL)")
    return SolapiTexter(settings.sms)

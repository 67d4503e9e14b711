"""SMTP over connections that are kept: a connection costs a mail more than the mail itself."""

import asyncio
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib

from store_omni.notifications.carrying import TryLater, Undeliverable
from store_omni.outside import is_loopback, is_private

SEND_SECONDS_MAX = 20
# Some servers close a connection after so many mails; leaving earlier keeps the next mail from failing.
MAILS_PER_CONNECTION_MAX = 100
# What lies between forgets connections that say nothing for long.
IDLE_SECONDS_MAX = 30
FEWER_SECONDS = 600

_PERMANENT = range(500, 600)
# The server ends the connection with this answer.
_CLOSING = 421


class _Line(aiosmtplib.SMTP):
    """A connection. `mails`: how many it has carried; `idle_since`: on the loop's clock; `gave_content`: from there on a mail may have
    arrived although no answer did."""

    mails = 0
    idle_since = 0.0
    gave_content = False

    async def data(self, *message: Any, **options: Any) -> aiosmtplib.SMTPResponse:
        self.gave_content = True
        return await super().data(*message, **options)


class SmtpPost:
    """At most `at_once` connections to one server, opened when needed, used again, replaced when the server drops them.

    `url`: smtp://[user:password@]host[:port] (with STARTTLS, save to a server of this machine or of a private
    address, where it is used if offered) or smtps://…
    """

    def __init__(self, url: str, at_once: int) -> None:
        parts = urlsplit(url)
        secure, host = parts.scheme == "smtps", parts.hostname or ""
        self.options: dict[str, Any] = {
            "hostname": parts.hostname,
            "port": parts.port or (465 if secure else 587),
            "use_tls": secure,
            "start_tls": None if secure or is_loopback(host) or is_private(host) else True,
            "username": unquote(parts.username) if parts.username else None,
            "password": unquote(parts.password) if parts.password else None,
            "timeout": SEND_SECONDS_MAX,
        }
        self.at_once = at_once
        self._idle: list[_Line] = []
        self._open = 0
        self._changed = asyncio.Condition()
        # Fewer while the server refuses more: (how many, until when).
        self._fewer = (at_once, 0.0)

    async def send(self, message: EmailMessage) -> None:
        """Errors: `Undeliverable` where the server refuses this mail for good (5xx to sender, address or content); `TryLater`,
        OSError or TimeoutError for anything else, a server that refuses the connection or the password included."""
        while not await self._sent(message):
            pass

    async def _sent(self, message: EmailMessage) -> bool:
        """False where a kept connection had ended before it took the content: then another one is to be tried."""
        line = await self._take()
        kept, alive = line.mails > 0, False
        line.gave_content = False
        try:
            await line.send_message(message)
            alive = True
        except aiosmtplib.SMTPRecipientsRefused as error:
            code = error.recipients[0].code
            alive = code != _CLOSING
            raise _refused(code, "the address") from error
        except aiosmtplib.SMTPResponseException as error:
            if kept and error.code == _CLOSING and not line.gave_content:
                return False
            alive = error.code != _CLOSING
            raise _refused(error.code, "the mail") from error
        except aiosmtplib.SMTPNotSupported as error:
            alive = True
            raise Undeliverable("refused", "the mail server takes no address with letters outside ASCII") from error
        except aiosmtplib.SMTPException as error:
            if kept and isinstance(error, ConnectionError) and not line.gave_content:
                return False
            raise TryLater(f"the mail server broke off ({type(error).__name__})") from error
        finally:
            # Also when the send is cancelled: a connection in the middle of a mail is of no use.
            await self._give_back(line, alive=alive)
        return True

    async def close(self) -> None:
        while self._idle:
            await self._end(self._idle.pop())

    async def _take(self) -> _Line:
        now = asyncio.get_running_loop().time
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: self._idle or self._open < self._limit())
                kept = self._idle.pop() if self._idle else None
                self._open += kept is None
            if kept is None:
                line = await self._connect()
                if line is not None:
                    return line
            elif kept.is_connected and now() - kept.idle_since < IDLE_SECONDS_MAX:
                return kept
            else:
                await self._end(kept)

    def _limit(self) -> int:
        fewer, until = self._fewer
        return fewer if asyncio.get_running_loop().time() < until else self.at_once

    async def _connect(self) -> _Line | None:
        """A new connection; None where the server takes no further one beside those that are open."""
        line = _Line(**self.options)
        try:
            await line.connect()
        except BaseException as error:
            await self._forget(line)
            if isinstance(error, aiosmtplib.SMTPConnectResponseError) and error.code not in _PERMANENT and self._open:
                self._fewer = (self._open, asyncio.get_running_loop().time() + FEWER_SECONDS)
                return None
            if isinstance(error, aiosmtplib.SMTPResponseException):
                # Also with 5xx: the server refuses the shop, not this mail, until the operator has mended it.
                raise TryLater(f"the mail server refused the connection with {error.code}") from error
            if isinstance(error, aiosmtplib.SMTPException):
                raise TryLater(f"the mail server could not be reached ({type(error).__name__})") from error
            raise
        return line

    async def _give_back(self, line: _Line, *, alive: bool) -> None:
        line.mails += 1
        if not alive or not line.is_connected:
            await self._forget(line)
        elif line.mails >= MAILS_PER_CONNECTION_MAX:
            await self._end(line)
        else:
            line.idle_since = asyncio.get_running_loop().time()
            async with self._changed:
                self._idle.append(line)
                self._changed.notify()

    async def _end(self, line: _Line) -> None:
        try:
            await line.quit(timeout=1)
        except (aiosmtplib.SMTPException, OSError):
            pass
        await self._forget(line)

    async def _forget(self, line: _Line) -> None:
        line.close()
        async with self._changed:
            self._open -= 1
            self._changed.notify()


def _refused(code: int, what: str) -> Exception:
    words = f"the mail server refused {what} with {code}"
    return Undeliverable("refused", words) if code in _PERMANENT else TryLater(words)

"""A real SMTP server on this machine that behaves as the address asks: `550@…`, `450@…`, `drop@…`, `hang@…`, `data-451@…`."""

import asyncio
import re
import socket
from collections.abc import Generator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller

MEET_SECONDS_MAX = 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class MailServer:
    """`mails`: what it took. `connections`: how many there were. `at_once`: the most mails that were in its hands together.

    `meet`: a mail waits in the server until so many are there (or the test has waited too long).
    `greylist`: an address is answered 451 the first time. `closes_after`: mails per connection; at the next one it
    says 421 or hangs up without a word.
    `refuses_connections`: beyond so many open ones it answers 421.
    """

    def __init__(
        self, *, meet: int = 0, greylist: bool = False, closes_after: int = 0, seconds: float = 0, refuses_connections: int = 0
    ) -> None:
        self.port = free_port()
        self.mails: list[Message] = []
        self.asked: list[str] = []
        self.connections = self.open = self.at_once = 0
        self.meet, self.greylist, self.closes_after, self.seconds = meet, greylist, closes_after, seconds
        self.refuses_connections = refuses_connections
        self._inside = 0
        self._known: set[str] = set()
        self._taken: dict[Any, int] = {}

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_EHLO(self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self.closes_after and self._taken.get(session, 0) >= self.closes_after:
            if len(self.mails) % 2:
                server.transport.close()
            return "421 enough mails on this connection"
        envelope.mail_from, envelope.mail_options = address, options
        return "250 OK"

    async def handle_RCPT(self, server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        self.asked.append(address)
        local = address.partition("@")[0]
        if re.fullmatch(r"\d{3}", local):
            return f"{local} as the address asks"
        if local == "drop":
            server.transport.close()
        if local == "hang":
            await asyncio.sleep(3600)
        if self.greylist and address not in self._known:
            self._known.add(address)
            return "451 come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if said := re.match(r"data-(\d{3})", envelope.rcpt_tos[0]):
            return f"{said[1]} as the address asks"
        self._inside += 1
        self.at_once = max(self.at_once, self._inside)
        try:
            await asyncio.sleep(self.seconds)
            for _ in range(MEET_SECONDS_MAX * 50):
                if self.at_once >= self.meet:
                    break
                await asyncio.sleep(0.02)
        finally:
            self._inside -= 1
        self.mails.append(message_from_bytes(envelope.content))
        if envelope.rcpt_tos[0].startswith("lost@"):
            server.transport.close()
        self._taken[session] = self._taken.get(session, 0) + 1
        return "250 kept"

    def texts_to(self, address: str) -> list[str]:
        return [mail.get_payload(0).get_payload(decode=True).decode() for mail in self.mails if mail["To"] == address]


class _Door(Controller):
    """Answers 421 where too many connections are open."""

    def factory(self) -> Any:
        protocol = super().factory()
        server: MailServer = self.handler
        made, lost = protocol.connection_made, protocol.connection_lost

        def connection_made(transport: Any) -> None:
            server.open += 1
            protocol.was_refused = bool(server.refuses_connections) and server.open > server.refuses_connections
            if protocol.was_refused:
                transport.write(b"421 too many connections\r\n")
                transport.close()
            else:
                made(transport)

        def connection_lost(error: Any) -> None:
            server.open -= 1
            if not protocol.was_refused:
                lost(error)

        protocol.connection_made, protocol.connection_lost = connection_made, connection_lost
        return protocol


@contextmanager
def mail_server(**behaviour: Any) -> Generator[MailServer, None, None]:
    server = MailServer(**behaviour)
    controller = _Door(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()

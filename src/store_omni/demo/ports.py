"""The demo's three ports on this machine: web, the inbox's page, and the mail server the product sends to."""

import socket
from dataclasses import dataclass

HOST = "127.0.0.1"
PORT_DEFAULT = 8080
STEP = 10
TRIES_MAX = 50


class PortTaken(Exception):
    """The message is for the terminal."""


@dataclass(frozen=True)
class Ports:
    """`host`: the address the web listens on; the mails of the demo are read on this machine alone."""

    web: int
    host: str = HOST

    @property
    def inbox(self) -> int:
        return self.web + 1

    @property
    def smtp(self) -> int:
        return self.web + 2

    def taken(self) -> list[int]:
        places = ((self.host, self.web), (HOST, self.inbox), (HOST, self.smtp))
        return [port for host, port in places if not _free(host, port)]


def _free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        # Connections of a server that has just ended may linger; they do not keep the next one from listening.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def choose_ports(wanted: int | None, host: str = HOST) -> Ports:
    """wanted: the web port the person named, taken or refused; None takes the first free three from the default on.

    Errors: `PortTaken`.
    """
    if wanted is not None:
        ports = Ports(wanted, host)
        taken = ports.taken()
        if taken:
            raise PortTaken(
                f"Port {taken[0]} is in use. The demo needs {ports.web} (web), {ports.inbox} (inbox) and {ports.smtp} (mail). "
                f"Name another: --port {wanted + STEP}"
            )
        return ports
    for number in range(TRIES_MAX):
        ports = Ports(PORT_DEFAULT + number * STEP, host)
        if not ports.taken():
            return ports
    raise PortTaken(f"No free ports from {PORT_DEFAULT} on. Name one: --port NUMBER")

"""The port by which messages leave the house: one carrier per channel (e-mail, text message)."""

from typing import Protocol
from uuid import UUID

import msgspec


class Letter(msgspec.Struct, frozen=True):
    """A rendered message. A text message has a `text` only."""

    text: str
    subject: str = ""
    html: str = ""


class Parcel(msgspec.Struct, frozen=True):
    """A letter with its address (e-mail address, or phone number as E.164).

    `message_id` stays the same when a message is tried again. `again`: an earlier try may have arrived, because its answer was lost.
    """

    message_id: UUID
    address: str
    letter: Letter
    again: bool = False


class Undeliverable(Exception):
    """No later try will work. `problem`: refused, no_carrier, too_long, too_late or limit, as staff see it; the text is for the
    operator and names no person."""

    def __init__(self, problem: str, words: str) -> None:
        super().__init__(words)
        self.problem = problem


class TryLater(Exception):
    """This try did not work; a later one may. The text is for the operator and names no person."""


class Carrier(Protocol):
    """How one channel reaches people. `at_once`: how many parcels it takes at the same time."""

    at_once: int

    async def send(self, parcel: Parcel) -> None:
        """Returns when the gateway has accepted the parcel. Errors: `Undeliverable`; `TryLater`, OSError or TimeoutError."""
        ...

    async def close(self) -> None:
        """Ends the connections that are kept open."""
        ...


class NoCarrier:
    """Nothing is configured for a channel: nothing is sent, and every message row says so."""

    at_once = 1

    def __init__(self, words: str) -> None:
        self.words = words

    async def send(self, parcel: Parcel) -> None:
        raise Undeliverable("no_carrier", self.words)

    async def close(self) -> None:
        pass

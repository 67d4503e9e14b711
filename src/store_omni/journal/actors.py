"""Who does something, from where. Every command takes one explicitly; ownership is checked inside its statement."""

from typing import Literal
from uuid import UUID

import msgspec

ActorKind = Literal["guest", "shopper", "clerk", "agent", "manager", "service", "system"]
STAFF_KINDS = frozenset({"clerk", "agent", "manager", "service"})


class Actor(msgspec.Struct, frozen=True):
    """`id`: customer, staff or service-account id; None for guests and the system. `label`: the name people see.
    `store_id`: the only store a clerk may touch. `store_ids`: the only stores a manager may touch; None: all. `source`: network
    address or device, for the access log. `looks_max`: how many customers' records this person may open a minute and a quarter of
    an hour; None: programs."""

    kind: ActorKind
    id: UUID | None
    label: str
    channel: str
    store_id: int | None = None
    source: str = ""
    store_ids: tuple[int, ...] | None = None
    looks_max: tuple[int, int] | None = None

    def may_at(self, store_id: int) -> bool:
        """The one rule of which stores a member of staff works for."""
        return self.store_id in (None, store_id) and (self.store_ids is None or store_id in self.store_ids)

    @property
    def is_staff(self) -> bool:
        return self.kind in STAFF_KINDS

    @property
    def key(self) -> str:
        """Names the actor among operations, so that two people may use the same key."""
        return f"{self.kind}:{self.id or self.source}"


SYSTEM = Actor(kind="system", id=None, label="store_omni", channel="system")

"""A paper that is still being written, kept in its own address: reload it, go back a step, send the link to a colleague.

Written as `sku-units` or `sku-units-damaged`, joined by dots, the newest first: `12-3.7-10-1`.
"""

from collections.abc import Container

import msgspec

from store_omni.kit.errors import N_, Refusal

LINES_MAX = 300
UNITS_MAX = 99_999


class DraftFull(Refusal):
    code = "draft_full"
    title = N_("This paper is full")
    reason = N_("One paper takes at most %(most)s kinds of goods.")
    next_step = N_("Finish this one and go on with another.")


class DraftLine(msgspec.Struct, frozen=True):
    """`units` in all, `damaged` of them."""

    sku_id: int
    units: int
    damaged: int = 0


class Draft(msgspec.Struct, frozen=True):
    lines: tuple[DraftLine, ...] = ()

    @property
    def text(self) -> str:
        return ".".join(f"{line.sku_id}-{line.units}" + (f"-{line.damaged}" if line.damaged else "") for line in self.lines)

    @property
    def units(self) -> int:
        return sum(line.units for line in self.lines)

    def only(self, sku_ids: Container[int]) -> "Draft":
        """Without what is not among these."""
        return Draft(tuple(line for line in self.lines if line.sku_id in sku_ids))

    def line(self, sku_id: int) -> DraftLine:
        return next((line for line in self.lines if line.sku_id == sku_id), DraftLine(sku_id, 0))

    def more(self, sku_id: int, units: int = 1) -> "Draft":
        """That many more units of it, which stands first now. Errors: `DraftFull`."""
        line = self.line(sku_id)
        return self.set(sku_id, min(UNITS_MAX, line.units + units), line.damaged, first=True)

    def set(self, sku_id: int, units: int, damaged: int = 0, *, first: bool = False) -> "Draft":
        """Exactly that many; 0 takes the line out. Errors: `DraftFull`."""
        line = DraftLine(sku_id, units, min(damaged, units))
        places = {one.sku_id: one for one in self.lines}
        if units == 0:
            places.pop(sku_id, None)
        elif first:
            places.pop(sku_id, None)
            places = {sku_id: line} | places
        else:
            places[sku_id] = line
        if len(places) > LINES_MAX:
            raise DraftFull(most=LINES_MAX)
        return Draft(tuple(places.values()))


def read_draft(text: str) -> Draft:
    """What stands in the address; parts that make no sense are left out, each SKU counts once."""
    lines: dict[int, DraftLine] = {}
    for part in text.split(".")[:LINES_MAX]:
        numbers = part.split("-")
        if not 2 <= len(numbers) <= 3 or not all(
            number.isascii() and number.isdigit() and len(number) < 10 for number in numbers
        ):
            continue
        sku_id, units, damaged = (int(number) for number in [*numbers, "0"][:3])
        if 0 < units <= UNITS_MAX and sku_id not in lines:
            lines[sku_id] = DraftLine(sku_id, units, min(damaged, units))
    return Draft(tuple(lines.values()))

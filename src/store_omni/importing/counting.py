"""What became of every row that was read."""

import msgspec


class Counts(msgspec.Struct):
    """read = imported + changed + merged + adjusted + rejected, in rows.

    imported: new here. changed: known, and now different. merged: told us nothing new (known already, or a second row of the same thing). adjusted: kept,
    but mended or as something else than it looked (coordinates swapped, a correction of stock). rejected: not taken,
    and written to the rejects file. `notes`: figures worth telling beside these, in the order they were added.
    """

    read: int = 0
    imported: int = 0
    changed: int = 0
    merged: int = 0
    adjusted: int = 0
    rejected: int = 0
    notes: dict[str, int] = {}

    @property
    def balanced(self) -> bool:
        return self.read == self.imported + self.changed + self.merged + self.adjusted + self.rejected

    def note(self, words: str, figure: int) -> None:
        """A figure of nothing is not told."""
        if figure:
            self.notes[words] = self.notes.get(words, 0) + figure

    def lines(self) -> list[str]:
        """As printed at the end of an import."""
        told = [f"  {figure:>9,} {words}" for words, figure in self.notes.items()]
        return [
            f"read {self.read:,} = imported {self.imported:,} + changed {self.changed:,} + merged {self.merged:,} "
            f"+ adjusted {self.adjusted:,} + rejected {self.rejected:,}",
            *told,
        ]

"""What every rule of the machine needs: a world of its own, one command sent to both, and the look at the rows afterwards."""

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from store_omni.inventory.holding import expire_holds
from store_omni.journal.actors import Actor
from store_omni.kit.errors import Refusal

from .floor import Floor, Town
from .goods import Goods
from .levels import Move, No, Place

T = TypeVar("T")
# An index into whatever list there is.
ANY = st.integers(0, 11)
FEW = st.integers(1, 3)
WANTED = st.dictionaries(st.integers(0, 4), FEW, min_size=1, max_size=3)
MOSTLY = st.sampled_from([True] * 3 + [False])
SELDOM = st.sampled_from([False] * 7 + [True])
SHORT_REASONS = st.sampled_from(["not_found", "damaged", "wrong_count"])


def one_of(things: list[T], index: int) -> T:
    return things[index % len(things)]


def there_is(kind: str, **having: Any) -> Callable[[Any], bool]:
    return lambda machine: bool(machine.model.eligible(kind, **having))


class Machine(RuleBasedStateMachine):
    """`floor` is set by whoever runs it."""

    floor: ClassVar[Floor]

    def __init__(self) -> None:
        super().__init__()
        self.town: Town = self.floor.fresh_town()
        self.model = Goods(self.town.bundle, self.town.parts)
        self.model.shelves.moment = -1
        self.model.shelves.post(*(Move(place, "opening", on_hand=units) for place, units in self.town.opening.items()))
        self.times: list[Any] = []
        self._judge()

    def _judge(self) -> None:
        expected = {place: level.figures for place, level in self.model.shelves.levels.items()}
        self.times.append(self.floor.look(self.town, expected))
        self.model.shelves.moment += 1
        self.floor.heard["steps with units short"] += any(level.short for level in self.model.shelves.levels.values())

    def teardown(self) -> None:
        # As the worker would within the minute; the holds of a run lie on the floor while later ones are judged.
        self.floor.run(expire_holds(self.floor.sessions))
        self.floor.audit()

    def send(self, expect: Callable[[], T], command: Awaitable[Any]) -> tuple[T | None, Any]:
        """(what the model made, what the product answered); (None, None) where both refused alike."""
        self.floor.steps += 1
        made = said = None
        try:
            made = expect()
        except No as no:
            said = no.name
        answer = heard = None
        try:
            answer = self.floor.run(command)
        except Refusal as refusal:
            heard = type(refusal).__name__
        assert heard == said, f"the product said {heard or 'yes'}, the model {said or 'yes'}"
        self.floor.heard[said or "yes"] += 1
        return (None, None) if said else (made, answer)

    def do(self, expect: Callable[[], Any], work: Callable[[Any], Awaitable[Any]]) -> Any:
        """One transaction; returns its answer."""
        _, answer = self.send(expect, self.floor.write(work))
        self._judge()
        return answer

    def wanted(self, indexes: dict[int, int]) -> dict[int, int]:
        return {self.town.skus[index]: qty for index, qty in indexes.items()}

    def spot(self, store: int, index: int, busy: bool) -> Place:
        """A level; `busy`: one with promised units, if there is any, because there it hurts."""
        promised = [place for place, level in sorted(self.model.shelves.levels.items()) if level.allocated + level.reserved]
        if busy and promised:
            return one_of(promised, store + index)
        return one_of(self.town.stores, store).id, self.town.skus[index]

    def clerk(self, store: int) -> Actor:
        return self.town.clerks[store]

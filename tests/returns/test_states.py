"""Every pair of state and command, on both axes: allowed where the table says so, refused everywhere else."""

import itertools

import pytest

from store_omni.returns.states import ACCEPTANCE, RECEPTION, ReturnMovedOn, next_state

AXES = {
    "reception": (RECEPTION, ("requested", "received", "cancelled"), ("receive", "withdraw", "expire")),
    "acceptance": (ACCEPTANCE, ("pending", "accepted", "rejected"), ("accept", "reject")),
}
PAIRS = [
    (name, state, command)
    for name, (_, states, commands) in AXES.items()
    for state, command in itertools.product(states, commands)
]


@pytest.mark.parametrize(("name", "state", "command"), PAIRS)
def test_only_what_is_listed_moves(name: str, state: str, command: str) -> None:
    axis, states, _ = AXES[name]
    if state in ("requested", "pending"):
        assert next_state(axis, state, command) in states
    else:
        with pytest.raises(ReturnMovedOn):
            next_state(axis, state, command)

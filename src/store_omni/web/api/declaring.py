"""Every operation says what it may refuse, in the OpenAPI document and so in the clients made from it."""

from collections import defaultdict
from typing import Any

import msgspec
from litestar.openapi.datastructures import ResponseSpec

from store_omni.kit.errors import InvalidInput, NotAllowed, NotFound, Refusal, SignInNeeded


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A refusal. `code` is stable; the texts are in the caller's language (Accept-Language). `problems`: field → sentence."""

    code: str
    title: str
    reason: str
    next_step: str
    problems: dict[str, str] = {}


ALWAYS: tuple[type[Refusal], ...] = (SignInNeeded, NotAllowed)
# Of commands that change something: the key's rules, what the framework finds wrong with a body, and the bare `refused` that a
# constraint of the database says when it has the last word.
CHANGING: tuple[type[Refusal], ...] = (InvalidInput, Refusal)


def refusals(*kinds: type[Refusal], always: tuple[type[Refusal], ...] = ALWAYS) -> dict[int, ResponseSpec]:
    """`responses=` of a route: every refusal by status, with its codes and when each is given."""
    by_status: dict[int, dict[str, type[Refusal]]] = defaultdict(dict)
    for kind in (*always, *kinds):
        by_status[kind.status][kind.code] = kind
    return {
        status: ResponseSpec(
            data_container=Problem,
            description="; ".join(f"{code}: {kind.title}" for code, kind in sorted(found.items())),
            generate_examples=False,
            media_type="application/problem+json",  # type: ignore[arg-type]  # any media type is fine here
        )
        for status, found in sorted(by_status.items())
    }


def reading(*kinds: type[Refusal]) -> dict[int, Any]:
    return refusals(NotFound, InvalidInput, *kinds)


def reading_openly(*kinds: type[Refusal]) -> dict[int, Any]:
    """Of what needs no token."""
    return refusals(NotFound, InvalidInput, *kinds, always=())


def changing(*kinds: type[Refusal]) -> dict[int, Any]:
    return refusals(NotFound, *CHANGING, *kinds)

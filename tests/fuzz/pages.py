"""Requests to every page: addresses, questions, forms and headers, each of known values, hostile ones, or both."""

import random
import re
from collections.abc import Iterator
from functools import cache

from litestar import Litestar
from litestar.routes import HTTPRoute

from ..conftest import ROOT
from . import hostile
from .callers import Stage
from .wire import Case

METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE")
# What would end the sign-ins that the others need.
NEVER = ("sign-out",)
_FIELD = re.compile(r'(?:get|need|phone|email|whole_number|short|one_of|read)\(\s*(?:form, )?"([a-z_0-9]+)"')
_QUESTION = re.compile(r"(\w+): FromQuery")
_PLACE = re.compile(r"{([^}:]+)[^}]*}")


@cache
def fields() -> tuple[list[str], list[str]]:
    """(fields of forms, names in questions) that any page reads."""
    text = "\n".join(file.read_text() for file in sorted((ROOT / "src/store_omni/web").rglob("*.py")))
    return sorted({*_FIELD.findall(text), "qty_1", "got_1"}), sorted(set(_QUESTION.findall(text)))


def routes(app: Litestar) -> list[tuple[str, list[str]]]:
    """(address with places, methods) of every page."""
    found = [(route.path_format, sorted(route.methods)) for route in app.routes if isinstance(route, HTTPRoute)]
    return [(path, methods) for path, methods in found if not path.startswith("/api/") and not path.endswith(NEVER)]


def cases(app: Litestar, stage: Stage, seed: int) -> Iterator[Case]:
    """Without end; every route comes in each round."""
    dice, all_routes = random.Random(seed), routes(app)
    while True:
        dice.shuffle(all_routes)
        for path, methods in all_routes:
            yield _case(dice, stage, path, methods)


def _value(dice: random.Random, stage: Stage, name: str, *, known: float) -> bytes:
    values = stage.known.get(name)
    return hostile.encoded(dice, dice.choice(values) if values and dice.random() < known else None)


def _pairs(dice: random.Random, stage: Stage, names: list[str], most: int) -> bytes:
    chosen = dice.sample(names, dice.randrange(min(most, len(names)) + 1))
    return b"&".join(name.encode() + b"=" + _value(dice, stage, name, known=0.5) for name in chosen)


def _face(path: str) -> str:
    return {"counter": "clerk", "desk": "agent", "office": "manager"}.get(path.split("/")[1], "shopper")


def _case(dice: random.Random, stage: Stage, path: str, methods: list[str]) -> Case:
    form_fields, questions = fields()
    known = dice.choice((0.0, 0.7, 1.0, 1.0))
    places = _PLACE.split(path)
    target = b"".join(
        part.encode() if place % 2 == 0 else _value(dice, stage, part, known=known) for place, part in enumerate(places)
    )
    if dice.random() < 0.6:
        target += b"?" + _pairs(dice, stage, questions, 4)
    method = dice.choice(METHODS) if dice.random() < 0.1 else dice.choice([one for one in methods if one != "OPTIONS"])
    caller = _face(path) if dice.random() < 0.7 else dice.choice(sorted(stage.cookies))
    headers = hostile.headers(dice)
    if not any(name == b"cookie" for name, _ in headers):
        headers.append((b"cookie", stage.cookies[caller]))
    body = b""
    if method in ("POST", "PUT"):
        kind, body = _body(dice, stage, form_fields)
        if not any(name == b"content-type" for name, _ in headers):
            headers.append((b"content-type", kind.encode("latin-1")))
        headers.append((b"x-csrftoken", stage.csrf.encode()))
    return Case(caller, method, target, headers, body)


def _body(dice: random.Random, stage: Stage, names: list[str]) -> tuple[str, bytes]:
    kind = hostile.KINDS[0] if dice.random() < 0.8 else dice.choice(hostile.KINDS)
    if kind.startswith("multipart"):
        parts = []
        for name in dice.sample(names, dice.randrange(6)):
            charset = dice.choice(("", "; charset=bogus", "; charset=utf-16"))
            file = dice.choice(("", "", '; filename="a"'))
            head = f'--x\r\nContent-Disposition: form-data; name="{name}"{file}\r\nContent-Type: text/plain{charset}\r\n\r\n'
            parts.append(head.encode() + dice.choice((hostile.text(dice).encode("utf-8", "replace"), *hostile.RAW)) + b"\r\n")
        return kind, b"".join(parts) + dice.choice((b"--x--\r\n", b"", b"--x"))
    if dice.random() < 0.05:
        return kind, dice.choice(hostile.RAW) * 40
    return kind, _pairs(dice, stage, names, len(names))

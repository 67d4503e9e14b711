"""Calls of every operation of the API: schemathesis makes them from the document, and each is then given known and hostile values."""

import json
import random
import warnings
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from litestar import Litestar
from schemathesis import GenerationMode

from . import hostile
from .callers import Stage
from .wire import Case

NEVER = {("DELETE", "/api/v1/sessions")}  # would end the sign-ins that the others need
# How often a value is one that exists, or a hostile one, or a body none at all; a tame call has only places that exist.
TAME, KNOWN, HOSTILE, BROKEN = 0.7, 0.6, 0.12, 0.1
NUMBERS = (0, -1, 1, 99, 2**31, 2**53, 2**63, 2**64, -(2**63) - 1, 10**400, 1e308, 0.5)
DEEP = (b"[" * 100_000, b'{"a":' * 100_000, b'{"login":"\xff"}', b'"\\ud800"', b"", b"\x00", b"1" * 5_000, b"1e999")


def _operations(app: Litestar) -> list[Any]:
    schema = schemathesis.openapi.from_dict(app.openapi_schema.to_schema())
    found = [result.ok() for result in schema.get_all_operations()]
    return [one for one in found if (one.method.upper(), one.path) not in NEVER]


def run(app: Litestar, stage: Stage, *, cases: int, first_seed: int, check: Callable[[Case], None]) -> None:
    """Hands so many cases to `check`."""
    calls = st.sampled_from(_operations(app)).flatmap(lambda one: st.sampled_from(list(GenerationMode)).flatmap(one.as_strategy))

    @seed(first_seed)
    @settings(max_examples=cases, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(call=calls, number=st.integers(0, 2**32))
    def one(call: Any, number: int) -> None:
        case = _case(call, stage, random.Random(number))
        if case is not None:
            check(case)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        one()


def _mixed(value: Any, stage: Stage, dice: random.Random, name: str = "") -> Any:
    """The body with known and hostile values in it."""
    if isinstance(value, dict):
        return {key: _mixed(part, stage, dice, str(key)) for key, part in value.items()}
    if isinstance(value, list):
        return [_mixed(part, stage, dice, name) for part in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return dice.choice(NUMBERS) if dice.random() < HOSTILE else value
    if isinstance(value, str):
        if name in stage.known and dice.random() < KNOWN:
            return dice.choice(stage.known[name])
        return hostile.text(dice) if dice.random() < HOSTILE else value
    return value


def _case(call: Any, stage: Stage, dice: random.Random) -> Case | None:
    """None for what cannot be written as a request at all."""
    path, tame = call.operation.path, dice.random() < TAME
    for name, value in dict(call.path_parameters or {}).items():
        known = stage.known.get(name.split(":")[0])
        if known and (tame or dice.random() < KNOWN):
            value = dice.choice(known)
        elif dice.random() < HOSTILE:
            value = hostile.text(dice)
        path = path.replace(f"{{{name}}}", quote(str(value).encode("utf-8", "replace"), safe="") or "-")
    call.query = {**(call.query or {}), **_questions(call, stage, dice)}
    try:
        arguments = call.as_transport_kwargs(base_url="http://127.0.0.1")
        if "json" in arguments:
            arguments["data"] = json.dumps(_mixed(arguments.pop("json"), stage, dice)).encode()
            arguments.setdefault("headers", {})["content-type"] = "application/json"
        arguments.pop("cookies", None)
        prepared = requests.Request(**(arguments | {"url": f"http://127.0.0.1{path}"})).prepare()
    except (ValueError, TypeError, requests.RequestException, UnicodeError):
        return None
    body = prepared.body or b""
    body = body.encode("utf-8", "replace") if isinstance(body, str) else body
    if body and dice.random() < BROKEN:
        body = dice.choice(DEEP)
    caller = dice.choice([*sorted(stage.tokens), "all verbs", "all verbs", "anonymous"])
    own = ("authorization", "content-length", "host", "connection", "cookie", "idempotency-key")
    headers = [(_bytes(name), _bytes(value)) for name, value in prepared.headers.items() if name.lower() not in own]
    if caller in stage.tokens:
        headers.append((b"authorization", b"Bearer " + stage.tokens[caller].encode()))
    if prepared.method != "GET" and dice.random() < 0.9:
        headers.append((b"idempotency-key", b"%x" % dice.randrange(2**40)))
    method = str(prepared.method)
    if not method.isalpha() or not isinstance(body, bytes):
        return None
    return Case(caller, method, (prepared.path_url or "/").encode("utf-8", "replace"), headers, body)


def _questions(call: Any, stage: Stage, dice: random.Random) -> dict[str, str]:
    """For some of what the operation may be asked."""
    names = [parameter.name for parameter in call.operation.query if dice.random() < 0.5]
    known = {name: stage.known[name] for name in names if name in stage.known}
    return {name: dice.choice(known[name]) if name in known and dice.random() < KNOWN else hostile.text(dice) for name in names}


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1", "replace")

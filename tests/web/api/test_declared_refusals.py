"""Every refusal an operation can come to is declared, whether or not a test provokes it: the sources are read instead.

From each route handler, its guards and its dependencies every function of the product that is named on the way is followed;
each `Refusal` named there (not in annotations, not behind `except`) counts as raised. Methods are matched by their name alone,
so rather too much is found than too little; what an operation's arguments rule out stands in `CANNOT`, with the reason.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

import store_omni
from store_omni.app import create_app
from store_omni.customers.finding import DigitsAlone, NameAlone
from store_omni.inventory.errors import NotEnoughStock
from store_omni.journal.looking import TooManyLooks
from store_omni.kit.errors import InvalidInput, NotAllowed, NotFound, Refusal, SignInNeeded, TooManyTries
from store_omni.orders.errors import PriceChanged
from store_omni.passes.errors import PassExpired, PassInvalid, PassRevoked, PassSpent, PassWrongPurpose, PassWrongStore
from store_omni.payments.errors import OwnRefund
from store_omni.pickup.errors import LastFourWrong, NoPhoneToCheck
from store_omni.returns.errors import NoStoreToReceive
from store_omni.returns.states import ReturnMovedOn
from store_omni.stockroom.errors import ListedTwice, ManagerNeeded, MoreThanThere, ReasonMissing, UnknownGoods

from ...conftest import settings_for

SOURCES = Path(store_omni.__file__).parents[1]
Place = tuple[str, str]
"""(module, name at its top level); of a method `Class.name`; of a whole module the name is empty."""

PER_LINE = "said in the line's own answer"
NO_NEED = "only sending, and taking free goods by hand, needs something free"
BY_STORE = "only the counter's page, which sends a receipt's code, asks for a look at it"
CANNOT: dict[str, dict[type[Refusal], str]] = {
    "close_session": {NotFound: "it looks up no store; only methods of the same name do"},
    "place_order": {TooManyTries: "said as too_many_orders", PriceChanged: "only a page says which sum it showed"},
    "find_orders": dict.fromkeys((NameAlone, DigitsAlone), "said as invalid_input, because names are not searched here"),
    "change_stock": dict.fromkeys(
        (ManagerNeeded, NotEnoughStock, ListedTwice, UnknownGoods, MoreThanThere, ReasonMissing), PER_LINE
    ),
    **{
        name: {NotEnoughStock: NO_NEED}
        for name in (
            "move_quarantine",
            "receive_goods",
            "receive_transfer",
            "close_transfer",
            "close_count",
            "decide_count",
            "report_sales",
            "report_counts",
            "mend_drift",
        )
    },
    "cancel_order": {NotEnoughStock: "giving back needs nothing free"},
    "release_hold": {NotEnoughStock: "giving back needs nothing free"},
    "hand_over": {
        NotEnoughStock: "what was promised needs nothing free",
        **dict.fromkeys((LastFourWrong, NoPhoneToCheck), "programs hand over by the code alone"),
    },
    "request_return": {
        **dict.fromkeys((PassInvalid, PassWrongPurpose, PassSpent, PassRevoked, PassExpired, PassWrongStore), BY_STORE),
        ReturnMovedOn: "an older return is only ended while it is open, and it is locked",
    },
    "receive_return": {
        NotEnoughStock: "taking in needs nothing free",
        NoStoreToReceive: "the store stands in the address",
        PassWrongStore: "every store receives",
        OwnRefund: "only who signs on the counter's screen can be the one who asked",
    },
}
PROGRAMS = "programs are counted and never slowed"
for operation in ("start_picking", "scan_item", "pack", "stage", "hand_over", "cancel_order"):
    CANNOT[operation] = CANNOT.get(operation, {}) | {TooManyLooks: PROGRAMS}
# Declared everywhere it may matter; most of them the framework finds before any of our functions is reached.
EVERYWHERE = {SignInNeeded, NotAllowed, NotFound, InvalidInput, Refusal}


@cache
def _tree(module: str) -> ast.Module:
    path = SOURCES.joinpath(*module.split("."))
    return ast.parse((path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text())


@cache
def _imported(module: str) -> dict[str, Place]:
    """What the names that come from elsewhere in the product stand for, imports inside functions too."""
    found: dict[str, Place] = {}
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("store_omni"):
            for alias in node.names:
                path = SOURCES.joinpath(*node.module.split("."), alias.name)
                whole = path.is_dir() or path.with_suffix(".py").exists()
                found[alias.asname or alias.name] = (f"{node.module}.{alias.name}", "") if whole else (node.module, alias.name)
    return found


@cache
def _defined(module: str) -> dict[str, ast.AST]:
    """Functions, classes, their methods (as `Class.name`), and what constants are made of."""
    found: dict[str, ast.AST] = {}
    for node in _tree(module).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = node
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{m.name}": m for m in node.body if isinstance(m, ast.FunctionDef | ast.AsyncFunctionDef)}
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id: node.value for target in targets if isinstance(target, ast.Name)}
    return found


@cache
def _methods(root: str) -> dict[str, set[Place]]:
    """The methods of every class that code under the module `root` can have met: name → where."""
    modules = [root]
    for module in modules:
        modules += {near for near, _ in _imported(module).values()} - set(modules)
    found: dict[str, set[Place]] = {}
    for module in modules:
        for name in _defined(module):
            found.setdefault(name.partition(".")[2], set()).add((module, name))
    return found


def _named(node: ast.AST) -> Iterator[ast.Name | ast.Attribute]:
    """Names in code: neither annotations, nor decorators, nor what `except` waits for."""
    skipped = {"annotation", "returns", "decorator_list"} | ({"type"} if isinstance(node, ast.ExceptHandler) else set())
    if isinstance(node, ast.Name | ast.Attribute):
        yield node
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if field not in skipped and isinstance(child, ast.AST):
                yield from _named(child)


@cache
def _next(place: Place, root: str) -> list[Place]:
    """Where the code at `place` may lead."""
    module, name = place
    node, names = _defined(module).get(name), _imported(module)
    if node is None:
        return [names[name]] if name in names else []
    if isinstance(node, ast.ClassDef):
        return [(module, method) for method in _defined(module) if method in (f"{name}.__init__", f"{name}.__post_init__")]
    found: set[Place] = set()
    for item in _named(node):
        if isinstance(item, ast.Name):
            found |= {names.get(item.id) or (module, item.id)}
        elif isinstance(item.value, ast.Name) and (whole := names.get(item.value.id)) and not whole[1]:
            found.add((whole[0], item.attr))
        else:
            found |= _methods(root).get(item.attr, set())
    return sorted(found)


def _refusal(place: Place) -> type[Refusal] | None:
    thing = getattr(importlib.import_module(place[0]), place[1], None)
    return thing if isinstance(thing, type) and issubclass(thing, Refusal) else None


def reached(root: str, starts: list[Place]) -> dict[type[Refusal], str]:
    """Refusal → the way to where it is named."""
    ways, queue, found = {start: start[1] for start in starts}, list(starts), {}
    for here in queue:
        for there in _next(here, root):
            if refusal := _refusal(there):
                found.setdefault(refusal, ways[here])
            elif there not in ways:
                ways[there] = f"{ways[here]} → {there[1]}"
                queue.append(there)
    return found


def _starts(handler: HTTPRouteHandler) -> list[Place]:
    """The handler, its guards (made by functions at a module's top level) and what it is given."""
    providers = [provide.dependency for provide in handler.resolve_dependencies().values()]
    made = [getattr(function, "__wrapped__", function) for function in (handler.fn, *handler.resolve_guards(), *providers)]
    return [(function.__module__, function.__qualname__.partition(".<locals>")[0]) for function in made]


def _by_framework(operation: dict[str, Any], method: str) -> set[type[Refusal]]:
    """What is refused before the handler is reached, or when the database's last word at the commit is no."""
    places = {parameter["in"] for parameter in operation.get("parameters", [])}
    found: set[type[Refusal]] = {NotFound} if "path" in places else set()
    found |= {InvalidInput} if "requestBody" in operation or "query" in places else set()
    return found | ({Refusal} if method == "post" else set())


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Litestar:
    return create_app(settings_for("postgresql://nobody@/nothing", tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="module")
def handlers(app: Litestar) -> dict[str, HTTPRouteHandler]:
    routes = [route for route in app.routes if isinstance(route, HTTPRoute) and route.path.startswith("/api/v1/")]
    found = [handler for route in routes for handler in route.route_handlers if handler.resolve_include_in_schema()]
    return {str(handler.operation_id): handler for handler in found}


def test_what_an_operation_can_refuse_is_what_it_declares(app: Litestar, handlers: dict[str, HTTPRouteHandler]) -> None:
    undeclared, idle, needless = [], [], []
    document = app.openapi_schema.to_schema()
    operations = [(method, item) for path in document["paths"].values() for method, item in path.items()]
    for method, operation in operations:
        name, handler = operation["operationId"], handlers[operation["operationId"]]
        declared = {
            (int(status), code)
            for status, response in operation["responses"].items()
            for code in re.findall(r"(?:^|; )([a-z_]+): ", response["description"])
        }
        found = reached(handler.fn.__module__, _starts(handler))
        found |= dict.fromkeys(_by_framework(operation, method), "the framework")
        ruled_out = CANNOT.get(name, {})
        undeclared += [
            f"{name}: {kind.__name__} by {way}"
            for kind, way in found.items()
            if kind not in ruled_out and (kind.status, kind.code) not in declared
        ]
        possible = {(kind.status, kind.code) for kind in found.keys() | EVERYWHERE}
        idle += [f"{name}: {code}" for status, code in sorted(declared - possible) if status >= 400]
        needless += [f"{name}: {kind.__name__}" for kind in ruled_out.keys() - found.keys()]
    assert len(operations) >= 16
    assert (undeclared, idle, needless) == ([], [], [])


def test_the_reading_follows_calls_callbacks_methods_and_what_is_returned() -> None:
    found = {
        kind.code: way
        for kind, way in reached("store_omni.web.api.orders", [("store_omni.web.api.orders", "place_order")]).items()
    }
    assert found["invalid_input"] and found["store_cannot_serve"] == "place_order → placed_for → place → _refusal"
    assert found["not_sold_here"] == "place_order → placed_for → place → _refusal"
    found = {kind.code for kind in reached("store_omni.web.api.pickups", [("store_omni.web.api.pickups", "packing")])}
    assert {"not_all_picked", "wrong_state", "operation_reused", "invalid_input"} <= found
    checks = reached("store_omni.web.plumbing.forms", [("store_omni.web.plumbing.forms", "Checks.done")])
    assert list(checks) == [InvalidInput]

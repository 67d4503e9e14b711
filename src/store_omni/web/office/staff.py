"""/office/staff: who works here, and what a manager does to an account. Every change ends the account's sign-ins."""

from typing import Any, cast
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from store_omni.journal.actors import Actor
from store_omni.journal.operations import once
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.ids import token_hash
from store_omni.staff.accounts import (
    NAME_CHARS_MAX,
    ROLES,
    Post,
    Role,
    add_account,
    change_pin,
    close_account,
    end_sign_ins,
    move_account,
    reopen_account,
)  # fmt: skip
from store_omni.staff.people import open_sign_ins, people, person
from store_omni.stores.knowing import KnownStores
from store_omni.web.office.stock import stores_for_choice
from store_omni.web.plumbing.addresses import address
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.guarding import by, staff_guard, staff_view
from store_omni.web.plumbing.pages import go_to, page
from store_omni.web.plumbing.units import operation_key

Req = Request[Any, Any, Any]
BASE = "/office/staff"
LOGIN_CHARS_MAX = 40
KEY_DIGITS_MAX = 64


@get("/")
async def show(
    request: Req, read: NamedDependency[ReadSession], by: NamedDependency[Actor], closed: FromQuery[str] = ""
) -> Response[str]:
    """`closed`: anything for the accounts that are closed."""
    every = await people(read, by=by)
    context = {
        "staff": staff_view(request),
        "nav": "staff",
        "closed": bool(closed),
        "members": [member for member in every if member.active != bool(closed)],
        "open_count": sum(member.active for member in every),
        "closed_count": sum(not member.active for member in every),
    }
    return page(request, "office/staff/index.html", context)


async def _choices(known_stores: KnownStores, by: Actor) -> dict[str, Any]:
    """`roles`: those that this manager may give."""
    return {"roles": ROLES if by.store_ids is None else ("clerk",), "stores": await stores_for_choice(known_stores)}


@get("/new")
async def new(request: Req, by: NamedDependency[Actor], known_stores: NamedDependency[KnownStores]) -> Response[str]:
    context = {"staff": staff_view(request), "nav": "staff", "member": None} | await _choices(known_stores, by)
    return page(request, "office/staff/new.html", context)


async def _post(form: dict[str, str], checks: Checks, known_stores: KnownStores) -> Post:
    """The role, with `store` (a code) of a clerk, and with `stores` and `store_…` (ids) of a manager. Errors: `NotFound`."""
    role = cast(Role, checks.one_of("role", ROLES))
    if role == "clerk" and form.get("store"):
        return Post(role, (await known_stores.by_code(form["store"])).id)
    if role == "manager" and form.get("stores") == "some":
        every = (await known_stores.all()).by_id
        return Post(role, None, tuple(store_id for store_id in every if form.get(f"store_{store_id}")))
    return Post(role)


@post("/", status_code=200)
async def add(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
) -> Response[str]:
    form = await read_form(request)
    checks = Checks(form)
    login, name = checks.short("login", most=LOGIN_CHARS_MAX), checks.short("name", most=NAME_CHARS_MAX)
    where = await _post(form, checks, known_stores)
    checks.done()

    async def work() -> dict[str, Any]:
        made = await add_account(write, login=login, name=name, post=where, secret=form.get("pin", ""), by=by)
        return {"account": str(made)}

    made = await once(write, operation_key(request, form), ["add_account", login, name, where], by, work)
    return go_to(request, address(BASE, made["account"]))


@get("/{account_id:uuid}")
async def one(
    request: Req,
    read: NamedDependency[ReadSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
    account_id: FromPath[UUID],
) -> Response[str]:
    member = await person(read, account_id, by=by)
    context = {
        "staff": staff_view(request),
        "nav": "staff",
        "member": member,
        "own": member.id == by.id,
        "this": token_hash(request.state.token).hex(),
        "sign_ins": await open_sign_ins(read, account_id),
    } | await _choices(known_stores, by)
    return page(request, "office/staff/person.html", context)


@post("/{account_id:uuid}/pin", status_code=200)
async def pin(
    request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor], account_id: FromPath[UUID]
) -> Response[str]:
    await change_pin(write, account_id, secret=(await read_form(request)).get("pin", ""), by=by)
    return go_to(request, address(BASE, account_id))


@post("/{account_id:uuid}/place", status_code=200)
async def place(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
    account_id: FromPath[UUID],
) -> Response[str]:
    form = await read_form(request)
    checks = Checks(form)
    where = await _post(form, checks, known_stores)
    checks.done()
    await move_account(write, account_id, where, by=by)
    return go_to(request, address(BASE, account_id))


@post("/{account_id:uuid}/closing", status_code=200)
async def closing(
    request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor], account_id: FromPath[UUID]
) -> Response[str]:
    await close_account(write, account_id, by=by)
    return go_to(request, address(BASE, account_id))


@post("/{account_id:uuid}/reopening", status_code=200)
async def reopening(
    request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor], account_id: FromPath[UUID]
) -> Response[str]:
    await reopen_account(write, account_id, secret=(await read_form(request)).get("pin", ""), by=by)
    return go_to(request, address(BASE, account_id))


@post("/{account_id:uuid}/sign-ins", status_code=200)
async def sign_ins(
    request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor], account_id: FromPath[UUID]
) -> Response[str]:
    """Ends the one with this `key`, or without it all but the one that asks."""
    key = (await read_form(request)).get("key", "")
    if key:
        readable = len(key) == KEY_DIGITS_MAX and all(digit in "0123456789abcdef" for digit in key)
        await end_sign_ins(write, account_id, by=by, only=bytes.fromhex(key) if readable else b"")
    else:
        await end_sign_ins(write, account_id, by=by, but=token_hash(request.state.token))
    return go_to(request, address(BASE, account_id))


STAFF = Router(
    path="/staff",
    guards=[staff_guard("office", "manager")],
    dependencies={"by": Provide(by)},
    route_handlers=[show, new, add, one, pin, place, closing, reopening, sign_ins],
)

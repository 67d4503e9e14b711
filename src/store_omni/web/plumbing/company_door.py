"""The door for accounts of the retailer's own identity provider: there and back again. Off until a provider is set."""

import base64
import secrets
from typing import Any

import asyncpg
import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from litestar import Request, Response, Router, get
from litestar.di import NamedDependency

from store_omni.journal.limiting import count_try, limit_key
from store_omni.kit.clock import Clock
from store_omni.kit.errors import ComeAgainLater, NotFound, Refusal, TooManyTries
from store_omni.staff.company_account import Begun, begin, finish
from store_omni.staff.errors import ProviderRefused
from store_omni.staff.signing_in import CodeNeeded, sign_in_by_provider
from store_omni.web.plumbing.addresses import address, next_of
from store_omni.web.plumbing.entering_staff import cookie, door_key, let_in, try_of
from store_omni.web.plumbing.pages import page, see_other
from store_omni.web.plumbing.refusing import headers_of, say
from store_omni.web.plumbing.second_code import on_to_code

Req = Request[Any, Any, Any]
TRIP_COOKIE = "so_trip"
TRIP_SECONDS = 600
TRIPS_MAX = 60
NONCE_BYTES = 12
TEXT_CHARS_MAX = 2_000


def _seal(key: str, face: str, begun: Begun) -> str:
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(bytes.fromhex(key)).encrypt(nonce, msgspec.json.encode(begun), face.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def _open(key: str, face: str, held: str) -> Begun:
    """Errors: `ProviderRefused` for what this shop did not give to this browser."""
    try:
        raw = base64.urlsafe_b64decode(held.encode("ascii"))
        return msgspec.json.decode(
            AESGCM(bytes.fromhex(key)).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], face.encode()), type=Begun
        )
    except (ValueError, UnicodeError, InvalidTag, msgspec.MsgspecError):
        raise ProviderRefused from None


def company_door(face: str, home: str, *roles: str) -> Router:
    """Routes /{face}/sign-in/company and its way back."""

    def redirect_uri(request: Req) -> str:
        return f"{request.app.state.settings.public_url}/{face}/sign-in/company/back"

    def refuse(request: Req, refusal: Refusal) -> Response[str]:
        context = {
            "staff": None, "face": face, "part": "shared/_sign_in.html", "said": say(refusal), "login": "", "next": "",
            "company": True,
        }  # fmt: skip
        return page(request, f"{face}/sign_in.html", context, status=refusal.status, headers=headers_of(refusal))

    @get("/sign-in/company")
    async def leave(request: Req, pool: NamedDependency[asyncpg.Pool]) -> Response[str]:
        provider = request.app.state.settings.company_accounts
        if provider is None:
            raise NotFound
        # A link on another site begins no sign-in: a person presses the button of ours. Browsers say where a navigation came from.
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return see_other(f"/{face}/sign-in?next={address('', next_of(request.query_params, home))[1:]}")
        source = try_of(request, "", face, roles).source
        try:
            await count_try(pool, limit_key("staff-trip", source), tries_max=TRIPS_MAX, window_minutes=15)
            url, begun = await begin(provider, redirect_uri(request), next_of(request.query_params, home))
        except (ProviderRefused, ComeAgainLater) as refusal:
            return refuse(request, refusal)
        held = _seal(door_key(request, "company-door"), face, begun)
        return see_other(url, [cookie(request, TRIP_COOKIE, held, TRIP_SECONDS)])

    @get("/sign-in/company/back")
    async def back(request: Req, pool: NamedDependency[asyncpg.Pool], clock: NamedDependency[Clock]) -> Response[str]:
        provider, sent = request.app.state.settings.company_accounts, request.query_params
        if provider is None:
            raise NotFound
        state, code = sent.get("state", "")[:TEXT_CHARS_MAX], sent.get("code", "")[:TEXT_CHARS_MAX]
        try:
            begun = _open(door_key(request, "company-door"), face, request.cookies.get(TRIP_COOKIE, ""))
            # Each trip comes back once, whatever a provider does with a code that is sent again.
            await count_try(pool, limit_key("staff-trip-back", begun.state), tries_max=1, window_minutes=60)
            login = await finish(provider, redirect_uri(request), begun, state=state, code=code)
            attempt = try_of(request, login, face, roles, way="provider")
            needed, strong = request.app.state.settings.second_factor, bool(provider.strength)
            entered = await sign_in_by_provider(pool, request.app.state.sessions, attempt, second_factor=needed, strong=strong)
        except (ProviderRefused, TooManyTries) as refusal:
            return refuse(request, refusal)
        if isinstance(entered, CodeNeeded):
            return await on_to_code(request, pool, entered.account_id, face=face, now=clock.now(), target=begun.next)
        return see_other(begun.next, [*await let_in(request, entered), cookie(request, TRIP_COOKIE, "", 0)])

    return Router(path="", route_handlers=[leave, back])

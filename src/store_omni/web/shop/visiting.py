"""Who is in the shop: signed in or not, which basket, which place. Read once per request, on connections of its own."""

import json
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

import asyncpg
import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.di import NamedDependency

from store_omni.customers.signing_in import SESSION_DAYS_MAX, Shopper, is_for, sign_out, signed_in
from store_omni.journal.actors import Actor
from store_omni.kit.errors import SignInNeeded
from store_omni.kit.ids import secret_token, token_hash
from store_omni.kit.tidying import tidy_line
from store_omni.orders.basketing import Glance, glance
from store_omni.orders.granting import VIEWER_DAYS
from store_omni.stores.near import PLACE_CHARS_MAX, Place
from store_omni.web.plumbing.guarding import source_of
from store_omni.web.plumbing.pages import named, page

SHOPPER_COOKIE = "so_shop"
CLEAR_SITE_DATA = "clear-site-data"
BASKET_COOKIE = "so_basket"
VIEWER_COOKIE = "so_viewer"
PLACE_COOKIE = "so_place"
BASKET_DAYS = 30
PLACE_DAYS = 180
DAY_SECONDS = 86_400
Web = Request[Any, Any, Any]


class Visitor(msgspec.Struct, frozen=True):
    """`viewer`: the secret by which this browser sees guest orders. `place`: where she said she is; only her browser
    keeps it."""

    shopper: Shopper | None
    basket: Glance | None
    basket_id: UUID | None
    viewer: str | None
    place: Place | None
    source: str

    @property
    def customer_id(self) -> UUID | None:
        return self.shopper.customer_id if self.shopper else None

    @property
    def viewer_hash(self) -> bytes | None:
        return token_hash(self.viewer) if self.viewer else None

    @property
    def store_id(self) -> int | None:
        return self.basket.store_id if self.basket else None

    @property
    def is_anybody(self) -> bool:
        """Nothing is known of her that a page would show."""
        return self.shopper is None and self.basket is None and self.place is None

    def actor(self, name: str = "") -> Actor:
        """A guest is told apart by her browser's own secrets, so that her operation keys are hers alone."""
        if self.shopper:
            return self.shopper.actor(source=self.source)
        own = self.viewer_hash.hex()[:32] if self.viewer_hash else str(self.basket_id or self.source)
        return Actor(kind="guest", id=None, label=name, channel="web", source=own)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def read_place(text: str | None) -> Place | None:
    """The cookie is the visitor's own; anything that does not read as a point on earth is no place."""
    if not text:
        return None
    try:
        latitude, longitude, *names = json.loads(unquote(text))
        latitude, longitude = float(latitude), float(longitude)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    ko, en = [tidy_line(str(name)[:PLACE_CHARS_MAX]) for name in [*names, "", ""][:2]]
    return Place(latitude, longitude, ko, en)


def write_place(place: Place) -> str:
    return quote(json.dumps([round(place.latitude, 3), round(place.longitude, 3), place.name_ko, place.name_en]))


async def visitor(request: Web, pool: NamedDependency[asyncpg.Pool]) -> Visitor:
    token = request.cookies.get(SHOPPER_COOKIE)
    basket_id = _uuid(request.cookies.get(BASKET_COOKIE))
    return Visitor(
        shopper=await signed_in(pool, token) if token and is_for(token, "web") else None,
        basket=await glance(pool, basket_id) if basket_id else None,
        basket_id=basket_id,
        viewer=request.cookies.get(VIEWER_COOKIE),
        place=read_place(request.cookies.get(PLACE_COOKIE)),
        source=source_of(request),
    )


def must_be_signed_in(visitor: Visitor) -> Shopper:
    """Errors: `SignInNeeded`."""
    if visitor.shopper is None:
        raise SignInNeeded
    return visitor.shopper


def keep(request: Web, response: Response[Any], name: str, value: str, days: int) -> None:
    """A cookie that no script reads and no other site sends."""
    secure = request.app.state.settings.public_url.startswith("https:")
    response.set_cookie(
        Cookie(key=name, value=value, max_age=days * DAY_SECONDS, httponly=True, samesite="lax", secure=secure, path="/")
    )


def keep_shopper(request: Web, response: Response[Any], token: str) -> None:
    keep(request, response, SHOPPER_COOKIE, token, SESSION_DAYS_MAX)


async def let_in(request: Web, response: Response[Any], pool: asyncpg.Pool, token: str) -> None:
    """The browser gets its new sign-in; the one it held before ends."""
    if held := request.cookies.get(SHOPPER_COOKIE):
        await sign_out(pool, held)
    keep_shopper(request, response, token)


def forget_shopper(response: Response[Any]) -> None:
    """Her basket goes with her; it waits in her account. Browsers that know the header drop pages they kept, too."""
    for name in (SHOPPER_COOKIE, BASKET_COOKIE):
        response.delete_cookie(name, path="/")
    response.headers[CLEAR_SITE_DATA] = '"cache"'


def keep_basket(request: Web, response: Response[Any], basket_id: UUID) -> None:
    keep(request, response, BASKET_COOKIE, str(basket_id), BASKET_DAYS)


def ensure_viewer(request: Web, response: Response[Any], visitor: Visitor) -> None:
    """Given before the order is placed: if the answer to the order gets lost, the browser that sends it again can still
    see it."""
    keep(request, response, VIEWER_COOKIE, visitor.viewer or secret_token(), VIEWER_DAYS)


def show(
    request: Web,
    visitor: Visitor,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    nav: str = "",
    status: int = 200,
) -> Response[str]:
    """A page (or partial) of the shop with what its frame shows."""
    return page(request, template, frame_of(visitor, nav) | (context or {}), status=status)


def frame_of(visitor: Visitor, nav: str) -> dict[str, Any]:
    return {
        "shopper": visitor.shopper.name if visitor.shopper else None,
        "basket_count": visitor.basket.units if visitor.basket else 0,
        "place": visitor.place,
        "chosen_id": visitor.store_id,
        "chosen_name": named({"name_ko": visitor.basket.store_ko, "name_en": visitor.basket.store_en}) if visitor.basket else "",
        "nav": nav,
        "q": "",
    }

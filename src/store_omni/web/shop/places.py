"""Where the shopper is: the browser's position or a typed district, kept in her own cookie and nowhere else."""

import asyncpg
from litestar import Response, post
from litestar.di import NamedDependency

from store_omni.kit.errors import N_, Refusal
from store_omni.stores.near import Place, find_place
from store_omni.web.plumbing.addresses import next_of
from store_omni.web.plumbing.forms import read_form
from store_omni.web.plumbing.pages import go_to
from store_omni.web.shop.visiting import PLACE_COOKIE, PLACE_DAYS, Web, keep, write_place


class PlaceUnknown(Refusal):
    code = "place_unknown"
    status = 422
    title = N_("We don't know “%(typed)s”")
    reason = N_("No district, station or store address has this name.")
    next_step = N_("Try the district or the nearest station, such as 성수 or Mapo-gu.")


def _point(form: dict[str, str]) -> Place | None:
    try:
        latitude, longitude = float(form.get("lat", "")), float(form.get("lon", ""))
    except ValueError:
        return None
    return Place(latitude, longitude) if -90 <= latitude <= 90 and -180 <= longitude <= 180 else None


@post("/place", status_code=303)
async def set_place(request: Web, pool: NamedDependency[asyncpg.Pool]) -> Response[str]:
    """`lat` and `lon` from the browser, else `near`, a typed district; `forget`: no place any more."""
    form = await read_form(request)
    target = next_of(form, "/")
    typed = form.get("near", "")
    if form.get("forget"):
        answer = go_to(request, target)
        answer.delete_cookie(PLACE_COOKIE, path="/")
        return answer
    place = _point(form) or await find_place(pool, typed)
    if place is None:
        raise PlaceUnknown(typed=typed[:40] or "?", next_url=target)
    answer = go_to(request, target)
    keep(request, answer, PLACE_COOKIE, write_place(place), PLACE_DAYS)
    return answer

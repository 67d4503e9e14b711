"""The products' pictures, drawn by the product itself. The same address shows the same picture until a new release
draws it better, so browsers keep it for a month."""

import re

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from store_omni.catalog.drawing.pictures import draw_product
from store_omni.kit.errors import NotFound

CACHE = "public, max-age=2592000"
_NAME = re.compile(r"[a-z0-9_.-]{1,60}")
_COLOUR = re.compile(r"[a-z]{0,20}|[0-9a-f]{6}")


@get("/pictures/{drawing:str}/{colour:str}", sync_to_thread=True)
def picture(drawing: FromPath[str], colour: FromPath[str], c: FromQuery[str] = "") -> Response[bytes]:
    """`drawing`: a drawing's key; `colour`: a colour's name or six hex digits; `c`: the category, whose sign a thing
    without a drawing of its own bears."""
    colour = colour.removesuffix(".svg")
    if not _NAME.fullmatch(drawing) or not _COLOUR.fullmatch(colour):
        raise NotFound
    shade = f"#{colour}" if re.fullmatch("[0-9a-f]{6}", colour) else colour
    svg = draw_product(drawing, shade, category=c[:30])
    return Response(svg.encode(), media_type="image/svg+xml", headers={"cache-control": CACHE})

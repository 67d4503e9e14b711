"""The list of products, answered before the router for a visitor of whom nothing is known, while nothing on it has changed.

Everything else goes on to the router, which also makes the page that is given here.
"""

import re
from typing import Any

from litestar.config.csrf import CSRFConfig
from litestar.middleware.csrf import generate_csrf_token
from litestar.types import ASGIApp, Receive, Scope, Send

from store_omni.web.plumbing.security import UNSCRIPTED_HEADERS, locale_of
from store_omni.web.shop.listing import Lists
from store_omni.web.shop.visiting import BASKET_COOKIE, PLACE_COOKIE, SHOPPER_COOKIE

PATH = "/products"
_KNOWN = re.compile(rf"(?:^|;)\s*(?:{SHOPPER_COOKIE}|{BASKET_COOKIE}|{PLACE_COOKIE})=".encode())
HEADERS = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store"), *UNSCRIPTED_HEADERS]
PACKED = [(b"content-encoding", b"gzip"), (b"vary", b"Accept-Encoding")]


class ListFront:
    def __init__(self, app: ASGIApp, csrf: CSRFConfig) -> None:
        self._app = app
        self._secret = csrf.secret
        name = re.escape(csrf.cookie_name)
        self._token = re.compile(rf"(?:^|;)\s*{name}=([0-9a-f]+)(?:;|$)".encode())
        self._token_there = re.compile(rf"(?:^|;)\s*{name}=".encode())
        secure = "; Secure" if csrf.cookie_secure else ""
        self._cookie = f"{csrf.cookie_name}=%s; Path={csrf.cookie_path}; SameSite={csrf.cookie_samesite}{secure}".encode()
        self.lists: Lists | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "GET" and self.lists is not None:
            answer = self._answer(self.lists, scope)
            if answer is not None:
                headers, body = answer
                start: Any = {"type": "http.response.start", "status": 200, "headers": headers}
                rest: Any = {"type": "http.response.body", "body": body, "more_body": False}
                await send(start)
                await send(rest)
                return
        await self._app(scope, receive, send)

    def _answer(self, lists: Lists, scope: Scope) -> tuple[list[tuple[bytes, bytes]], bytes] | None:
        token, packed = b"", False
        for key, value in scope["headers"]:
            if key == b"cookie":
                found = self._token.search(value)
                if _KNOWN.search(value) or (found is None and self._token_there.search(value)):
                    return None
                token = found.group(1) if found else token
            elif key == b"accept-encoding":
                packed = b"gzip" in value
            elif key == b"hx-request":
                return None
        baked = lists.fresh(locale_of(scope["headers"]), scope["query_string"])
        if baked is None:
            return None
        headers = [*HEADERS, *PACKED] if packed else HEADERS.copy()
        if not token:
            token = generate_csrf_token(self._secret).encode()
            headers.append((b"set-cookie", self._cookie % token))
        body = baked.filled_and_packed(token) if packed else baked.filled(token)
        headers.append((b"content-length", str(len(body)).encode()))
        return headers, body

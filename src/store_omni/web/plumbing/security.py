"""Headers of every answer: nothing from other hosts, no framing, no sniffing; and the language of the request."""

import re
from collections.abc import Iterable
from functools import lru_cache
from secrets import token_urlsafe
from typing import Any

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from store_omni.web.plumbing.texts import choose_locale, use_locale

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
LANGUAGE_COOKIE = "so_lang"
_LANGUAGE = re.compile(rb'(?:^|;)\s*(?:__Host-)?so_lang="?([a-z]{2})')
_HEADERS = [
    (b"permissions-policy", b"camera=(self), geolocation=(self), microphone=()"),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
]
# Of every answer that does not say how long it holds: it may have a person's name in it, or a token.
NEVER_KEPT = (b"cache-control", b"no-store")
# Of an answer that is data and no page: it sends nobody on, and asks for no camera.
PLAIN_HEADERS = [
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
]
# Of a page without a script of its own in it.
UNSCRIPTED_HEADERS = [(b"content-security-policy", POLICY.replace(" 'nonce-{nonce}'", "").encode()), *_HEADERS]
_BEFORE, _AFTER = POLICY.encode().split(b"{nonce}")


@lru_cache(maxsize=1024)
def _chosen(cookie: bytes, accept_language: bytes) -> str:
    return choose_locale(cookie.decode() or None, accept_language.decode("latin-1"))


def locale_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """What the person chose, else what the browser asks for."""
    chosen, asked = b"", b""
    for key, value in headers:
        if key == b"accept-language":
            asked = value[:200]
        elif key == b"cookie":
            found = _LANGUAGE.search(value)
            chosen = found.group(1) if found else b""
    return _chosen(chosen, asked)


def security(app: ASGIApp) -> ASGIApp:
    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        nonce = token_urlsafe(12)
        bag: dict[str, Any] = scope  # type: ignore[assignment]  # an ASGI scope may carry extra keys
        bag["csp_nonce"] = nonce
        use_locale(locale_of(scope["headers"]))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                policy = (b"content-security-policy", _BEFORE + nonce.encode() + _AFTER)
                headers = [*message["headers"], policy, *_HEADERS]
                if not any(name.lower() == b"cache-control" for name, _ in headers):
                    headers.append(NEVER_KEPT)
                message["headers"] = headers
            await send(message)

        await app(scope, receive, send_with_headers)

    return middleware

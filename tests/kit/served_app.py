"""An application that tells what it heard, and answers one address ahead: python -m tests.kit.served_app PORT WORKERS"""

import os
import sys
import time
from pathlib import Path
from typing import Any

from store_omni.kit import connecting, serving

AHEAD = b"GET /ahead HTTP/1.1"
BODY = b"ahead" + b"." * 4_000
WORK_SECONDS = 0.01
# Waiting times of which the tests want to see the end.
serving.IDLE_SECONDS_MAX = 2
connecting.HEAD_SECONDS_MAX = 1.0
connecting.BODY_SECONDS_MAX = 1.5
serving.STOP_SECONDS_MAX = 3
serving.KILL_SECONDS = 4


class Application:
    def at_once(self, request: bytes, common: connecting.Headers) -> bytes | None:
        line, _, lines = request.partition(b"\r\n")
        if line != AHEAD or connecting.plain_headers(lines) is None:
            return None
        head = b"".join(b"%b: %b\r\n" % header for header in common)
        return b"HTTP/1.1 200 OK\r\n" + head + b"content-length: %d\r\nserved: ahead\r\n\r\n" % len(BODY) + BODY

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["path"] == "/events":
            await self._events(receive, send)
        elif scope["path"] == "/stubborn":
            while True:
                time.sleep(1)  # nothing else happens in this process any more
        else:
            if scope["path"] == "/work":
                until = time.thread_time() + WORK_SECONDS
                while time.thread_time() < until:
                    pass
            await self._echo(scope, receive, send)

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        missing = os.environ.get("MISSING")  # a file without which it cannot start
        if missing and not Path(missing).exists():
            await send({"type": "lifespan.startup.failed", "message": f"{missing} is missing"})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _events(self, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        await send({"type": "http.response.body", "body": b"data: here\n\n", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass

    async def _echo(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        heard = f"{os.getpid()} {scope['method']} {scope['path']} ".encode() + body
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(heard))]})
        await send({"type": "http.response.body", "body": heard})


def create_app() -> Application:
    return Application()


if __name__ == "__main__":
    _, port, workers = sys.argv
    sys.exit(serving.serve("tests.kit.served_app:create_app", host="127.0.0.1", port=int(port), workers=int(workers)))

"""A text gateway on this machine with Solapi's API, written from its documentation and not from the adapter it examines.

Real HTTP on 127.0.0.1. It checks every signature, keeps what it accepts, and misbehaves on demand.
"""

import hashlib
import hmac
import json
import re
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from store_omni.outside import SmsGateway

KEY, SECRET, SENDER = "NCSAYU7YDBXYORXC", "S3CR3TOFTHECONTRACTSERVER0000000", "025550100"
_HEADER = re.compile(r"HMAC-SHA256 apiKey=(\S+), date=(\S+), salt=(\S+), signature=([0-9a-f]{64})")
MINUTES_MAX = 15


class TextServer:
    """`accepted`: messages it took, in order. `refusals`: signatures it did not take. `next`: how the coming requests to send are
    answered, one word each; then all is well again:

    401, 402, 429, 500, 503 …: that status with an error body · cut: hangs up without reading on · hang: never answers ·
    lost: takes the message and hangs up · garbage: 200 without JSON · empty: 200 with another JSON · refuse-1062: 200, with the
    message among the failed ones · `lists`: status of the list of accepted messages.
    """

    def __init__(self) -> None:
        self.accepted: list[dict[str, Any]] = []
        self.refusals: list[str] = []
        self.next: list[str] = []
        self.asked = 0
        self.lists = 200
        self.signatures: set[str] = set()
        self.released = threading.Event()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def gateway(self, **changed: str) -> SmsGateway:
        values = {"url": f"http://127.0.0.1:{self.port}", "key": KEY, "secret": SECRET, "sender": SENDER}
        return SmsGateway(**(values | changed))

    def wrong_with(self, header: str) -> str | None:
        """The error code of a signature that does not count."""
        match = _HEADER.fullmatch(header)
        if match is None:
            return "Unauthorized"
        key, date, salt, signature = match.groups()
        if key != KEY or not 12 <= len(salt) <= 64:
            return "InvalidApiKey"
        if abs(datetime.fromisoformat(date) - datetime.now(UTC)) > timedelta(minutes=MINUTES_MAX):
            return "RequestTimeTooSkewed"
        wanted = hmac.new(SECRET.encode(), f"{date}{salt}".encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted, signature):
            return "SignatureDoesNotMatch"
        if signature in self.signatures:
            return "DuplicatedSignature"
        self.signatures.add(signature)
        return None

    def invalid(self, message: dict[str, Any]) -> str | None:
        """The status code of a message that cannot be sent."""
        size = len(message["text"].encode("cp949"))
        if message["from"] != SENDER:
            return "1062"
        if not re.fullmatch(r"0\d{8,10}" if "country" not in message else r"\d{6,14}", message["to"]):
            return "1060"
        if size > {"SMS": 90, "LMS": 2_000}[message["type"]]:
            return "1061"
        return None


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    texts: TextServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.texts.asked += 1
        how = self.texts.next.pop(0) if self.texts.next else ""
        if how == "cut":
            return self._hang_up()
        if how == "hang":
            self.texts.released.wait(60)
            return self._hang_up()
        if how.isdigit():
            return self._say(
                int(how), {"errorCode": {"402": "NotEnoughBalance"}.get(how, "ValidationError"), "errorMessage": "010-…"}
            )
        if problem := self._unsigned():
            return self._say(401, problem)
        if urlsplit(self.path).path != "/messages/v4/send-many/detail":
            return self._say(404, {"errorCode": "ResourceNotFound", "errorMessage": ""})
        return self._take(json.loads(body)["messages"], how)

    def _take(self, messages: list[dict[str, Any]], how: str) -> None:
        failed = []
        for message in messages:
            code = how.partition("-")[2] if how.startswith("refuse-") else self.texts.invalid(message)
            if code:
                failed.append({"to": message["to"], "statusCode": code, "statusMessage": "…"})
            else:
                self.texts.accepted.append(message | {"dateCreated": datetime.now(UTC).isoformat()})
        if how == "lost":
            return self._hang_up()
        if how == "garbage":
            return self._send(200, b"<html>busy</html>")
        if how == "empty":
            return self._say(200, {"ok": True})
        count = {"total": len(messages), "registeredSuccess": len(messages) - len(failed), "registeredFailed": len(failed)}
        return self._say(200, {"failedMessageList": failed, "groupInfo": {"groupId": "G4V", "status": "SENDING", "count": count}})

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if problem := self._unsigned():
            return self._say(401, problem)
        if address.path != "/messages/v4/list" or self.texts.lists != 200:
            return self._say(self.texts.lists, {"errorCode": "Forbidden", "errorMessage": ""})
        wanted = parse_qs(address.query).get("to", [None])[0]
        found = [message for message in self.texts.accepted if wanted in (None, message["to"])]
        listed = {f"M4V{number}": message | {"statusCode": "2000"} for number, message in enumerate(found)}
        return self._say(200, {"startKey": None, "nextKey": None, "limit": 100, "messageList": listed})

    def _unsigned(self) -> dict[str, str] | None:
        wrong = self.texts.wrong_with(self.headers.get("Authorization", ""))
        if wrong:
            self.texts.refusals.append(wrong)
        return {"errorCode": wrong, "errorMessage": "…"} if wrong else None

    def _say(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, json.dumps(body).encode())

    def _send(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None: ...


@contextmanager
def text_server() -> Generator[TextServer, None, None]:
    texts = TextServer()
    web = ThreadingHTTPServer(("127.0.0.1", texts.port), type("Answers", (_Answers,), {"texts": texts}))
    web.daemon_threads = True
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield texts
    finally:
        texts.released.set()
        web.shutdown()
        web.server_close()
        thread.join()

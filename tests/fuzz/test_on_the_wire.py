"""HTTP's manners as a client sees them, also of answers that lie ready before the application."""

from .callers import Stage
from .wire import Case, Headers, ask

READY = b"/api/v1/skus/MUG-1/availability"
ADDRESSES = (READY, b"/products", b"/", b"/health/live", b"/api/v1/stores", b"/static/manifest.json", b"/nothing")


def _status(stage: Stage, method: str, target: bytes, headers: Headers) -> int:
    return ask(stage.port, Case("anybody", method, target, headers)).status


def test_head_says_what_get_says(stage: Stage) -> None:
    for address in ADDRESSES:
        got, head = [ask(stage.port, Case("anybody", method, address, [])) for method in ("GET", "HEAD")]
        assert head.status == got.status, address
        for name in ("content-type", "content-length", "cache-control"):
            assert head.headers.get(name) == got.headers.get(name), (address, name)


def test_one_host_and_a_fine_one(stage: Stage) -> None:
    for address in ADDRESSES:
        fine = _status(stage, "GET", address, [(b"Host", b"shop.example.com")])
        assert fine != 400, address
        for hosts in ([b"a", b"b"], [b"a", b"a"], [b"a:b"], [b"a:99999999"], [b"::1"], [b""]):
            for _ in range(2):  # the second time it may lie ready
                assert _status(stage, "GET", address, [(b"Host", host) for host in hosts]) == 400, (address, hosts)


def test_another_method_is_405(stage: Stage) -> None:
    for address in ADDRESSES[:-1]:
        answer = ask(stage.port, Case("anybody", "DELETE", address, []))
        assert answer.status == 405 and "GET" in answer.headers["allow"] and "HEAD" in answer.headers["allow"], address

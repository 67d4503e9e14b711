"""An order of a service is answered before the router; whatever is not quite that says the same as it always did."""

from uuid import uuid4

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from store_omni.staff.serving import add_service
from store_omni.web.api.fronting_orders import BODY_BYTES_MAX, _asked

from ...factories.ordering import Shop

pytestmark = pytest.mark.anyio
Client = AsyncTestClient[Litestar]
ORDER = {"store": "GN", "lines": [{"sku": "MUG-1", "qty": 1}], "contact": {"name": "김하늘", "phone": "010-1234-5678"}}


@pytest.fixture
async def headers(shop: Shop) -> dict[str, str]:
    token = await add_service(shop.pool, name="till", verbs=["orders:place"], store_ids=[shop.world.gangnam])
    return {"authorization": f"Bearer {token}"}


def keyed(headers: dict[str, str], **more: str) -> dict[str, str]:
    return headers | {"idempotency-key": str(uuid4())} | more


@pytest.fixture
def routed(monkeypatch: pytest.MonkeyPatch, app: Litestar) -> list[str]:
    """Paths that came as far as the router."""
    came: list[str] = []
    behind = app.state.order_front._app

    async def watching(scope, receive, send) -> None:
        came.append(scope["path"])
        await behind(scope, receive, send)

    monkeypatch.setattr(app.state.order_front, "_app", watching)
    return came


async def test_an_order_and_its_refusal_are_answered_at_the_front(
    client: Client, headers: dict[str, str], routed: list[str], shop: Shop
) -> None:
    same = keyed(headers)
    placed = await client.post("/api/v1/orders", json=ORDER, headers=same)
    again = await client.post("/api/v1/orders", json=ORDER, headers=same)
    assert (placed.status_code, again.json()) == (201, placed.json() | {"replayed": True})
    much = ORDER | {"lines": [{"sku": "MUG-1", "qty": 50}]}
    for language, title in (("ko", "방금 다른 분이 먼저 주문했어요"), ("en", "Somebody was faster")):
        refused = await client.post("/api/v1/orders", json=much, headers=keyed(headers, **{"accept-language": language}))
        assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
        assert (refused.json()["code"], refused.json()["title"]) == ("not_enough_stock", title)
    assert not routed
    assert (await shop.level(0))["allocated"] == 1


@pytest.mark.parametrize(
    ("content", "more", "status"),
    [
        (b"{", {}, 422),
        (b'{"store": "GN"}', {}, 422),
        (b"\xff\xfe", {}, 422),
        (b'{"store": "GN", "lines": [], "x": "' + b"x" * BODY_BYTES_MAX + b'"}', {}, 422),
        (msgspec.json.encode(ORDER), {"authorization": "Bearer nobody"}, 401),
        (msgspec.json.encode(ORDER), {"authorization": "Basic x"}, 401),
        (msgspec.json.encode(ORDER), {"idempotency-key": " "}, 422),
        (b"store=GN", {"content-type": "application/x-www-form-urlencoded"}, 422),
    ],
)
async def test_what_is_not_quite_an_order_is_said_in_words(
    client: Client, headers: dict[str, str], routed: list[str], shop: Shop, content: bytes, more: dict[str, str], status: int
) -> None:
    sent = keyed(headers, **({"content-type": "application/json"} | more))
    answer = await client.post("/api/v1/orders", content=content, headers=sent)
    assert (answer.status_code, bool(answer.json()["next_step"]), routed) == (status, True, ["/api/v1/orders"])
    assert (answer.headers.get("www-authenticate") == "Bearer") == (status == 401)
    assert await shop.pool.fetchval('SELECT count(*) FROM orders."order"') == 0


@pytest.mark.parametrize(
    "more",
    [(b"authorization", b"Bearer other"), (b"idempotency-key", b"other"), (b"transfer-encoding", b"chunked")],
    ids=lambda header: header[0].decode(),
)
def test_what_can_be_read_in_two_ways_is_left_to_the_router(more: tuple[bytes, bytes]) -> None:
    """A test client would join what is sent twice."""
    once = [(b"authorization", b"Bearer t"), (b"idempotency-key", b"k"), (b"content-length", b"2")]
    assert _asked({"headers": once}) == ("t", "k", 2)
    assert _asked({"headers": [*once, more]}) == ("", "", 0)


async def test_a_character_that_no_text_may_have_spoils_nobodys_batch(
    client: Client, headers: dict[str, str], shop: Shop, app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    fetchval = app.state.batch_pool.fetchval
    monkeypatch.setattr(
        app.state.order_batches, "pool", type("Watched", (), {"fetchval": lambda _, *a: sent.append(a[1]) or fetchval(*a)})()
    )
    bad = ORDER | {"contact": {"name": "a\u0000b", "phone": "010-1234-5678"}}
    assert (await client.post("/api/v1/orders", json=bad, headers=keyed(headers))).status_code == 201
    assert await shop.pool.fetchval('SELECT contact_name FROM orders."order"') == "ab"
    odd = ORDER | {"contact": {"name": "a\\u0000b", "phone": "010-1234-5678"}}
    assert (await client.post("/api/v1/orders", json=odd, headers=keyed(headers))).status_code == 201
    assert len(sent) == 2


async def test_what_fails_at_the_front_is_done_behind_it_once(
    client: Client, headers: dict[str, str], routed: list[str], shop: Shop, app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer was lost after the order was written: the router finds it by its key."""
    submit, lost = app.state.order_batches.submit, []

    async def losing(key: int, row: bytes) -> object:
        answer = await submit(key, row)
        if not lost:
            lost.append(answer)
            raise RuntimeError("the answer is lost")
        return answer

    monkeypatch.setattr(app.state.order_batches, "submit", losing)
    placed = await client.post("/api/v1/orders", json=ORDER, headers=keyed(headers))
    assert (placed.status_code, placed.json()["replayed"], routed) == (201, True, ["/api/v1/orders"])
    assert await shop.pool.fetchval('SELECT count(*) FROM orders."order"') == 1

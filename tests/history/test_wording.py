"""Whatever is recorded is said in plain words, in both languages, by one partial, and no more is said than the reader may know."""

import ast
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from uuid import uuid4

import pytest

from store_omni.history.queries import EntryView, Timeline
from store_omni.history.wording import UNKNOWN, WORDS, say
from store_omni.web.plumbing.pages import environment
from store_omni.web.plumbing.texts import gettext, use_locale

ROOT = Path(__file__).parents[2]
_KIND = re.compile(r"(order|pickup|payment|return|message|customer)\.[a-z_]+")
DISPLAYS = {
    "order.placed": {"number": "K7QM-2X9P", "items": 3, "total_minor": 12900, "currency": "KRW"},
    "order.cancelled": {"number": "K7QM-2X9P", "reason": "other", "note": "<script>alert(1)</script>"},
    "pickup.short": {"number": "K7QM-2X9P", "name_ko": "머그컵", "name_en": "Mug", "missing": 2, "reason": "not_found"},
    "pickup.ready": {"number": "K7QM-2X9P", "hold_until": (datetime.now(UTC) + timedelta(days=3)).isoformat()},
    "pickup.handed_over": {"number": "K7QM-2X9P", "amount_minor": 12900, "currency": "KRW", "tender": "cash", "receipt": 7},
    "pickup.refused": {"number": "K7QM-2X9P", "refusal": "pass_spent"},
    "return.requested": {
        "number": "K7QM-2X9P",
        "return_number": "R-AAAA-BBBB",
        "items": 1,
        "amount_minor": 500,
        "currency": "KRW",
    },
    "message.failed": {"number": "K7QM-2X9P", "template": "pickup_ready", "channel": "email"},
}


def entry(kind: str, *, actor_kind: str = "shopper", label: str = "김하늘") -> EntryView:
    return EntryView(
        uuid4(), datetime.now(UTC), kind, "web", actor_kind, label, uuid4(), 1, "강남점", "Gangnam", DISPLAYS.get(kind, {})
    )


def shown(entries: list[EntryView], path: str, locale: str = "ko", **more: object) -> str:
    use_locale(locale)
    template = environment().get_template("shared/_history.html")
    frame = {"locale": locale, "csrf_token": "", "csp_nonce": "", "path": path, "brand_name": ""}
    return template.render(**frame, timeline=Timeline(entries, more.get("next_before")), more_url="/more?x=1")


def recorded_kinds() -> set[str]:
    """Kinds that are given a line in the timeline: strings in calls that also carry `display=`."""
    kinds = set()
    for file in (ROOT / "src/store_omni").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and any(word.arg == "display" for word in node.keywords):
                texts = [*node.args, *(word.value for word in node.keywords if word.arg == "kind")]
                kinds |= {x.value for x in texts if isinstance(x, ast.Constant) and _KIND.fullmatch(str(x.value))}
    return kinds


def test_every_kind_that_gets_a_line_has_words() -> None:
    found = recorded_kinds()
    assert {"order.cancelled", "pickup.handed_over", "return.refunded"} <= found
    assert found - set(WORDS) == set()


@pytest.mark.parametrize("kind", [*WORDS, "something.new"])
def test_each_is_said_in_both_languages(kind: str) -> None:
    english, korean = shown([entry(kind)], "/orders/X", "en"), shown([entry(kind)], "/orders/X", "ko")
    assert say(kind).words in unescape(english)
    use_locale("ko")
    assert re.search("[가-힣]", gettext(say(kind).words))
    assert gettext(say(kind).words) in korean
    assert kind not in korean, "machine names are not for people"


def test_a_kind_nobody_put_into_words_is_neutral() -> None:
    assert say("something.new") is UNKNOWN


def test_details_are_said_and_typed_words_stay_text() -> None:
    page = shown([entry(kind) for kind in DISPLAYS], "/desk/customers/1")
    for words in (
        "상품 3개",
        "12,900원",
        "2개 부족",
        "진열대에 없음",
        "영수증 7번",
        "이미 사용한 코드",
        "픽업 안내",
        "까지 보관",
        "강남점",
    ):
        assert words in page, words
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_names_of_staff_are_for_staff() -> None:
    by_clerk = [entry("pickup.ready", actor_kind="clerk", label="박도현")]
    assert "박도현" in shown(by_clerk, "/desk/customers/1")
    assert "박도현" in shown(by_clerk, "/counter/pickups/1")
    hers = shown(by_clerk, "/orders/K7QM-2X9P")
    assert "박도현" not in hers
    assert "매장 직원" in hers


def test_lines_lead_to_their_order_where_any_order_can_be_opened() -> None:
    placed = [entry("order.placed")]
    assert 'href="/desk/orders/K7QM-2X9P"' in shown(placed, "/desk/customers/1")
    assert 'href="/orders/K7QM-2X9P"' in shown(placed, "/account")
    assert "K7QM-2X9P" in shown(placed, "/counter/pickups/1")
    assert "href" not in shown(placed, "/counter/pickups/1").split("<ol")[1].split("use href")[0]
    assert "K7QM-2X9P" not in shown(placed, "/orders/K7QM-2X9P"), "a page about one order does not repeat its number"


def test_more_comes_by_the_last_line() -> None:
    last = uuid4()
    page = shown([entry("order.placed")], "/desk/customers/1", next_before=last)
    assert f'hx-get="/more?x=1&amp;before={last}"' in page
    assert "hx-get" not in shown([entry("order.placed")], "/desk/customers/1")


def test_an_empty_history_says_so() -> None:
    assert "아직 기록이 없어요" in shown([], "/orders/X")

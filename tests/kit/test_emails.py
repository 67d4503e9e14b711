"""Which e-mail addresses the doors take: those a mail can be sent to."""

import pytest

from store_omni.kit.emails import normal_email

GOOD = {
    "ok@example.com": "ok@example.com",
    "  User+Tag@Example.COM ": "user+tag@example.com",
    "o'neil@b.co": "o'neil@b.co",
    "a@sub.b-c.co.kr": "a@sub.b-c.co.kr",
    "user@예제.한국": "user@예제.한국",
    "a@xn--oi2b30g.xn--3e0b707e": "a@xn--oi2b30g.xn--3e0b707e",
    f"{'l' * 64}@b.co": f"{'l' * 64}@b.co",
}
BAD = [
    "", "@", "a@", "@b.co", "a@b", "a@b.c", "a b@b.co", "a@b..co", "[a]@b.co", "()@b.co", "(a@b.co", "(c)a@b.co", "a@b(c).co",
    "\x7f@b.co", "a@b.co\x01", "a\x00@b.co", "a@b.co\r\nbcc: x@y.zz", "u\u200bser@b.co", "a\u202e@b.co", "\ud800@b.co",
    ".a@b.co", "a.@b.co", "a..b@b.co", "a:b@b.co", '"x"@b.co', "a\\@b.co", "<a@b.co>", "A <a@b.co>", "a@b.co, c@d.co", "a@b@c.co",
    "=?utf-8?q?a?=@b.co", "a@-b.co", "a@b-.co", "a@b_c.co", "a@b!.co", "a@[1.2.3.4]", "a@1.2.3.44", "a@b.co.", f"{'l' * 65}@b.co",
    f"a@{'b' * 64}.co", f"a@{'b.' * 130}co", "한글@example.com",
]  # fmt: skip


@pytest.mark.parametrize(("typed", "kept"), GOOD.items())
def test_an_address_that_can_be_sent_to_is_taken_in_its_plain_form(typed: str, kept: str) -> None:
    assert normal_email(typed) == kept


@pytest.mark.parametrize("typed", BAD)
def test_what_no_mail_can_be_sent_to_is_refused(typed: str) -> None:
    assert normal_email(typed) is None

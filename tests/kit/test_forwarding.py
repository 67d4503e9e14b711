import random

import pytest

from store_omni.kit.forwarding import first_untrusted, neighbourhood, read_networks

TRUSTED = read_networks("10.0.0.0/8, fd00::/8,127.0.0.1")
PROXY = "10.0.0.1"


def source(*said: str, peer: str = PROXY) -> str:
    return first_untrusted(peer, [(b"x-forwarded-for", value.encode("latin-1")) for value in said], TRUSTED)


def test_with_no_proxy_set_the_peer_is_the_source() -> None:
    assert first_untrusted("127.0.0.1", [(b"x-forwarded-for", b"192.0.2.1")], ()) == "127.0.0.1"
    assert first_untrusted("testclient", [(b"x-forwarded-for", b"192.0.2.1")], TRUSTED) == "testclient"


def test_only_a_proxy_of_ours_is_believed() -> None:
    assert source("192.0.2.1", peer="198.51.100.7") == "198.51.100.7"
    assert source("192.0.2.1") == "192.0.2.1"
    assert source() == source("") == PROXY


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (["1.1.1.1, 192.0.2.1"], "192.0.2.1"),
        (["1.1.1.1", "192.0.2.1"], "192.0.2.1"),
        (["1.1.1.1, 192.0.2.1, 10.2.3.4 , 127.0.0.1"], "192.0.2.1"),
        (["10.9.9.9, 10.2.3.4"], "10.9.9.9"),
        (["127.0.0.1, 192.0.2.1"], "192.0.2.1"),
        (["10.0.0.9, 192.0.2.1"], "192.0.2.1"),
    ],
)
def test_a_client_cannot_choose_its_source(said: list[str], found: str) -> None:
    assert source(*said) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("192.0.2.1:50123", "192.0.2.1"),
        ("[2001:db8::1]:50123", "2001:db8::1"),
        ('"[2001:db8::1]"', "2001:db8::1"),
        ("2001:0DB8:0::1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_one_spelling_of_an_address(said: str, found: str) -> None:
    assert source(said) == found


@pytest.mark.parametrize(
    "said",
    ["unknown", "_hidden", "999.1.1.1", "[", "[]", ":", "%", ",,,", "1.1.1.1:x:y", "é", "١.١.١.١", "1" * 5000, "\x00", "-1"],
)
def test_behind_a_hop_that_cannot_be_read_the_proxy_is_the_source(said: str) -> None:
    value = said.encode("utf-8")
    assert first_untrusted(PROXY, [(b"x-forwarded-for", value)], TRUSTED) == PROXY
    assert first_untrusted(PROXY, [(b"x-forwarded-for", b"192.0.2.9, " + value + b", 10.0.0.7")], TRUSTED) == "10.0.0.7"


def test_ten_thousand_hops_are_not_walked() -> None:
    assert source(", ".join(["192.0.2.9"] * 10_000 + ["192.0.2.1"])) == "192.0.2.1"
    assert source(*["192.0.2.9"] * 10_000, "10.1.1.1") == "192.0.2.9"
    assert source(", ".join(["10.1.1.1"] * 10_000)) == "10.1.1.1"


def test_no_bytes_break_it() -> None:
    drawn = random.Random(3)
    for _ in range(3_000):
        value = bytes(drawn.choice(b'0123456789abcdef:.[]%, "\x00\xff') for _ in range(drawn.randrange(60)))
        found = first_untrusted(PROXY, [(b"x-forwarded-for", value)], TRUSTED)
        assert read_networks(found)


@pytest.mark.parametrize("typed", ["proxy.example.com", "*", "0.0.0.0/0", "::/0", "10.0.0.0/33", "10.0.0.1;10.0.0.2"])
def test_what_is_no_network_or_holds_everybody_is_not_taken(typed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_networks(typed)


def test_a_neighbourhood() -> None:
    assert neighbourhood("2001:db8:1:2::5") == "2001:db8:1:2::/64"
    assert [neighbourhood(text) for text in ("192.0.2.1", "", "testclient", "a:b", "010-1234:x")] == [
        "192.0.2.1", "", "testclient", "a:b", "010-1234:x",
    ]  # fmt: skip

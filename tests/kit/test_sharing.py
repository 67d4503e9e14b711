"""Which process of the web server has a connection, and that nobody notices when another one gets it."""

import os
import re
import signal
import socket
import time
from collections import Counter
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import pytest
from uvicorn import Config

from store_omni.kit import sharing
from store_omni.kit.sharing import FULL, SETTLE_SECONDS, STALE_SECONDS, Places

from .test_serving import HOST, Served, until

CONNECTIONS = 12
# How long clients work at a time, and how often: a machine with other work takes longer to make one process busy.
BUSY_SECONDS, ROUNDS_MAX = 3.0, 6
# A client waits five thousandths of a second for another process; a busy machine adds to that.
NOTICED_SECONDS = 4.0


@pytest.fixture
def served(tmp_path: Path) -> Generator[Served, None, None]:
    """Two processes. Afterwards their log has no word of anything that went wrong."""
    server = Served(tmp_path, workers=2)
    try:
        yield server.ready(2)
        assert "Traceback" not in server.log.read_text(), server.log.read_text()
    finally:
        server.end()


def _ask(client: socket.socket, path: str, body: bytes = b"") -> tuple[int, bytes]:
    """(process, what it heard)"""
    sized = b"content-length: %d\r\n" % len(body) if body else b""
    client.sendall(f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\n".encode() + HOST + sized + b"\r\n" + body)
    got, answer = b"", b""
    while (length := re.search(rb"content-length: (\d+)\r\n", got)) is None or len(answer) < int(length[1]):
        more = client.recv(65_536)
        assert more, f"the connection has ended after {got!r}"
        got += more
        answer = got.partition(b"\r\n\r\n")[2]
    process, _, heard = answer.partition(b" ")
    return int(process), heard


def _work(client: socket.socket, until_: float) -> list[int]:
    """The processes that answered, in turn."""
    processes = []
    while monotonic() < until_:
        body = b"%d" % len(processes) * 50
        process, heard = _ask(client, "/work", body)
        assert heard == b"POST /work " + body
        processes.append(process)
    return processes


def test_while_there_is_time_to_spare_one_process_has_all_connections(served: Served) -> None:
    time.sleep(0.3)  # both have said how busy they are since they started
    clients, processes = [], Counter[int]()
    for _ in range(3 * CONNECTIONS):  # one by one: of those that come together whoever wakes first takes all
        clients.append(served.connect())
        processes[_ask(clients[-1], "/other")[0]] += 1
    # Where the machine does not let it run for a moment, another one steps in.
    assert max(processes.values()) > 0.9 * len(clients)
    for client in clients:
        client.close()


def test_a_busy_process_hands_connections_to_an_idle_one_and_nobody_notices(served: Served) -> None:
    time.sleep(0.3)
    with served.connect() as listening:
        listening.sendall(b"GET /events HTTP/1.1\r\n" + HOST + b"\r\n")
        while b"data: here" not in listening.recv(65_536):
            pass
        clients = [served.connect() for _ in range(CONNECTIONS)]
        begun_in = Counter(_ask(client, "/other")[0] for client in clients)
        first, count = begun_in.most_common(1)[0]
        assert count > 0.8 * CONNECTIONS
        # They began in one process; in the end two have them, every request answered, each with its own body.
        stayed = CONNECTIONS
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            for _ in range(ROUNDS_MAX):
                answered = list(pool.map(_work, clients, [monotonic() + BUSY_SECONDS] * CONNECTIONS))
                stayed = [processes[-1] for processes in answered].count(first)
                if stayed < CONNECTIONS:
                    break
        assert 2 <= stayed <= CONNECTIONS - 2
        # Who only listens stays.
        listening.setblocking(False)
        with pytest.raises(BlockingIOError):
            listening.recv(1)
        for client in clients:
            client.close()


def test_where_the_first_does_not_answer_another_accepts(served: Served) -> None:
    time.sleep(0.3)
    with served.connect() as client:
        first, _ = _ask(client, "/other")
    os.kill(first, signal.SIGSTOP)
    try:
        for _ in range(2):  # when it has just stopped, and when everybody knows
            begin = monotonic()
            with served.connect() as client:
                assert _ask(client, "/other")[0] != first
            assert monotonic() - begin < NOTICED_SECONDS
            time.sleep(STALE_SECONDS)
    finally:
        os.kill(first, signal.SIGCONT)


def test_all_are_replaced_one_after_the_other(served: Served) -> None:
    def processes() -> set[int]:
        return {int(number) for number in re.findall(r"Started server process \[(\d+)\]", served.log.read_text())}

    before = processes()
    served.process.send_signal(signal.SIGTTIN)  # which would be one more than there are places
    served.said("--workers")
    served.process.send_signal(signal.SIGHUP)
    until(lambda: served.log.read_text().count("Finished server process") == 2, served.log.read_text)
    with served.connect() as client:
        assert _ask(client, "/other")[0] in processes() - before


def _places(*busy: float, said_at: float = 10.0) -> Places:
    places = Places(len(busy))
    for place, each in enumerate(busy):
        places.say(place, each, said_at)
    return places


@pytest.mark.parametrize(
    ("busy", "turn"), [((0.1, 0.0), 0), ((FULL, 0.5), 1), ((0.95, 0.9, 0.99), 1), ((0.5, 0.5), 0), ((1.0, 0.1, 0.0), 1)]
)
def test_it_is_the_turn_of_the_first_that_is_not_full(busy: tuple[float, ...], turn: int) -> None:
    assert _places(*busy).whose_turn(10.5) == turn


def test_who_says_nothing_or_has_left_is_not_counted_on() -> None:
    places = _places(0.0, 0.5)
    places.leave(0)
    assert places.whose_turn(10.5) == 1
    assert places.whose_turn(10.0 + STALE_SECONDS) is None
    assert _places(1.0, 0.0).to_give(0, 8, 10.0 + STALE_SECONDS)[1] == 0


@pytest.mark.parametrize(
    ("busy", "active", "given"),
    [
        ((1.0, 0.0), 16, (1, 8)),
        ((1.0, 0.5), 16, (1, 4)),
        ((1.0, 0.5, 0.1), 20, (2, 9)),
        ((1.0, 0.75), 16, (1, 0)),  # it would come back
        ((0.7, 0.0), 16, (1, 0)),
        ((1.0, 0.0), 1, (1, 0)),  # one that fills a process by itself would fill the other
        ((1.0,), 16, (0, 0)),
    ],
)
def test_so_many_go_that_both_are_equally_busy(busy: tuple[float, ...], active: int, given: tuple[int, int]) -> None:
    assert _places(*busy).to_give(0, active, 10.5) == given


def test_who_has_handed_some_over_waits_to_see_what_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    places, clock = Places(2), [100.0]
    monkeypatch.setattr(sharing, "monotonic", lambda: clock[0])
    monkeypatch.setattr(sharing, "thread_time", lambda: clock[0])  # never idle
    monkeypatch.setattr(places, "hand", lambda *_: True)
    server = sharing.SharingServer(Config("none:none"), places, 0)

    def looks_round(active: int) -> int:
        clock[0] += 0.1
        places.say(1, 0.0, clock[0])
        server.server_state.active = active
        server._look_round()
        return server.server_state.to_give

    assert looks_round(8) == 0, "one slow page is over before anybody could go"
    assert looks_round(8) == 4
    assert server._hand(0) and server.server_state.to_give == 3
    assert [looks_round(8) for _ in range(4)] == [0, 0, 0, 0]
    clock[0] += SETTLE_SECONDS
    assert looks_round(8) == 4

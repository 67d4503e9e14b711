"""The load generator counts what a server really answered, however the answers come in pieces."""

import asyncio
import threading
from collections.abc import Callable, Generator

import pytest
from bench.loading import Load, load

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\nhello world"
CREATED_CHUNKED = b"HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"
CONFLICT = b"HTTP/1.1 409 Conflict\r\ncontent-length: 3\r\n\r\nno!"
GET = b"GET / HTTP/1.1\r\n\r\n"
POST = b"POST / HTTP/1.1\r\n\r\n"
PIECE_BYTES = 7

Serve = Callable[[list[bytes]], int]


@pytest.fixture
def serve() -> Generator[Serve, None, None]:
    """Starts a server that gives these answers in turn, each torn into small pieces, and hangs up after the last. Returns its port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def start(answers: list[bytes]) -> int:
        left = iter(answers)

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while await reader.read(1000):
                answer = next(left, None)
                if answer is None:
                    break
                for at in range(0, len(answer), PIECE_BYTES):
                    writer.write(answer[at : at + PIECE_BYTES])
                    await writer.drain()
                    await asyncio.sleep(0)
            writer.close()

        server = asyncio.run_coroutine_threadsafe(asyncio.start_server(talk, "127.0.0.1", 0), loop).result(5)
        return server.sockets[0].getsockname()[1]

    yield start
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def one_by_one(*messages: bytes) -> Callable[[], bytes | None]:
    left = iter(messages)
    return lambda: next(left, None)


def test_every_kind_of_answer_is_read_to_its_end(serve: Serve) -> None:
    said: list[bytes] = []
    port = serve([OK, CREATED_CHUNKED, EMPTY, OK])
    done = load(port, one_by_one(GET, POST, GET, GET), clients=1, seconds=5, hear=lambda _sent, body: said.append(body))
    assert (done.answered, done.finished, done.lost, dict(done.statuses)) == (4, 4, 0, {})
    assert (len(done.reads), len(done.writes)) == (3, 1)
    assert said == [b"hello world", b"5\r\nhello\r\n0\r\n\r\n", b"", b"hello world"]


def test_an_answer_that_is_no_success_is_counted_and_shown(serve: Serve) -> None:
    done = load(serve([OK, CONFLICT, OK]), one_by_one(GET, POST, GET), clients=1, seconds=5)
    assert done.answered == 3
    assert dict(done.statuses) == {409: 1}
    assert done.sample.startswith(b"POST /") and b"409" in done.sample


def test_a_connection_that_ends_before_its_answer_is_lost(serve: Serve) -> None:
    done = load(serve([OK]), one_by_one(GET, GET, GET), clients=1, seconds=5)
    assert (done.answered, done.lost) == (1, 1)


def test_it_stops_in_time_and_waits_for_what_is_under_way(serve: Serve) -> None:
    done: Load = load(serve([OK] * 100_000), lambda: GET, clients=4, seconds=0.3)
    assert 0.25 < done.seconds < 5
    assert done.finished <= done.answered <= done.finished + 4
    assert done.lost == 0

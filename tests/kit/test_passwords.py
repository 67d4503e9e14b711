"""Checking secrets takes two threads and no more, and a queue with an end."""

import asyncio
import threading

import pytest

from store_omni.kit import passwords
from store_omni.kit.errors import TooBusy
from store_omni.kit.passwords import STRANGERS_WAITING_MAX, THREADS, WAITING_MAX, hash_secret, secret_matches


class Slow:
    """Checks nothing until it is let, and counts how many checks run at once."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.lock = threading.Lock()
        self.running = self.most = 0

    def hash(self, secret: str) -> str:
        return secret

    def verify(self, secret: str, hashed: str) -> bool:
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self.let.wait(10)
        with self.lock:
            self.running -= 1
        return secret == hashed


@pytest.mark.anyio
async def test_who_comes_after_a_long_queue_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    monkeypatch.setattr(passwords, "_hasher", lambda: slow)
    queue = [asyncio.create_task(secret_matches("a", "a")) for _ in range(STRANGERS_WAITING_MAX)]
    await asyncio.sleep(0)
    with pytest.raises(TooBusy) as refused:
        await secret_matches("a", "a")
    assert refused.value.seconds > 0
    # Strangers do not fill the places of those who were here before.
    queue += [asyncio.create_task(secret_matches("a", "a", known=True)) for _ in range(WAITING_MAX - STRANGERS_WAITING_MAX)]
    await asyncio.sleep(0)
    with pytest.raises(TooBusy):
        await secret_matches("a", "a", known=True)
    # Each thread has begun its first check before one may end: a busy machine starts the second late.
    while slow.running < THREADS:
        await asyncio.sleep(0.01)
    slow.let.set()
    assert all(await asyncio.gather(*queue))
    assert slow.most == THREADS
    assert await secret_matches("a", "a")


@pytest.mark.anyio
async def test_a_secret_is_known_by_its_hash_alone() -> None:
    hashed = await hash_secret("48291350")
    assert await secret_matches("48291350", hashed)
    assert not await secret_matches("482914", hashed)
    assert not await secret_matches("48291350", None)

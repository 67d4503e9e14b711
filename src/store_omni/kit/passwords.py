"""Secrets that people remember: argon2id, in two threads of its own, because one check takes a tenth of a second of CPU and
64 MiB. Guesses cannot slow the pages down: the queue has an end, and who comes after it is told when to come again."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar
from weakref import WeakKeyDictionary

from pwdlib import PasswordHash
from zxcvbn import zxcvbn

from store_omni.kit.errors import TooBusy

T = TypeVar("T")
THREADS = 2
# About two seconds of work. Callers that are known already may wait in the second half, which strangers cannot fill.
WAITING_MAX = 40
STRANGERS_WAITING_MAX = 20
COME_AGAIN_SECONDS = 3

_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
_waiting: WeakKeyDictionary[asyncio.AbstractEventLoop, int] = WeakKeyDictionary()


# What people type first on a Korean keyboard, which the library's lists of stolen passwords do not hold.
_KOREAN = (
    "dkssud",
    "dkssudgktpdy",
    "tkfkd",
    "tkfkdgo",
    "tkfkdgody",
    "qlalfqjsgh",
    "비밀번호",
    "사랑해",
    "안녕하세요",
    "사랑해요",
)
# Below this many guesses (a million, as the library counts them) a secret is found by who may try slowly.
SCORE_MIN = 2
# What comes behind adds to the work of estimating and not to the estimate.
JUDGED_CHARS = 40


def is_guessed_first(secret: str, *own: str) -> bool:
    """Whether lists of stolen passwords, names, dates, rows of keys, or words known of the account lead to it. `own`: such words, as
    logins and the names of the house."""
    words = [
        word for name in own for word in (name.lower(), *name.lower().split(), "".join(name.lower().split())) if len(word) > 1
    ]
    return zxcvbn(secret[:JUDGED_CHARS], user_inputs=[*words, *_KOREAN])["score"] < SCORE_MIN


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _decoy() -> str:
    return _hasher().hash("a password nobody has")


async def _in_turn(work: Callable[[], T], *, known: bool) -> T:
    loop = asyncio.get_running_loop()
    waiting = _waiting.get(loop, 0)
    if waiting >= (WAITING_MAX if known else STRANGERS_WAITING_MAX):
        raise TooBusy(seconds=COME_AGAIN_SECONDS)
    _waiting[loop] = waiting + 1
    try:
        return await loop.run_in_executor(_threads, work)
    finally:
        _waiting[loop] -= 1


async def hash_secret(secret: str) -> str:
    """Errors: `TooBusy`."""
    return await _in_turn(lambda: _hasher().hash(secret), known=True)


async def secret_matches(secret: str, hashed: str | None, *, known: bool = False) -> bool:
    """False for an unknown account too, after the same work: the time taken must not tell which accounts exist.

    `known`: the caller proved already that she was here before. Errors: `TooBusy`.
    """
    matches = await _in_turn(lambda: _hasher().verify(secret, hashed or _decoy()), known=known)
    return matches and hashed is not None

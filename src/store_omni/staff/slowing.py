"""Which tries at the staff sign-in are let through to the check of the PIN. Asked before argon2, because one check costs a
tenth of a second of CPU.

Only failures stay counted. A browser in which this person signed in before has a count of its own, so that strangers who guess
her PIN slow themselves and not her.
"""

import asyncpg

from store_omni.journal.limiting import count_try, forget_tries, limit_key, refuse_if_spent, take_back_try
from store_omni.journal.pacing import take_turn
from store_omni.kit.errors import TooManyTries

# Seconds to wait after each failure with one staff number from one source, or in one known browser.
PAIR_WAITS = (0, 0, 0, 10, 60, 300, 900)
# After failures with one staff number from all sources together: so slow that a network of sources guesses little.
LOGIN_WAITS = (*[0] * 9, *[5] * 5, *[15] * 5, *[60] * 10, 300)
QUIET_MINUTES = 60
SOURCE_FAILURES_MAX = 20
ALL_FAILURES_MAX = 300
WINDOW_MINUTES = 15


class Turn:
    """One try that was let through. Give it back after a success."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._own = ""
        self._shared: list[str] = []

    async def wait_for(self, *, login: str, source: str, device: str) -> "Turn":
        """`device`: what names a known browser, empty for a new one. Errors: `TooManyTries`."""
        self._own = limit_key("staff-device", device, login) if device else limit_key("staff-pair", source, login)
        if device:
            await take_turn(self._pool, self._own, waits=PAIR_WAITS, quiet_minutes=QUIET_MINUTES)
            return self
        windows = [(limit_key("staff-source", source), SOURCE_FAILURES_MAX), (limit_key("staff-all"), ALL_FAILURES_MAX)]
        for key, most in windows:
            await refuse_if_spent(self._pool, key, tries_max=most, window_minutes=WINDOW_MINUTES)
        await take_turn(self._pool, self._own, waits=PAIR_WAITS, quiet_minutes=QUIET_MINUTES)
        self._shared = [self._own]
        try:
            whole = limit_key("staff-login", login)
            await take_turn(self._pool, whole, waits=LOGIN_WAITS, quiet_minutes=QUIET_MINUTES)
            self._shared.append(whole)
            for key, most in windows:
                self._shared.append(key)
                await count_try(self._pool, key, tries_max=most, window_minutes=WINDOW_MINUTES)
        except TooManyTries:
            await self.give_back()
            raise
        return self

    async def give_back(self) -> None:
        """It was no failure, or was never checked; the failures before it stay counted."""
        for key in self._shared or [self._own]:
            await take_back_try(self._pool, key)

    async def succeed(self) -> None:
        """The failures of this person from here are forgotten; those from elsewhere stay."""
        await self.give_back()
        await forget_tries(self._pool, self._own)

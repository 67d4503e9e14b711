"""Refusals: the product's way to say no. They are raised, never returned, because raising rolls the work back."""

import math
from typing import ClassVar


def N_(message: str) -> str:
    """Marks a text for translation where it is written down but not yet shown."""
    return message


class Refusal(Exception):
    """A request that was understood and is refused.

    Class attributes (all texts are gettext message ids):
        code: stable machine name, part of the API's contract.
        status: HTTP status.
        title: what happened, in a few words.
        reason: why, a sentence; `%(name)s` places are filled from the keyword arguments.
        next_step: what the person can do now, a sentence.
        next_url: where that is done, if it is done somewhere else.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    title: ClassVar[str] = N_("This is not possible right now")
    reason: ClassVar[str] = N_("The request does not fit the present state.")
    next_step: ClassVar[str] = N_("Reload the page to see the present state.")

    def __init__(self, *, next_url: str | None = None, **params: object) -> None:
        super().__init__(self.code)
        self.params = params
        self.next_url = next_url

    def __str__(self) -> str:
        return f"{self.code} {self.params}" if self.params else self.code


class NotFound(Refusal):
    """Also the answer for what exists but belongs to another person, so that nobody learns that it exists."""

    code = "not_found"
    status = 404
    title = N_("We can't find that")
    reason = N_("There is nothing here under this address, or it belongs to somebody else.")
    next_step = N_("Check the number or the link and try again.")


class InvalidInput(Refusal):
    """Input that cannot be read. `problems` maps a field's name to a message id; `values` keeps what was typed."""

    code = "invalid_input"
    status = 422
    title = N_("Please check what you entered")
    reason = N_("Some fields need another look.")
    next_step = N_("Correct the marked fields and send again. Nothing you typed is lost.")

    def __init__(self, problems: dict[str, str], values: dict[str, str] | None = None) -> None:
        super().__init__()
        self.problems = problems
        self.values = values or {}


class ComeAgainLater(Refusal):
    """`seconds`: until it is worth another try; told to programs as `Retry-After`."""

    status = 429

    def __init__(self, *, seconds: float) -> None:
        self.seconds = max(1, math.ceil(seconds))
        super().__init__(minutes=math.ceil(self.seconds / 60), seconds=self.seconds)


class TooManyTries(ComeAgainLater):
    """`seconds`: until the next try counts again."""

    code = "too_many_tries"
    title = N_("Too many tries")
    reason = N_("This has been tried too often in a short time.")
    next_step = N_("Wait %(minutes)s minutes, then try again.")


class TooBusy(ComeAgainLater):
    code = "too_busy"
    title = N_("Very many people are signing in at this moment")
    reason = N_("Your password was not checked. We check only so many at once, so that the shop stays quick for everybody.")
    next_step = N_("Try again in %(seconds)s seconds.")


class SignInNeeded(Refusal):
    code = "sign_in_needed"
    status = 401
    title = N_("Please sign in")
    reason = N_("Your sign-in has ended or has not begun.")
    next_step = N_("Sign in and you will come back here.")


class NotAllowed(Refusal):
    code = "not_allowed"
    status = 403
    title = N_("Your role does not include this")
    reason = N_("This page is for another role.")
    next_step = N_("Ask your manager if you need it.")

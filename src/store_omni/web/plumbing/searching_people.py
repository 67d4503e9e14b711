"""Searches of staff. Every record that an answer names is written down, and so is a question that finds nobody."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Request

from store_omni.customers.finding import DigitsAlone, NameAlone
from store_omni.history.finding import Found, find
from store_omni.journal.actors import Actor
from store_omni.journal.looking import note_looks, note_miss
from store_omni.kit.database import WriteSession, writing
from store_omni.kit.errors import Refusal
from store_omni.web.plumbing.refusing import Said, say

Req = Request[Any, Any, Any]
NOT_FOUND = 404


def search_key(request: Req) -> str:
    """What questions are hashed with, of this installation."""
    return request.app.state.settings.secrets.key_for("searches")


async def search_people(
    request: Req, write: WriteSession, typed: str, *, by: Actor, task: str
) -> tuple[Found | None, Said | None]:
    """What the one box of desk and counter finds, or why it did not look. Nothing typed: neither."""
    if not typed.strip():
        return None, None
    try:
        found = await find(write, typed)
    except (NameAlone, DigitsAlone) as refusal:
        return None, say(refusal)
    if found.records:
        await note_looks(write, found.records, by=by, task=task)
    else:
        await note_miss(write, by=by, task=task, question=found.question, asked=typed, key=search_key(request))
    return found, None


@asynccontextmanager
async def searching(request: Req, *, by: Actor, task: str, question: str, asked: str) -> AsyncGenerator[None, None]:
    """Around what refuses with 404 where there is nothing under what was asked for. Written down in a transaction of its own,
    because raising rolls the request's back."""
    try:
        yield
    except Refusal as refusal:
        if refusal.status == NOT_FOUND:
            async with request.app.state.sessions.begin() as session:
                await note_miss(writing(session), by=by, task=task, question=question, asked=asked, key=search_key(request))
        raise

"""`store-omni setup`: once, and never again."""

import asyncio
import contextlib
import os
import pty
import subprocess
import sys

import asyncpg
import pytest

from store_omni.kit.passwords import secret_matches

from ..importing.files import fingerprint

pytestmark = pytest.mark.anyio
FIRST = ("--store-code", "S01", "--store-name", "본점", "--login", "3001", "--name", "윤가람")


def _setup(url: str, *options: str, typed: str = "", **environment: str) -> tuple[int, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("STORE_OMNI_")}
    ran = subprocess.run(
        [sys.executable, "-m", "store_omni", "setup", *options], input=typed, capture_output=True, text=True, check=False,
        env={**plain, "STORE_OMNI_DATABASE_URL": url, **environment}, timeout=120,
    )  # fmt: skip
    return ran.returncode, ran.stdout + ran.stderr


async def test_the_second_run_changes_nothing_and_says_so(pool: asyncpg.Pool, database_url: str) -> None:
    code, said = _setup(database_url, *FIRST, typed="58293147\n")
    assert (code, "3001 can sign in at /office." in said) == (0, True), said
    hashed = await pool.fetchval("SELECT secret_hash FROM staff.account WHERE login = '3001' AND role = 'manager'")
    assert await secret_matches("58293147", hashed)
    # Without a shelf no bag is staged, and no pickup is ever finished.
    shelves = await pool.fetch("SELECT code FROM stores.staging_location ORDER BY position")
    assert [row["code"] for row in shelves] == ["A1", "A2", "A3", "A4", "A5", "A6"]
    before = await fingerprint(pool)
    code, said = _setup(database_url, *FIRST, typed="40718293\n")
    assert (code, said.count("nothing was changed")) == (0, 2)
    code, said = _setup(database_url, "--login", "9001", "--name", "도둑", typed="40718293\n")
    assert (code, said.count("nothing was changed")) == (0, 2)
    assert await fingerprint(pool) == before


async def test_half_of_it_is_nothing(pool: asyncpg.Pool, database_url: str) -> None:
    before = await fingerprint(pool)
    for options, typed, why in (
        (FIRST[:4], "", "--login or STORE_OMNI_SETUP_LOGIN"),
        (FIRST, "123456\n", "guessed too easily"),
        (("--store-code", "a/b", *FIRST[2:]), "58293147\n", "A store's code"),
    ):
        code, said = _setup(database_url, *options, typed=typed)
        assert (code, why in said) == (2, True), said
    assert await fingerprint(pool) == before


async def test_the_environment_answers_too(pool: asyncpg.Pool, database_url: str) -> None:
    answers = {"STORE_CODE": "강남", "STORE_NAME": "강남점", "LOGIN": "3001", "NAME": "윤가람"}
    environment = {f"STORE_OMNI_SETUP_{name}": value for name, value in answers.items()}
    code, said = _setup(database_url, typed="58293147\n", **environment)
    assert code == 0, said
    assert await pool.fetchval("SELECT code FROM stores.store") == "강남"


async def test_a_person_at_a_terminal_types_the_pin_twice(pool: asyncpg.Pool, database_url: str) -> None:
    """A slip of the finger would lock her out of the office that she has just opened."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("STORE_OMNI_")}
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover — another process
        command = [sys.executable, "-m", "store_omni", "setup", *FIRST]
        os.execve(sys.executable, command, plain | {"STORE_OMNI_DATABASE_URL": database_url})

    def talk() -> str:
        heard = b""
        for question, typed in ((b"PIN: ", b"58293147\n"), (b"again: ", b"58293148\n"), (b"not the same.\r\nPIN: ", b"58293147\n"), (b"again: ", b"58293147\n")):  # fmt: skip
            begun = len(heard)
            while question not in heard[begun:]:
                heard += os.read(terminal, 1000)
            os.write(terminal, typed)
        with contextlib.suppress(OSError):  # the terminal ends with the program
            while more := os.read(terminal, 1000):
                heard += more
        return heard.decode()

    said = await asyncio.to_thread(talk)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, said
    assert "3001 can sign in" in said and "58293147" not in said

"""The product refuses a database that forgets commits or cannot read Korean, and says what to do."""

import asyncpg
import msgspec
import pytest
from litestar.testing import AsyncTestClient

from store_omni.app import create_app
from store_omni.doctoring import UnfitDatabase, network_problem_of, print_examination, problems_of
from store_omni.kit.postgres.cluster import Cluster
from store_omni.settings import Settings

from ..gateways.solapi import SENDER, text_server

pytestmark = pytest.mark.anyio


async def test_a_database_without_durability_is_not_served(settings: Settings) -> None:
    strict = msgspec.structs.replace(settings, trust_unsafe_database=False)
    with pytest.raises(BaseException) as refused:
        async with AsyncTestClient(create_app(strict)) as client:
            await client.get("/health/ready")
    error: BaseException = refused.value
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, UnfitDatabase)
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        assert f"{name} is off" in str(error)


async def test_a_locale_without_korean_is_found(cluster: Cluster) -> None:
    admin = await asyncpg.connect(cluster.admin_url)
    await admin.execute("CREATE DATABASE without_korean TEMPLATE template0 ENCODING 'UTF8' LC_CTYPE 'C' LC_COLLATE 'C'")
    connection = await asyncpg.connect(cluster.admin_url, database="without_korean")
    try:
        assert any("LC_CTYPE" in problem for problem in await problems_of(connection))
    finally:
        await connection.close()
        await admin.execute("DROP DATABASE without_korean")
        await admin.close()


async def test_a_durable_database_passes(tmp_path_factory: pytest.TempPathFactory) -> None:
    with Cluster.at(tmp_path_factory.mktemp("durable")) as durable:
        connection = await asyncpg.connect(durable.url)
        assert await problems_of(connection) == []
        await connection.close()


async def test_the_doctor_tells_no_secrets(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    telling = msgspec.structs.replace(settings, smtp_url="smtp://shop:hunter2@127.0.0.1:2525")
    assert await print_examination(telling) == 1
    said = capsys.readouterr().out
    assert "PROBLEM" in said
    assert "hunter2" not in said
    assert settings.secrets.pass_signing_key not in said


async def test_the_doctor_says_how_text_messages_leave(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    await print_examination(settings)
    assert "guests get small baskets only" in capsys.readouterr().out
    with text_server() as texts:
        await print_examination(msgspec.structs.replace(settings, sms=texts.gateway()))
        said = capsys.readouterr().out
        assert f"by {texts.gateway().url}, from {SENDER}" in said and "Text messages cannot" not in said
        wrong = texts.gateway(secret="another-secret")
        assert await print_examination(msgspec.structs.replace(settings, sms=wrong)) == 1
        said = capsys.readouterr().out
        assert "PROBLEM          Text messages cannot be sent: the text gateway answered 401" in said
        assert wrong.secret not in said
        assert texts.accepted == []


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        ("postgresql://shop@/name?host=/run/postgresql", True), ("postgresql://shop:p@127.0.0.1/name", True),
        ("postgresql://shop:p@db.example.com/name?sslmode=verify-full", True), ("postgresql://shop:p@db.example.com/name", False),
        ("postgresql://shop:p@db.example.com/name?sslmode=require", False), ("postgresql://shop:p@10.0.0.5/name", False),
    ],
)  # fmt: skip
def test_a_database_across_the_network_has_to_prove_itself(url: str, fits: bool) -> None:
    assert (network_problem_of(url) is None) is fits

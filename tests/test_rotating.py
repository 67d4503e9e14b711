"""Keys change and codes live on; a host with other secrets says so when it starts."""

import asyncio
from pathlib import Path

import asyncpg
import msgspec
import pytest

from store_omni.app import make_signer
from store_omni.keys import Secrets, SettingsProblem, read_secrets, write_secrets
from store_omni.rotating import OtherSecrets, prints, refuse_other_secrets, rotate
from store_omni.settings import Settings
from store_omni.worker import run_worker

from .factories.ordering import Shop

pytestmark = pytest.mark.anyio
OTHER = Secrets(pass_signing_key="33" * 32, csrf_secret="22" * 32)


@pytest.fixture
def file(settings: Settings, tmp_path: Path) -> Path:
    path = tmp_path / "secrets.json"
    write_secrets(path, msgspec.structs.asdict(settings.secrets), replace=False)
    return path


def _held(file: Path) -> Secrets:
    read = read_secrets(file)
    assert read is not None
    return read


async def test_codes_signed_before_a_rotation_open_doors_after_it(shop: Shop, settings: Settings, file: Path) -> None:
    old_order = await shop.ready((0, 1))
    old_code = await shop.pass_code(old_order)
    await refuse_other_secrets(shop.pool, _held(file))
    said = await rotate(shop.pool, file, _held(file), use=False, drop=None)
    assert "rotate-keys --use" in said
    between = make_signer(msgspec.structs.replace(settings, secrets=_held(file)))
    assert between.current == 1, "a new key signs only once every host knows it"
    await rotate(shop.pool, file, _held(file), use=True, drop=None)
    after = make_signer(msgspec.structs.replace(settings, secrets=_held(file)))
    assert after.current == 2
    rotated = msgspec.structs.replace(shop, signer=after)
    new_order = await rotated.ready((1, 1))
    new_code = await rotated.pass_code(new_order)
    # A host that has the new key and signs with the old one takes both too.
    await msgspec.structs.replace(shop, signer=between).hand_over(new_order, new_code)
    await rotated.hand_over(old_order, old_code)


async def test_a_key_is_not_dropped_while_customers_hold_its_codes(shop: Shop, file: Path) -> None:
    order = await shop.ready((0, 1))
    for use in (False, True):
        await rotate(shop.pool, file, _held(file), use=use, drop=None)
    with pytest.raises(SettingsProblem, match=r"1 code\(s\) in customers' hands"):
        await rotate(shop.pool, file, _held(file), use=False, drop=1)
    await shop.pool.execute("UPDATE passes.pass SET revoked_at = now()")
    await rotate(shop.pool, file, _held(file), use=False, drop=1)
    assert list(_held(file).pass_keys()) == [2]
    for wrong in (2, 7):
        with pytest.raises(SettingsProblem):
            await rotate(shop.pool, file, _held(file), use=False, drop=wrong)
    assert order.fulfilment.state == "ready_for_pickup"


async def test_a_host_with_other_secrets_does_not_start(pool: asyncpg.Pool, settings: Settings) -> None:
    await refuse_other_secrets(pool, settings.secrets)
    await refuse_other_secrets(pool, settings.secrets)
    for wrong in (OTHER, msgspec.structs.replace(settings.secrets, csrf_secret="44" * 32)):
        with pytest.raises(OtherSecrets, match="Copy the secrets file"):
            await asyncio.wait_for(run_worker(msgspec.structs.replace(settings, secrets=wrong), asyncio.Event()), 60)


async def test_a_host_that_lacks_the_new_key_does_not_start(pool: asyncpg.Pool, file: Path) -> None:
    before = _held(file)
    await refuse_other_secrets(pool, before)
    await rotate(pool, file, before, use=False, drop=None)
    await refuse_other_secrets(pool, _held(file))
    with pytest.raises(OtherSecrets, match="pass:2"):
        await refuse_other_secrets(pool, before)


async def test_a_print_gives_no_key_away(settings: Settings) -> None:
    said = "".join(prints(settings.secrets).values())
    assert settings.secrets.pass_signing_key not in said and settings.secrets.csrf_secret not in said

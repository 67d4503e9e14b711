"""What the README promises exists."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_its_first_screen_is_short_and_shows_the_product() -> None:
    first = README[: README.index("## Who does what")].splitlines()
    assert len(first) <= 40
    picture = re.search(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert picture is not None
    assert (ROOT / picture.group(1)).read_bytes()[:4] == b"\x89PNG"


def test_its_scripts_are_there_and_run() -> None:
    for name in set(re.findall(r"scripts/\w+", README)):
        assert (ROOT / name).stat().st_mode & 0o111, name


def test_every_command_of_the_program_is_described() -> None:
    usage = subprocess.run([sys.executable, "-m", "store_omni", "--help"], capture_output=True, text=True, check=True).stdout
    commands = re.search(r"\{([a-z,-]+)\}", usage)
    assert commands is not None
    for command in commands.group(1).split(","):
        assert f"`{command}" in README or f"`{command}`" in README, command


def test_every_setting_is_described() -> None:
    source = "".join((ROOT / "src/store_omni" / name).read_text() for name in ("settings.py", "outside.py"))
    for name in set(re.findall(r"STORE_OMNI_[A-Z_]+", source)):
        assert name.rstrip("_") in README, name


def test_the_columns_of_an_import_are_those_of_its_own_mapping() -> None:
    for kind in ("stores", "catalog", "stock", "customers", "orders"):
        mapping = tomllib.loads((ROOT / f"src/store_omni/importing/mappings/moa_{kind}.toml").read_text())
        (row,) = re.findall(rf"^\| {kind} \| (.*) \|$", README, re.MULTILINE)
        told = set(re.findall(r"`([a-z_]+)`", row.replace("`hours_mon … hours_sun`", "")))
        assert told == {column for column in mapping["columns"] if not column.startswith("hours_")}, kind

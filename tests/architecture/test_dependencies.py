"""A dependency that is not locked by hash, or is a squatter's, is found."""

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts/checks"))

from dependencies import forbidden_in, problems, problems_of_browser, problems_of_lock, problems_of_project, write_sbom  # noqa: E402

HASH = "--hash=sha256:" + "0" * 64


def test_ours_are_locked() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    "line",
    [
        "alembic==1.20",
        f"alembic>=1.20 \\\n    {HASH}",
        "alembic==1.20 --hash=sha256:short",
        "alembic==1.20 --hash=md5:0",
        "git+https://example.com/alembic",
        f"alembic @ https://example.com/alembic.whl {HASH}",
        "--index-url https://example.com",
        "-e .",
    ],
)
def test_what_is_not_pinned_by_hash_is_found(line: str) -> None:
    good = f"asyncpg==0.32 ; python_version > '3' \\\n    {HASH} \\\n    {HASH}\n# a comment\n"
    assert problems_of_lock("lock", good) == []
    assert len(problems_of_lock("lock", good + line)) == 1


def test_the_squatters_package_is_found_however_it_is_spelt() -> None:
    for name in ("opentelemetry-instrumentation-litestar", "OpenTelemetry_Instrumentation.Litestar"):
        assert len(forbidden_in("lock", f"{name}==1 {HASH}")) == 1


def test_what_the_project_asks_for_is_locked() -> None:
    project = {"project": {"dependencies": ["Asyncpg[gssauth]>=0.32,<0.33"]}, "dependency-groups": {"dev": ["pytest>=9"]}}
    locked = {"requirements.txt": {"asyncpg"}, "requirements-dev.txt": {"pytest"}}
    assert problems_of_project(project, locked) == []
    assert len(problems_of_project(project, {"requirements.txt": {"pytest"}, "requirements-dev.txt": {"asyncpg"}})) == 2


def test_a_browser_library_without_its_digest_is_found() -> None:
    packages = {"": {}, "node_modules/a": {"integrity": "sha512-x"}, "node_modules/b": {}}
    assert len(problems_of_browser({"packages": packages})) == 1


def test_the_sbom_lists_python_and_browser(tmp_path: Path) -> None:
    assert write_sbom(tmp_path / "sbom.json") > 50
    said = json.loads((tmp_path / "sbom.json").read_text())
    assert said["bomFormat"] == "CycloneDX"
    names = {component["name"] for component in said["components"]}
    assert {"litestar", "asyncpg", "htmx.org"} <= names

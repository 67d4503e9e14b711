"""What is easily done wrong is done in one place each; a second way would be without its guards."""

import re

import pytest

from ...conftest import ROOT

SOURCES = sorted((ROOT / "src/store_omni").rglob("*.py"))
WEB = [file for file in SOURCES if "/web/" in str(file)]


def _said(pattern: str, *, of: list, but: tuple[str, ...]) -> list[str]:
    found = re.compile(pattern)
    lines = [(file, line) for file in of if file.name not in but for line in file.read_text().splitlines()]
    return [f"{file.relative_to(ROOT)}: {line.strip()}" for file, line in lines if found.search(line)]


@pytest.mark.parametrize(
    ("pattern", "files", "but"),
    [
        ("\"location\"|'location'|HX-Location", WEB, ("pages.py",)),  # plumbing.pages.see_other, go_to
        (r"request\.url\b|connection\.url\b", WEB, ()),  # breaks on an odd Host: plumbing.addresses.here
        (r"(?:count_try|count_failure|refuse_if_spent|forget_tries)\(\s*\w+, f?\"", SOURCES, ("limiting.py",)),  # limit_key
        (r"request\.(?:form|json)\(\)", WEB, ("forms.py", "asking.py")),  # plumbing.forms.read_form
        (r"scope\[\"client\"\]|\.client\.host", WEB, ("guarding.py", "observing.py")),  # plumbing.guarding.source_of
        (r"\.startswith\(\"//\"\)", SOURCES, ("addresses.py",)),  # plumbing.addresses.own_path
    ],
)  # fmt: skip
def test_one_place(pattern: str, files: list, but: tuple[str, ...]) -> None:
    assert _said(pattern, of=files, but=but) == []

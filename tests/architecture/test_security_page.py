"""docs/security.md has a row for each requirement, and names only what there is."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/security.md").read_text()
STATES = ("met", "by the operator", "not applicable", "open")
# How many requirements of levels 1 and 2 each chapter of ASVS 5.0.0 has; V10 and V17 are not assessed.
REQUIREMENTS = {1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16}
ROW = re.compile(r"^\| V(\d+)\.(\d+)\.(\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


@cache
def functions_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def rows() -> list[tuple[tuple[int, int, int], str, str]]:
    """(id, state, where) of each row, as they stand there."""
    return [((int(a), int(b), int(c)), state, where) for a, b, c, _words, state, where in ROW.findall(PAGE)]


def test_every_requirement_has_one_row_in_its_order() -> None:
    ids = [number for number, _, _ in rows()]
    assert len(ids) == PAGE.count("\n| V"), "a row that cannot be read"
    assert ids == sorted(set(ids))
    assert Counter(chapter for chapter, _, _ in ids) == REQUIREMENTS
    assert [int(found) for found in re.findall(r"^### V(\d+) ", PAGE, re.MULTILINE)] == list(REQUIREMENTS)


def test_every_state_is_one_of_four_and_counted() -> None:
    states = Counter(state for _, state, _ in rows())
    assert set(states) <= set(STATES)
    for state in STATES:
        assert f"\n| {state} | {states[state]} |\n" in PAGE, state


def test_every_test_and_file_it_names_is_there() -> None:
    named = re.findall(r"`(tests/[^`]*)`", PAGE)
    assert named
    for name in named:
        path, _, function = name.partition("::")
        assert (ROOT / path).is_file() and function in functions_of(ROOT / path), name
    for name in re.findall(r"`((?:src|frontend)/[^`]*\.[a-z]+)`", PAGE):
        assert (ROOT / name).is_file(), name


def test_a_row_says_what_proves_it() -> None:
    for number, state, where in rows():
        if state == "met":
            assert re.search(r"`(tests|src|frontend)/|\]\(#", where), number
        elif state == "by the operator":
            assert "](operate.md#" in where, number
        else:
            assert where.strip().rstrip(")").endswith("."), number


def test_its_links_and_settings_exist() -> None:
    for file, anchor in re.findall(r"\]\(([a-z.]*)#([a-z-]+)\)", PAGE):
        text = (ROOT / "docs" / (file or "security.md")).read_text()
        titles = [
            re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        ]
        assert anchor in titles, anchor
    source = "".join((ROOT / "src/store_omni" / name).read_text() for name in ("settings.py", "outside.py", "keys.py"))
    for name in set(re.findall(r"STORE_OMNI_[A-Z_]+", PAGE)) - {"STORE_OMNI_PASS_SIGNING_KEY", "STORE_OMNI_CSRF_SECRET"}:
        assert f'"{name}"' in source, name

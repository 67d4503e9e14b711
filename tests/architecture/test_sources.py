"""Laws of the sources: sizes, names, and SQL that reads only its own room and the rooms below."""

import ast
import re
from pathlib import Path

import pytest

from .test_tables import LEVEL

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src/store_omni"
FILES = sorted(SOURCE.rglob("*.py"))
FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 70
PAGE_LINES_MAX = 120
PARTIAL_LINES_MAX = 50
JS_LINES_MAX = 100
ROLE_NAMES = {"service", "services", "utils", "util", "helpers", "common", "manager", "misc"}
_TABLE = re.compile(r"\b(" + "|".join(LEVEL) + r')\."?[a-z_]+')
# What stands above every room with tables may read them all.
ABOVE = {"fulfilling", "history", "importing"}


def test_no_python_file_outgrows_its_room() -> None:
    long = {
        str(file.relative_to(ROOT)): count for file in FILES if (count := len(file.read_text().splitlines())) > FILE_LINES_MAX
    }
    assert long == {}


def test_no_function_is_too_long() -> None:
    long = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES_MAX
    ]
    assert long == []


def test_files_are_named_for_what_they_do() -> None:
    assert [str(file.relative_to(ROOT)) for file in FILES if file.stem in ROLE_NAMES] == []


def test_every_room_says_what_it_owns() -> None:
    silent = []
    for folder in sorted(path for path in SOURCE.iterdir() if (path / "__init__.py").exists()):
        doc = ast.get_docstring(ast.parse((folder / "__init__.py").read_text())) or ""
        if folder.name not in ("web", "demo", "importing") and not all(word in doc for word in ("Owns:", "Never:", "Speaks:")):
            silent.append(folder.name)
    assert silent == []


@pytest.mark.parametrize("room", [room for room in LEVEL if (SOURCE / room).is_dir()])
def test_sql_reads_its_own_room_and_those_below(room: str) -> None:
    wrong = []
    for file in sorted((SOURCE / room).rglob("*.py")):
        tree = ast.parse(file.read_text())
        docs = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in docs:
                continue
            if not re.search(r"\b(SELECT|INSERT|UPDATE|DELETE|FROM|JOIN)\b", node.value):
                continue
            for match in _TABLE.finditer(node.value):
                other = match.group(1)
                if other != room and LEVEL[other] >= LEVEL[room]:
                    wrong.append(f"{file.relative_to(ROOT)}:{node.lineno} reads {match.group(0)}")
    assert wrong == []


def test_templates_keep_their_size() -> None:
    long = []
    for file in sorted((ROOT / "frontend/templates").rglob("*.html")):
        limit = PARTIAL_LINES_MAX if file.name.startswith("_") else PAGE_LINES_MAX
        if "components" not in file.parts and (count := len(file.read_text().splitlines())) > limit:
            long.append(f"{file.relative_to(ROOT)}: {count}")
    assert long == []


def test_scripts_of_pages_keep_their_size() -> None:
    files = sorted((ROOT / "frontend/js").rglob("*.js"))
    assert [f"{file.name}: {n}" for file in files if (n := len(file.read_text().splitlines())) > JS_LINES_MAX] == []


def test_every_partial_is_used_and_every_page_extends_a_layout() -> None:
    templates = ROOT / "frontend/templates"
    sources = "\n".join(file.read_text() for file in [*FILES, *templates.rglob("*.html")])
    unused, bare = [], []
    for file in sorted(templates.rglob("*.html")):
        name = file.relative_to(templates).as_posix()
        if file.name.startswith("_") and f'"{name}"' not in sources:
            unused.append(name)
        # mails and macro collections are no pages
        is_page = (
            not file.name.startswith("_")
            and name != "base.html"
            and name.split("/")[0] in ("shop", "counter", "desk", "office", "errors")
        )
        if is_page and "{% extends" not in file.read_text() and "{% macro" not in file.read_text():
            bare.append(name)
    assert (unused, bare) == ([], [])


SCRIPTS = sorted((ROOT / "frontend/js").rglob("*.js"))


def test_scripts_keep_no_personal_data() -> None:
    """What a browser's storage holds outlives a sign-in: one switch of the desk, and nothing else."""
    kept = {
        (file.name, line.strip())
        for file in SCRIPTS
        for line in file.read_text().splitlines()
        if re.search(r"Storage\b|indexedDB|document\.cookie", line)
    }
    assert SCRIPTS and {name for name, _ in kept} <= {"desk.js"}
    assert all("STORED" in line for _, line in kept), kept


def test_scripts_merge_nothing_that_was_sent() -> None:
    """So no key of an answer, such as __proto__, can become a property of every object."""
    found = [
        file.name
        for file in SCRIPTS
        if re.search(r"Object\.assign|__proto__|\bmerge\(|\.\.\.\s*JSON\.parse|setPrototypeOf", file.read_text())
    ]
    assert found == []

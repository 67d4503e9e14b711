"""Every human text has a Korean translation, with the same placeholders, and no translation is left over.

`--missing` prints the missing ones as .po entries, to be filled in.
"""

import re
import sys
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "src/store_omni/locale/ko"
KEYWORDS = ("_", "N_", "gettext", "ngettext")
PLACES = re.compile(r"%\(\w+\)s")


def _used() -> dict[str, str]:
    """Message id → where it was first seen. Plurals by their singular."""
    found: dict[str, str] = {}

    def take(file: Path, line: int, messages: object) -> None:
        first = messages[0] if isinstance(messages, tuple) else messages
        if isinstance(first, str) and first:
            found.setdefault(first, f"{file.relative_to(ROOT)}:{line}")

    for file in sorted((ROOT / "src/store_omni").rglob("*.py")):
        for line, _name, messages, _comments in extract_python(BytesIO(file.read_bytes()), KEYWORDS, (), {}):
            take(file, line, messages)
    for file in sorted((ROOT / "frontend/templates").rglob("*.html")):
        options = {"trimmed": "false", "newstyle_gettext": "true", "extensions": "jinja2.ext.do", "silent": "false"}
        for line, _name, messages, _comments in babel_extract(BytesIO(file.read_bytes()), KEYWORDS, (), options):
            take(file, line, messages)
    return found


def main() -> int:
    used = _used()
    known: dict[str, str] = {}
    problems = []
    for file in sorted(LOCALE.glob("*.po")):
        with file.open("rb") as po:
            for message in read_po(po, locale="ko"):
                if not message.id:
                    continue
                key = message.id if isinstance(message.id, str) else message.id[0]
                forms = [message.string] if isinstance(message.string, str) else list(message.string)
                if key in known:
                    problems.append(f"{file.name}: “{key}” is also in {known[key]}")
                known[key] = file.name
                if not all(forms):
                    problems.append(f"{file.name}: “{key}” has no translation")
                if "fuzzy" in message.flags:
                    problems.append(f"{file.name}: “{key}” is marked fuzzy")
                for form in forms:
                    if not set(PLACES.findall(form)) <= set(PLACES.findall(key)):
                        problems.append(f"{file.name}: “{key}” has other placeholders in Korean")
                if key not in used:
                    problems.append(f"{file.name}: “{key}” is not used any more")
    missing = {key: place for key, place in used.items() if key not in known}
    if "--missing" in sys.argv:
        for key, place in missing.items():
            escaped = key.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            print(f'#: {place}\nmsgid "{escaped}"\nmsgstr ""\n')
        return 0
    problems += [f"{place}: “{key}” has no Korean" for key, place in missing.items()]
    print("\n".join(problems) or f"{len(used)} texts, all in Korean.")
    return 1 if problems else 0


sys.exit(main())

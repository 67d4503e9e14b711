"""Migrations that an operator's database has run are never edited: `migrations/frozen.txt` keeps the SHA-256 of each.

    python scripts/checks/migrations.py          what is wrong, exit 1 if anything is
    python scripts/checks/migrations.py --add    lists the migrations that are new; a listed one that changed is still refused

A first line `# open DATE` lets migrations of that date stay unlisted until the release is cut; `--close` lists them and takes it away.
"""

import hashlib
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Frozen:
    """`listed`: file name → SHA-256 in hex. `open_date`: migrations whose name begins with it need not be listed yet."""

    def __init__(self, folder: Path) -> None:
        self.list_file, self.versions = folder / "frozen.txt", folder / "versions"
        lines = self.list_file.read_text().splitlines() if self.list_file.exists() else []
        self.open_date = next((line.split()[2] for line in lines if line.startswith("# open ")), None)
        self.listed = dict(reversed(line.split()) for line in lines if line and not line.startswith("#"))

    def now(self) -> dict[str, str]:
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(self.versions.glob("*.py"))}

    def problems(self) -> list[str]:
        now = self.now()
        found = [f"{name} was deleted; databases have run it" for name in self.listed if name not in now]
        for name, digest in now.items():
            if name not in self.listed:
                if not (self.open_date and name.startswith(self.open_date)):
                    found.append(f"{name} is not listed. Run: .venv/bin/python scripts/checks/migrations.py --add")
            elif self.listed[name] != digest:
                found.append(f"{name} was changed; databases have run it as it was. Put it back and write a new migration")
        return found

    def add(self, *, close: bool = False) -> None:
        """Lists the new ones; what is listed keeps its digest."""
        now = self.now()
        names = [name for name in now if name in self.listed or close or not (self.open_date and name.startswith(self.open_date))]
        head = [f"# open {self.open_date}"] if self.open_date and not close else []
        self.list_file.write_text("\n".join([*head, *(f"{self.listed.get(name, now[name])}  {name}" for name in names), ""]))


def main(arguments: list[str]) -> int:
    frozen = Frozen(ROOT / "migrations")
    if arguments:
        frozen.add(close="--close" in arguments)
        frozen = Frozen(ROOT / "migrations")
    for problem in frozen.problems():
        print(problem)
    return 1 if frozen.problems() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

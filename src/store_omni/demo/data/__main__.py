"""`python -m store_omni.demo.data --out FOLDER`: write the demo's world as CSV files."""

import argparse
from datetime import date, datetime
from pathlib import Path

from store_omni.demo.data.world import SEOUL
from store_omni.demo.data.writing import write_world


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m store_omni.demo.data", description="Write the demo's world as CSV files.")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the files go")
    parser.add_argument("--seed", type=int, default=1, help="another number gives another year (default 1)")
    parser.add_argument(
        "--until", type=date.fromisoformat, help="the day after the last order, YYYY-MM-DD (default: today in Seoul)"
    )
    arguments = parser.parse_args()
    until = arguments.until or datetime.now(SEOUL).date()
    for name, rows in write_world(arguments.out, seed=arguments.seed, until=until).items():
        print(f"{arguments.out / name}: {rows:,} rows")


if __name__ == "__main__":
    main()

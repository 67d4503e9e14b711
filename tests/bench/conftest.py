"""The bench is a program of scripts/, outside of the installed package."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "scripts"))

"""Runs the demo's own main with a shop of four small files, so that what is tested is starting and stopping itself."""

import os
import sys
from pathlib import Path

from store_omni.demo import programs, remembering
from store_omni.demo.__main__ import main

os.environ["PYTHONPATH"] = str(Path(__file__).parent)
remembering.SOURCES = (Path(__file__).parent,)
programs.COMMANDS = "shop_stand_in"
programs.SEEDING = "shop_stand_in.seeding"
sys.exit(main())

import sys

from store_omni.cli import main

sys.exit(main())

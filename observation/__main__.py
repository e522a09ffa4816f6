"""`python -m observation` is the command line."""

import sys

from observation.cli import main

sys.exit(main())

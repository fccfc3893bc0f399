"""`python -m callout` is the command line."""

import sys

from callout.cli import main

sys.exit(main())

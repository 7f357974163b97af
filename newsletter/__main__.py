"""``python -m newsletter``."""

import sys

from newsletter.cli import run

sys.exit(run())

"""``python -m autoglm_server`` is the same as ``autoglm``."""

import sys

from autoglm_server.cli import main

sys.exit(main())

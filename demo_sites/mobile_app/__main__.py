"""``python -m demo_sites.mobile_app``."""

from __future__ import annotations

import sys

from demo_sites.mobile_app.command import main

if __name__ == "__main__":
    sys.exit(main())

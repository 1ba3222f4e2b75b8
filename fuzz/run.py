#!/usr/bin/env python3
"""./dev fuzz without ./dev: see campaign/main.py."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from campaign.main import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())

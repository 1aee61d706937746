"""What tests in a browser need, and whether it is there."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = os.environ.get("IMGPIPE_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
]


def lacking() -> list[str]:
    """Name what these tests need and do not find."""
    found = {
        f"Chromium ({CHROMIUM})": Path(CHROMIUM).is_file(),
        "playwright": find_spec("playwright") is not None,
        "axe-core": AXE.is_file(),
    }
    return [name for name, there in found.items() if not there]

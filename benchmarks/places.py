"""Where things lie, and in which environment programs run: ours in `.venv`, the peers in one of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
VAR: Final = ROOT / "var" / "bench"
BIN: Final = Path(sys.executable).parent
LOCK: Final = ROOT / "requirements" / "bench.txt"

#: Variables that would point a program under measure at somebody's own data or server.
_OURS: Final = ("ONRECORD_", "FLASK_", "PYTHON", "HOST", "PORT", "GRANIAN_", "VIRTUAL_ENV")


def environment(**extra: str) -> dict[str, str]:
    """This process's environment without anything that configures what is measured, and with `extra`."""
    held = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return {**held, "PYTHONPATH": str(ROOT), **extra}


def peers_python() -> str:
    """The Python of the peers' environment, which is made, or made anew when the lock has changed."""
    home = VAR / "venv"
    stamp = home / ".lock"
    if not stamp.exists() or stamp.read_bytes() != LOCK.read_bytes():
        tell(f"Installing the peers into {home.relative_to(ROOT)} …")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True, timeout=120)
        pip = [str(home / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet"]
        subprocess.run([*pip, "install", "--require-hashes", "-r", str(LOCK)], check=True, timeout=900)
        stamp.write_bytes(LOCK.read_bytes())
    return str(home / "bin" / "python")


def tell(text: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()

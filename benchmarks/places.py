"""Where things lie, and in which environment programs run: ours in `.venv`, peers and engines in their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
VAR: Final = ROOT / "var" / "bench"
BIN: Final = Path(sys.executable).parent

#: Variables that would point a program under measure at somebody's own data or server.
_OURS: Final = ("ONRECORD_", "FLASK_", "PYTHON", "HOST", "PORT", "GRANIAN_", "VIRTUAL_ENV")


def environment(**extra: str) -> dict[str, str]:
    """This process's environment without anything that configures what is measured, and with `extra`."""
    held = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return {**held, "PYTHONPATH": str(ROOT), **extra}


def peers_python() -> str:
    """The Python of the peers' environment."""
    return python_of("bench")


def python_of(group: str) -> str:
    """The Python of an environment with a lock of `requirements/`; made, or made anew when the lock has changed."""
    home, lock = VAR / f"venv-{group}", ROOT / "requirements" / f"{group}.txt"
    stamp = home / ".lock"
    if not stamp.exists() or stamp.read_bytes() != lock.read_bytes():
        tell(f"Installing requirements/{lock.name} into {home.relative_to(ROOT)} …")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True, timeout=120)
        pip = [str(home / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet"]
        subprocess.run([*pip, "install", "--require-hashes", "-r", str(lock)], check=True, timeout=900)
        stamp.write_bytes(lock.read_bytes())
    return str(home / "bin" / "python")


def tell(text: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()

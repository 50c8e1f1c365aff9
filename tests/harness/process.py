"""Child processes of the harness: they end when we end, and are ended by their own id."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1

REPOSITORY = Path(__file__).resolve().parents[2]


def bin_dir() -> Path:
    """Where the built programs lie: SHOMEI_BIN_DIR, else build/bin of the repository."""
    return Path(os.environ.get("SHOMEI_BIN_DIR", REPOSITORY / "build" / "bin"))


def die_with_parent() -> None:
    """For preexec_fn: SIGTERM when the parent is gone."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def end(process: subprocess.Popen, grace: float = 5.0) -> None:
    """SIGTERM, then SIGKILL after `grace` seconds; the process is reaped."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(grace)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

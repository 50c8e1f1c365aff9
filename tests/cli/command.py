"""Runs the built `shomei` and judges what came back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "harness"))

import process  # noqa: E402

FIXED = process.REPOSITORY / "testcerts/hpki/fixed"
AT = "2026-04-01T12:00:00Z"
TRUST = ["--trust", FIXED / "trust/signature", "--crl", FIXED / "crl", "--at", AT]
DOCTOR = FIXED / "holders/doctor1/signature.cer"


class Outcome:
    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def value(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The id in the first line of stderr."""
        return self.err.partition("error[")[2].partition("]")[0]


def shomei(*arguments: object, environment: dict[str, str] | None = None, **more: Any) -> Outcome:
    """Without an agent, without a terminal, in English."""
    own = {**os.environ, "SHOMEI_AGENT_SOCKET": "/nonexistent", "LC_ALL": "C.UTF-8", **(environment or {})}
    if "stdout" not in more:
        more["capture_output"] = True
    more.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run([process.bin_dir() / "shomei", *map(str, arguments)], env=own, text=True, check=False,
                          timeout=120, start_new_session=True, **more)
    return Outcome(done)


def with_pin(pin: str, *arguments: object, **more: Any) -> Outcome:
    """The PIN through --pin-fd."""
    reading, writing = os.pipe()
    os.write(writing, pin.encode() + b"\n")
    os.close(writing)
    try:
        return shomei(*arguments, "--pin-fd", reading, pass_fds=(reading,), **more)
    finally:
        os.close(reading)


class CommandTest(unittest.TestCase):
    def setUp(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.folder = Path(self._folder.name)

    def assert_fails(self, outcome: Outcome, error: str, status: int, *texts: str) -> None:
        self.assertEqual((outcome.error, outcome.status), (error, status), outcome.err)
        self.assertIn("\nhint: ", outcome.err)
        self.assertEqual(outcome.out, "", "nothing belongs on stdout when nothing was done")
        for text in texts:
            self.assertIn(text, outcome.err)

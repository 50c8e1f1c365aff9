"""The time-stamping authority of the test PKI (testcerts/tsa) as a process."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import process
from world import Daemon

SERVE = process.REPOSITORY / "testcerts/tsa/serve.py"


class Tsa(Daemon):
    """`options`: those of serve.py besides --pki. Ends with `stop`."""

    def __init__(self, pki: Path, log: Path, *options: str | Path) -> None:
        super().__init__(["/usr/bin/python3", SERVE, "--pki", pki, *options], {}, log)
        self.url = self.ready.split()[1]

    def fault(self, word: str) -> None:
        """What is wrong from now on; "none" for nothing. Over plain http only."""
        urllib.request.urlopen(urllib.request.Request(self.url + "fault", word.encode(), method="PUT"), timeout=10).close()

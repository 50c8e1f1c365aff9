#!/usr/bin/env python3
"""A card watch outlives pcscd: it tells that pcscd ended, finds the next one by itself, and the card works again."""

from __future__ import annotations

import os
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "harness"))

import process  # noqa: E402
import vcard  # noqa: E402
from pcscd import Pcscd  # noqa: E402

HOLDER = ROOT / "testcerts" / "hpki" / "fixed" / "holders" / "doctor1"


class RestartTest(unittest.TestCase):
    def expect(self, word: str) -> str:
        """Reads lines up to one that begins with the word; the test's own time limit ends it otherwise."""
        seen = []
        for line in self.watch.stdout:
            seen.append(line.strip())
            if seen[-1].split()[0] == word:
                return seen[-1]
        self.fail(f"no {word} in {seen}")

    def test_watch_pcscd_restarted_finds_card_again(self) -> None:
        with Pcscd() as pcscd, vcard.Vcard(pcscd.port, vcard.make_profile("jma", HOLDER), pcscd.folder) as card:
            self.watch = subprocess.Popen([process.bin_dir() / "card_watch_lines"], text=True, stdin=subprocess.PIPE,
                                          stdout=subprocess.PIPE, env={**os.environ, **pcscd.environment})
            self.assertEqual(self.expect("identified"), "identified hpki")
            pcscd.end()
            self.expect("removed")
            self.expect("service_lost")
            pcscd.launch()
            self.expect("service_back")
            self.assertEqual(self.expect("identified"), "identified hpki")
            card.send("eject")
            self.expect("removed")
            self.watch.stdin.close()
            self.assertEqual(self.watch.wait(), 0)
            self.watch.stdout.close()

    def test_watch_without_pcscd_waits_for_it(self) -> None:
        with Pcscd() as pcscd:
            pcscd.end()
            self.watch = subprocess.Popen([process.bin_dir() / "card_watch_lines"], text=True, stdin=subprocess.PIPE,
                                          stdout=subprocess.PIPE, env={**os.environ, **pcscd.environment})
            self.expect("service_lost")
            pcscd.launch()
            self.expect("service_back")
            self.expect("reader_added")
            self.watch.stdin.close()
            self.assertEqual(self.watch.wait(), 0)
            self.watch.stdout.close()


if __name__ == "__main__":
    unittest.main()

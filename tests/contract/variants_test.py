#!/usr/bin/env python3
"""The card contract on cards with a peculiarity: no extended length, MSE only after VERIFY, a hidden PIN counter."""

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
USE = "*sign_with_right_pin*:*ten_signatures*:*certificates_end_entity*:*identify*"
SILENT_ATR = "3b80800101"  # says nothing about what the card can do


class VariantsTest(unittest.TestCase):
    def run_contract(self, tests: str, **profile: object) -> None:
        for shape in vcard.SHAPES:
            with self.subTest(shape=shape), Pcscd() as pcscd:
                with vcard.Vcard(pcscd.port, vcard.make_profile(shape, HOLDER, inserted=False, **profile), pcscd.folder) as card:
                    card.send("insert")
                    environment = {**os.environ, **pcscd.environment, "SHOMEI_VCARD_CONTROL": str(card.control_path)}
                    done = subprocess.run(
                        [process.bin_dir() / "cards_contract_test", f"--gtest_filter={tests}", "--gtest_also_run_disabled_tests"],
                        env=environment, capture_output=True, text=True, check=False)
                    self.assertEqual(done.returncode, 0, done.stdout)
                    self.assertRegex(done.stdout, r"PASSED  \] [1-9]")

    def test_no_extended_length_as_the_atr_says(self) -> None:
        self.run_contract(USE, extended_length=False)

    def test_no_extended_length_and_a_silent_atr(self) -> None:
        self.run_contract(USE, extended_length=False, atr=SILENT_ATR)

    def test_mse_only_after_verify(self) -> None:
        self.run_contract("*sign_with_right_pin*", mse_before_verify=False)

    def test_hidden_counter(self) -> None:
        self.run_contract("*hidden_counter*", hide_tries=True)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""Debian's OpenSC, which knows nothing of us, reads and signs with the card's `opensc` shape. The PIN on OpenSC's command line is a
throw-away card's."""

from __future__ import annotations

import os
import subprocess
import unittest

import opensc
from card_case import PINS, USES, CardCase, digest_info, set_up_module, signature_is_good

MESSAGE = "紹介状".encode()

setUpModule = set_up_module


class OpenSc(CardCase):
    def setUp(self) -> None:
        self.control = self.start_card("opensc")
        config = self.pcscd.folder / "opensc.conf"
        opensc.write_config(config)
        self._environment = {**os.environ, "OPENSC_CONF": str(config)}

    def run_tool(self, *command: str, data: bytes = b"") -> bytes:
        done = subprocess.run(command, env=self._environment, input=data, capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, f"{command}: {done.stderr.decode()}")
        return done.stdout

    def test_atr_of_the_configuration_is_the_cards(self) -> None:
        self.assertEqual(self.connect().atr().hex(":"), opensc.ATR)

    def test_dump_shows_what_the_files_say(self) -> None:
        text = self.run_tool("pkcs15-tool", "--dump").decode()
        for expected in ("PKCS#15 Card [HPKI Signature]", "CKM_RSA_PKCS", "Reference      : 129 (0x81)", "Usage          : [0x200], nonRepudiation",
                         "Algo_refs      : 1", "Private RSA Key [Signature key]", "X.509 Certificate [Signature certificate]"):
            self.assertIn(expected, text)

    def test_both_tokens_sign(self) -> None:
        for slot, use in enumerate(USES):
            with self.subTest(use):
                source, target = self.pcscd.folder / "info", self.pcscd.folder / "signature"
                source.write_bytes(digest_info(MESSAGE))
                self.run_tool("pkcs11-tool", "--module", str(opensc.MODULE), "--slot-index", str(slot), "--login", "--pin", PINS[use], "--sign",
                              "-m", "RSA-PKCS", "--id", "45", "-i", str(source), "-o", str(target))
                certificate = (self.holder / f"{use}.cer").read_bytes()
                self.assertTrue(signature_is_good(certificate, MESSAGE, target.read_bytes()))
        self.assertEqual(self.control.send("stats")["signatures"], 2)


if __name__ == "__main__":
    unittest.main()

"""Base of the tests that use a card in a real pcscd: one pcscd and one throw-away PKI for a whole test program."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import throwaway
import vcard
from iso7816 import Application, expect
from pcsc_client import Card, Pcsc
from pcscd import Pcscd

PINS = {"signature": vcard.SIGNATURE_PIN, "authentication": vcard.AUTHENTICATION_PIN}
USES = ("signature", "authentication")
_SHA256 = bytes.fromhex("3031300D060960864801650304020105000420")


def pin_hex(use: str) -> str:
    return PINS[use].encode().hex()


def verify_apdu(reference: int, pin: str) -> str:
    return f"002000{reference:02X}{len(pin):02X}{pin.encode().hex()}"


def digest_info(message: bytes) -> bytes:
    return _SHA256 + hashlib.sha256(message).digest()


def padded_block(message: bytes) -> bytes:
    info = digest_info(message)
    return b"\x00\x01" + b"\xff" * (253 - len(info)) + b"\x00" + info


def signature_is_good(certificate: bytes, message: bytes, signature: bytes) -> bool:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "message").write_bytes(message)
        (folder / "signature").write_bytes(signature)
        key = subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-pubkey"], input=certificate, capture_output=True,
                             check=True).stdout
        (folder / "key.pem").write_bytes(key)
        done = subprocess.run(["openssl", "dgst", "-sha256", "-verify", folder / "key.pem", "-signature", folder / "signature",
                               folder / "message"], capture_output=True, check=False)
        return done.returncode == 0


def set_up_module() -> None:
    """libpcsclite knows one pcscd in a process, so all tests of a program share one."""
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    CardCase.holder = throwaway.make_pki(Path(folder.name))
    CardCase.pcscd = Pcscd()
    unittest.addModuleCleanup(CardCase.pcscd.stop)
    os.environ.update(CardCase.pcscd.environment)
    CardCase.pcsc = Pcsc()
    unittest.addModuleCleanup(CardCase.pcsc.close)


class CardCase(unittest.TestCase):
    """For a test program whose setUpModule is set_up_module."""

    pcscd: Pcscd
    pcsc: Pcsc
    holder: Path

    def start_card(self, shape: str, slot: int = 0, **more: object) -> vcard.Vcard:
        """A new card program with the card inserted; ends with the test."""
        profile = vcard.make_profile(shape, self.holder, inserted=False, **more)
        card = vcard.Vcard(self.pcscd.port + slot, profile, self.pcscd.folder)
        self.addCleanup(self._put_away, card, slot)
        card.send("insert")
        self.pcsc.wait(self.pcscd.readers[slot], True, 5)
        return card

    def _put_away(self, card: vcard.Vcard, slot: int) -> None:
        """The reader must have noticed before the next card comes."""
        card.stop()
        self.pcsc.wait(self.pcscd.readers[slot], False, 5)

    def connect(self, slot: int = 0) -> Card:
        return self.pcsc.connect(self.pcscd.readers[slot])

    def set_key(self, card: Card, application: Application) -> None:
        statuses = [card.send(f"002241B6{len(data) // 2:02X}{data}")[1] for data in application.mse_data]
        self.assertIn("9000", statuses)

    def verify(self, card: Card, application: Application, use: str) -> None:
        expect(card.send(verify_apdu(application.pin_reference, PINS[use])))

    def sign_apdu(self, application: Application, message: bytes) -> str:
        if application.card_pads:
            info = digest_info(message)
            return f"002A9E9A{len(info):02X}{info.hex()}00"
        return f"002A9E9A000100{padded_block(message).hex()}0000"

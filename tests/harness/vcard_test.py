#!/usr/bin/env python3
"""The virtual card through a real pcscd, by raw APDUs, in all its shapes."""

from __future__ import annotations

import unittest

import vcard
from card_case import PINS, USES, CardCase, padded_block, pin_hex, set_up_module, signature_is_good, verify_apdu
from iso7816 import AUTHENTICATION_AID, SIGNATURE_AID, expect, open_application
from pcsc_client import E_NOT_TRANSACTED, W_REMOVED_CARD, PcscError

AIDS = {"signature": SIGNATURE_AID, "authentication": AUTHENTICATION_AID}
REFERENCE = {"jma": 0x88, "guideline": 0x96, "opensc": 0x81}
MSE = {"jma": "002241B6048402000C", "guideline": "002241B60481020017", "opensc": "002241B603840101"}
MESSAGE = "紹介状".encode()

setUpModule = set_up_module


def select(use: str) -> str:
    return f"00A4040010{AIDS[use]}00"


class Files(CardCase):
    def test_walk_reads_every_certificate_without_pin(self) -> None:
        for shape in vcard.SHAPES:
            with self.subTest(shape):
                self.start_card(shape)
                card = self.connect()
                for use in USES:
                    found = open_application(card, AIDS[use], by_sfi=shape != "opensc")
                    self.assertEqual(found.certificate, (self.holder / f"{use}.cer").read_bytes())
                    trust = self.holder.parents[1] / "trust"
                    expected = {file.read_bytes() for file in trust.iterdir()} | {found.certificate}
                    self.assertEqual(set(found.certificates.values()), expected)
                    self.assertEqual(found.pin_reference, REFERENCE[shape])
                    self.assertEqual(found.user_consent, use == "signature")
                    self.assertEqual(found.card_pads, shape == "opensc")
                    self.assertEqual(b"\xa2" in found.info, shape == "opensc")
                self.doCleanups()

    def test_partial_names_find_one_application_after_the_other(self) -> None:
        self.start_card("jma")
        card = self.connect()
        first = expect(card.send("00A4040005E828BD080F00"))
        second = expect(card.send("00A4040205E828BD080F00"))
        self.assertEqual((first[4:].hex().upper(), second[4:].hex().upper()), (SIGNATURE_AID, AUTHENTICATION_AID))
        self.assertEqual(card.send("00A4040205E828BD080F00")[1], "6A82")
        self.assertEqual(card.send("00A4040005E828BD080E00")[1], "6A82")

    def test_shapes_differ_in_how_files_are_reached(self) -> None:
        self.start_card("jma")
        card = self.connect()
        expect(card.send(select("signature")))
        self.assertEqual(card.send("00B0960000")[1], "6A82")  # SFI 16 is no file here
        expect(card.send("00A4020C020016"))
        whole = expect(card.send("00B00000000000"))
        self.assertEqual(len(whole) % 128, 0)
        self.assertTrue(whole.startswith((self.holder / "signature.cer").read_bytes()) and whole.endswith(b"\xff"))


class Signing(CardCase):
    def test_signature_of_both_keys_verifies(self) -> None:
        for shape in vcard.SHAPES:
            with self.subTest(shape):
                self.start_card(shape)
                card = self.connect()
                for use in USES:
                    found = open_application(card, AIDS[use], by_sfi=shape != "opensc")
                    self.set_key(card, found)
                    self.verify(card, found, use)
                    signature = expect(card.send(self.sign_apdu(found, MESSAGE)))
                    self.assertTrue(signature_is_good(found.certificate, MESSAGE, signature))
                    self.assertFalse(signature_is_good(found.certificate, MESSAGE + b"!", signature))
                self.doCleanups()

    def test_pin_each_time_for_the_signature_key_only(self) -> None:
        self.start_card("guideline")
        card = self.connect()
        for use, second in (("signature", "6982"), ("authentication", "9000")):
            found = open_application(card, AIDS[use], by_sfi=True)
            self.verify(card, found, use)
            self.set_key(card, found)
            self.assertEqual(card.send(self.sign_apdu(found, MESSAGE))[1], "9000")
            self.assertEqual(card.send(self.sign_apdu(found, MESSAGE))[1], second)
        expect(card.send(select("authentication")))
        self.assertEqual(card.send(self.sign_apdu(found, MESSAGE))[1], "6985")
        self.set_key(card, found)
        self.assertEqual(card.send(self.sign_apdu(found, MESSAGE))[1], "6982")

    def test_chained_block_gives_the_same_signature(self) -> None:
        self.start_card("jma", extended_length=False)
        card = self.connect()
        found = open_application(card, AUTHENTICATION_AID, by_sfi=True)
        self.set_key(card, found)
        self.verify(card, found, "authentication")
        self.assertEqual(card.send(self.sign_apdu(found, MESSAGE))[1], "6700")
        block = padded_block(MESSAGE).hex()
        expect(card.send(f"102A9E9AC8{block[:400]}"))
        signature = expect(card.send(f"002A9E9A38{block[400:]}00"))
        self.assertTrue(signature_is_good(found.certificate, MESSAGE, signature))
        expect(card.send(f"102A9E9AC8{block[:400]}"))
        self.assertEqual(card.send("00B0910000")[1], "6883")
        self.assertEqual(card.send(f"002A9E9A38{block[400:]}00")[1], "6700")

    def test_only_well_formed_blocks_are_signed(self) -> None:
        self.start_card("jma")
        card = self.connect()
        found = open_application(card, AUTHENTICATION_AID, by_sfi=True)
        self.set_key(card, found)
        self.verify(card, found, "authentication")
        good = padded_block(MESSAGE)
        for block in (good[:2] + b"\x00" + good[3:], b"\x00\x02" + good[2:], good[:205] + b"\x31" + good[206:], bytes(256)):
            self.assertEqual(card.send(f"002A9E9A000100{block.hex()}0000")[1], "6A80")
        self.assertEqual(card.send(f"002A9E9A000100{good.hex()}")[1], "6700")
        self.assertEqual(card.send(f"002A9E9A33{good[205:].hex()}00")[1], "6700")
        self.assertEqual(card.send(f"002A9E9A000100{good.hex()}0000")[1], "9000")


class Pins(CardCase):
    def test_wrong_pins_count_down_and_block(self) -> None:
        for shape, blocked in (("jma", "6983"), ("guideline", "6984"), ("opensc", "6983")):
            with self.subTest(shape):
                control = self.start_card(shape, tries={"signature": 3})
                card = self.connect()
                status = f"002000{REFERENCE[shape]:02X}"
                expect(card.send(select("signature")))
                for left in ("63C2", "63C1"):
                    self.assertEqual(card.send(verify_apdu(REFERENCE[shape], "9999"))[1], left)
                    self.assertEqual(card.send(status)[1], left)
                expect(card.send(verify_apdu(REFERENCE[shape], PINS["signature"])))
                self.assertEqual(card.send(status)[1], "9000")
                for left in ("63C2", "63C1", "63C0", blocked):
                    self.assertEqual(card.send(verify_apdu(REFERENCE[shape], "9999"))[1], left)
                self.assertEqual(card.send(verify_apdu(REFERENCE[shape], PINS["signature"]))[1], blocked)
                self.assertEqual(card.send(status)[1], blocked)
                expect(card.send(select("authentication")))
                self.assertEqual(card.send(status)[1], "63CF")
                self.assertEqual(control.send("stats")["wrong_pins"], 5)
                self.assertEqual(control.send("tries signature 2")["left"], 2)
                expect(card.send(select("signature")))
                self.assertEqual(card.send(status)[1], "63C2")
                self.doCleanups()

    def test_a_pin_of_impossible_length_costs_nothing(self) -> None:
        self.start_card("jma")
        card = self.connect()
        expect(card.send(select("signature")))
        for pin in ("123", "1" * 17):
            self.assertEqual(card.send(verify_apdu(0x88, pin))[1], "6700")
        self.assertEqual(card.send("00200088")[1], "63CF")

    def test_counters_live_through_removal_and_other_cards(self) -> None:
        control = self.start_card("jma")
        reader = self.pcscd.readers[0]
        card = self.connect()
        expect(card.send(select("signature")))
        self.assertEqual(card.send(verify_apdu(0x88, "0000"))[1], "63CE")
        expect(card.send(verify_apdu(0x88, PINS["signature"])))
        self.assertEqual(card.send(verify_apdu(0x88, "0000"))[1], "63CE")
        control.send("eject")
        self.pcsc.wait(reader, False, 5)
        control.send("hold doctor guideline")
        control.send("insert")
        self.pcsc.wait(reader, True, 5)
        card = self.connect()
        expect(card.send(select("signature")))
        self.assertEqual(card.send("00200096")[1], "63CF")
        control.send("eject")
        self.pcsc.wait(reader, False, 5)
        control.send("hold doctor jma")
        control.send("insert")
        self.pcsc.wait(reader, True, 5)
        card = self.connect()
        expect(card.send(select("signature")))
        self.assertEqual(card.send("00200088")[1], "63CE")

    def test_trace_and_stats(self) -> None:
        control = self.start_card("jma")
        trace = self.pcscd.folder / "trace.txt"
        card = self.connect()
        control.send(f"trace {trace}")
        control.send("reset-stats")
        expect(card.send(select("authentication")))
        expect(card.send(verify_apdu(0x88, PINS["authentication"])))
        self.assertEqual(card.send("0020008809" + pin_hex("authentication"))[1], "6700")
        self.assertEqual(card.send("FF200088" + "04" + pin_hex("authentication"))[1], "6E00")
        stats = control.send("stats")
        self.assertEqual((stats["apdus"], stats["bytes_to_card"], stats["bytes_from_card"]), (4, 22 + 9 + 9 + 9, 22 + 2 + 2 + 2))
        self.assertEqual(stats["by_ins"], {"20": 3, "A4": 1})
        text = trace.read_text()
        self.assertNotIn(pin_hex("authentication"), text)
        self.assertEqual(text.count("> 00200088**"), 2)


class Strictness(CardCase):
    # before any application is selected
    AFTER_RESET = [
        ("00B0910000", "6A82"), ("00B0000000", "6986"), ("00200088", "6A88"), ("002241B6048402000C", "6985"), ("00A4020C025031", "6A82"),
        ("00A40000023F00", "6A86"),
    ]
    # with the signature application of a JMA card
    SELECTED = [
        ("00B0910000", "9000"), ("00B0916000", "6B00"), ("00B0910060", "6282"), ("00B0910001", "9000"), ("00B09100", "6700"),
        ("00B09100010000", "6700"), ("00B0F10000", "6A86"), ("00B0800000", "6A86"), ("00B0850000", "6A82"),
        ("00A4020C025031", "9000"), ("00A40200025031", "6A86"), ("00A4020C0250", "6700"), ("00A4020C0150", "6A87"),
        ("00A4020C020099", "6A82"), ("00A4020C", "6700"), ("00A4020C02000C", "9000"), ("00B0000000", "6981"), ("00A4010C025031", "6A86"),
        ("00A4040404E828BD08", "6A86"), ("00A4040004E828BD08", "6A82"),
        ("01B0910000", "6881"), ("41B0910000", "6881"), ("04B0910000", "6882"), ("80B0910000", "6E00"), ("FFB0910000", "6E00"),
        ("20B0910000", "6E00"), ("10B0910000", "6884"),
        ("00CA010000", "6D00"), ("0084000008", "6D00"), ("0088000000", "6D00"),
        ("00200188", "6A86"), ("00200096", "6A88"), ("00200081", "6A88"), ("0020008800", "6700"), ("00200088", "63CF"),
        ("002241B60481020017", "6A80"), ("002241B604840200FF", "6A88"), ("002241B6038402000C", "6700"), ("002241B604840300FF", "6A85"),
        ("002241B6", "6700"), ("002241A4048402000C", "6A86"), ("0022F301", "6A86"), ("002241B6048402000C", "9000"),
        ("002A9E9A0200", "6700"), ("002A9E9A0100", "6982"), ("002A9E9B000000", "6A86"), ("002A9E9A000000", "6982"), ("802A008001AA00", "6E00"),
    ]

    def test_what_is_not_in_the_standard_is_refused(self) -> None:
        self.start_card("jma")
        card = self.connect()
        for apdu, status in self.AFTER_RESET:
            self.assertEqual(card.send(apdu)[1], status, apdu)
        expect(card.send(select("signature")))
        for apdu, status in self.SELECTED:
            self.assertEqual(card.send(apdu)[1], status, apdu)

    def test_guideline_shape_has_its_own_rules(self) -> None:
        self.start_card("guideline", mse_before_verify=False, hide_tries=True)
        card = self.connect()
        expect(card.send(select("signature")))
        self.assertEqual(card.send(MSE["guideline"])[1], "6982")
        self.assertEqual(card.send("00200096")[1], "6300")
        self.assertEqual(card.send(verify_apdu(0x96, "0000"))[1], "6300")
        expect(card.send("00A4020C020016"))
        expect(card.send(verify_apdu(0x00, PINS["signature"])))  # P2 00: the PIN file selected before
        self.assertEqual(card.send("002241B60484020017")[1], "6A80")
        expect(card.send(MSE["guideline"]))

    def test_profiles_that_make_no_sense_are_refused(self) -> None:
        for more in ({"shape": "x"}, {"colour": "red"}, {"tries": {"signature": 16}}, {"tries": {"other": 1}}, {"ca": ["/nowhere"]},
                     {"pins": {"signature": "123"}}, {"pins": {}}, {"holder": "/nowhere"}, {"atr": "3"}):
            profile = {**vcard.make_profile("jma", self.holder), **more}
            with self.assertRaises(vcard.VcardError, msg=str(more)):
                vcard.Vcard(self.pcscd.port, profile, self.pcscd.folder).stop()


class Faults(CardCase):
    def test_removal_is_seen_and_the_card_comes_back(self) -> None:
        control = self.start_card("jma")
        reader = self.pcscd.readers[0]
        card = self.connect()
        expect(card.send(select("signature")))
        control.send("eject")
        with self.assertRaises(vcard.VcardError):
            control.send("eject")
        self.pcsc.wait(reader, False, 5)
        with self.assertRaises(PcscError) as caught:
            card.send("00200088")
        self.assertEqual(caught.exception.code, W_REMOVED_CARD)
        control.send("insert")
        self.pcsc.wait(reader, True, 5)
        self.assertEqual(control.send("state")["selected"], "")
        expect(self.connect().send(select("signature")))

    def test_a_card_that_dies_answers_nothing(self) -> None:
        control = self.start_card("jma")
        card = self.connect()
        control.send("die A4")
        self.assertEqual(card.transmit(bytes.fromhex(select("signature"))), b"")  # vpcd: success without a byte
        self.assertFalse(control.send("state")["inserted"])
        with self.assertRaises(PcscError) as caught:
            card.send("00200088")
        self.assertIn(caught.exception.code, (E_NOT_TRANSACTED, W_REMOVED_CARD))

    def test_both_slots_and_a_card_without_signature_application(self) -> None:
        staff = self.holder.parent / "staff"
        staff.mkdir()
        for file in self.holder.glob("authentication.*"):
            (staff / file.name).write_bytes(file.read_bytes())
        self.start_card("jma")
        profile = vcard.make_profile("guideline", staff, pins={"authentication": "0000"})
        other = vcard.Vcard(self.pcscd.port + 1, profile, self.pcscd.folder)
        self.addCleanup(self._put_away, other, 1)
        self.pcsc.wait(self.pcscd.readers[1], True, 5)
        card = self.connect(1)
        self.assertEqual(card.send(select("signature"))[1], "6A82")
        expect(card.send(select("authentication")))
        expect(card.send(verify_apdu(0x96, "0000")))
        expect(self.connect(0).send(select("signature")))
        self.assertEqual(other.send("state")["tries"], {"authentication": 15})


if __name__ == "__main__":
    unittest.main()

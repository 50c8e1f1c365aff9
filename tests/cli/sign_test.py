"""`shomei sign` beyond one plain signature: attachments, several signatures, prescriptions, whole folders."""

import subprocess
import unittest
from pathlib import Path

from command import TRUST, CommandTest, Outcome, process, shomei, with_pin
from soft_token import SoftToken

CDA = process.REPOSITORY / "tests/samples/referral_cda.xml"
FHIR = process.REPOSITORY / "tests/samples/referral_fhir.json"
JUDGED = [*TRUST[:-1], "2027-01-01T00:00:00Z"]


class SignTest(CommandTest):
    @classmethod
    def setUpClass(cls) -> None:
        cls.token = SoftToken()
        cls.addClassCleanup(cls.token.close)

    def sign(self, *arguments: object, pin: str = SoftToken.PIN) -> Outcome:
        return with_pin(pin, "sign", *arguments, "--json", "--key", self.token.uri("17"), environment=self.token.environment)

    def signed(self, *arguments: object) -> list[dict]:
        outcome = self.sign(*arguments)
        self.assertEqual(outcome.status, 0, outcome.err)
        return outcome.value

    def signatures(self, *arguments: object) -> list[dict]:
        """The signatures are made today, with certificates and lists of a fixed day: path and time are not what is asked here."""
        outcome = shomei("verify", *arguments, *TRUST, "--json")
        self.assertIn(outcome.status, (0, 1, 2), outcome.err)
        return outcome.value["signatures"]

    def checks(self, signature: dict, severity: str = "fail") -> set[str]:
        return {finding["check"] for finding in signature["findings"] if finding["severity"] == severity}

    def write(self, name: str, content: bytes = b"content") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path


class FormTest(SignTest):
    def test_attachments(self) -> None:
        photo, scan = self.write("photo.jpg", b"jpeg"), self.write("scan.pdf", b"pdf")
        out = self.folder / "s.xml"
        self.signed(CDA, "--manifest", photo, scan, "--format", "xades", "--out", out)
        signature, = self.signatures(out, "--detached", photo, "--detached", scan)
        self.assertEqual((signature["indication"], signature["covers"][-2:]), ("TOTAL-PASSED", ["photo.jpg", "scan.pdf"]))
        signature, = self.signatures(out, "--detached", photo)
        self.assertEqual((signature["indication"], self.checks(signature)), ("INDETERMINATE", {"manifest.absent"}))
        scan.write_bytes(b"other")
        signature, = self.signatures(out, "--detached", photo, "--detached", scan)
        self.assertEqual((signature["sub_indication"], self.checks(signature)), ("HASH_FAILURE", {"manifest.changed"}))

    def test_attachments_are_for_xades(self) -> None:
        outcome = self.sign(FHIR, "--manifest", self.write("a"), "--format", "cades", "--out", self.folder / "s")
        self.assert_fails(outcome, "sign.unsupported", 64, "xades")

    def test_an_attachment_that_is_not_there_is_found_before_the_pin(self) -> None:
        outcome = self.sign(CDA, "--manifest", self.folder / "none", "--format", "xades", "--out", self.folder / "s", pin="wrong")
        self.assertEqual((outcome.error, outcome.status), ("input.not_found", 65), outcome.err)

    def test_parallel_and_countersign(self) -> None:
        first, second, third = (self.folder / name for name in ("1.xml", "2.xml", "3.xml"))
        self.signed(CDA, "--parallel", "--format", "xades", "--out", first)
        self.signed(first, "--parallel", "--format", "xades", "--out", second)
        signatures = self.signatures(second)
        self.assertEqual([signature["indication"] for signature in signatures], ["TOTAL-PASSED"] * 2)
        outcome = self.sign(second, "--countersign", "--out", third)
        self.assertEqual((outcome.error, outcome.status), ("sign.unsupported", 64), outcome.err)
        self.assertIn(signatures[1]["id"], outcome.err)
        self.signed(second, "--countersign", "--signature", signatures[1]["id"], "--out", third)
        self.assertIn("counter_signature", self.checks(self.signatures(third)[2], "info"))

    def test_an_enveloped_signature_is_not_broken_by_another(self) -> None:
        first = self.folder / "1.xml"
        self.signed(CDA, "--format", "xades", "--out", first)
        outcome = self.sign(first, "--parallel", "--format", "xades", "--out", self.folder / "2.xml")
        self.assertEqual((outcome.error, outcome.status), ("sign.unsupported", 64), outcome.err)
        self.assertIn("--countersign", outcome.err)

    def test_cms_takes_further_signers_and_counter_signatures(self) -> None:
        first, second, third = (self.folder / name for name in ("1.p7s", "2.p7s", "3.p7s"))
        self.signed(FHIR, "--format", "cades", "--out", first)
        self.signed(FHIR, "--format", "cades", "--parallel", "--add-to", first, "--digest", "sha512", "--out", second)
        self.signed(second, "--countersign", "--signature", "signer-1", "--out", third)
        signatures = self.signatures(third, "--detached", FHIR)
        self.assertEqual([signature["id"] for signature in signatures], ["signer-1", "signer-1/counter-1", "signer-2"])
        self.assertEqual({signature["indication"] for signature in signatures}, {"TOTAL-PASSED"}, signatures)

    def test_prescription_and_dispensing(self) -> None:
        csv, prescription, dispensing = self.write("p.csv", b"SJ1\n1,1,4310001\n"), self.folder / "p.xml", self.folder / "d.xml"
        self.signed(csv, "--profile", "eprescription", "--out", prescription)
        self.signed(self.write("d.csv", b"CJ1\n1,4,4340001\n"), "--profile", "eprescription", "--prescription", prescription,
                    "--out", dispensing)
        self.assertEqual([(signature["id"], signature["profile"], signature["indication"]) for signature in self.signatures(dispensing)],
                         [("PrescriptionSign", "eprescription", "TOTAL-PASSED"), ("DispensingSign", "eprescription", "TOTAL-PASSED")])
        outcome = self.sign(self.write("sjis.csv", b"SJ1\n1,\x8f\xe9\x93\x8c\n"), "--profile", "eprescription", "--out", self.folder / "x")
        self.assertEqual((outcome.error, outcome.status), ("input.malformed", 65), outcome.err)
        self.assertIn("Shift_JIS", outcome.err)

    def test_options_that_do_not_go_together(self) -> None:
        for arguments in ((CDA,), (CDA, "--countersign", "--parallel"), (CDA, "--format", "xades", "--signature", "x"),
                          (CDA, "--format", "xades", "--add-to", FHIR), (CDA, "--format", "xades", "--prescription", CDA)):
            self.assert_fails(self.sign(*arguments, "--out", self.folder / "x"), "usage", 64)

    def test_shown_text_is_compared(self) -> None:
        out = self.folder / "s.xml"
        self.signed(CDA, "--format", "xades", "--out", out)
        signature, = self.signatures(out, "--shown", self.write("shown.txt"))
        self.assertEqual((signature["indication"], self.checks(signature)), ("INDETERMINATE", {"shown.absent"}))


class FolderTest(SignTest):
    def setUp(self) -> None:
        super().setUp()
        for name in ("in/a.json", "in/b.pdf", "in/sub/c.dcm", "in/.hidden", "in/old.p7s"):
            self.write(name, name.encode())
        self.out = self.folder / "out"

    def run_folder(self, *more: object, pin: str = SoftToken.PIN) -> Outcome:
        return self.sign(self.folder / "in", "--out", self.out, "--format", "cades", *more, pin=pin)

    def row(self, outcome: Outcome) -> dict[str, object]:
        """What became of each file: the error's id, why it was left out, or the level."""
        return {Path(row["in"]).name: row["error"]["id"] if row["error"] else row.get("skipped", row["level"]) for row in outcome.value}

    def names(self) -> list[str]:
        return sorted(str(path.relative_to(self.out)) for path in self.out.rglob("*") if path.is_file())

    def test_each_file_and_a_manifest_over_all(self) -> None:
        outcome = self.run_folder()
        self.assertEqual(outcome.status, 0, outcome.err)
        self.assertEqual(self.row(outcome), {"a.json": "B", "b.pdf": "B", ".hidden": "hidden", "old.p7s": "signature", "in": "B"})
        self.assertEqual(self.names(), ["a.json.p7s", "b.pdf.p7s", "shomei-manifest.xml"])
        signature, = self.signatures(self.out / "shomei-manifest.xml", "--detached", self.folder / "in", "--detached", self.out)
        self.assertEqual(signature["indication"], "TOTAL-PASSED", signature)
        self.assertEqual(sorted(signature["covers"][1:]), ["a.json", "a.json.p7s", "b.pdf", "b.pdf.p7s"])
        (self.folder / "in/b.pdf").write_bytes(b"other")
        signature, = self.signatures(self.out / "shomei-manifest.xml", "--detached", self.folder / "in", "--detached", self.out)
        self.assertEqual(signature["sub_indication"], "HASH_FAILURE")

    def test_again_goes_on_where_it_stopped(self) -> None:
        self.assertEqual(self.run_folder().status, 0)
        self.write("in/new.json")
        outcome = self.run_folder()
        self.assertEqual(self.row(outcome), {"a.json": "signed", "b.pdf": "signed", "new.json": "B", ".hidden": "hidden",
                                             "old.p7s": "signature", "in": "B"})
        self.assertIn("shomei-manifest-2.xml", self.names())
        outcome = self.run_folder(pin="unused")
        self.assertEqual((outcome.status, self.row(outcome)["new.json"]), (0, "signed"), outcome.err)
        self.assertNotIn("shomei-manifest-3.xml", self.names())

    def test_a_document_newer_than_its_signature_is_told(self) -> None:
        self.assertEqual(self.run_folder().status, 0)
        subprocess.run(["touch", "-d", "2030-01-01", self.folder / "in/a.json"], check=True)
        outcome = self.run_folder()
        self.assertEqual((outcome.status, self.row(outcome)["a.json"]), (69, "output.failed"), outcome.err)
        self.assertEqual(self.row(self.run_folder("--force"))["a.json"], "B")

    def test_folders_below(self) -> None:
        outcome = self.run_folder("--recursive")
        self.assertEqual(outcome.status, 0, outcome.err)
        self.assertIn("sub/c.dcm.p7s", self.names())
        signature, = self.signatures(self.out / "shomei-manifest.xml", "--detached", self.folder / "in", "--detached", self.out)
        self.assertEqual(signature["indication"], "TOTAL-PASSED", signature)
        self.assertIn("sub/c.dcm", signature["covers"])

    def test_the_folder_of_the_signatures_may_lie_inside(self) -> None:
        self.out = self.folder / "in/signed"
        self.assertEqual(self.run_folder("--recursive").status, 0)
        outcome = self.run_folder("--recursive")
        self.assertEqual((outcome.status, {row["skipped"] for row in outcome.value}), (0, {"signed", "hidden", "signature"}), outcome.err)

    def test_some_fail_and_the_others_are_signed(self) -> None:
        self.write("in/empty.json", b"")
        outcome = self.run_folder()
        self.assertEqual((outcome.status, self.row(outcome)["empty.json"], self.row(outcome)["a.json"]), (1, "input.empty", "B"), outcome.err)

    def test_a_wrong_pin_signs_nothing(self) -> None:
        outcome = self.run_folder(pin="00000000")
        self.assertEqual((outcome.status, outcome.error), (77, "pin.wrong"), outcome.err)
        self.assertEqual(self.row(outcome), {"a.json": "pin.wrong", "b.pdf": "pin.wrong", ".hidden": "hidden", "old.p7s": "signature"})
        self.assertEqual(self.names(), [])

    def test_the_list_for_people(self) -> None:
        outcome = with_pin(SoftToken.PIN, "sign", self.folder / "in", "--out", self.out, "--format", "cades", "--key", self.token.uri("17"),
                           environment=self.token.environment)
        self.assertEqual(outcome.status, 0, outcome.err)
        self.assertIn("skipped (hidden)", outcome.out)
        self.assertIn("a.json.p7s (CAdES B)", outcome.out)


if __name__ == "__main__":
    unittest.main()

"""`sign --level …` and `extend` with a time-stamping authority of its own process and lists that are in force now."""

import datetime
import subprocess
import tempfile
import unittest
import urllib.request
from pathlib import Path
from typing import Any

from command import CommandTest, Outcome, process, shomei, with_pin
from soft_token import SoftToken

REFERRAL = process.REPOSITORY / "tests/samples/referral_fhir.json"
CDA = process.REPOSITORY / "tests/samples/referral_cda.xml"
TESTCERTS = process.REPOSITORY / "testcerts"


class ExtendTest(CommandTest):
    @classmethod
    def setUpClass(cls) -> None:
        cls.pki = Path(cls.enterClassContext(tempfile.TemporaryDirectory())) / "pki"
        epoch = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=10)
        subprocess.run(["/usr/bin/python3", TESTCERTS / "hpki/generate.py", "--epoch", epoch.strftime("%Y-%m-%dT%H:%M:%SZ"), "--out", cls.pki],
                       check=True, capture_output=True)
        cls.token = SoftToken(cls.pki / "holders/doctor1")
        cls.addClassCleanup(cls.token.close)
        server = subprocess.Popen(["/usr/bin/python3", TESTCERTS / "tsa/serve.py", "--pki", cls.pki], stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(server.stdout.close)
        cls.addClassCleanup(server.wait)
        cls.addClassCleanup(server.terminate)
        cls.tsa = server.stdout.readline().split()[1]

    def tearDown(self) -> None:
        self.fault("none")
        super().tearDown()

    def fault(self, word: str) -> None:
        urllib.request.urlopen(urllib.request.Request(self.tsa + "fault", data=word.encode(), method="PUT"), timeout=10).close()

    def sources(self) -> list[object]:
        return ["--tsa", self.tsa, "--trust", self.pki / "trust/signature", "--trust", self.pki / "trust/timestamp", "--crl", self.pki / "crl"]

    def sign(self, document: Path, out: Path, form: str, *more: object) -> Outcome:
        return with_pin(SoftToken.PIN, "sign", document, "--out", out, "--format", form, "--json", "--key", self.token.uri("17"), *more,
                        environment=self.token.environment)

    def item(self, outcome: Outcome) -> Any:
        self.assertEqual(outcome.status, 0, outcome.err)
        (item,) = outcome.value
        return item

    def test_signs_at_every_level(self) -> None:
        for form, document in (("cades", REFERRAL), ("xades", CDA)):
            for level in ("T", "LT", "LTA"):
                out = self.folder / f"{form}.{level}"
                item = self.item(self.sign(document, out, form, "--level", level, "--require-level", *self.sources()))
                self.assertEqual((item["level"], item["pending"], item["pending_until"], item["error"]), (level, [], None, None))
                detached = ["--detached", document] if form == "cades" else []
                verdict = shomei("verify", out, *detached, "--trust", self.pki / "trust/signature", "--crl", self.pki / "crl", "--json").value
                self.assertEqual(verdict["signatures"][0]["level"], level)
                self.assertNotEqual(verdict["indication"], "TOTAL-FAILED")

    def test_extends_step_by_step_and_renews(self) -> None:
        file = self.folder / "b.p7s"
        self.item(self.sign(REFERRAL, file, "cades"))
        for step, level in enumerate(("T", "LT", "LTA", "LTA")):
            out = self.folder / f"{step}.p7s"
            item = self.item(shomei("extend", file, "--detached", REFERRAL, "--out", out, "--level", level, *self.sources(), "--json"))
            self.assertEqual((item["level"], item["format"], item["pending"]), (level, "cades", []))
            file = out

    def test_a_source_that_is_away_is_pending(self) -> None:
        signed = self.folder / "b.xml"
        self.item(self.sign(CDA, signed, "xades"))
        self.fault("reject")
        out = self.folder / "t.xml"
        outcome = shomei("extend", signed, "--out", out, "--level", "LT", *self.sources(), "--json")
        item = self.item(outcome)
        self.assertEqual((item["level"], item["pending"]), ("B", ["T", "LT"]))
        self.assertEqual(out.read_bytes(), signed.read_bytes())
        self.assertIn("warning", outcome.err)
        refused = shomei("extend", signed, "--out", self.folder / "none.xml", "--level", "T", *self.sources(), "--require-level")
        self.assertEqual((refused.error, refused.status), ("timestamp.refused", 69), refused.err)
        self.assertFalse((self.folder / "none.xml").exists())
        without = shomei("extend", signed, "--out", out, "--level", "T", "--require-level", "--force")
        self.assertEqual((without.error, without.status), ("timestamp.no_source", 69), without.err)

    def test_a_list_that_is_not_there_is_pending(self) -> None:
        signed = self.folder / "t.xml"
        self.item(self.sign(CDA, signed, "xades", "--level", "T", *self.sources()))
        lists = self.folder / "lists"
        lists.mkdir()
        for name in ("sarl.crl", "rarl.crl", "tsa_ca.crl"):
            (lists / name).write_bytes((self.pki / "crl" / name).read_bytes())
        trust = ["--trust", self.pki / "trust/signature", "--trust", self.pki / "trust/timestamp", "--crl", lists]
        for language, words in (("en", "XAdES T, LT pending"), ("ja", "XAdES T、LT は保留中")):
            outcome = shomei("extend", signed, "--out", self.folder / f"{language}.xml", "--level", "LT", *trust, "--lang", language)
            self.assertEqual(outcome.status, 0, outcome.err)
            self.assertIn(words, outcome.out)

    def test_what_does_not_verify_is_refused(self) -> None:
        signed = self.folder / "b.xml"
        self.item(self.sign(CDA, signed, "xades"))
        signed.write_bytes(signed.read_bytes().replace(b"</ClinicalDocument>", b" </ClinicalDocument>"))
        outcome = shomei("extend", signed, "--out", self.folder / "t.xml", "--level", "T", *self.sources())
        self.assertEqual((outcome.error, outcome.status), ("sign.not_valid", 1), outcome.err)
        self.assertFalse((self.folder / "t.xml").exists())

    def test_what_the_card_has_signed_is_kept(self) -> None:
        """The signer's certificate was revoked before: nothing is added, and nothing is thrown away."""
        token = SoftToken(self.pki / "holders/revoked")
        self.addCleanup(token.close)
        out = self.folder / "revoked.xml"
        outcome = with_pin(SoftToken.PIN, "sign", CDA, "--out", out, "--format", "xades", "--json", "--level", "T", "--key", token.uri("17"),
                           *self.sources(), environment=token.environment)
        item = self.item(outcome)
        self.assertEqual((item["level"], item["pending"], item["error"]), ("B", ["T"], None))
        self.assertIn(b"SignatureValue", out.read_bytes())
        self.assertIn("warning", outcome.err)

    def test_usage(self) -> None:
        signed = self.folder / "b.xml"
        self.item(self.sign(CDA, signed, "xades"))
        self.assert_fails(shomei("extend", signed, "--out", signed, "--level", "T"), "output.failed", 69, "exists already")
        self.assert_fails(shomei("extend", signed, "--out", self.folder / "o", "--level", "B"), "usage", 64, "--level")
        self.assert_fails(shomei("extend", self.folder / "none", "--out", self.folder / "o", "--level", "T"), "input.not_found", 65, "none")
        self.assert_fails(shomei("extend", CDA, "--out", self.folder / "o", "--level", "T"), "sign.unsupported", 64, "no signature")


if __name__ == "__main__":
    unittest.main()

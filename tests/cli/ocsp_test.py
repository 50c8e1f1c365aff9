"""`shomei ocsp check` and --ocsp, on answers of `openssl ocsp`."""

import base64
import re
import subprocess
import unittest
from pathlib import Path
from typing import Any

from command import FIXED, CommandTest, shomei
from throwaway import make_pki


def openssl(*arguments: object) -> str:
    done = subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, text=True)
    return done.stdout


class OcspTest(CommandTest):
    def setUp(self) -> None:
        super().setUp()
        home = make_pki(self.folder)
        self.leaf, self.other = home / "authentication.cer", home / "signature.cer"
        self.root, self.ca = self.folder / "trust/root.cer", self.folder / "trust/ca.cer"
        self.signer, self.signer_key = self.ca, self.folder / "ca.key.pem"

    def answer(self, row: str = "V", *more: object, nonce: bool = False, name: str = "answer.der") -> Path:
        """Of a responder whose index has this row for the leaf: "V", "R\\tTIME,REASON", or nothing."""
        serial = openssl("x509", "-in", self.leaf, "-noout", "-serial").strip().partition("=")[2]
        status, _, revoked = row.partition("\t")
        lines = f"{status}\t491231235959Z\t{revoked}\t{serial}\tunknown\t/CN=leaf\n" if row else ""
        index, answer = self.folder / "index.txt", self.folder / name
        index.write_text(lines)
        openssl("ocsp", "-index", index, "-CA", self.ca, "-rsigner", self.signer, "-rkey", self.signer_key, "-ndays", 1,
                *more, "-issuer", self.ca, "-cert", self.leaf, "-respout", answer, "-reqout", self.folder / "request.der",
                "-noverify", "-nonce" if nonce else "-no_nonce")
        return answer

    def check(self, answer: Path, *more: object, status: int) -> Any:
        outcome = shomei("ocsp", "check", answer, "--cert", self.leaf, "--issuer", self.ca, *more, "--json")
        self.assertEqual(outcome.status, status, outcome.err + outcome.out)
        value = outcome.value
        self.assertEqual(list(value), ["status", "revoked_at", "reason", "findings"])
        value["checks"] = [finding["check"] for finding in value["findings"]]
        return value

    def test_good_in_each_encoding(self) -> None:
        der = self.answer()
        self.assertEqual(self.check(der, status=0), {"status": "good", "revoked_at": None, "reason": None, "findings": [], "checks": []})
        text = base64.encodebytes(der.read_bytes()).decode()
        for name, content in (("a.ors", text), ("a.pem", f"-----BEGIN OCSP RESPONSE-----\n{text}-----END OCSP RESPONSE-----\n")):
            (self.folder / name).write_text(content)
            self.assertEqual(self.check(self.folder / name, status=0)["status"], "good")

    def test_revoked(self) -> None:
        value = self.check(self.answer("R\t250102030405Z,keyCompromise"), status=1)
        self.assertEqual((value["status"], value["revoked_at"], value["reason"]), ("revoked", "2025-01-02T03:04:05Z", "keyCompromise"))

    def test_unknown(self) -> None:
        self.assertEqual(self.check(self.answer(""), status=2)["checks"], ["ocsp.unknown"])

    def test_sha256_in_the_cert_id(self) -> None:
        self.assertEqual(self.check(self.answer("V", "-sha256"), status=0)["status"], "good")

    def test_time(self) -> None:
        answer = self.answer()
        self.assertEqual(self.check(answer, "--at", "2024-01-01T00:00:00Z", status=2)["checks"], ["ocsp.not-yet-valid"])

    def test_another_certificate_and_another_issuer(self) -> None:
        answer = self.answer()
        self.leaf = self.other
        self.assertEqual(self.check(answer, status=2)["checks"], ["ocsp.cert-id"])
        self.ca = self.root
        self.assertEqual(self.check(answer, status=2)["checks"], ["ocsp.issuer"])

    def test_nonce(self) -> None:
        answer = self.answer(nonce=True)
        text = openssl("ocsp", "-reqin", self.folder / "request.der", "-text")
        # OpenSSL prints the OCTET STRING with its header.
        nonce = re.search(r"Nonce: *\s+([0-9A-F]+)", text)
        assert nonce is not None
        self.assertEqual(self.check(answer, "--nonce", nonce.group(1)[4:], status=0)["checks"], [])
        self.assertEqual(self.check(answer, "--nonce", "00" * 16, status=2)["checks"], ["ocsp.nonce"])
        without = self.answer(name="without.der")
        self.assertEqual(self.check(without, "--nonce", "00" * 16, status=2)["checks"], ["ocsp.nonce-absent"])
        for wrong in ("xyz", "00" * 33):
            self.assert_fails(shomei("ocsp", "check", answer, "--cert", self.leaf, "--issuer", self.ca, "--nonce", wrong), "usage", 64)

    def test_a_signer_of_the_ca_for_something_else(self) -> None:
        self.signer, self.signer_key = self.other, self.other.with_name("signature.key.pem")
        self.assertEqual(self.check(self.answer(), status=2)["checks"], ["ocsp.signer-usage"])

    def test_validate_takes_a_folder_of_answers(self) -> None:
        answers = self.folder / "ocsp"
        answers.mkdir()
        self.answer(name="ocsp/leaf.der")
        arguments = ("certificate", "validate", self.leaf, "--trust", self.ca, "--partial-chain", "--ocsp", answers, "--json")
        outcome = shomei(*arguments)
        self.assertEqual(outcome.status, 0, outcome.out + outcome.err)
        self.assertEqual([(row["status"], row["source"]) for row in outcome.value["revocation"]], [("good", "ocsp")])
        self.answer("R\t250102030405Z", name="ocsp/leaf.der")
        outcome = shomei(*arguments)
        self.assertEqual((outcome.status, outcome.value["revocation"][0]["source"]), (1, "ocsp"), outcome.out)

    def test_what_is_no_answer(self) -> None:
        whole = self.answer().read_bytes()
        for name, content, error in (("cut", whole[:-1], "input.not_ocsp"), ("longer", whole + b"x", "input.not_ocsp"),
                                     ("text", b"hello\n", "input.not_ocsp"), ("empty", b"", "input.empty"),
                                     ("certificate", self.leaf.read_bytes(), "input.not_ocsp")):
            file = self.folder / name
            file.write_bytes(content)
            with self.subTest(name=name):
                self.assert_fails(shomei("ocsp", "check", file, "--cert", self.leaf, "--issuer", self.ca), error, 65, name)
        self.assert_fails(shomei("certificate", "validate", self.leaf, "--trust", self.root, "--ocsp", self.leaf), "input.not_ocsp", 65)
        document = FIXED.parents[2] / "tests/samples/referral_cda.xml"
        self.assert_fails(shomei("verify", document, "--trust", self.root, "--ocsp", self.leaf), "input.not_ocsp", 65)

    def test_usage(self) -> None:
        self.assert_fails(shomei("ocsp", "check", self.leaf, "--cert", self.leaf), "usage", 64)
        self.assert_fails(shomei("ocsp"), "usage", 64, "check")


if __name__ == "__main__":
    unittest.main()

"""Bad input: each kind has its own error, its own status, and changes nothing."""

import unittest

from command import AT, DOCTOR, FIXED, TRUST, CommandTest, shomei

SAMPLES = FIXED.parents[2] / "tests/samples"


class BadFileTest(CommandTest):
    """What every command does with a file that is not what it should be."""

    def test_certificate(self) -> None:
        whole = DOCTOR.read_bytes()
        for name, content, error in (
            ("truncated", whole[:-100], "input.not_certificate"), ("zeros", bytes(4096), "input.not_certificate"),
            ("empty", b"", "input.empty"), ("text", b"hello\n", "input.not_certificate"),
            ("trailing", whole + b"x", "input.not_certificate"), ("huge", whole + bytes(200 << 10), "input.too_large"),
            ("key", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "input.not_certificate"),
        ):
            file = self.folder / name
            file.write_bytes(content)
            for arguments in (("certificate", "show", file), ("certificate", "validate", file, *TRUST)):
                with self.subTest(name=name, arguments=arguments[:2]):
                    outcome = shomei(*arguments)
                    self.assertIn(outcome.error, (error, "input.not_certificate"), outcome.err)
                    self.assert_fails(outcome, outcome.error, 65, name)

    def test_path(self) -> None:
        (self.folder / "folder").mkdir()
        self.assert_fails(shomei("certificate", "show", self.folder / "none"), "input.not_found", 65, "none")
        self.assert_fails(shomei("verify", self.folder / "none", *TRUST), "input.not_found", 65)
        self.assert_fails(shomei("verify", self.folder / "folder", *TRUST), "input.unreadable", 65)
        self.assert_fails(shomei("crl", "show", self.folder / "none"), "input.not_found", 65)

    def test_evidence_folder(self) -> None:
        empty = self.folder / "empty"
        empty.mkdir()
        self.assert_fails(shomei("certificate", "validate", DOCTOR, "--trust", empty), "input.empty", 65, "empty")
        stray = self.folder / "stray"
        stray.mkdir()
        (stray / "root.cer").write_bytes((FIXED / "trust/signature/root.cer").read_bytes())
        (stray / "readme.txt").write_text("no certificate")
        outcome = shomei("certificate", "validate", DOCTOR, "--trust", stray)
        self.assert_fails(outcome, "input.not_certificate", 65, "readme.txt")
        outcome = shomei("certificate", "validate", DOCTOR, "--trust", FIXED / "trust/signature", "--crl", FIXED / "trust/signature")
        self.assert_fails(outcome, "input.not_crl", 65)
        self.assert_fails(shomei("certificate", "validate", DOCTOR), "anchor.missing", 65)

    def test_crl(self) -> None:
        file = self.folder / "cut.crl"
        file.write_bytes((FIXED / "crl/auth_ca.crl").read_bytes()[:-1])
        self.assert_fails(shomei("crl", "show", file), "input.not_crl", 65, "cut.crl")
        self.assert_fails(shomei("crl", "lookup", file, "--serial", "01"), "input.not_crl", 65)

    def test_text_of_strangers_cannot_steer_the_terminal(self) -> None:
        file = self.folder / "a\x1b]0;x\x07\u202eb"
        outcome = shomei("certificate", "show", file)
        self.assert_fails(outcome, "input.not_found", 65)
        for character in ("\x1b", "\x07", "\u202e"):
            self.assertNotIn(character, outcome.err)


class BadDocumentTest(CommandTest):
    def verify(self, content: bytes) -> object:
        file = self.folder / "document"
        file.write_bytes(content)
        return shomei("verify", file, *TRUST)

    def test_broken_documents(self) -> None:
        bomb = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">' + b"".join(
            b'<!ENTITY b%d "%s">' % (i, b"&b%s;" % (b"" if i == 0 else str(i - 1).encode()) * 10) for i in range(9)) + b"]><a>&b8;</a>"
        for name, content, error in (
            ("bomb", bomb, "xml.forbidden"),
            ("external", b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>', "xml.forbidden"),
            ("deep", b"<a>" * 5000 + b"</a>" * 5000, "xml.forbidden"),
            ("cut", b"<a><b></a>", "xml.malformed"),
            ("cut cms", b"\x30\x82\x10\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", "cms.malformed"),
        ):
            with self.subTest(name=name):
                self.assert_fails(self.verify(content), error, 65)
        for content in (b"", bytes(4096), b"hello"):
            with self.subTest(content=content[:8]):
                outcome = self.verify(content)
                self.assertEqual(outcome.status, 65, outcome.out + outcome.err)
                self.assertTrue(outcome.error)

    def test_hundred_megabytes(self) -> None:
        outcome = self.verify(b"<a>" + b"<b>text</b>" * (100_000_000 // 11) + b"</a>")
        self.assert_fails(outcome, "input.too_large", 65, "limit")

    def test_policy_file(self) -> None:
        policy = self.folder / "policy.toml"
        policy.write_text("purpos = \"any\"\n")
        document = SAMPLES / "referral_cda.xml"
        self.assert_fails(shomei("verify", document, *TRUST, "--policy-file", policy), "config.unknown_key", 64, "purpose")
        policy.write_text("purpose = \n")
        self.assert_fails(shomei("verify", document, *TRUST, "--policy-file", policy), "config.invalid", 64)

    def test_unsigned_document_is_indeterminate(self) -> None:
        outcome = shomei("verify", SAMPLES / "referral_cda.xml", *TRUST, "--json")
        self.assertEqual(outcome.status, 2, outcome.err)
        self.assertEqual(outcome.value, {"indication": "INDETERMINATE", "sub_indication": "FORMAT_FAILURE", "signatures": []})


class JsonTest(CommandTest):
    def test_validate_has_exactly_the_fixed_words(self) -> None:
        value = shomei("certificate", "validate", DOCTOR, *TRUST, "--purpose", "signature", "--json").value
        self.assertEqual(list(value), ["verdict", "path", "policies", "hc_roles", "revocation", "findings"])
        self.assertEqual(value["verdict"], "valid")
        self.assertEqual(value["hc_roles"], ["Medical Doctor"])
        revoked = shomei("certificate", "validate", FIXED / "holders/revoked/signature.cer", *TRUST, "--json").value
        self.assertEqual(revoked["verdict"], "invalid")
        self.assertIn("revoked", [entry["status"] for entry in revoked["revocation"]])

    def test_lookup(self) -> None:
        value = shomei("crl", "lookup", FIXED / "crl_next/auth_ca.crl", "--serial", "0251", "--json").value
        self.assertEqual(list(value), ["status", "revoked_at", "reason", "findings"])
        self.assertEqual((value["status"], value["reason"]), ("revoked", "keyCompromise"))

    def test_no_revocation_evidence_is_never_good(self) -> None:
        value = shomei("certificate", "validate", DOCTOR, "--trust", FIXED / "trust/signature", "--at", AT, "--json").value
        self.assertEqual(value["verdict"], "indeterminate")
        self.assertEqual({entry["status"] for entry in value["revocation"]}, {"unknown"})


if __name__ == "__main__":
    unittest.main()

"""What a person gets who types something wrong: status 64, the nearest word, a hint, in their language."""

import unittest

from command import DOCTOR, FIXED, TRUST, CommandTest, shomei


class UsageTest(CommandTest):
    def test_unknown_option_names_the_nearest(self) -> None:
        for arguments, text in (
            (("verify", "--trsut", "a", "b"), "did you mean --trust?"),
            (("certificate", "validate", DOCTOR, "--purpos=any"), "did you mean --purpose?"),
            (("admin", "ca", "list", "--sever", "x"), "did you mean --server?"),
        ):
            self.assert_fails(shomei(*arguments), "usage", 64, text)

    def test_unknown_command_names_the_nearest(self) -> None:
        self.assert_fails(shomei("verfy", "x"), "usage", 64, "did you mean verify?")
        self.assert_fails(shomei("certificate", "sohw", "x"), "usage", 64, "did you mean show?")

    def test_nothing_near_is_suggested_for_a_foreign_word(self) -> None:
        outcome = shomei("verify", "--qqqqqqqqqq", "x")
        self.assert_fails(outcome, "usage", 64)
        self.assertNotIn("did you mean", outcome.err)

    def test_missing_parts_are_named(self) -> None:
        self.assert_fails(shomei(), "usage", 64, "card, login")
        self.assert_fails(shomei("card"), "usage", 64, "list")
        self.assert_fails(shomei("verify"), "usage", 64, "FILE is required")
        self.assert_fails(shomei("sign", "a"), "usage", 64, "--out is required")
        self.assert_fails(shomei("token", "verify", "x"), "usage", 64, "--jwks")
        self.assert_fails(shomei("admin", "ca", "list"), "usage", 64, "--server")

    def test_wrong_values_are_told(self) -> None:
        self.assert_fails(shomei("certificate", "validate", DOCTOR, "--trust", FIXED, "--purpose", "x"), "usage", 64, "signature")
        self.assert_fails(shomei("certificate", "validate", DOCTOR, "--trust", FIXED, "--policy", "1.x"), "usage", 64, "1.x")
        self.assert_fails(shomei("verify", DOCTOR, "--at", "yesterday"), "usage", 64, "yesterday")
        self.assert_fails(shomei("crl", "lookup", FIXED / "crl/auth_ca.crl", "--serial", "xyz"), "usage", 64, "xyz")
        self.assert_fails(shomei("sign", "a", "--out", "b", "--format", "cades", "--packaging", "enveloped"), "sign.unsupported", 64)
        self.assert_fails(shomei("login", "--server", "http://a"), "usage", 64, "https")
        self.assert_fails(shomei("login", "--server", "https://a", "--emergency", "1"), "usage", 64, "--reason")

    def test_pin_has_no_place_on_the_command_line(self) -> None:
        for arguments in (("--pin", "1234"), ("--pin=1234",)):
            outcome = shomei("login", "--server", "https://a", *arguments)
            self.assert_fails(outcome, "usage", 64)
            self.assertNotIn("1234", outcome.err)
        outcome = shomei("sign", __file__, "--out", self.folder / "o", "--format", "cades", "--key", "pkcs11:token=a?pin-value=1234")
        self.assert_fails(outcome, "pkcs11.uri", 64) if not outcome.out else self.assertEqual(outcome.status, 64)
        self.assertNotIn("1234", outcome.err)

    def test_language_is_that_of_the_option_then_of_the_environment(self) -> None:
        japanese = "コマンドの書き方"
        self.assertIn(japanese, shomei("verify", "--lang", "ja", "--x").err)
        self.assertIn(japanese, shomei("verify", "--x", environment={"LC_ALL": "ja_JP.UTF-8"}).err)
        self.assertNotIn(japanese, shomei("verify", "--lang", "en", "--x", environment={"LC_ALL": "ja_JP.UTF-8"}).err)
        shown = shomei("certificate", "show", DOCTOR, environment={"LC_ALL": "", "LANG": "ja_JP.UTF-8"})
        self.assertIn("医師（Medical Doctor）", shown.out)


class StatusTest(CommandTest):
    """One command for each exit status that needs neither card nor server."""

    def test_each_status(self) -> None:
        validate = ("certificate", "validate")
        table = [
            (0, (*validate, DOCTOR, *TRUST)),
            (1, (*validate, FIXED / "holders/revoked/signature.cer", *TRUST)),
            (1, (*validate, FIXED / "holders/expired/signature.cer", *TRUST)),
            (2, (*validate, DOCTOR, "--trust", FIXED / "trust/signature", "--at", "2026-04-01T12:00:00Z")),
            (0, ("crl", "lookup", FIXED / "crl/auth_ca.crl", "--serial", "0251", "--issuer", FIXED / "trust/authentication/auth_ca.cer")),
            (1, ("crl", "lookup", FIXED / "crl_next/auth_ca.crl", "--serial", "02:51", "--issuer", FIXED / "trust/authentication/auth_ca.cer")),
            (2, ("crl", "lookup", FIXED / "crl/auth_ca.crl", "--serial", "0251", "--at", "2027-04-01T00:00:00Z")),
            (64, ("certificate", "show")),
            (65, ("certificate", "show", "/nonexistent")),
            (69, ("whoami",)),
            (69, ("admin", "ca", "list", "--local", "/nonexistent")),
        ]
        for status, arguments in table:
            with self.subTest(arguments=arguments):
                outcome = shomei(*arguments)
                self.assertEqual(outcome.status, status, outcome.out + outcome.err)


if __name__ == "__main__":
    unittest.main()

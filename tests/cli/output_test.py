"""Output: whole or not at all, never over something without being told to, and found out before a PIN is spent."""

import subprocess
import unittest

from command import DOCTOR, FIXED, CommandTest, process, shomei, with_pin
from soft_token import SoftToken

REFERRAL = process.REPOSITORY / "tests/samples/referral_fhir.json"


class OutputTest(CommandTest):
    @classmethod
    def setUpClass(cls) -> None:
        cls.token = SoftToken()
        cls.addClassCleanup(cls.token.close)

    def sign(self, out: object, *more: object, pin: str = SoftToken.PIN, inputs: tuple[object, ...] = (REFERRAL,)) -> object:
        return with_pin(pin, "sign", *inputs, "--out", out, "--format", "cades", "--json", "--key", self.token.uri("17"), *more,
                        environment=self.token.environment)

    def assert_refused(self, outcome: object, error: str, status: int) -> None:
        self.assertEqual((outcome.error, outcome.status), (error, status), outcome.err)
        self.assertEqual([(item["out"], item["error"]["id"]) for item in outcome.value], [(None, error)] * len(outcome.value))

    def test_existing_file_stays(self) -> None:
        out = self.folder / "signature"
        out.write_text("precious")
        self.assert_refused(self.sign(out), "output.failed", 69)
        self.assertEqual(out.read_text(), "precious")
        self.assertEqual(self.sign(out, "--force").status, 0)
        self.assertNotEqual(out.read_bytes(), b"precious")

    def test_existing_file_is_found_before_the_pin(self) -> None:
        out = self.folder / "signature"
        out.write_text("precious")
        self.assert_refused(self.sign(out, pin="wrong"), "output.failed", 69)

    def test_only_regular_files_are_replaced(self) -> None:
        self.assert_refused(self.sign("/dev/full", "--force"), "output.failed", 69)
        link = self.folder / "link"
        link.symlink_to(self.folder / "target")
        self.assert_refused(self.sign(link, "--force"), "output.failed", 69)
        self.assertFalse((self.folder / "target").exists())

    def test_no_folder_and_unwritable_folder(self) -> None:
        self.assert_refused(self.sign(self.folder / "none/signature"), "output.failed", 69)
        self.assert_refused(self.sign("/proc/signature"), "output.failed", 69)

    def test_several_go_into_a_folder_that_is_made(self) -> None:
        second = self.folder / "second.json"
        second.write_text("{}")
        outcome = self.sign(self.folder / "new/deep/", inputs=(REFERRAL, second))
        self.assertEqual(outcome.status, 0, outcome.err)
        names = sorted(path.name for path in (self.folder / "new/deep").iterdir())
        self.assertEqual(names, ["referral_fhir.json.p7s", "second.json.p7s"])

    def test_two_documents_of_one_name_are_refused(self) -> None:
        (self.folder / REFERRAL.name).write_text("{}")
        outcome = self.sign(self.folder / "new/", inputs=(REFERRAL, self.folder / REFERRAL.name))
        self.assert_fails(outcome, "usage", 64, REFERRAL.name)

    def test_some_of_many_failed_is_one(self) -> None:
        empty = self.folder / "empty.json"
        empty.write_bytes(b"")
        outcome = self.sign(self.folder / "new/", inputs=(REFERRAL, empty, self.folder / "none.json"))
        self.assertEqual(outcome.status, 1, outcome.err)
        self.assertEqual([item["error"] and item["error"]["id"] for item in outcome.value],
                         [None, "input.empty", "input.not_found"])
        self.assertTrue((self.folder / "new/referral_fhir.json.p7s").exists())

    def test_level_not_reached_is_pending_or_refused(self) -> None:
        outcome = self.sign(self.folder / "b", "--level", "T")
        self.assertEqual(outcome.status, 0, outcome.err)
        self.assertEqual((outcome.value[0]["level"], outcome.value[0]["pending"]), ("B", ["T"]))
        outcome = self.sign(self.folder / "t", "--level", "T", "--require-level")
        self.assertEqual(outcome.status, 69, outcome.err)
        self.assertFalse((self.folder / "t").exists())

    def test_full_disk(self) -> None:
        """A file system of one page, full before we come."""
        script = (f"mount -t tmpfs -o size=4k none {self.folder} && head -c 4096 /dev/zero > {self.folder}/filler; "
                  f"{process.bin_dir()}/shomei sign {REFERRAL} --out {self.folder}/new --format cades "
                  f"--key '{self.token.uri('17')}' --pin-fd 3 3<<< {SoftToken.PIN}; status=$?; ls -A {self.folder}; exit $status")
        done = subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "bash", "-c", script], capture_output=True, text=True,
                              check=False, env={**self.token.full_environment, "LC_ALL": "C.UTF-8"})
        self.assertEqual(done.returncode, 69, done.stdout + done.stderr)
        self.assertIn("error[storage.full]", done.stderr)
        self.assertEqual(done.stdout.split(), ["filler"], "half a file was left behind")

    def test_standard_output_that_is_full(self) -> None:
        with open("/dev/full", "w", encoding="utf-8") as full:
            outcome = shomei("certificate", "show", DOCTOR, stdout=full, stderr=subprocess.PIPE)
        self.assertEqual((outcome.error, outcome.status), ("storage.full", 69), outcome.err)


class SigningTest(CommandTest):
    """The same signing with keys on a PKCS#11 token, judged by other programs."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.token = SoftToken()
        cls.addClassCleanup(cls.token.close)

    def sign(self, key: str, *more: object, pin: str = SoftToken.PIN) -> object:
        return with_pin(pin, "sign", *more, "--key", key, environment=self.token.environment)

    def test_signature_is_verified_by_us_and_by_openssl(self) -> None:
        out = self.folder / "referral.p7s"
        self.assertEqual(self.sign(self.token.uri("17"), REFERRAL, "--out", out, "--format", "cades").status, 0)
        verified = shomei("verify", out, "--detached", REFERRAL, "--trust", FIXED / "trust/signature", "--crl", FIXED / "crl",
                          "--at", "2026-04-01T12:00:00Z", "--json")
        self.assertEqual(verified.status, 0, verified.out)
        self.assertEqual(verified.value["signatures"][0]["signer"]["hc_roles"], ["Medical Doctor"])
        subprocess.run(["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", out, "-content", REFERRAL, "-noverify",
                        "-out", "/dev/null"], check=True, capture_output=True)

    def test_wrong_pin_missing_token_and_missing_module(self) -> None:
        out = ("--out", self.folder / "x", "--format", "cades")
        for key, pin, error, status in (
            (self.token.uri("17"), "11111111", "pin.wrong", 77),
            (self.token.uri("17"), "", "pin.cancelled", 77),
            (self.token.uri("17"), "1" * 17, "pin.length", 77),
            (self.token.uri("99"), SoftToken.PIN, "pkcs11.not_found", 69),
            (self.token.uri("17").replace("token=shomei", "token=other"), SoftToken.PIN, "pkcs11.not_found", 69),
            ("pkcs11:token=a?module-name=nowhere", SoftToken.PIN, "pkcs11.module", 69),
            ("pkcs11:token=a", SoftToken.PIN, "pkcs11.uri", 64),
        ):
            with self.subTest(key=key, pin=pin):
                outcome = self.sign(key, REFERRAL, *out, pin=pin)
                self.assertEqual((outcome.error, outcome.status), (error, status), outcome.err)
                self.assertFalse((self.folder / "x").exists())
                self.assertNotIn(SoftToken.PIN, outcome.out + outcome.err)

    def test_nobody_to_ask(self) -> None:
        outcome = shomei("sign", REFERRAL, "--out", self.folder / "x", "--format", "cades", "--key", self.token.uri("17"),
                         environment=self.token.environment)
        self.assertEqual((outcome.error, outcome.status), ("pin.no_dialog", 69), outcome.err)

    def test_certificate_of_a_token(self) -> None:
        out = self.folder / "doctor.cer"
        outcome = shomei("card", "certificate", "--use", "signature", "--out", out, "--key", self.token.uri("17"),
                         environment=self.token.environment)
        self.assertEqual(outcome.status, 0, outcome.err)
        self.assertEqual(out.read_bytes(), DOCTOR.read_bytes())


if __name__ == "__main__":
    unittest.main()

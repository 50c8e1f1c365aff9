#!/usr/bin/python3
"""OpenSSL judges the committed test PKI: what should be good is good, the rest is refused for the reason intended."""

import base64
import subprocess
import tempfile
import textwrap
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

TESTCERTS = Path(__file__).resolve().parents[2] / "testcerts"
FIXED = TESTCERTS / "hpki/fixed"
EPOCH = datetime(2026, 4, 1, tzinfo=timezone.utc)
CRLS = ("sarl", "rarl", "sign_ca", "auth_ca")


def pem(label: str, files) -> bytes:
    return "".join(f"-----BEGIN {label}-----\n" + "\n".join(textwrap.wrap(base64.b64encode(file.read_bytes()).decode(), 64))
                   + f"\n-----END {label}-----\n" for file in files).encode()


class OpenSsl(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name: str, label: str, files) -> str:
        (self.folder / name).write_bytes(pem(label, files))
        return str(self.folder / name)

    def verify(self, leaf: str, use: str, *, hours: float = 1, crls=None, more=("-crl_check_all",)):
        trust = FIXED / "trust" / use
        root = [file for file in trust.iterdir() if file.name in ("root.cer", f"{use}_ca.cer", "tsa_ca.cer", "tls_ca.cer")]
        subordinate = [file for file in trust.iterdir() if file not in root]
        command = ["openssl", "verify", "-x509_strict", *more, "-attime",
                   str(int((EPOCH + timedelta(hours=hours)).timestamp())), "-CAfile", self.write("root", "CERTIFICATE", root)]
        if subordinate:
            command += ["-untrusted", self.write("chain", "CERTIFICATE", subordinate)]
        lists = [FIXED / f"crl/{name}.crl" for name in CRLS] if crls is None else crls
        if lists:
            command += ["-CRLfile", self.write("crls", "X509 CRL", lists)]
        command.append(self.write("leaf", "CERTIFICATE", [FIXED / leaf]))
        done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode == 0, done.stdout + done.stderr

    def assert_good(self, *arguments, **options):
        good, text = self.verify(*arguments, **options)
        self.assertTrue(good, text)

    def assert_refused(self, why: str, *arguments, **options):
        good, text = self.verify(*arguments, **options)
        self.assertFalse(good, text)
        self.assertIn(why, text)

    def test_holders_are_good(self):
        for who in ("doctor1", "doctor2", "pharmacist", "nurse", "clerk", "admin", "testcard"):
            for use in ("signature", "authentication"):
                self.assert_good(f"holders/{who}/{use}.cer", use)

    def test_revoked(self):
        for use in ("signature", "authentication"):
            self.assert_refused("error 23", f"holders/revoked/{use}.cer", use)

    def test_expired(self):
        for use in ("signature", "authentication"):
            self.assert_refused("error 10", f"holders/expired/{use}.cer", use)
            self.assert_good(f"holders/expired/{use}.cer", use, hours=-24 * 40, more=())

    def test_next_crl_revokes_doctor1_only(self):
        lists = [FIXED / f"crl_next/{ca}_ca.crl" for ca in ("sign", "auth")] + [FIXED / f"crl/{name}.crl" for name in ("sarl", "rarl")]
        for use in ("signature", "authentication"):
            self.assert_refused("error 23", f"holders/doctor1/{use}.cer", use, hours=2, crls=lists)
            self.assert_good(f"holders/doctor2/{use}.cer", use, hours=2, crls=lists)

    def test_crls_end_after_96_hours(self):
        self.assert_good("holders/doctor1/signature.cer", "signature", hours=95.9)
        self.assert_refused("error 12", "holders/doctor1/signature.cer", "signature", hours=96.1)

    def test_the_list_of_the_root_is_needed(self):
        lists = [FIXED / f"crl/{name}.crl" for name in ("sarl", "sign_ca")]
        self.assert_refused("error 44", "holders/doctor1/signature.cer", "signature", crls=lists)

    def test_uses_are_not_exchanged(self):
        self.assert_refused("error 20", "holders/doctor1/signature.cer", "authentication")
        self.assert_refused("error 26", "holders/doctor1/signature.cer", "signature", more=("-purpose", "sslclient"))

    def test_staff_time_stamp_and_tls(self):
        self.assert_good("holders/staff1/authentication.cer", "staff", crls=[FIXED / "crl/staff_ca.crl"])
        self.assert_good("tsa/tsa.cer", "timestamp", crls=[FIXED / "crl/tsa_ca.crl"],
                         more=("-crl_check_all", "-purpose", "timestampsign"))
        for host in (("-verify_hostname", "localhost"), ("-verify_ip", "127.0.0.1")):
            self.assert_good("tls/server.cer", "tls", crls=[], more=("-purpose", "sslserver", *host))
        self.assert_refused("error 62", "tls/server.cer", "tls", crls=[], more=("-verify_hostname", "example.org"))

    def test_keys_belong_to_certificates(self):
        def modulus(*command):
            return subprocess.run(["openssl", *command, "-noout", "-modulus"], check=True, capture_output=True).stdout
        for key in FIXED.rglob("*.key.pem"):
            self.assertIn("TEST KEY", key.read_text().splitlines()[0])
            certificate = str(key).replace(".key.pem", ".cer")
            self.assertEqual(modulus("rsa", "-in", str(key)), modulus("x509", "-in", certificate))


if __name__ == "__main__":
    unittest.main()

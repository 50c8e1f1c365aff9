#!/usr/bin/python3
"""OpenSSL judges the scenarios too, as far as RFC 5280 and RFC 6960 go. Where it answers otherwise than expected.test, a line
of the tables below says why; a line that no case needs is an error."""

import base64
import fnmatch
import json
import os
import subprocess
import tempfile
import textwrap
import unittest
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

SCENARIOS = Path(__file__).resolve().parents[2] / "testcerts/scenarios"
FLAGS = {"require_explicit_policy": "-explicit_policy", "inhibit_policy_mapping": "-inhibit_map",
    "inhibit_any_policy": "-inhibit_any",
         "partial_chain": "-partial_chain"}
# OpenSSL accepts what we do not. Pattern of folder names: reason.
WE_ARE_STRICTER = {
    **dict.fromkeys(("authentication-as-signature", "malformed-hc-role", "wrong-key-usage", "wrong-policy", "hpki-policy-*",
        "hpki-role-*", "hpki-usage-*",
                     "hpki-signature-as-authentication", "key-usage-purpose-staff-*", "extended-key-usage-time-stamp-*"),
                    "a rule of the purpose; OpenSSL is asked for none"),
    **dict.fromkeys(("basic-constraints-malformed-trailing-bytes", "key-usage-malformed-leaf-trailing-bytes",
        "extension-malformed-*-trailing-bytes"),
                    "RFC 5280, 4.2: an extension holds one DER value; OpenSSL passes over what follows it"),
    **dict.fromkeys(("extended-key-usage-malformed-empty-sequence", "extension-malformed-distribution-points-empty",
        "policy-malformed-empty"),
                    "SIZE (1..MAX) in the ASN.1; OpenSSL takes an empty sequence"),
    "extension-twice-unknown-leaf": "RFC 5280, 4.2; OpenSSL looks for duplicates of extensions that it knows",
    "version-4": "RFC 5280, 4.1.2.1 knows versions 1 to 3",
    **dict.fromkeys(("key-rsa-*", "key-ec-p192", "key-ec-p224", "key-ec-point-at-infinity", "key-of-another-kind-ed25519",
        "ocsp-delegated-weak-key-*"),
                    "weak keys and kinds of keys are our policy; OpenSSL judges a leaf's key by nothing at security level 1, RSA of 512 bits included"),
    **dict.fromkeys(("signature-algorithm-*", "ocsp-signature-sha1", "ocsp-signature-md5", "ocsp-delegated-certificate-sha1"),
        "SHA-1 and MD5 are refused by our policy"),
    "crl-certificate-issuer-in-direct-list": "RFC 5280, 5.3.3; OpenSSL knows the extension and does not ask where it stands",
    "crl-indirect-unusable-signer-expired": "RFC 5280, 6.3.3 (f); OpenSSL takes the signer's path without looking at its time here",
    "crl-indirect-unusable-signer-may-not-sign-lists": "RFC 5280, 6.3.3 (f); OpenSSL lets a self-made choice of the CA pass",
    "crl-delta-of-unusable-base-stale": "RFC 5280, 5.2.4 lets a fresh delta refresh a stale list, as OpenSSL does; we want a complete list in force",
    "crl-delta-reason-trailing-bytes": "no plain removeFromCRL; OpenSSL passes over bytes after the value",
    **dict.fromkeys(("crl-delta-unfit-future-cannot-end-hold", "crl-delta-unfit-stale-cannot-end-hold"),
        "OpenSSL amends with a delta that is not in force"),
    "crl-delta-two-newer-revokes": "OpenSSL takes the first delta that fits, not the newest",
    "crl-two-number-rolled-back-without-entry": "RFC 5280, 5.2.3; OpenSSL keeps no eye on numbers of complete lists",
    "crl-without-next-update": "RFC 5280, 5.1.2.5: nextUpdate MUST be there; OpenSSL takes such a list for ever",
    "ocsp-delegated-key-usage-encipherment": "RFC 5280, 4.2.1.12; OpenSSL looks at extKeyUsage alone",
    "ocsp-delegated-with-crl-to-be-asked": "RFC 6960, 4.2.2.2.1; `openssl ocsp` does not ask whether a responder is revoked",
    "ocsp-extension-critical-in-*": "RFC 6960, 4.4; OpenSSL does not look at them",
    "ocsp-singles-contradiction": "OpenSSL takes the first of two that contradict each other",
}
# OpenSSL refuses what the standard accepts.
OPENSSL_IS_STRICTER = {
    **dict.fromkeys(("basic-constraints-not-critical", "key-usage-missing-at-ca", "namesakes-five-cas",
        "subject-alternative-name-empty"),
                    "-x509_strict asks for the profile that CAs follow (4.2); validation (6.1) does not"),
    "crl-delta-two-newer-ends-hold": "OpenSSL takes the first delta that fits, not the newest",
    **dict.fromkeys(("crl-beside-bad-*", "crl-delta-unfit-*-takes-nothing-away", "loop-beside-the-good-path"),
        "OpenSSL takes one candidate and tries no other"),
    "crl-entry-after-the-time-in-question": "OpenSSL does not compare the revocation date with -attime",
    "ocsp-revoked-later": "OpenSSL does not compare the revocation time with -attime",
    **dict.fromkeys(("crl-of-root-revokes-root", "hpki-root-list-rarl-missing", "partial-chain-asked",
        "self-signed-leaf-trusted"), "OpenSSL asks for a list about the anchor too; 6.1 does not"),
    "crl-partition-name-of-issuer-without-point": "RFC 5280, 6.3.3, last paragraph; OpenSSL has no such default point",
    **dict.fromkeys(("crl-until-this-second", "validity-last-second"),
        "RFC 5280, 4.1.2.5: inclusive; OpenSSL ends one second early"),
    "ocsp-cert-id-sha*": "`openssl ocsp` looks for the SHA-1 identifier that it would have asked with",
}
# Time of OCSP answers: `openssl ocsp` looks at the clock of the machine.
WITHOUT_TIME = ("ocsp-time-*", "ocsp-produced-*")


def pem(label: str, files) -> bytes:
    return "".join(f"-----BEGIN {label}-----\n" + "\n".join(textwrap.wrap(base64.b64encode(file.read_bytes()).decode(), 64))
                   + f"\n-----END {label}-----\n" for file in sorted(files)).encode()


def openssl(*command) -> tuple[int, str]:
    done = subprocess.run(["openssl", *map(str, command)], capture_output=True, timeout=60)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def seconds(text: str) -> str:
    return str(int(datetime.fromisoformat(text).timestamp()))


def verify(folder: Path, expected: dict, work: Path) -> tuple[bool, str]:
    command = ["verify", "-x509_strict", "-policy_check", "-extended_crl", "-use_deltas", "-crl_check_all", "-attime",
        seconds(expected["at"])]
    for option, part, label in (("-CAfile", "trust", "CERTIFICATE"), ("-untrusted", "chain", "CERTIFICATE"),
        ("-CRLfile", "crl", "X509 CRL")):
        if (folder / part).is_dir():
            (work / part).write_bytes(pem(label, (folder / part).iterdir()))
            command += [option, work / part]
    # OpenSSL takes an empty set literally; RFC 5280, 6.1.1 (c) means any policy.
    for policy in expected.get("policy", ["2.5.29.32.0"]):
        command += ["-policy", policy]
    command += [option for flag, option in FLAGS.items() if expected.get(flag)]
    (work / "leaf").write_bytes(pem("CERTIFICATE", [folder / "leaf.cer"]))
    status, text = openssl(*command, work / "leaf")
    return status == 0, text


def ocsp(folder: Path, expected: dict, work: Path) -> tuple[bool, str]:
    """Whether the answer is genuine and says good. Its times are taken as right."""
    for file in ("leaf", "issuer"):
        (work / file).write_bytes(pem("CERTIFICATE", [folder / f"{file}.cer"]))
    status, text = openssl("ocsp", "-respin", folder / "response.ocsp", "-issuer", work / "issuer", "-cert", work / "leaf",
        "-CAfile", work / "issuer",
                           "-partial_chain", "-no-CApath", "-no-CAstore", "-attime", seconds(expected["at"]),
                           "-validity_period", "2000000000", "-no_nonce")
    return status == 0 and "Response verify OK" in text and "leaf: good" in text, text


def ask(folder: Path) -> tuple[bool, bool, str] | None:
    """(what is expected, what OpenSSL says, its words); nothing where it has no say."""
    expected = json.loads((folder / "expected.test").read_text())
    kind = expected.get("kind", "validate")
    with tempfile.TemporaryDirectory() as work:
        if kind == "validate" and not (folder / "ocsp").exists():
            return expected["verdict"] == "valid", *verify(folder, expected, Path(work))
        if kind == "ocsp check" and not any(fnmatch.fnmatch(folder.name, pattern) for pattern in WITHOUT_TIME):
            return expected["verdict"] == "good", *ocsp(folder, expected, Path(work))
    return None


class OpenSslOnScenarios(unittest.TestCase):
    def test_agrees_but_for_the_tables(self):
        folders = [file.parent for file in sorted(SCENARIOS.glob("*/expected.test"))]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            answers = {folder.name: answer for folder, answer in zip(folders, pool.map(ask, folders)) if answer}
        self.assertGreater(len(answers), 300)
        unexplained, used = [], set()
        for name, (expected, accepted, words) in answers.items():
            table = WE_ARE_STRICTER if accepted else OPENSSL_IS_STRICTER
            reasons = [pattern for pattern in table if fnmatch.fnmatch(name, pattern)]
            if expected != accepted and not reasons:
                unexplained.append(f"{name:58} OpenSSL {'accepts' if accepted else 'refuses: ' + ' '.join(words.split())[-150:]}")
            elif expected != accepted:
                used.update(reasons)
        self.assertEqual([], unexplained, "\n" + "\n".join(unexplained))
        self.assertEqual(set(), (set(WE_ARE_STRICTER) | set(OPENSSL_IS_STRICTER)) - used, "lines that no case needs")


if __name__ == "__main__":
    unittest.main()

"""The certificate administrator's day on real programs: rehearse a list, take it, take it back, put a card on hold."""

from __future__ import annotations

import base64
import json
import ssl
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests/harness"))

import world  # noqa: E402

# SubjectPublicKeyInfo of P-256 up to the point (RFC 5480).
SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")


def from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def der_signature(raw: bytes) -> bytes:
    def integer(part: bytes) -> bytes:
        content = part.lstrip(b"\0") or b"\0"
        content = b"\0" + content if content[0] & 0x80 else content
        return bytes([2, len(content)]) + content

    both = integer(raw[:32]) + integer(raw[32:])
    return bytes([0x30, len(both)]) + both


def verified(jws: str, keys: dict, folder: Path) -> dict:
    """The payload, if the `openssl` command says that the key of that name signed it."""
    head, payload, signature = jws.split(".")
    header = json.loads(from_base64url(head))
    assert header["alg"] == "ES256" and header["typ"] == "shomei-holds+jwt", header
    key = next(one for one in keys["keys"] if one["kid"] == header["kid"])
    (folder / "key.der").write_bytes(SPKI + from_base64url(key["x"]) + from_base64url(key["y"]))
    (folder / "signature").write_bytes(der_signature(from_base64url(signature)))
    (folder / "text").write_text(f"{head}.{payload}")
    subprocess.run(["openssl", "dgst", "-sha256", "-verify", folder / "key.der", "-keyform", "DER", "-signature", folder / "signature",
                    folder / "text"], check=True, capture_output=True)
    return json.loads(from_base64url(payload))


class AdministratorsDay(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.world = self.enterContext(world.World(self.folder / "world"))
        self.world.start_card("doctor1")
        self.world.start_server()
        self.world.set_up_server()

    def login(self, status: int = 0) -> str:
        answer = self.world.direct_login(world.AUTHENTICATION_PIN, status=status)
        return answer.out + answer.err

    def holds(self, etag: str = "") -> tuple[int, str, str]:
        context = ssl.create_default_context(cadata=(self.world.pki / "trust/tls/tls_ca.cer").read_bytes())
        request = urllib.request.Request(self.world.url + "/v1/holds", headers={"If-None-Match": etag} if etag else {})
        try:
            with urllib.request.urlopen(request, context=context, timeout=10) as answer:
                return answer.status, answer.headers["ETag"], answer.read().decode()
        except urllib.error.HTTPError as problem:
            return problem.code, problem.headers["ETag"], ""

    def test_a_list_is_rehearsed_taken_and_taken_back(self) -> None:
        self.login()
        moment = world.rfc3339(world.now())
        self.world.generate("--next-at", moment, "--revoked-at", moment)
        file = self.world.pki / "crl_next/auth_ca.crl"
        said = self.world.admin("crl", "rehearse", file, status=1)
        self.assertIn("revocation.revoked", said.out)
        self.assertIn("doctor1", said.out)
        report = self.world.admin("crl", "rehearse", file, "--json", status=1).value["report"]
        self.assertEqual(report["newly_refused_count"], 1)
        self.login()
        self.world.admin("crl", "import", file)
        self.login(status=1)
        self.assertEqual(self.world.admin("trust", "rehearse", "--json").value["report"]["newly_accepted_count"], 1)
        self.world.admin("trust", "rollback")
        self.login()
        self.assertIn("set aside", self.world.admin("crl", "import", file, status=1).err)
        history = self.world.admin("trust", "history", "--json").value["generations"]
        self.assertEqual([one["kind"] for one in history[:2]], ["trust.rolled_back", "crl.imported"])
        self.world.admin("crl", "import", "--again", file)
        self.login(status=1)

    def test_a_lost_card_is_refused_at_once_and_gateways_learn_of_it(self) -> None:
        keys = self.world.get("/.well-known/jwks.json")
        status, etag, jws = self.holds()
        before = verified(jws, keys, self.folder)
        self.assertEqual((status, before["entries"]), (200, []))
        self.assertEqual(self.holds(etag)[0], 304)
        self.login()
        card = self.world.holder("doctor1") / "authentication.cer"
        held = self.world.admin("card", "hold", "--certificate", card, "--reason", "駅で紛失", "--json").value
        self.assertGreaterEqual(held["sessions_ended"], 1)
        self.assertIn("The card is on hold", self.login(status=1))
        status, etag, jws = self.holds(etag)
        after = verified(jws, keys, self.folder)
        self.assertEqual((status, after["number"]), (200, before["number"] + 1))
        self.assertEqual([(one["issuer"], one["serial"]) for one in after["entries"]], [(held["issuer"], held["serial"])])
        with self.assertRaises(subprocess.CalledProcessError):
            verified(jws[:-8] + "AAAAAAAA", keys, self.folder)
        self.assertNotIn("駅", json.dumps(after, ensure_ascii=False))
        self.assertIn(held["serial"], self.world.admin("card", "holds").out)
        self.world.admin("card", "release", "--issuer", held["issuer"], "--serial", held["serial"])
        self.login()

    def test_policies_and_cas(self) -> None:
        self.login()
        policy = self.folder / "policy.toml"
        policy.write_text('[authentication]\npolicies = ["1.2.3"]\n')
        self.assertIn("profile.policy", self.world.admin("policy", "rehearse", policy, status=1).out)
        self.world.admin("policy", "set", policy)
        self.login(status=1)
        self.world.admin("policy", "set", "--reset")
        self.login()
        cas = [one for one in self.world.admin("ca", "list", "--json").value["cas"] if one["use"] == "authentication"]
        for ca in cas:
            self.world.admin("ca", "remove", ca["sha256"], "--use", "authentication")
        self.login(status=1)
        self.world.admin("trust", "rollback", "--to", "1", status=None)
        self.assertEqual(self.world.admin("approval", "list", "--json").value, {"proposals": []})
        self.world.admin("approval", "approve", "none", status=1)


if __name__ == "__main__":
    unittest.main()

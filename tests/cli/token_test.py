"""`shomei token verify` with a token and a key set made here by openssl."""

import base64
import json
import subprocess
import unittest
from pathlib import Path

from command import AT, CommandTest, shomei

NOW = 1775044800  # 2026-04-01T12:00:00Z


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw_signature(der: bytes) -> bytes:
    """DER ECDSA-Sig-Value of P-256 to r || s."""
    length = der[3]
    r, rest = der[4:4 + length], der[4 + length:]
    return b"".join(number.lstrip(b"\0").rjust(32, b"\0") for number in (r, rest[2:2 + rest[1]]))


class TokenTest(CommandTest):
    def setUp(self) -> None:
        super().setUp()
        self.key = self.folder / "key.pem"
        self.run_openssl("ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", self.key)
        point = self.run_openssl("ec", "-in", self.key, "-pubout", "-outform", "DER")[-64:]
        self.jwks = self.folder / "jwks.json"
        self.jwks.write_text(json.dumps({"keys": [{"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "k",
                                                   "x": base64url(point[:32]), "y": base64url(point[32:])}]}))

    @staticmethod
    def run_openssl(*arguments: object, data: bytes = b"") -> bytes:
        return subprocess.run(["openssl", *map(str, arguments)], input=data, check=True, capture_output=True).stdout

    def token(self, header: dict | None = None, **claims: object) -> str:
        payload = {"iss": "https://network.example", "aud": "https://network.example", "sub": "p1", "client_id": "cli", "jti": "1",
                   "iat": NOW - 10, "exp": NOW + 600, **claims}
        signed = ".".join(base64url(json.dumps(part).encode())
                          for part in ({"alg": "ES256", "typ": "at+jwt", "kid": "k", **(header or {})}, payload))
        der = self.run_openssl("dgst", "-sha256", "-sign", self.key, data=signed.encode())
        return signed + "." + base64url(raw_signature(der))

    def verify(self, token: str, *more: object) -> object:
        return shomei("token", "verify", token, "--jwks", self.jwks, "--at", AT, "--json", *more)

    def test_good_token(self) -> None:
        outcome = self.verify(self.token(), "--issuer", "https://network.example")
        self.assertEqual(outcome.status, 0, outcome.out + outcome.err)
        self.assertEqual(list(outcome.value), ["verdict", "claims", "findings"])
        self.assertEqual((outcome.value["verdict"], outcome.value["claims"]["sub"]), ("valid", "p1"))

    def test_token_from_a_file_and_from_standard_input(self) -> None:
        file: Path = self.folder / "token"
        file.write_text(self.token() + "\n")
        self.assertEqual(self.verify(str(file)).status, 0)
        with file.open(encoding="utf-8") as stream:
            outcome = shomei("token", "verify", "-", "--jwks", self.jwks, "--at", AT, stdin=stream)
        self.assertEqual(outcome.status, 0, outcome.err)
        self.assertIn("VALID", outcome.out)

    def test_bad_tokens_are_invalid(self) -> None:
        good = self.token()
        head, body, signature = good.split(".")
        other = base64url(json.dumps({"iss": "x", "exp": NOW + 600}).encode())
        for name, token, more in (
            ("changed", f"{head}.{other}.{signature}", ()), ("expired", self.token(exp=NOW - 600), ()),
            ("issuer", good, ("--issuer", "https://other.example")), ("audience", good, ("--audience", "other")),
            ("kid", self.token({"kid": "z"}), ()), ("type", self.token({"typ": "JWT"}), ()),
        ):
            with self.subTest(name=name):
                outcome = self.verify(token, *more)
                self.assertEqual((outcome.status, outcome.value["verdict"]), (1, "invalid"), outcome.out)
                self.assertTrue(outcome.value["findings"])

    def test_no_token_at_all(self) -> None:
        self.assert_fails(self.verify("hello"), "token.malformed", 65)
        self.assert_fails(self.verify("a.b.c"), "token.malformed", 65)
        self.jwks.write_text('{"keys": [], "keys": []}')
        self.assert_fails(self.verify(self.token()), "json.malformed", 65)

    def test_signature_only_looks_at_no_claim(self) -> None:
        self.assertEqual(self.verify(self.token(exp=NOW - 600), "--signature-only").status, 0)


if __name__ == "__main__":
    unittest.main()

"""RSA keys and their signatures: the keys of the test PKI by name, and others computed from a seed.

Signatures are deterministic: PKCS#1 v1.5, or PSS with a salt that is always the same.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from math import gcd
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import pem

from .der import NULL, bits, integer, octets, oid, sequence, tagged

FOLDER = Path(__file__).resolve().parents[2] / "hpki/keys"
RSA = "1.2.840.113549.1.1."
DIGESTS = {"sha1": "1.3.14.3.2.26", "md5": "1.2.840.113549.2.5", "sha256": "2.16.840.1.101.3.4.2.1",
           "sha384": "2.16.840.1.101.3.4.2.2", "sha512": "2.16.840.1.101.3.4.2.3"}
PKCS1 = {"md5": RSA + "4", "sha1": RSA + "5", "sha256": RSA + "11", "sha384": RSA + "12", "sha512": RSA + "13"}


def hashed(digest: str, data: bytes) -> bytes:
    return hashlib.new(digest, data).digest()


@dataclass(frozen=True)
class Key:
    """An RSA key; `exponents` is (p, q, d mod p-1, d mod q-1), None where nobody signs with it."""
    n: int
    e: int = 65537
    exponents: tuple | None = None

    @property
    def size(self) -> int:
        return (self.n.bit_length() + 7) // 8

    def info(self) -> bytes:
        """SubjectPublicKeyInfo"""
        return sequence(sequence(oid(RSA + "1"), NULL), bits(sequence(integer(self.n), integer(self.e))))

    def raw(self, block: bytes) -> bytes:
        p, q, d_p, d_q = self.exponents
        number = int.from_bytes(block, "big")
        m_p, m_q = pow(number % p, d_p, p), pow(number % q, d_q, q)
        return (m_q + (m_p - m_q) * pow(q, -1, p) % p * q).to_bytes(self.size, "big")


def pkcs1_block(size: int, digest: str, data: bytes) -> bytes:
    info = sequence(sequence(oid(DIGESTS[digest]), NULL), octets(hashed(digest, data)))
    return b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info


def mask(digest: str, seed: bytes, length: int) -> bytes:
    """MGF1"""
    width = hashlib.new(digest).digest_size
    return b"".join(hashed(digest, seed + i.to_bytes(4, "big")) for i in range(length // width + 1))[:length]


def pss_block(bit_length: int, digest: str, data: bytes, salt: bytes) -> bytes:
    """EMSA-PSS-ENCODE (RFC 8017, 9.1.1)"""
    size = (bit_length + 7) // 8
    h = hashed(digest, bytes(8) + hashed(digest, data) + salt)
    body = bytes(size - len(salt) - len(h) - 2) + b"\x01" + salt
    masked = bytearray(a ^ b for a, b in zip(body, mask(digest, h, len(body))))
    masked[0] &= 0xFF >> (8 * size - bit_length)
    return bytes(masked) + h + b"\xbc"


@dataclass(frozen=True)
class Algorithm:
    """How something is signed: AlgorithmIdentifier and digest."""
    identifier: bytes
    digest: str
    pss: bool = False

    @lru_cache(maxsize=None)
    def sign(self, key: Key, data: bytes) -> bytes:
        if self.pss:
            salt = hashed(self.digest, b"the salt of every test")
            return key.raw(pss_block(key.n.bit_length() - 1, self.digest, data, salt).rjust(key.size, b"\x00"))
        return key.raw(pkcs1_block(key.size, self.digest, data))


def pkcs1(digest: str) -> Algorithm:
    return Algorithm(sequence(oid(PKCS1[digest]), NULL), digest)


def pss(digest: str, *, omit: bool = False) -> Algorithm:
    """RFC 4055, 3.1. `omit` leaves the parameters' fields out, which says SHA-1 and a salt of 20 octets."""
    hash_id = sequence(oid(DIGESTS[digest]), NULL)
    mgf_id = sequence(oid(RSA + "8"), sequence(oid(DIGESTS[digest]), NULL))
    salt = integer(hashlib.new(digest).digest_size)
    parameters = sequence() if omit else sequence(tagged(0, hash_id), tagged(1, mgf_id), tagged(2, salt))
    return Algorithm(sequence(oid(RSA + "10"), parameters), digest, True)


SHA256 = pkcs1("sha256")


@lru_cache(maxsize=None)
def named(name: str) -> Key:
    """A key of testcerts/hpki/keys."""
    _, _, der = pem.unarmor((FOLDER / f"{name}.pem").read_bytes())
    key = asn1_keys.PrivateKeyInfo.load(der)["private_key"].parsed.native
    return Key(key["modulus"], key["public_exponent"], (key["prime1"], key["prime2"], key["exponent1"], key["exponent2"]))


def of_primes(p: int, q: int, e: int = 65537) -> Key:
    d = pow(e, -1, (p - 1) * (q - 1) // gcd(p - 1, q - 1))
    return Key(p * q, e, (p, q, d % (p - 1), d % (q - 1)))

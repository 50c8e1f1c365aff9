"""Keys and algorithms: what the policy of the HPKI allows (RSA from 2048 bits, P-256, P-384, P-521, SHA-2), and keys that
are broken as they stand. RFC 5280 leaves the choice to who relies (1, 4.1.1.2); RFC 8017, 3.1 says what an RSA key is."""

from forge import keys, primes
from forge.case import Chain, case, expect, key, rows
from forge.certificate import key_id
from forge.der import NULL, bits, oid, sequence
from forge.keys import Key, pkcs1, pss
from forge.values import key_identifier

REFUSED = ["algorithm.refused"]
WEAK = ["key.weak"]
EC = "1.2.840.10045.2.1"
CURVES = {
    "p256": ("1.2.840.10045.3.1.7", "046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"
             "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"),
    "p384": ("1.3.132.0.34", "04AA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7"
             "3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F"),
    "p224": ("1.3.132.0.33", "04B70E0CBD6BB4BF7F321390B94A03C1D356C21122343280D6115C1D21BD376388B5F723FB4C22DFE6CD4375A05A07476444D5819985007E34"),
    "p192": ("1.2.840.10045.3.1.1", "04188DA80EB03090F67CBF20EB43A18800F4FF0AFD82FF101207192B95FFC8DA78631011ED6B24CDD573F977A11E794811")}


def ec(curve: str, point: bytes | None = None) -> bytes:
    """SubjectPublicKeyInfo of the curve's generator, which is as good a point as any where nobody signs."""
    identifier, generator = CURVES[curve]
    return sequence(sequence(oid(EC), oid(identifier)), bits(bytes.fromhex(generator) if point is None else point))


def leaf_with(spki: bytes) -> Chain:
    chain = Chain()
    chain.leaf.spki = spki
    chain.leaf.drop("subjectKeyIdentifier")
    return chain


@rows("key-rsa", [
    ("512", lambda: primes.key(512).info(), REFUSED), ("1024", lambda: primes.key(1024).info(), REFUSED),
    ("2047", lambda: primes.number(2047).info(), REFUSED),
    ("2048", lambda: primes.key(2048).info(), None), ("3072", lambda: primes.number(3072).info(), None),
    ("4096", lambda: primes.number(4096).info(), None),
    ("exponent-3", lambda: primes.key(2048, "e3", 3).info(), None), ("exponent-1", lambda: Key(key("leaf").n, 1).info(), WEAK),
    ("exponent-even", lambda: Key(key("leaf").n, 65536).info(), WEAK), ("exponent-0", lambda: Key(key("leaf").n, 0).info(), WEAK),
    ("modulus-even", lambda: Key(key("leaf").n + 1).info(), WEAK), ("modulus-negative", lambda: Key(-key("leaf").n).info(), WEAK),
    ("factor-3", lambda: primes.small_factor(3).info(), WEAK), ("factor-751", lambda: primes.small_factor(751).info(), WEAK),
    ("close-primes", lambda: primes.close_primes().info(), WEAK), ("roca", lambda: primes.roca().info(), WEAK),
    ("not-a-sequence", lambda: sequence(sequence(oid(keys.RSA + "1"), NULL), bits(b"\x05\x00")), REFUSED)])
def rsa_leaf(spki, checks):
    """2048 bits or more; RFC 8017, 3.1: n is a product of odd primes, 3 <= e < n, e odd. Small factors, close primes (Fermat)
    and the primes of CVE-2017-15361 (ROCA) give the private key to everybody."""
    return expect(leaf_with(spki()), "invalid" if checks else "valid", "an RSA key that nobody else knows how to use",
        checks=checks or [])


@rows("key-ec", [
    ("p256", lambda: ec("p256"), None), ("p384", lambda: ec("p384"), None), ("p224", lambda: ec("p224"), REFUSED),
    ("p192", lambda: ec("p192"), REFUSED),
    ("point-not-on-curve", lambda: ec("p256", b"\x04" + bytes(31) + b"\x01" + bytes(31) + b"\x01"), REFUSED),
    ("point-at-infinity", lambda: ec("p256", b"\x00"), WEAK),
    ("point-truncated", lambda: ec("p256", bytes.fromhex(CURVES["p256"][1])[:-1]), REFUSED),
    ("without-curve", lambda: sequence(sequence(oid(EC)), bits(bytes.fromhex(CURVES["p256"][1]))), REFUSED),
    ("implicit-curve", lambda: sequence(sequence(oid(EC), NULL), bits(bytes.fromhex(CURVES["p256"][1]))), REFUSED)])
def ec_leaf(spki, checks):
    """RFC 5480, 2.1.1: named curves only; the policy takes P-256, P-384, P-521."""
    return expect(leaf_with(spki()), "invalid" if checks else "valid", "an EC key on a curve of the policy", checks=checks or [])


@rows("key-of-another-kind", [("dsa", "1.2.840.10040.4.1"), ("ed25519", "1.3.101.112"), ("unknown", "1.3.6.1.4.1.32473.10.98")])
def other_kind(identifier):
    spki = sequence(sequence(oid(identifier)), bits(bytes(range(32))))
    return expect(leaf_with(spki), "invalid", "neither RSA nor EC: refused by policy", checks=REFUSED)


@rows("key-of-ca", [("rsa-1024", lambda: primes.key(1024), REFUSED), ("roca", primes.roca, WEAK),
    ("close-primes", primes.close_primes, WEAK)])
def weak_ca(make, checks):
    """The CA's key is weak; everything that it signed might be anybody's."""
    weak, chain = make(), Chain()
    chain.ca1.key = chain.leaf.signer = chain.crl.signer = weak
    chain.ca1.drop("subjectKeyIdentifier")
    for signed in (chain.leaf, chain.crl):
        signed.set("authorityKeyIdentifier", key_identifier(key_id(weak)))
    return expect(chain, "invalid", "a weak key in the path", checks=checks)


@rows("signature-algorithm", [(f"{what}-{who}", who, algorithm, good) for who in ("leaf", "ca1") for what, algorithm, good in (
    ("md5", pkcs1("md5"), False), ("sha1", pkcs1("sha1"), False), ("sha384", pkcs1("sha384"), True),
    ("sha512", pkcs1("sha512"), True),
    ("pss-sha256", pss("sha256"), True), ("pss-sha1", pss("sha1", omit=True), False))])
def signed_with(who, algorithm, good):
    """SHA-1 and MD5 are refused, in RSASSA-PSS too, whose parameters say the digest (RFC 4055, 3.1: SHA-1 when absent)."""
    chain = Chain()
    chain.certificates[who].algorithm = algorithm
    return expect(chain, "valid" if good else "invalid", "SHA-2 is asked of every signature below the anchor",
        checks=[] if good else REFUSED)


@case
def signature_algorithm_sha1_of_anchor():
    """Nobody relies on the anchor's own signature (RFC 5280, 6.1.1 (d))."""
    chain = Chain()
    chain.root.algorithm = pkcs1("sha1")
    return expect(chain, "valid", "the anchor is trusted for its fingerprint, not for its signature")


@rows("signature-algorithm-of-crl", [("sha1", pkcs1("sha1"), False), ("md5", pkcs1("md5"), False),
    ("sha512", pkcs1("sha512"), True),
                                     ("pss-sha256", pss("sha256"), True), ("pss-sha1", pss("sha1", omit=True), False)])
def list_signed_with(algorithm, good):
    chain = Chain()
    chain.crl.algorithm = algorithm
    return expect(chain, "valid" if good else "indeterminate", "a list whose signature anybody might make proves nothing",
                  checks=[] if good else ["revocation.unknown"])

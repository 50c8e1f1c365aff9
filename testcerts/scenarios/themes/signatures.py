"""Signatures of certificates (RFC 5280, 6.1.3 (a)(1)): altered, of another key, badly padded, of two minds."""

from forge.case import Chain, case, expect, key, rows
from forge.der import bits, oid, sequence
from forge.keys import RSA, SHA256, pkcs1, pkcs1_block

WRONG = ["path.signature"]


@rows("signature-wrong", [("leaf", "leaf"), ("ca1", "ca1"), ("ca2", "ca2")])
def wrong(who):
    chain = Chain(2)
    chain.certificates[who].spoil_signature = True
    return expect(chain, "invalid", "RFC 5280, 6.1.3 (a)(1): one bit of the signature is another", checks=WRONG)


@rows("signature-of-another-key", [("leaf", "leaf"), ("ca1", "ca1")])
def another_key(who):
    chain = Chain()
    chain.certificates[who].signer = key("third")
    return expect(chain, "invalid", "RFC 5280, 6.1.3 (a)(1)", checks=WRONG)


@rows("content-altered", [("serial-number", "serial"), ("subject", "subject"), ("validity", "end")])
def altered(field):
    """The signature is of the certificate before the change."""
    chain, other = Chain(), Chain()
    changed = {"serial": 0x1002, "subject": other.ca1.subject, "end": b"\x18\x0f20990101000000Z"}[field]
    chain.leaf.signature = SHA256.sign(chain.leaf.signer, chain.leaf.body())
    setattr(chain.leaf, field, changed)
    return expect(chain, "invalid", "RFC 5280, 6.1.3 (a)(1): the content was changed after it was signed", checks=WRONG)


def padded(block) -> Chain:
    """The leaf's signature is `block`(usual block) raised to the CA's private exponent."""
    chain = Chain()
    usual = pkcs1_block(chain.leaf.signer.size, "sha256", chain.leaf.body())
    chain.leaf.signature = chain.leaf.signer.raw(block(usual))
    return chain


def garbage_after(block: bytes) -> bytes:
    """Bleichenbacher 2006: little padding, then the digest, then what anybody likes."""
    digest = block[block.index(b"\x00", 2):]
    return (b"\x00\x01" + b"\xff" * 8 + digest).ljust(len(block), b"\x42")


@rows("signature-padding", [
    ("garbage-after-digest", garbage_after), ("block-type-2", lambda block: b"\x00\x02" + block[2:]),
    ("zero-padding", lambda block: block.replace(b"\xff" * 8, bytes(8), 1)),
    ("without-algorithm", lambda block: b"\x00\x01" + b"\xff" * (len(block) - 35) + b"\x00" + block[-32:]),
    ("digest-truncated", lambda block: b"\x00\x01\xff" + block[2:-1])])
def padding(block):
    """RFC 8017, 8.2.2: the whole encoded message is compared."""
    return expect(padded(block), "invalid", "RFC 8017, 8.2.2: EMSA-PKCS1-v1_5, octet for octet", checks=WRONG)


@rows("signature-value", [("empty", lambda right: b""), ("zero", lambda right: bytes(len(right))),
    ("one", lambda right: bytes(len(right) - 1) + b"\x01"),
                          ("too-short", lambda right: right[:-1]), ("too-long", lambda right: right + b"\x00")])
def value(change):
    chain = Chain()
    chain.leaf.signature = change(SHA256.sign(chain.leaf.signer, chain.leaf.body()))
    return expect(chain, "invalid", "RFC 8017, 8.2.2: as long as the modulus, and right", checks=WRONG)


@rows("signature-algorithm-inside", [("sha512", pkcs1("sha512").identifier), ("sha1", pkcs1("sha1").identifier),
    ("without-parameters", sequence(oid(RSA + "11")))])
def two_minds(inside):
    """4.1.1.2: signatureAlgorithm MUST contain the same identifier as the signature field of tbsCertificate."""
    chain = Chain()
    chain.leaf.inner_algorithm = inside
    return expect(chain, "invalid", "RFC 5280, 4.1.1.2: two different algorithms are named")


@case
def signature_of_another_algorithm():
    """Both fields say SHA-512, the signature is of SHA-256."""
    chain = Chain()
    chain.leaf.algorithm = pkcs1("sha512")
    chain.leaf.signature = SHA256.sign(chain.leaf.signer, chain.leaf.body())
    return expect(chain, "invalid", "RFC 5280, 6.1.3 (a)(1)", checks=WRONG)


@case
def signature_bits_unused():
    """BIT STRING of a signature that is no whole number of octets."""
    chain = Chain()
    body = chain.leaf.body()
    files = chain.files()
    right = SHA256.sign(chain.leaf.signer, body)
    files["leaf.cer"] = sequence(body, SHA256.identifier, bits(right).replace(b"\x00" + right, b"\x01" + right))
    return expect(files, "invalid", "RFC 8017, 8.2: a signature is octets")

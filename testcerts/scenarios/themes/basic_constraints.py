"""Who is a CA (RFC 5280, 4.2.1.9 and 6.1.4 (k)): asked of every certificate above the end entity, at both levels."""

from forge import values
from forge.case import Chain, case, expect, rows
from forge.der import sequence, tlv

LEVELS = ("ca1", "ca2")
NO_CA = (
    ("missing", lambda ca: ca.drop("basicConstraints")),
    ("ca-false", lambda ca: ca.set("basicConstraints", values.basic_constraints(False))),
    ("ca-false-encoded", lambda ca: ca.set("basicConstraints", sequence(b"\x01\x01\x00"))),
    ("ca-false-not-critical", lambda ca: ca.set("basicConstraints", values.basic_constraints(False), False)),
    ("version-1", lambda ca: [setattr(ca, "version", None), ca.extensions.clear()]))
MALFORMED = (
    ("not-a-sequence", b"\x01\x01\xff"), ("truncated", b"\x30\x04\x01\x01\xff"),
    ("trailing-bytes", values.basic_constraints(True) + b"\x05\x00"),
    ("path-length-text", sequence(b"\x01\x01\xff", tlv(0x0C, b"1"))),
    ("path-length-negative", sequence(b"\x01\x01\xff", b"\x02\x01\xff")),
    ("empty-value", b""))


@rows("basic-constraints", [(f"{what}-{who}", who, change) for who in LEVELS for what, change in NO_CA])
def no_ca(who, change):
    chain = Chain(2)
    change(chain.certificates[who])
    return expect(chain, "invalid", f"RFC 5280, 6.1.4 (k): {who} is not shown to be a CA", checks=["path.basic-constraints"])


@rows("basic-constraints-malformed", MALFORMED)
def malformed(value):
    """A critical extension that cannot be read cannot be processed (4.2)."""
    chain = Chain()
    chain.ca1.set("basicConstraints", value)
    return expect(chain, "invalid", "RFC 5280, 4.2.1.9: basicConstraints of the CA cannot be read")


@case
def basic_constraints_not_critical():
    """4.2.1.9: conforming CAs mark it critical; validation (6.1.4) does not ask."""
    chain = Chain()
    chain.ca1.set("basicConstraints", values.basic_constraints(True), False)
    return expect(chain, "valid", "RFC 5280, 6.1.4 (k): present and cA; critical or not", checks=["path.profile-deviation"])


@case
def basic_constraints_of_leaf():
    """An end entity may say that it is none."""
    chain = Chain()
    chain.leaf.set("basicConstraints", values.basic_constraints(False), True)
    return expect(chain, "valid", "RFC 5280, 4.2.1.9: cA FALSE")


@case
def basic_constraints_ca_as_leaf():
    """A CA certificate may be the target of a validation (purpose any)."""
    chain = Chain()
    chain.leaf.set("basicConstraints", values.basic_constraints(True), True)
    chain.leaf.set("keyUsage", values.key_usage("keyCertSign", "cRLSign"))
    return expect(chain, "valid", "RFC 5280, 6.1: the target need not be an end entity")


@case
def basic_constraints_holder_as_ca():
    """root -> ca1 -> holder -> leaf: a holder's key, certified for signatures, issues a certificate."""
    chain = Chain(2)
    chain.ca2.drop("basicConstraints").set("keyUsage", values.key_usage("nonRepudiation"))
    return expect(chain, "invalid", "a holder is no CA: neither basicConstraints nor keyCertSign",
                  checks=["path.basic-constraints", "path.key-usage"])


@case
def basic_constraints_version_2():
    """Version 2 has no extensions, so nothing says that it is a CA (6.1.4 (k): verify by other means; there are none)."""
    chain = Chain()
    chain.ca1.version = 1
    chain.ca1.extensions.clear()
    return expect(chain, "invalid", "RFC 5280, 6.1.4 (k)", checks=["path.basic-constraints"])

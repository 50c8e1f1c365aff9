"""keyUsage and extKeyUsage (RFC 5280, 4.2.1.3, 4.2.1.12, 6.1.4 (n)), and what the purposes ask of end entities."""

from forge import values
from forge.case import Chain, case, expect, rows
from forge.der import sequence, tlv


def of(who: str, *usages: str, critical: bool = True, depth: int = 2) -> Chain:
    chain = Chain(depth)
    chain.certificates[who].set("keyUsage", values.key_usage(*usages), critical)
    return chain


@rows("key-usage", [(f"{what}-{who}", who, usages, critical) for who in ("ca1", "ca2") for what, usages, critical in (
    ("no-cert-sign", ("cRLSign",), True), ("no-cert-sign-not-critical", ("cRLSign",), False),
    ("signature-only", ("digitalSignature",), True),
    ("everything-but-cert-sign", tuple(u for u in values.USAGES if u != "keyCertSign"), True))])
def no_cert_sign(who, usages, critical):
    return expect(of(who, *usages, critical=critical), "invalid", f"RFC 5280, 6.1.4 (n): {who} may not sign certificates",
                  checks=["path.key-usage"])


@rows("key-usage-no-crl-sign", [("ca1", "ca1"), ("ca2", "ca2")])
def no_crl_sign(who):
    """Its certificates are good, its lists are not."""
    return expect(of(who, "keyCertSign"), "indeterminate", "RFC 5280, 6.3.3 (f): cRLSign is missing, the list does not count",
                  checks=["revocation.unknown", "crl.signature"])


@rows("key-usage-malformed", [
    ("empty-bits", "ca1", b"\x03\x01\x00"), ("not-bits", "ca1", b"\x04\x01\x06"), ("without-octets", "ca1", b"\x03\x00"),
    ("leaf-empty-value", "leaf", b""), ("leaf-unused-bits-8", "leaf", b"\x03\x02\x08\x80"),
    ("leaf-trailing-bytes", "leaf", b"\x03\x02\x07\x80\x00"),
    ("leaf-sequence", "leaf", b"\x30\x04\x03\x02\x07\x80")])
def malformed(who, value):
    """4.2.1.3: when present at least one bit is set; and it is a BIT STRING."""
    chain = Chain()
    chain.certificates[who].set("keyUsage", value)
    return expect(chain, "invalid", "RFC 5280, 4.2.1.3: keyUsage cannot be read, or allows nothing")


@case
def key_usage_missing_at_ca():
    """6.1.4 (n): if a key usage extension is present. CAs of RFC 5280 have it (4.2.1.3)."""
    chain = Chain()
    chain.ca1.drop("keyUsage")
    return expect(chain, "valid", "RFC 5280, 6.1.4 (n): absent, it forbids nothing", checks=["path.profile-deviation"])


@case
def key_usage_cert_sign_at_leaf():
    """4.2.1.3: keyCertSign goes with cA only."""
    return expect(of("leaf", "keyCertSign", "digitalSignature"), "invalid",
                  "RFC 5280, 4.2.1.3 and 4.2.1.9: keyCertSign without cA (stricter than 6.1)", checks=["path.profile-deviation"])


@rows("key-usage-purpose-staff", [
    ("digital-signature", ("digitalSignature",), "valid"), ("non-repudiation", ("nonRepudiation",), "invalid"),
    ("both", ("digitalSignature", "nonRepudiation"), "invalid"), ("encipherment", ("keyEncipherment",), "invalid")])
def staff(usages, verdict):
    """Exact key usage: a login key logs in and does nothing else."""
    checks = ["profile.key-usage"] if verdict == "invalid" else []
    return expect(of("leaf", *usages, depth=1), verdict, "purpose staff: digitalSignature, alone", purpose="staff", checks=checks)


@case
def key_usage_purpose_staff_missing():
    chain = Chain()
    chain.leaf.drop("keyUsage")
    return expect(chain, "invalid", "purpose staff: digitalSignature, alone", purpose="staff", checks=["profile.key-usage"])


@rows("extended-key-usage-time-stamp", [
    ("right", ("timeStamping",), True, "valid"), ("not-critical", ("timeStamping",), False, "invalid"),
    ("with-another", ("timeStamping", "clientAuth"), True, "invalid"), ("any", ("any",), True, "invalid"),
    ("of-a-server", ("serverAuth",), True, "invalid")])
def time_stamp(usages, critical, verdict):
    chain = Chain()
    chain.leaf.set("extKeyUsage", values.extended_key_usage(*usages), critical)
    checks = ["profile.extended-key-usage"] if verdict == "invalid" else []
    return expect(chain, verdict, "RFC 3161, 2.3: timeStamping alone, critical", purpose="timestamp", checks=checks)


@case
def extended_key_usage_time_stamp_missing():
    return expect(Chain(), "invalid", "RFC 3161, 2.3: timeStamping alone, critical", purpose="timestamp",
                  checks=["profile.extended-key-usage"])


@rows("extended-key-usage-malformed", [("empty-sequence", sequence()), ("not-oids", sequence(tlv(0x0C, b"any"))),
                                       ("truncated", b"\x30\x0a\x06\x08\x2b\x06")])
def extended_malformed(value):
    """4.2.1.12: SIZE (1..MAX) OF OBJECT IDENTIFIER."""
    chain = Chain()
    chain.leaf.set("extKeyUsage", value, True)
    return expect(chain, "invalid", "RFC 5280, 4.2.1.12: extKeyUsage cannot be read")

"""Extensions (RFC 5280, 4.2): critical and unknown, twice, malformed; and fields that version 3 does not have."""

from forge import values
from forge.case import Chain, case, expect, rows
from forge.der import boolean, octets, oid, sequence, tlv
from forge.values import extension

LEVELS = ("leaf", "ca1")


@rows("extension-unknown", [(f"{how}-{who}", who, critical) for who in LEVELS for how,
    critical in (("critical", True), ("not-critical", False))])
def unknown(who, critical):
    chain = Chain()
    chain.certificates[who].set("unknown", b"\x05\x00", critical)
    why = "RFC 5280, 4.2: rejected if critical and not recognised, ignored otherwise"
    return expect(chain, "invalid" if critical else "valid", why, checks=["path.critical-extension"] if critical else [])


@rows("extension-twice", [(f"{kind}-{who}", who, kind) for who, kind in (
    ("leaf", "keyUsage"), ("leaf", "authorityKeyIdentifier"), ("ca1", "basicConstraints"), ("ca1", "keyUsage"))]
    + [("unknown-leaf", "leaf", "unknown"), ("certificatePolicies-leaf", "leaf", "certificatePolicies")])
def twice(who, kind):
    chain = Chain()
    certificate = chain.certificates[who]
    critical, value = certificate.extensions.get(kind, (False, values.policies("1.3.6.1.4.1.32473.10.2.1")))
    certificate.more_extensions = [extension(kind, value, critical)] * (1 if kind in certificate.extensions else 2)
    return expect(chain, "invalid", "RFC 5280, 4.2: MUST NOT include more than one instance of an extension")


@case
def extension_twice_with_other_values():
    """keyUsage says keyCertSign first and nothing of it the second time: whom to believe?"""
    chain = Chain()
    chain.ca1.more_extensions = [extension("keyUsage", values.key_usage("digitalSignature"), True)]
    return expect(chain, "invalid", "RFC 5280, 4.2")


@rows("extension-malformed", [
    ("authority-key-identifier", "authorityKeyIdentifier", b"\x30\x05\x80\x14\x00", "leaf"),
    ("subject-key-identifier", "subjectKeyIdentifier", b"\x30\x00", "ca1"),
    ("subject-alternative-name", "subjectAltName", b"\x30\x04\x82\x10aa", "leaf"),
    ("distribution-points", "cRLDistributionPoints", b"\x30\x03\x30\x05\xa0", "leaf"),
    ("distribution-points-empty", "cRLDistributionPoints", sequence(), "leaf"),
    ("policies-not-critical", "certificatePolicies", b"\x30\x08\x30\x01\x06", "leaf"),
    ("subject-alternative-name-trailing-bytes", "subjectAltName", values.general_names(values.dns("a.example")) + b"\x00",
     "leaf"),
    ("policies-trailing-bytes", "certificatePolicies", values.policies("1.3.6.1.4.1.32473.10.2.1") + b"\x05\x00", "leaf"),
    ("distribution-points-trailing-bytes", "cRLDistributionPoints",
     values.points(values.point(values.full_name(values.uri("http://crl.example/a.crl")))) + b"\x05\x00", "leaf")])
def malformed(kind, value, who):
    """4.2: extnValue holds the DER of one value of the extension's type; a SIZE (1..MAX) sequence is not empty."""
    chain = Chain()
    chain.certificates[who].set(kind, value, False)
    return expect(chain, "invalid", f"RFC 5280, 4.2: {kind} cannot be read")


@rows("unreadable-certificate", [
    ("extension-without-value", sequence(oid("2.5.29.15"))),
    ("extension-value-no-octets", sequence(oid("2.5.29.15"), b"\x03\x02\x07\x80")),
    ("extension-critical-integer", sequence(oid("2.5.29.15"), b"\x02\x01\x01", octets(b"\x03\x02\x07\x80"))),
    ("extension-not-a-sequence", b"\x05\x00"),
    ("extension-with-third-field", sequence(oid("2.5.29.15"), octets(b"\x03\x02\x07\x80"), b"\x05\x00"))])
def unreadable_extension(broken):
    """Not an Extension by its ASN.1 (4.1): the file is no certificate."""
    chain = Chain()
    chain.leaf.drop("keyUsage").more_extensions = [broken]
    return expect(chain, "invalid", "RFC 5280, 4.1: Extension ::= SEQUENCE {OID, BOOLEAN DEFAULT FALSE, OCTET STRING}",
        kind="unreadable")


@rows("unreadable-certificate", [
    ("truncated", lambda der: der[:-1]), ("trailing-bytes", lambda der: der + b"\0"), ("empty", lambda der: b""),
    ("text", lambda der: b"hello"),
    ("indefinite-length", lambda der: b"\x30\x80" + der[4:] + b"\0\0"),
    ("length-beyond-the-end", lambda der: b"\x30\x82\xff\xff" + der[4:]),
    ("a-crl", None), ("pem-of-nothing", lambda der: b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"),
    ("pem-without-end", lambda der: b"-----BEGIN CERTIFICATE-----\nMIIB\n"),
    ("long-form-of-short-length", lambda der: b"\x30\x83\x00" + der[2:])])
def unreadable(change):
    chain = Chain()
    files = chain.files()
    files["leaf.cer"] = change(files["leaf.cer"]) if change else files["crl/ca1.crl"]
    return expect(files, "invalid", "exactly one DER certificate, or PEM", kind="unreadable")


@rows("version", [("1-with-extensions", None), ("2-with-extensions", 1), ("4", 3)])
def version(number):
    """4.1.2.1: when extensions are used, the version MUST be 3; there is no version 4."""
    chain = Chain()
    chain.leaf.version = number
    return expect(chain, "invalid", "RFC 5280, 4.1.2.1", checks=["path.malformed"])


@case
def version_1_leaf():
    chain = Chain()
    chain.leaf.version = None
    chain.leaf.extensions.clear()
    return expect(chain, "valid", "RFC 5280, 6.1: an end entity needs no extension")


@rows("serial-number", [("negative", -5, "path.profile-deviation"), ("of-21-octets", 1 << 160, "path.profile-deviation"),
    ("zero", 0, None),
                        ("of-20-octets", 1 << 158, None)])
def serial(number, check):
    """4.1.2.2: users MUST be prepared to gracefully handle such certificates."""
    chain = Chain()
    chain.leaf.serial = number
    return expect(chain, "valid", "RFC 5280, 4.1.2.2", checks=[check] if check else [])


@case
def unique_identifiers():
    """4.1.2.8: applications SHOULD be capable of parsing them."""
    chain = Chain()
    chain.leaf.more_fields = [tlv(0x81, b"\0\x01"), tlv(0x82, b"\0\x02")]
    return expect(chain, "valid", "RFC 5280, 4.1.2.8: unique identifiers make no difference")


@rows("critical-though-it-should-not-be",
    [("subjectKeyIdentifier", "subjectKeyIdentifier"), ("authorityKeyIdentifier", "authorityKeyIdentifier")])
def wrongly_critical(kind):
    """Whoever makes them critical demands that they be enforced; in 6.1 they are a help to find issuers and no more."""
    chain = Chain()
    chain.ca1.set(kind, chain.ca1.extensions[kind][1], True)
    return expect(chain, "invalid", "RFC 5280, 4.2.1.1, 4.2.1.2: CAs MUST mark it non-critical (stricter than 6.1, as OpenSSL)")


@case
def subject_alternative_name_empty():
    """A duty of the CA that nothing in 6.1 rests on: told, not refused."""
    chain = Chain()
    chain.leaf.set("subjectAltName", sequence())
    return expect(chain, "valid", "RFC 5280, 4.2.1.6: the sequence MUST contain at least one entry",
        checks=["path.profile-deviation"])


@case
def extension_critical_false_encoded():
    """DER leaves a DEFAULT out (X.690, 11.5); readers since 1988 pass over it."""
    chain = Chain()
    chain.leaf.more_extensions = [sequence(oid(values.OID["unknown"]), boolean(False), octets(b"\x05\x00"))]
    return expect(chain, "valid", "an explicit FALSE is not critical")

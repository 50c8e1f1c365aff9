"""Lists that are none: each field of CertificateList (RFC 5280, 5.1) broken in turn. The file is unreadable (65)."""

from forge.case import entry, list_of, rows
from forge.certificate import EPOCH, signed
from forge.crl import Crl
from forge.der import bits, integer, octets, oid, sequence, set_of, tagged, time, tlv
from forge.keys import SHA256
from forge.values import extension, key_identifier, scope

from .crl_lookup import LEAF, asked

NULL = b"\x05\x00"


def fields_of(crl: Crl) -> dict:
    """TBSCertList in parts, in order."""
    listed = [extension(kind, value, critical) for kind, (critical, value) in crl.extensions.items()]
    return {"version": integer(1), "algorithm": crl.algorithm.identifier, "issuer": crl.issuer, "this": time(crl.this),
        "next": time(crl.next),
            "entries": sequence(*crl.entries), "extensions": tagged(0, sequence(*listed))}


def broken(field: str, value: bytes) -> bytes:
    """A list with that field, signed as if nothing were wrong."""
    crl = list_of("ca1", entry(7), entry(LEAF))
    return signed(sequence(*(fields_of(crl) | {field: value}).values()), crl)


def unreadable(der: bytes, why: str) -> dict:
    return asked(der, "unknown", why, kind="unreadable")


@rows("crl-malformed", [
    ("version-1-with-extensions", "version", b""), ("version-3", "version", integer(2)),
    ("version-text", "version", tlv(0x0C, b"2")),
    ("algorithm-missing", "algorithm", b""), ("algorithm-null", "algorithm", NULL),
    ("algorithm-other-than-outside", "algorithm", sequence(oid("1.2.840.113549.1.1.13"), NULL)),
    ("issuer-missing", "issuer", b""), ("issuer-not-a-name", "issuer", sequence(NULL)),
    ("issuer-truncated", "issuer", sequence(tlv(0x31, b"\x30\x09\x06\x03"))),
    ("this-update-integer", "this", integer(1)), ("this-update-without-seconds", "this", tlv(0x17, b"2604010000Z")),
    ("this-update-of-february-30", "this", tlv(0x17, b"260230000000Z")),
    ("this-update-with-offset", "this", tlv(0x17, b"260401000000+0900")),
    ("next-update-with-fraction", "next", tlv(0x18, b"20260405000000.5Z")), ("next-update-text", "next", tlv(0x17, b"tomorrow")),
    ("entries-a-set", "entries", set_of(entry(LEAF))), ("entries-not-a-list", "entries", sequence(NULL)),
    ("extensions-without-tag", "extensions", sequence(extension("cRLNumber", integer(1)))),
    ("extensions-wrong-tag", "extensions", tagged(1, sequence(extension("cRLNumber", integer(1))))),
    ("extensions-not-a-sequence", "extensions", tagged(0, NULL)), ("extensions-empty", "extensions", tagged(0, sequence())),
    ("extensions-twice", "extensions", tagged(0, sequence(extension("cRLNumber", integer(1)))) * 2),
    ("field-after-extensions", "extensions", tagged(0, sequence(extension("cRLNumber", integer(1)))) + NULL)])
def field(name, value):
    return unreadable(broken(name, value), f"RFC 5280, 5.1: {name} of TBSCertList")


@rows("crl-malformed-entry", [
    ("not-a-sequence", integer(LEAF)), ("empty", sequence()), ("without-date", sequence(integer(LEAF))),
    ("serial-text", sequence(tlv(0x0C, b"1001"), time(EPOCH))),
    ("serial-without-octets", sequence(b"\x02\x00", time(EPOCH))),
    ("serial-with-leading-zero", sequence(b"\x02\x03\x00\x10\x01", time(EPOCH))),
    ("date-text", sequence(integer(LEAF), tlv(0x0C, b"today"))),
    ("date-of-month-13", sequence(integer(LEAF), tlv(0x17, b"261301000000Z"))),
    ("extensions-not-a-sequence", sequence(integer(LEAF), time(EPOCH), NULL)),
    ("field-after-extensions", sequence(integer(LEAF), time(EPOCH), sequence(extension("reasonCode", b"\x0a\x01\x01")), NULL)),
    ("extension-without-value", sequence(integer(LEAF), time(EPOCH), sequence(sequence(oid("2.5.29.21"))))),
    ("extension-twice", entry(LEAF, extensions=[extension("reasonCode", b"\x0a\x01\x04")])),
    ("length-beyond-the-end", b"\x30\x7f\x02\x02\x10\x01")])
def listed(value):
    return unreadable(broken("entries", sequence(entry(7), value)),
        "RFC 5280, 5.1.2.6, 5.3: an entry that cannot be read hides what is revoked")


@rows("crl-malformed-extension", [
    ("number-text", "cRLNumber", tlv(0x0C, b"1")), ("number-negative", "cRLNumber", integer(-1)),
    ("number-trailing-bytes", "cRLNumber", integer(1) + NULL), ("number-empty", "cRLNumber", b""),
    ("delta-indicator-text", "deltaCRLIndicator", tlv(0x0C, b"1")),
    ("delta-indicator-trailing-bytes", "deltaCRLIndicator", integer(1) + NULL),
    ("delta-indicator-negative", "deltaCRLIndicator", integer(-1)),
    ("key-identifier-not-a-sequence", "authorityKeyIdentifier", octets(bytes(20))),
    ("key-identifier-trailing-bytes", "authorityKeyIdentifier", key_identifier(bytes(20)) + NULL),
    ("scope-not-a-sequence", "issuingDistributionPoint", NULL),
    ("scope-truncated", "issuingDistributionPoint", b"\x30\x05\x82\x01"),
    ("scope-trailing-bytes", "issuingDistributionPoint", scope(cas=True) + NULL),
    ("scope-flag-of-two-octets", "issuingDistributionPoint", sequence(tlv(0x81, b"\xff\xff"))),
    ("scope-unknown-field", "issuingDistributionPoint", sequence(tlv(0x89, b"\xff")))])
def value(kind, der):
    """5.2: known extensions MUST be readable to be processed."""
    crl = list_of("ca1", entry(LEAF)).set(kind, der, kind in ("deltaCRLIndicator", "issuingDistributionPoint"))
    return unreadable(crl.der(), f"RFC 5280, 5.2: {kind} is not of its type")


@rows("crl-malformed", [("extension-twice", "cRLNumber"), ("scope-twice", "issuingDistributionPoint")])
def twice(kind):
    crl = list_of("ca1")
    crl.scope(cas=True)
    crl.more_extensions = [extension(kind, crl.extensions[kind][1], crl.extensions[kind][0])]
    return unreadable(crl.der(), "RFC 5280, 4.2: not more than one instance of an extension")


@rows("crl-malformed", [
    ("truncated", lambda der: der[:-1]), ("trailing-bytes", lambda der: der + b"\0"), ("empty-file", lambda der: b""),
    ("text", lambda der: b"<html>not found</html>"),
    ("indefinite-length", lambda der: b"\x30\x80" + der[4:] + b"\0\0"),
    ("length-too-long-by-one", lambda der: der[:3] + bytes([der[3] + 1]) + der[4:]), ("two-lists", lambda der: der + der),
    ("pem-label-of-certificate", lambda der: b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"),
    ("nested-too-deep", lambda der: b"\x30\x80" * 500)])
def file(change):
    return unreadable(change(list_of("ca1", entry(LEAF)).der()), "exactly one DER list")


@rows("crl-malformed-signature", [("missing", b""), ("empty", bits(b"")), ("octets", octets(bytes(256))),
    ("unused-bits", tlv(0x03, b"\x03" + bytes(256))), ("algorithm-missing", None)])
def signature(last):
    body = list_of("ca1").body()
    return unreadable(sequence(body, *([bits(bytes(256))] if last is None else [SHA256.identifier, last])),
        "RFC 5280, 5.1.1: three fields, the last one a BIT STRING")

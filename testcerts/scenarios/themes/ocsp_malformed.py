"""Answers that are none: each part of OCSPResponse (RFC 6960, 4.2.1) broken in turn. The file is unreadable (65)."""

from forge.case import key, rows
from forge.certificate import EPOCH, key_id
from forge.der import NULL, bits, generalized, integer, octets, oid, sequence, tagged, tlv, utc
from forge.keys import SHA256
from forge.ocsp import BASIC, error, wrapped

from .ocsp_answer import ID, answer, asked, single

RESPONDER = tagged(2, octets(key_id(key("ca1"))))
WHY = "RFC 6960, 4.2.1"


def unreadable(der: bytes) -> dict:
    return asked(der, "unknown", WHY, kind="unreadable")


def basic(**parts: bytes) -> bytes:
    """BasicOCSPResponse with parts of ResponseData replaced, signed as if nothing were wrong."""
    usual = {"version": b"", "responder": RESPONDER, "produced": generalized(EPOCH), "singles": sequence(single().der()),
        "extensions": b""}
    body = sequence(*(usual | parts).values())
    return wrapped(sequence(body, SHA256.identifier, bits(SHA256.sign(key("ca1"), body))))


@rows("ocsp-malformed", [
    ("truncated", lambda der: der[:-1]), ("trailing-bytes", lambda der: der + b"\0"), ("empty-file", lambda der: b""),
    ("text", lambda der: b"<html>down</html>"),
    ("indefinite-length", lambda der: b"\x30\x80" + der[4:] + b"\0\0"), ("without-answer", lambda der: error("successful")),
    ("status-4", lambda der: sequence(b"\x0a\x01\x04")),
    ("status-7", lambda der: sequence(b"\x0a\x01\x07")), ("status-of-two-octets", lambda der: sequence(b"\x0a\x02\x00\x00")),
    ("status-integer", lambda der: sequence(integer(3))),
    ("status-missing", lambda der: sequence()), ("another-type-of-answer", lambda der: wrapped(answer().basic(), BASIC + ".1")),
    ("answer-not-in-octets", lambda der: sequence(b"\x0a\x01\x00", tagged(0, sequence(oid(BASIC), NULL)))),
    ("a-request", lambda der: sequence(sequence(sequence(sequence(ID)))))])
def file(change):
    return unreadable(change(answer().der()))


@rows("ocsp-malformed", [
    ("version-2", {"version": tagged(0, integer(1))}), ("responder-missing", {"responder": b""}),
    ("responder-of-unknown-kind", {"responder": tagged(3, NULL)}),
    ("responder-key-not-octets", {"responder": tagged(2, integer(1))}),
    ("produced-missing", {"produced": b""}), ("produced-utc-time", {"produced": utc(EPOCH)}),
    ("produced-without-seconds", {"produced": tlv(0x18, b"202604010000Z")}),
    ("produced-of-february-30", {"produced": tlv(0x18, b"20260230000000Z")}), ("singles-missing", {"singles": b""}),
    ("singles-not-a-list", {"singles": sequence(NULL)}),
    ("extensions-not-a-list", {"extensions": tagged(1, NULL)}), ("field-after-extensions", {"extensions": NULL})])
def data(parts):
    return unreadable(basic(**parts))


def of(*parts: bytes) -> bytes:
    """An answer whose only SingleResponse has these fields."""
    return basic(singles=sequence(sequence(*parts)))


GOOD, THIS = b"\x80\x00", generalized(EPOCH)


@rows("ocsp-malformed-single", [
    ("status-of-unknown-kind", (ID, b"\x83\x00", THIS)), ("status-missing", (ID, THIS)),
    ("status-good-with-content", (ID, b"\x80\x01\x00", THIS)),
    ("revoked-without-time", (ID, tagged(1), THIS)),
    ("revoked-reason-integer", (ID, tagged(1, THIS, tagged(0, integer(1))), THIS)),
    ("revoked-time-text", (ID, tagged(1, tlv(0x0C, b"now")), THIS)),
    ("this-update-missing", (ID, GOOD)), ("this-update-utc-time", (ID, GOOD, utc(EPOCH))),
    ("this-update-with-offset", (ID, GOOD, tlv(0x18, b"20260401000000+0900"))),
    ("next-update-without-tag", (ID, GOOD, THIS, THIS)), ("next-update-text", (ID, GOOD, THIS, tagged(0, tlv(0x0C, b"later")))),
    ("field-after-extensions", (ID, GOOD, THIS, tagged(2, NULL))),
    ("id-not-a-sequence", (integer(1), GOOD, THIS)),
    ("id-without-serial", (sequence(sequence(oid("1.3.14.3.2.26"), NULL), octets(bytes(20)), octets(bytes(20))), GOOD, THIS)),
    ("id-hash-not-octets", (sequence(sequence(oid("1.3.14.3.2.26"), NULL), integer(1), octets(bytes(20)), integer(1)), GOOD,
     THIS))])
def one(parts):
    return unreadable(of(*parts))


@rows("ocsp-malformed-signature", [("missing", b""), ("octets", octets(bytes(256))), ("without-octets", tlv(0x03))])
def signature(last):
    return unreadable(wrapped(sequence(answer().body(), SHA256.identifier, last)))


@rows("ocsp-malformed-certificates", [("not-a-list", tagged(0, NULL)),
    ("not-certificates", tagged(0, sequence(sequence(NULL)))), ("wrong-tag", tagged(1, sequence()))])
def certificates(last):
    body = answer().body()
    return unreadable(wrapped(sequence(body, SHA256.identifier, bits(SHA256.sign(key("ca1"), body)), last)))

"""`crl lookup`: one list, its issuer, one serial number. What the file says, as far as it may be believed."""

from forge import values
from forge.case import case, entry, expect, issue, list_of, rows
from forge.certificate import DAY, EPOCH, HOUR
from forge.values import extension, full_name, uri

LEAF = 0x1001


def asked(crl, verdict: str, why: str, *, issuer=None, **more) -> dict:
    files = {"list.crl": crl if isinstance(crl, bytes) else crl.der(),
        "issuer.cer": (issuer or issue("ca1", "root", ca=True)).der()}
    return expect(files, verdict, why, kind=more.pop("kind", "crl lookup"), **more)


@rows("lookup", [
    ("good", [entry(7)], "good"), ("good-in-empty-list", [], "good"), ("revoked", [entry(LEAF)], "revoked"),
    ("on-hold", [entry(LEAF, reason="certificateHold")], "revoked"),
    ("revoked-without-reason", [entry(LEAF, reason=None)], "revoked"),
    ("revoked-later", [entry(LEAF, when=EPOCH + 2 * HOUR)], "good"),
    ("unsorted", [entry(0x5000), entry(LEAF), entry(3)], "revoked"),
    ("twice", [entry(LEAF, reason="certificateHold"), entry(LEAF)], "revoked"),
    ("longer-serial", [entry(LEAF << 8)], "good"),
    ("unknown-extension-in-entry", [entry(LEAF, extensions=[extension("unknown", b"\x05\x00")])], "revoked")])
def entries(listed, verdict):
    return asked(list_of("ca1", *listed), verdict, "RFC 5280, 5.1.2.6")


@rows("lookup", [
    ("stale", lambda crl: vars(crl).update(this=EPOCH - 5 * DAY, next=EPOCH - DAY), ["crl.stale"]),
    ("future", lambda crl: vars(crl).update(this=EPOCH + DAY), ["crl.not-yet-valid"]),
    ("without-next-update", lambda crl: vars(crl).update(next=None), ["crl.stale"]),
    ("wrongly-signed", lambda crl: vars(crl).update(spoil_signature=True), ["crl.signature"]),
    ("of-another-name", lambda crl: vars(crl).update(issuer=list_of("ca2").issuer), ["crl.signature"]),
    ("delta", lambda crl: crl.delta(99), ["crl.delta"]), ("indirect", lambda crl: crl.scope(indirect=True), ["crl.indirect"]),
    ("unknown-critical", lambda crl: crl.set("unknown", b"\x05\x00", True), ["crl.critical-extension"])])
def unknown(change, checks):
    crl = list_of("ca1")
    change(crl)
    return asked(crl, "unknown", "RFC 5280, 6.3.3: the list does not show that the serial number is good", checks=checks)


@rows("lookup-revoked", [("in-stale-list", lambda crl: vars(crl).update(this=EPOCH - 5 * DAY, next=EPOCH - DAY)),
    ("in-delta", lambda crl: crl.delta(99)),
                         ("in-partition", lambda crl: crl.scope(full_name(uri("http://crl.example/1.crl"))))])
def revoked(change):
    """What a genuine list condemns stays condemned."""
    crl = list_of("ca1", entry(LEAF, when=EPOCH - 6 * DAY))
    change(crl)
    return asked(crl, "revoked", "a genuine entry")


@rows("lookup-reason-malformed", [("integer", b"\x02\x01\x01"), ("7", b"\x0a\x01\x07"), ("trailing-bytes", b"\x0a\x01\x01\x00"),
    ("of-two-octets", b"\x0a\x02\x00\x08")])
def reason(value):
    """5.3.1: reasonCode is non-critical; whatever it says, the serial number is on the list."""
    return asked(list_of("ca1", entry(LEAF, reason=None, extensions=[extension("reasonCode", value)])), "revoked",
        "RFC 5280, 5.3.1")


@rows("lookup-forged-entry", [("wrongly-signed", lambda crl: vars(crl).update(spoil_signature=True)),
    ("of-another-name", lambda crl: vars(crl).update(issuer=list_of("ca2").issuer))])
def forged(change):
    crl = list_of("ca1", entry(LEAF))
    change(crl)
    return asked(crl, "unknown", "anybody may have written this entry", checks=["crl.signature"])


@rows("lookup-serial", [("upper-case-colons", 0xAB01, "AB:01", "revoked"), ("leading-zeros", 0xAB01, "0000ab01", "revoked"),
    ("prefix-0x", 0xAB01, "0xab01", "revoked"),
                        ("high-bit", 0x80, "80", "revoked"), ("zero", 0, "00", "revoked"),
                        ("high-bit-is-not-negative", -128, "80", "good"), ("of-20-octets", 1 << 158, f"{1 << 158:x}", "revoked")])
def serials(listed, text, verdict):
    return asked(list_of("ca1", entry(listed)), verdict, "a serial number as people copy it", serial=text)


@case
def lookup_issuer_may_not_sign_lists():
    issuer = issue("ca1", "root", ca=True).set("keyUsage", values.key_usage("keyCertSign"))
    return asked(list_of("ca1"), "unknown", "RFC 5280, 6.3.3 (f): cRLSign is missing", issuer=issuer, checks=["crl.signature"])

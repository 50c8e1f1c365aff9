"""Complete lists (RFC 5280, 5 and 6.3) in the validation of root -> ca1 -> ca2 -> leaf: absent, out of time, wrongly signed,
with entries of every kind. Absent or unusable evidence is indeterminate, never good."""

from forge import values
from forge.case import Chain, case, entry, expect, issue, key, list_of, rows
from forge.certificate import DAY, EPOCH, HOUR, key_id
from forge.crl import REASON_CODES
from forge.values import extension

UNKNOWN = ["revocation.unknown"]
REVOKED = ["revocation.revoked"]
LEAF = 0x1001
SECOND = HOUR / 3600


@rows("crl", [(f"{what}-{who}", who, change, check) for who in ("ca2", "ca1", "root") for what, change, check in (
    ("missing-of", None, "revocation.unknown"),
    ("stale-of", lambda crl: vars(crl).update(this=EPOCH - 5 * DAY, next=EPOCH - DAY), "crl.stale"),
    ("future-of", lambda crl: vars(crl).update(this=EPOCH + DAY), "crl.not-yet-valid"),
    ("wrongly-signed-of", lambda crl: vars(crl).update(spoil_signature=True), "crl.signature"))])
def unusable(who, change, check):
    """At each level: the list of who issued the leaf, of who issued that CA, and of the root."""
    chain = Chain(2)
    if change:
        change(chain.lists[who])
    else:
        del chain.lists[who]
    return expect(chain, "indeterminate", "RFC 5280, 6.3.3: no usable list says whether it is revoked", checks=UNKNOWN + [check])


@rows("crl-revoked", [("leaf", "ca2", LEAF), ("ca2", "ca1", 2), ("ca1", "root", 2)])
def revoked(who, serial):
    chain = Chain(2)
    chain.lists[who].entries = [entry(serial)]
    return expect(chain, "invalid", "RFC 5280, 6.1.3 (a)(3)", checks=REVOKED)


@rows("crl-reason", [(reason, reason) for reason in REASON_CODES if reason != "removeFromCRL"] + [("absent", None)])
def reason(code):
    """5.3.1: whatever the reason is, on hold too, the certificate is on the list."""
    chain = Chain()
    chain.crl.entries = [entry(LEAF, reason=code)]
    return expect(chain, "invalid", f"RFC 5280, 5.3.1: revoked, reason {code or 'not given'}", checks=REVOKED)


@rows("crl-stale-but", [("revoked-leaf", "ca1", LEAF), ("revoked-ca", "root", 2)])
def stale_but_revoked(who, serial):
    """What was revoked stays so; a list out of force still condemns."""
    chain = Chain()
    chain.lists[who] = list_of(who, entry(serial, when=EPOCH - 10 * DAY), this=EPOCH - 9 * DAY, next=EPOCH - 5 * DAY)
    return expect(chain, "invalid", "a serial number once seen revoked stays revoked on a stale list", checks=REVOKED)


@rows("crl-entry", [
    ("after-the-time-in-question", [entry(LEAF, when=EPOCH + 2 * HOUR)], "valid", ["revocation.revoked-later"]),
    ("at-the-time-in-question", [entry(LEAF, when=EPOCH + HOUR)], "invalid", REVOKED),
    ("of-another", [entry(LEAF + 1)], "valid", []), ("of-longer-serial", [entry(LEAF << 8), entry(0x0101001)], "valid", []),
    ("of-shorter-serial", [entry(0x01), entry(0x10)], "valid", []), ("of-negative-serial", [entry(-LEAF)], "valid", []),
    ("unsorted", [entry(0x5000), entry(LEAF), entry(7)], "invalid", REVOKED),
    ("unsorted-of-others", [entry(0x5000), entry(0x4000), entry(7)], "valid", []),
    ("twice", [entry(LEAF, reason="certificateHold"), entry(LEAF)], "invalid", REVOKED),
    ("first-of-many", [entry(LEAF), *(entry(i) for i in range(0x2000, 0x2020))], "invalid", REVOKED),
    ("last-of-many", [*(entry(i) for i in range(0x20)), entry(LEAF)], "invalid", REVOKED),
    ("with-invalidity-date", [entry(LEAF, extensions=[extension("invalidityDate", b"\x18\x0f20260301000000Z")])], "invalid",
     REVOKED),
    ("with-unknown-extension", [entry(LEAF, extensions=[extension("unknown", b"\x05\x00")])], "invalid", REVOKED),
    ("of-21-octets", [entry(1 << 160)], "valid", [])])
def entries(listed, verdict, checks):
    """5.1.2.6: serial number by serial number, in whatever order they come."""
    chain = Chain()
    chain.crl.entries = listed
    return expect(chain, verdict, "RFC 5280, 5.1.2.6 and 6.3.3 (j)", checks=checks)


@rows("crl-serial", [("negative", -5), ("of-20-octets", 1 << 158), ("zero", 0), ("128", 0x80)])
def odd_serial(number):
    """The leaf's serial number is odd; it is found on the list all the same."""
    chain = Chain()
    chain.leaf.serial = number
    chain.crl.entries = [entry(number)]
    return expect(chain, "invalid", "RFC 5280, 4.1.2.2 and 6.3.3 (j)", checks=REVOKED)


@rows("crl-unknown-critical", [("in-list", "list"), ("in-entry-of-leaf", LEAF), ("in-entry-of-another", 7)])
def unknown_critical(where):
    """5.2, 5.3: a list with a critical extension that is not understood, its entries' included, MUST NOT be used to determine
    the status of any certificate."""
    chain = Chain()
    if where == "list":
        chain.crl.set("unknown", b"\x05\x00", True)
    else:
        chain.crl.entries = [entry(where, extensions=[extension("unknown", b"\x05\x00", True)])]
    return expect(chain, "indeterminate", "RFC 5280, 5.2 and 5.3: the list MUST NOT be used",
        checks=UNKNOWN + ["crl.critical-extension"])


@rows("crl", [
    ("unknown-extension", lambda crl: crl.set("unknown", b"\x05\x00"), "valid"),
    ("without-number", lambda crl: crl.drop("cRLNumber"), "valid"),
    ("without-key-identifier", lambda crl: crl.drop("authorityKeyIdentifier"), "valid"),
    ("number-huge", lambda crl: crl.set("cRLNumber", b"\x02\x14" + b"\x7f" * 20), "valid"),
    ("key-identifier-of-another", lambda crl: crl.set("authorityKeyIdentifier", values.key_identifier(key_id(key("other")))),
     "indeterminate"),
    ("without-next-update", lambda crl: vars(crl).update(next=None), "indeterminate"),
    ("next-update-before-this-update", lambda crl: vars(crl).update(next=EPOCH - DAY), "indeterminate"),
    ("of-this-second", lambda crl: vars(crl).update(this=EPOCH + HOUR), "valid"),
    ("until-this-second", lambda crl: vars(crl).update(next=EPOCH + HOUR), "valid"),
    ("a-second-early", lambda crl: vars(crl).update(this=EPOCH + HOUR + SECOND), "indeterminate"),
    ("a-second-late", lambda crl: vars(crl).update(next=EPOCH + HOUR - SECOND), "indeterminate"),
    ("signed-by-leaf", lambda crl: vars(crl).update(signer=key("leaf")), "indeterminate"),
    ("signed-by-root", lambda crl: vars(crl).update(signer=key("root")), "indeterminate"),
    ("of-another-name", lambda crl: vars(crl).update(issuer=list_of("other").issuer), "indeterminate"),
    ("empty-sequence-of-entries", lambda crl: vars(crl).update(empty_list=True), "valid"),
    ("version-1", lambda crl: [vars(crl).update(version=None), crl.extensions.clear()], "valid")])
def details(change, verdict):
    """5: applications process version 1 and version 2. 5.1.2.5: nextUpdate MUST be there; without it nothing says that the list
    is in force."""
    chain = Chain()
    change(chain.crl)
    return expect(chain, verdict, "RFC 5280, 5 and 6.3.3", checks=UNKNOWN if verdict == "indeterminate" else [])


@rows("crl-two", [
    # older list, newer list: (number, entries)
    ("newer-revokes", (100, []), (101, [entry(LEAF)]), "invalid"),
    ("newer-ends-hold", (100, [entry(LEAF, reason="certificateHold")]), (101, []), "valid"),
    ("number-rolled-back-without-entry", (100, [entry(LEAF)]), (90, []), "invalid"),
    ("number-rolled-back", (100, []), (90, []), "valid")])
def two(older, newer, verdict):
    """5.2.3: numbers increase. One that went back is not the successor: the list before it stands, as long as it is in force."""
    chain = Chain()
    del chain.lists["ca1"]
    for file, (number, listed), begin in (("older", older, EPOCH - DAY), ("newer", newer, EPOCH)):
        chain.lists[file] = list_of("ca1", *listed, number=number, this=begin)
    return expect(chain, verdict, "RFC 5280, 5.2.3")


@rows("crl-beside-bad", [("stale", lambda crl: vars(crl).update(this=EPOCH - 5 * DAY, next=EPOCH - DAY)),
    ("wrongly-signed", lambda crl: vars(crl).update(spoil_signature=True)),
                         ("forged-with-leaf", lambda crl: vars(crl).update(signer=key("third"), entries=[entry(LEAF)]))])
def beside(change):
    """A bad list beside the good one takes nothing away."""
    chain = Chain()
    chain.lists["bad"] = list_of("ca1")
    change(chain.lists["bad"])
    return expect(chain, "valid", "one usable list is enough")


@case
def crl_of_root_revokes_root():
    """6.1.1 (d): an anchor is trusted as it is; a root on its own list says nothing that one could believe."""
    chain = Chain()
    chain.lists["root"].entries = [entry(1)]
    return expect(chain, "valid", "RFC 5280, 6.1.3 (a)(3) is asked of certificates below the anchor")


@case
def crl_issuer_without_crl_sign_in_other_certificate():
    """Two certificates of ca1's key; one may not sign lists, the path is over the other."""
    chain = Chain()
    chain.certificates["weak"] = issue("ca1", "root", ca=True, serial=3)
    chain.certificates["weak"].set("keyUsage", values.key_usage("keyCertSign"))
    return expect(chain, "valid", "RFC 5280, 6.3.3 (f)")

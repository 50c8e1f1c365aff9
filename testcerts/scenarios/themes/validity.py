"""Validity (RFC 5280, 4.1.2.5 and 6.1.3 (a)(2)): the period includes both of its ends, for each certificate of the path."""

from datetime import datetime, timedelta, timezone

from forge.case import Chain, case, expect, rows
from forge.certificate import DAY, EPOCH, HOUR
from forge.der import generalized, tlv

NOW = EPOCH + HOUR
SECOND = timedelta(seconds=1)
LEVELS = ("leaf", "ca1", "ca2")


@rows("validity", [(f"{who}-{what}", who, changes, check) for who in LEVELS for what, changes, check in (
    ("expired", {"end": EPOCH - DAY}, "path.expired"), ("not-yet-valid", {"begin": EPOCH + DAY}, "path.not-yet-valid"))])
def one_level(who, changes, check):
    """6.1.3 (a)(2) asks it of every certificate below the anchor."""
    chain = Chain(2)
    vars(chain.certificates[who]).update(changes)
    return expect(chain, "invalid", f"RFC 5280, 6.1.3 (a)(2): {who} is not in its validity period", checks=[check])


@rows("validity", [
    ("first-second", {"begin": NOW}, "valid"), ("last-second", {"end": NOW}, "valid"),
    ("one-second-early", {"begin": NOW + SECOND}, "invalid"), ("one-second-late", {"end": NOW - SECOND}, "invalid"),
    ("no-end", {"end": b"\x18\x0f99991231235959Z"}, "valid"),
    ("end-in-2050", {"end": generalized(datetime(2050, 1, 1, tzinfo=timezone.utc))}, "valid"),
    ("begin-in-1950", {"begin": tlv(0x17, b"500101000000Z")}, "valid"),
    ("end-in-1999", {"begin": tlv(0x17, b"900101000000Z"), "end": tlv(0x17, b"991231235959Z")}, "invalid"),
    ("end-before-begin", {"begin": EPOCH + DAY, "end": EPOCH - DAY}, "invalid"),
    ("generalized-before-2050", {"begin": generalized(EPOCH - 9 * DAY)}, "valid")])
def edges(changes, verdict):
    """4.1.2.5: the period includes notBefore and notAfter; 99991231235959Z says that there is no end; a two-digit year from
    50 on is of the last century. GeneralizedTime before 2050 is wrong of the CA, but relying parties read both."""
    chain = Chain()
    vars(chain.leaf).update(changes)
    return expect(chain, verdict, "RFC 5280, 4.1.2.5")


@rows("validity-time", [
    ("with-offset", tlv(0x17, b"270401000000+0900")), ("without-seconds", tlv(0x17, b"2704010000Z")),
    ("without-zone", tlv(0x17, b"270401000000")), ("with-fraction", tlv(0x18, b"20500401000000.5Z")),
    ("of-february-30", tlv(0x17, b"270230000000Z")), ("of-month-13", tlv(0x17, b"271301000000Z")),
    ("of-hour-25", tlv(0x17, b"270401250000Z")), ("of-letters", tlv(0x17, b"27040100zz00Z")), ("empty", tlv(0x17))])
def malformed(end):
    """4.1.2.5.1 and 4.1.2.5.2: seconds are there, the zone is Z, no fractions; and the day exists."""
    chain = Chain()
    chain.leaf.end = end
    return expect(chain, "invalid", "RFC 5280, 4.1.2.5.1: notAfter is no time", checks=["path.malformed"])


@case
def validity_anchor_expired():
    """6.1.1 (d): the anchor is a name and a key; its own certificate is not checked. Ours is stricter, as OpenSSL is: an
    administrator who pinned a root did so until its end."""
    chain = Chain()
    chain.root.end = EPOCH - DAY
    return expect(chain, "invalid", "the pinned root's own period is over", checks=["path.expired"])

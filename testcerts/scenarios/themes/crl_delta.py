"""Delta lists (RFC 5280, 5.2.4 and 6.3.3 (c), (i), (k)): they amend a complete list and never replace one."""

from forge import values
from forge.case import Chain, entry, expect, key, list_of, rows
from forge.certificate import DAY, EPOCH, HOUR, key_id
from forge.values import extension, full_name, point, points, scope, uri

LEAF = 0x1001
HOLD = entry(LEAF, reason="certificateHold")
REMOVED = entry(LEAF, reason="removeFromCRL")
REVOKED = ["revocation.revoked"]
HALF = HOUR / 2


def delta(*entries: bytes, base: int = 100, number: int = 101, this=EPOCH + HALF, **fields):
    return list_of("ca1", *entries, number=number, this=this, **fields).delta(base)


def with_deltas(*deltas, listed=()) -> Chain:
    """root, ca1, leaf; complete list 100 of ca1, which says that there are deltas, and deltas."""
    chain = Chain()
    chain.crl.entries = list(listed)
    chain.crl.set("freshestCRL", points(point(full_name(uri("http://crl.example/delta.crl")))))
    for i, one in enumerate(deltas):
        chain.lists[f"delta-{i + 1}"] = one
    return chain


@rows("crl-delta", [
    ("empty", [delta()], [], "valid"), ("revokes", [delta(entry(LEAF))], [], "invalid"),
    ("of-another-serial", [delta(entry(LEAF + 1))], [], "valid"),
    ("ends-hold", [delta(REMOVED)], [HOLD], "valid"), ("hold-becomes-revocation", [delta(entry(LEAF))], [HOLD], "invalid"),
    ("silent-about-entry-of-base", [delta()], [entry(LEAF)], "invalid"),
    ("removes-what-is-not-there", [delta(REMOVED)], [], "valid"),
    ("two-newer-ends-hold", [delta(HOLD), delta(REMOVED, number=102, this=EPOCH + HOUR)], [], "valid"),
    ("two-newer-revokes", [delta(REMOVED), delta(entry(LEAF), number=102, this=EPOCH + HOUR)], [HOLD], "invalid"),
    ("base-number-below-list", [delta(entry(LEAF), base=90)], [], "invalid"),
    ("number-of-many-octets", [delta(entry(LEAF), number=1 << 150)], [], "invalid")])
def amends(deltas, listed, verdict):
    """(i): the delta is searched first; (k): removeFromCRL means not revoked."""
    return expect(with_deltas(*deltas, listed=listed), verdict, "RFC 5280, 6.3.3 (i) to (k)",
        checks=REVOKED if verdict == "invalid" else [])


IGNORED = (
    ("gap", lambda one: one.delta(101)), ("number-not-above-list", lambda one: one.set("cRLNumber", b"\x02\x01\x64")),
    ("without-number", lambda one: one.drop("cRLNumber")), ("of-another-scope", lambda one: one.scope(users=True)),
    ("wrongly-signed", lambda one: vars(one).update(spoil_signature=True)),
    ("of-another-key", lambda one: vars(one).update(signer=key("third"))),
    ("stale", lambda one: vars(one).update(this=EPOCH - 2 * DAY, next=EPOCH - DAY)),
    ("future", lambda one: vars(one).update(this=EPOCH + DAY)),
    ("of-another-issuer", lambda one: vars(one).update(issuer=list_of("other").issuer)),
    ("key-identifier-of-another", lambda one: one.set("authorityKeyIdentifier", values.key_identifier(key_id(key("third"))))),
    ("unknown-critical", lambda one: one.set("unknown", b"\x05\x00", True)))


@rows("crl-delta-unfit", [(f"{what}-cannot-end-hold", change) for what, change in IGNORED])
def cannot_end_hold(change):
    """(c): issuer, scope, key and numbers must fit, and the delta must be in force and genuine; otherwise the list stands."""
    unfit = delta(REMOVED)
    change(unfit)
    return expect(with_deltas(unfit, listed=[HOLD]), "invalid",
        "RFC 5280, 6.3.3 (c), 5.2.4: this delta does not amend this list", checks=REVOKED)


@rows("crl-delta-unfit", [(f"{what}-takes-nothing-away", change) for what, change in IGNORED[:7]])
def takes_nothing_away(change):
    """The complete list in force is enough (6.3.3: deltas are optional)."""
    unfit = delta()
    change(unfit)
    return expect(with_deltas(unfit), "valid", "RFC 5280, 6.3.3: the complete list is in force")


@rows("crl-delta-reason", [("malformed", b"\x0a\x02\x00\x08"), ("of-7", b"\x0a\x01\x07"),
    ("trailing-bytes", b"\x0a\x01\x08\x00")])
def reason_unclear(value):
    """Only a plain removeFromCRL takes an entry away."""
    unclear = entry(LEAF, reason=None, extensions=[extension("reasonCode", value)])
    return expect(with_deltas(delta(unclear), listed=[HOLD]), "invalid", "RFC 5280, 5.3.1", checks=REVOKED)


@rows("crl-delta-alone", [("empty", []), ("removes", [REMOVED])])
def alone(listed):
    chain = with_deltas(delta(*listed))
    del chain.lists["ca1"]
    return expect(chain, "indeterminate", "RFC 5280, 5.2.4: a delta says nothing without its base", checks=["revocation.unknown"])


@rows("crl-delta-of-unusable-base", [("stale", lambda base: vars(base).update(this=EPOCH - 5 * DAY, next=EPOCH - DAY)),
                                     ("wrongly-signed", lambda base: vars(base).update(spoil_signature=True)),
                                     ("without-number", lambda base: base.drop("cRLNumber"))])
def base_unusable(change):
    """Stale: 5.2.4 lets a fresh delta refresh it; we are stricter and ask for a complete list in force. Without a number the
    delta fits nothing, but the list itself stands."""
    chain = with_deltas(delta())
    change(chain.crl)
    good = "cRLNumber" not in chain.crl.extensions
    return expect(chain, "valid" if good else "indeterminate", "a delta does not replace a complete list",
        checks=[] if good else ["revocation.unknown"])


@rows("crl-delta-scoped", [("same-scope", {"users": True}, "invalid"), ("base-only", {}, "valid")])
def scoped(flags, verdict):
    """(c)(2): both have the same issuingDistributionPoint, or neither has one."""
    amending = delta(entry(LEAF))
    if flags:
        amending.scope(**flags)
    chain = with_deltas(amending)
    chain.crl.set("issuingDistributionPoint", scope(users=True), True)
    return expect(chain, verdict, "RFC 5280, 6.3.3 (c)(2)")

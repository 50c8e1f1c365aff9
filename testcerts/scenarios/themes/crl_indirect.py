"""Indirect lists (RFC 5280, 5.2.5, 5.3.3, 6.3.3 (b)(1)): the leaf names another authority as issuer of its list."""

from forge import values
from forge.case import Chain, case, entry, expect, issue, key, list_of, name, rows
from forge.certificate import DAY, EPOCH
from forge.crl import of_issuer
from forge.values import directory, full_name, point, points, scope, uri

LEAF = 0x1001
ADDRESS = full_name(uri("http://crl.example/all.crl"))
OURS, ANOTHERS = of_issuer(name("ca1")), of_issuer(name("ca2"))


def indirect(*entries: bytes, named: bool = True, idp: bytes | None = None) -> Chain:
    """root -> ca1 -> leaf; root -> other, who signs the list that the leaf names."""
    chain = Chain()
    del chain.lists["ca1"]
    chain.certificates["other"] = issue("other", "root", ca=True, serial=7)
    chain.certificates["other"].set("keyUsage", values.key_usage("cRLSign"))
    chain.lists["other"] = list_of("other", *entries).set("issuingDistributionPoint",
        scope(ADDRESS, indirect=True) if idp is None else idp, True)
    if named:
        chain.leaf.set("cRLDistributionPoints", points(point(ADDRESS, issuer=name("other"))))
    return chain


def serial_of(number: int, *extensions: bytes) -> bytes:
    return entry(number, extensions=list(extensions))


@rows("crl-indirect", [
    ("good", [], "valid"), ("revoked", [serial_of(LEAF, OURS)], "invalid"),
    ("same-serial-of-another-ca", [serial_of(LEAF, ANOTHERS)], "valid"),
    ("same-serial-of-list-issuer", [serial_of(LEAF)], "valid"),
    ("issuer-carries-over", [serial_of(7, OURS), serial_of(LEAF)], "invalid"),
    ("issuer-carried-over-and-changed", [serial_of(7, OURS), serial_of(8, ANOTHERS), serial_of(LEAF)], "valid"),
    ("issuer-changed-back", [serial_of(7, ANOTHERS), serial_of(8, OURS), serial_of(LEAF)], "invalid"),
    ("same-serial-twice", [serial_of(LEAF, ANOTHERS), serial_of(LEAF, OURS)], "invalid")])
def entries(listed, verdict):
    """5.3.3: certificateIssuer holds until the next one; before the first it is the issuer of the list."""
    return expect(indirect(*listed), verdict, "RFC 5280, 5.3.3", checks=["revocation.revoked"] if verdict == "invalid" else [])


@rows("crl-indirect-unusable", [
    ("not-named-by-leaf", lambda chain: chain.leaf.drop("cRLDistributionPoints")),
    ("not-marked-indirect", lambda chain: chain.lists["other"].scope(ADDRESS)),
    ("without-scope", lambda chain: chain.lists["other"].drop("issuingDistributionPoint")),
    ("another-named", lambda chain: chain.leaf.set("cRLDistributionPoints", points(point(ADDRESS, issuer=name("ca2"))))),
    ("named-as-address-only", lambda chain: chain.leaf.set("cRLDistributionPoints", points(point(ADDRESS)))),
    ("another-address", lambda chain: chain.lists["other"].scope(full_name(uri("http://crl.example/other.crl")), indirect=True)),
    ("signer-without-certificate", lambda chain: chain.certificates.pop("other")),
    ("signer-may-not-sign-lists", lambda chain: chain.other.set("keyUsage", values.key_usage("keyCertSign"))),
    ("signer-expired", lambda chain: vars(chain.other).update(end=EPOCH - DAY)),
    ("signer-revoked", lambda chain: chain.lists.update(root=list_of("root", entry(7)))),
    ("signer-of-another-anchor", lambda chain: vars(chain.other).update(signer=key("third"))),
    ("wrongly-signed", lambda chain: vars(chain.lists["other"]).update(spoil_signature=True)),
    ("for-cas", lambda chain: chain.lists["other"].scope(ADDRESS, cas=True, indirect=True))])
def unusable(change):
    chain = indirect()
    change(chain)
    return expect(chain, "indeterminate", "RFC 5280, 6.3.3 (b)(1), (2), (f): the list does not count",
        checks=["revocation.unknown"])


@case
def crl_indirect_named_by_list_issuer_alone():
    """A distribution point may be cRLIssuer alone (4.2.1.13); then the list has its issuer's name for its own."""
    chain = indirect(idp=scope(full_name(directory(name("other"))), indirect=True))
    chain.leaf.set("cRLDistributionPoints", points(point(issuer=name("other"))))
    return expect(chain, "valid", "RFC 5280, 4.2.1.13 and 6.3.3 (b)(2)(i)")


@case
def crl_certificate_issuer_in_direct_list():
    """5.3.3: a critical extension that belongs into indirect lists only."""
    chain = Chain()
    chain.crl.entries = [serial_of(7, ANOTHERS)]
    return expect(chain, "indeterminate", "RFC 5280, 5.3.3: certificateIssuer without indirectCRL", checks=["revocation.unknown"])

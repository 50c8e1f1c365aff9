"""Scope of lists: issuingDistributionPoint against cRLDistributionPoints (RFC 5280, 5.2.5 and 6.3.3 (b)); reasons."""

from forge.case import Chain, case, entry, expect, list_of, name, rows
from forge.der import attribute
from forge.der import name as names
from forge.values import REASONS, directory, full_name, point, points, relative_name, scope, uri

LEAF = 0x1001
SCOPE = ["revocation.unknown", "crl.scope"]
ONE, TWO = "http://crl.example/one.crl", "http://crl.example/two.crl"
LIST = names(("C", "JP"), ("CN", "Test CA 1"), ("CN", "List 1"))
RELATIVE = attribute("CN", "List 1")


def scoped(idp: bytes | None, cdp: bytes | None = None, who: str = "leaf", listed=(), depth: int = 1) -> Chain:
    """The list that speaks of `who` gets the scope, `who` the distribution points."""
    chain = Chain(depth)
    crl = chain.crl if who == "leaf" else chain.lists["root"]
    crl.entries = list(listed)
    if idp is not None:
        crl.set("issuingDistributionPoint", idp, True)
    if cdp is not None:
        chain.certificates[who].set("cRLDistributionPoints", points(cdp))
    return chain


@rows("crl-scope", [
    ("users-for-leaf", {"users": True}, "leaf", "valid"), ("cas-for-leaf", {"cas": True}, "leaf", "indeterminate"),
    ("attributes-for-leaf", {"attributes": True}, "leaf", "indeterminate"),
    ("users-for-ca", {"users": True}, "ca1", "indeterminate"),
    ("cas-for-ca", {"cas": True}, "ca1", "valid"), ("attributes-for-ca", {"attributes": True}, "ca1", "indeterminate"),
    ("indirect-own-for-leaf", {"indirect": True}, "leaf", "valid")])
def kinds(flags, who, verdict):
    return expect(scoped(scope(**flags), who=who), verdict, "RFC 5280, 6.3.3 (b)(2)(ii) to (iv)",
        checks=SCOPE if verdict != "valid" else [])


@rows("crl-scope-revoked", [("users-for-leaf", {"users": True}, "leaf", LEAF, "invalid"),
    ("cas-for-ca", {"cas": True}, "ca1", 2, "invalid"),
                            ("cas-for-leaf", {"cas": True}, "leaf", LEAF, "indeterminate")])
def revoked(flags, who, serial, verdict):
    """A list says nothing of what is out of its scope, not even by an entry."""
    return expect(scoped(scope(**flags), who=who, listed=[entry(serial)]), verdict, "RFC 5280, 6.3.3 (b)(2)")


@rows("crl-partition", [
    # name in the list, distribution point of the leaf
    ("same-uri", full_name(uri(ONE)), point(full_name(uri(ONE))), True),
    ("another-uri", full_name(uri(TWO)), point(full_name(uri(ONE))), False),
    ("one-of-two-uris", full_name(uri(TWO), uri(ONE)), point(full_name(uri(ONE))), True),
    ("no-point-in-leaf", full_name(uri(ONE)), None, False),
    ("no-name-in-list", None, point(full_name(uri(ONE))), True),
    ("same-directory-name", full_name(directory(LIST)), point(full_name(directory(LIST))), True),
    ("another-directory-name", full_name(directory(name("other"))), point(full_name(directory(LIST))), False),
    ("directory-name-and-uri", full_name(directory(LIST)), point(full_name(uri(ONE))), False),
    ("relative-name-in-both", relative_name(RELATIVE), point(relative_name(RELATIVE)), True),
    ("relative-name-in-list", relative_name(RELATIVE), point(full_name(directory(LIST))), True),
    ("relative-name-in-leaf", full_name(directory(LIST)), point(relative_name(RELATIVE)), True),
    ("another-relative-name", relative_name(attribute("CN", "List 2")), point(relative_name(RELATIVE)), False),
    ("directory-name-case-ignored", full_name(directory(names(("C", "JP"), ("CN", "TEST CA 1"), ("CN", "list 1")))),
     point(full_name(directory(LIST))), True),
    ("uri-case-counts", full_name(uri("http://crl.example/ONE.crl")), point(full_name(uri(ONE))), False),
    ("name-of-issuer-without-point", full_name(directory(name("ca1"))), None, True)])
def partition(idp_name, cdp, good):
    """(b)(2)(i): one name of the list's is one of the distribution point's. A certificate without distribution points is taken
    to have its issuer's name for one (6.3.3, last paragraph)."""
    idp = scope(idp_name) if idp_name else None
    return expect(scoped(idp, cdp), "valid" if good else "indeterminate", "RFC 5280, 6.3.3 (b)(2)(i)",
        checks=[] if good else SCOPE)


def two_partitions(revoked_in: str | None, missing: str | None = None) -> Chain:
    chain = Chain()
    chain.leaf.set("cRLDistributionPoints", points(point(full_name(uri(ONE)))))
    del chain.lists["ca1"]
    for file, address in (("one", ONE), ("two", TWO)):
        if file != missing:
            chain.lists[file] = list_of("ca1", *([entry(LEAF)] if file == revoked_in else [])).scope(full_name(uri(address)))
    return chain


@rows("crl-partitions", [("good", None, None, "valid"), ("revoked-in-own", "one", None, "invalid"),
    ("entry-in-the-other", "two", None, "valid"),
                         ("own-missing", None, "one", "indeterminate"), ("other-missing", None, "two", "valid"),
                         ("own-missing-entry-in-the-other", "two", "one", "indeterminate")])
def partitions(revoked_in, missing, verdict):
    return expect(two_partitions(revoked_in, missing), verdict,
        "RFC 5280, 6.3.3 (b)(2)(i): the other partition does not speak of this leaf")


SOME = REASONS[1:4]
REST = REASONS[4:]


@rows("crl-reasons", [
    # lists with their reasons, entries; verdict
    ("some-only", [(SOME, [])], "indeterminate"), ("some-and-rest", [(SOME, []), (REST, [])], "valid"),
    ("some-and-all", [(SOME, []), ((), [])], "valid"),
    ("revoked-in-some", [(SOME, [entry(LEAF)]), (REST, [])], "invalid"),
    ("revoked-in-rest", [(SOME, []), (REST, [entry(LEAF, reason="superseded")])], "invalid"),
    ("revoked-in-some-rest-missing", [(SOME, [entry(LEAF)])], "invalid"),
    ("same-reasons-twice", [(SOME, []), (SOME, [])], "indeterminate"),
    ("one-reason-missing", [(SOME, []), (REST[:-1], [])], "indeterminate")])
def reasons(lists, verdict):
    """(d), (e) and the end of 6.3.3: good only when the lists together speak of all reasons."""
    chain = Chain()
    del chain.lists["ca1"]
    for i, (covered, listed) in enumerate(lists):
        chain.lists[f"part-{i + 1}"] = list_of("ca1", *listed)
        if covered:
            chain.lists[f"part-{i + 1}"].scope(reasons=covered)
    checks = {"indeterminate": ["revocation.unknown", "crl.reasons"], "invalid": ["revocation.revoked"]}.get(verdict, [])
    return expect(chain, verdict, "RFC 5280, 6.3.3 (d), (e), (l)", checks=checks)


@rows("crl-reasons-of-point", [("some", SOME, "indeterminate"), ("none-named", (), "valid")])
def reasons_of_point(named, verdict):
    """(d): the reasons of the certificate's distribution point limit what its list says."""
    chain = scoped(scope(full_name(uri(ONE))), point(full_name(uri(ONE)), reasons=named))
    return expect(chain, verdict, "RFC 5280, 6.3.3 (d)")


@case
def crl_scope_not_critical():
    """5.2.5: the extension MUST be critical; its meaning does not change when it is not."""
    chain = Chain()
    chain.crl.set("issuingDistributionPoint", scope(cas=True), False)
    return expect(chain, "indeterminate", "RFC 5280, 5.2.5 and 6.3.3 (b)(2)(iii)", checks=SCOPE)


@case
def crl_of_cas_and_crl_of_users():
    """The root has one list for CAs and one for others; each certificate finds its own."""
    chain = Chain()
    chain.lists["root"].scope(cas=True)
    chain.lists["root-users"] = list_of("root").scope(users=True)
    chain.lists["ca1"].scope(users=True)
    chain.lists["ca1-cas"] = list_of("ca1", entry(LEAF)).scope(cas=True)
    return expect(chain, "valid", "RFC 5280, 6.3.3 (b)(2)")

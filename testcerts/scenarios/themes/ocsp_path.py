"""OCSP answers in path validation, beside lists and instead of them: root -> ca1 -> leaf."""

from forge.case import Chain, case, entry, expect, key, list_of, name, rows
from forge.certificate import DAY, EPOCH
from forge.ocsp import GOOD, UNKNOWN, Answer, Single, certificate_id, error, revoked
from forge.values import full_name, point, points, uri

from .ocsp_signer import responder

LEAF = 0x1001
ADDRESS = full_name(uri("http://crl.example/responders.crl"))


def about(who: str, status: bytes = GOOD, **fields) -> Answer:
    """The answer of who issued it."""
    above, serial = {"leaf": ("ca1", LEAF), "ca1": ("root", 2)}[who]
    return Answer([Single(certificate_id(name(above), key(above), serial), status, **fields)], key(above))


def with_answers(lists, **answers) -> Chain:
    """`lists`: which lists are there; answers: file -> answer."""
    chain = Chain()
    chain.lists = {who: crl for who, crl in chain.lists.items() if who in lists}
    for file, one in answers.items():
        chain.more[f"ocsp/{file}.ocsp"] = one
    return chain


STALE = {"this": EPOCH - 3 * DAY, "next": EPOCH - 2 * DAY}


@rows("ocsp-path", [
    ("good-without-crl", about("leaf"), "valid"), ("revoked-without-crl", about("leaf", revoked()), "invalid"),
    ("on-hold-without-crl", about("leaf", revoked(reason=6)), "invalid"),
    ("unknown-without-crl", about("leaf", UNKNOWN), "indeterminate"),
    ("stale-without-crl", about("leaf", **STALE), "indeterminate"),
    ("stale-revoked-without-crl", about("leaf", revoked(EPOCH - 4 * DAY), **STALE), "invalid"),
    ("try-later-without-crl", error("tryLater"), "indeterminate"),
    ("unauthorized-without-crl", error("unauthorized"), "indeterminate"),
    ("revoked-later-without-crl", about("leaf", revoked(EPOCH + DAY)), "valid")])
def instead_of_list(answer, verdict):
    """The root's list covers ca1, the answer alone speaks of the leaf."""
    checks = {"invalid": ["revocation.revoked"], "indeterminate": ["revocation.unknown"]}.get(verdict, [])
    return expect(with_answers(["root"], leaf=answer), verdict, "RFC 6960, 2.2 and RFC 5280, 6.1.3 (a)(3)", checks=checks)


@rows("ocsp-path-of-ca", [("good", about("ca1"), "valid"), ("revoked", about("ca1", revoked(reason=2)), "invalid"),
    ("unknown", about("ca1", UNKNOWN), "indeterminate"),
                          ("of-leaf-only", about("leaf"), "indeterminate")])
def of_ca(answer, verdict):
    """ca1's list covers the leaf, the root answers about ca1."""
    return expect(with_answers(["ca1"], ca=answer), verdict, "RFC 6960, 2.2: asked of every certificate below the anchor")


@rows("ocsp-path-beside-crl", [
    ("both-good", about("leaf"), [], "valid"), ("answer-revoked", about("leaf", revoked()), [], "invalid"),
    ("crl-revoked", about("leaf"), [entry(LEAF)], "invalid"),
    ("answer-unknown", about("leaf", UNKNOWN), [], "valid"), ("try-later", error("tryLater"), [], "valid"),
    ("answer-stale", about("leaf", **STALE), [], "valid")])
def beside_list(answer, listed, verdict):
    """Two sources: revoked by one is revoked; good by one is good where the other says nothing."""
    chain = with_answers(["root", "ca1"], leaf=answer)
    chain.crl.entries = listed
    return expect(chain, verdict, "revoked by either is revoked, good by either suffices")


@rows("ocsp-path-beside-bad-crl", [("stale", lambda crl: vars(crl).update(this=EPOCH - 5 * DAY, next=EPOCH - DAY)),
    ("wrongly-signed", lambda crl: vars(crl).update(spoil_signature=True)),
                                   ("wrong-scope", lambda crl: crl.scope(cas=True))])
def beside_bad_list(change):
    chain = with_answers(["root", "ca1"], leaf=about("leaf"))
    change(chain.crl)
    return expect(chain, "valid", "the answer is good, the list says nothing")


@rows("ocsp-path-wrongly-signed", [("good", GOOD), ("revoked", revoked())])
def wrongly_signed(status):
    answer = about("leaf", status)
    answer.spoil_signature = True
    return expect(with_answers(["root"], leaf=answer), "indeterminate", "RFC 6960, 3.2, 2: anybody may have written it",
                  checks=["revocation.unknown", "ocsp.signature"])


@rows("ocsp-path-several", [("newer-ends-hold", revoked(reason=6), GOOD, "valid"), ("newer-revokes", GOOD, revoked(), "invalid")])
def several(older, newer, verdict):
    first = about("leaf", older, this=EPOCH - DAY / 2, next=EPOCH + DAY)
    first.produced = EPOCH - DAY / 2
    return expect(with_answers(["root"], older=first, newer=about("leaf", newer)), verdict, "the newest answer in force decides")


def by_responder(*revoked_signers: bytes, nocheck: bool = False, lists: bool = True) -> Chain:
    """A delegated responder; its own status is on a partition of ca1's that does not cover the leaf."""
    answer = about("leaf")
    certificate = responder().set("cRLDistributionPoints", points(point(ADDRESS)))
    if not nocheck:
        certificate.drop("ocspNoCheck")
    answer.signer, answer.certificates = key("responder"), [certificate]
    chain = with_answers(["root"], leaf=answer)
    if lists:
        chain.lists["responders"] = list_of("ca1", *revoked_signers).scope(ADDRESS)
    return chain


@rows("ocsp-path-responder", [
    ("good-by-crl", {}, [], "valid"), ("revoked-by-crl", {}, [entry(0x20)], "indeterminate"),
    ("status-not-known", {"lists": False}, [], "indeterminate"),
    ("nocheck", {"nocheck": True, "lists": False}, [], "valid")])
def of_responder(options, listed, verdict):
    """4.2.2.2.1: the responder's certificate may be revoked itself; nocheck says not to ask."""
    return expect(by_responder(*listed, **options), verdict, "RFC 6960, 4.2.2.2.1")


@rows("ocsp-path-partition", [("good", GOOD, "valid"), ("revoked", revoked(), "invalid")])
def some_reasons(status, verdict):
    """A list of some reasons only; the answer speaks of all."""
    chain = with_answers(["root", "ca1"], leaf=about("leaf", status))
    chain.crl.scope(reasons=["keyCompromise"])
    return expect(chain, verdict, "RFC 6960, 2.2: good means not revoked, for whatever reason")


@case
def ocsp_path_file_that_is_none():
    return expect(with_answers(["root", "ca1"], leaf=b"not an answer"), "indeterminate",
        "a file that is not what it should be is an error", kind="unreadable")

"""Self-issued certificates, key rollover (RFC 4210, 4.4), cross-certification, namesakes and loops."""

from forge import values
from forge.case import Chain, case, expect, issue, key, list_of, rows
from forge.certificate import DAY, EPOCH, key_id
from forge.crl import entry


def signed_by(certificate, who: str) -> None:
    certificate.signer = key(who)
    certificate.set("authorityKeyIdentifier", values.key_identifier(key_id(key(who))))


def root_rollover(*, link: bool = True) -> Chain:
    """trusted: root (old key). Its new key "other" signed ca1; new-with-old is the bridge."""
    chain = Chain()
    signed_by(chain.ca1, "other")
    if link:
        chain.certificates["new-with-old"] = issue("root", "root", ca=True, serial=8, subject_key="other")
    chain.lists["root-new"] = list_of("root", signer="other")
    return chain


@rows("root-rollover", [("new-with-old", True, "valid"), ("without-link", False, "invalid")])
def root_new_with_old(link, verdict):
    return expect(root_rollover(link=link), verdict, "RFC 4210, 4.4: who trusts the old root needs new-with-old")


@case
def root_rollover_old_with_new():
    """trusted: the new root. ca1 is signed by the old key; old-with-new is the bridge."""
    chain = Chain()
    chain.more["trust/root.cer"] = issue("root", "root", ca=True, serial=8, subject_key="other", signer="other")
    chain.certificates["old-with-new"] = issue("root", "root", ca=True, serial=9, signer="other")
    chain.lists["root-new"] = list_of("root", signer="other")
    return expect(chain, "valid", "RFC 4210, 4.4: who trusts the new root needs old-with-new")


@case
def root_rollover_both_trusted():
    chain = Chain()
    signed_by(chain.ca1, "other")
    chain.more["trust/root-new.cer"] = issue("root", "root", ca=True, serial=8, subject_key="other", signer="other")
    chain.lists["root-new"] = list_of("root", signer="other")
    return expect(chain, "valid", "both generations are pinned")


@case
def root_rollover_link_expired():
    chain = root_rollover()
    chain.certificates["new-with-old"].end = EPOCH - DAY
    return expect(chain, "invalid", "RFC 5280, 6.1.3 (a)(2): a link certificate ends too", checks=["path.expired"])


@case
def root_rollover_link_revoked():
    chain = root_rollover()
    chain.lists["root"] = list_of("root", entry(8))
    return expect(chain, "invalid", "RFC 5280, 6.1.3 (a)(3): a link certificate may be revoked", checks=["revocation.revoked"])


@rows("rollover-no-ca", [("missing", lambda ca: ca.drop("basicConstraints")),
    ("false", lambda ca: ca.set("basicConstraints", values.basic_constraints(False)))])
def link_without_ca(change):
    chain = root_rollover()
    change(chain.certificates["new-with-old"])
    return expect(chain, "invalid", "RFC 5280, 6.1.4 (k): asked of self-issued certificates too",
        checks=["path.basic-constraints"])


def crossed(**more) -> Chain:
    """trusted: root. other -> ca1 -> leaf, and root -> other (the cross-certificate)."""
    chain = Chain(**more)
    signed_by(chain.ca1, "other")
    chain.ca1.issuer = issue("other", "root", ca=True).subject
    chain.certificates["cross"] = issue("other", "root", ca=True, serial=5)
    chain.lists["other"] = list_of("other")
    return chain


@case
def cross_certificate():
    return expect(crossed(), "valid", "root vouches for the other CA")


@case
def cross_certificate_missing():
    chain = crossed()
    del chain.certificates["cross"]
    return expect(chain, "invalid", "nobody trusted vouches for the other CA", checks=["path.not-found"])


@case
def cross_certificate_revoked():
    chain = crossed()
    chain.lists["root"] = list_of("root", entry(5))
    return expect(chain, "invalid", "root withdrew what it vouched for", checks=["revocation.revoked"])


@case
def cross_certificate_of_two_one_expired():
    """Two cross-certificates; the first is over. The search goes on."""
    chain = crossed()
    chain.certificates["cross"].end = EPOCH - DAY
    chain.certificates["cross-2"] = issue("other", "root", ca=True, serial=6)
    return expect(chain, "valid", "one of the paths is good")


@case
def cross_certificate_of_two_one_revoked():
    chain = crossed()
    chain.certificates["cross-2"] = issue("other", "root", ca=True, serial=6)
    chain.lists["root"] = list_of("root", entry(5))
    return expect(chain, "valid", "one of the paths is good")


@case
def cross_certificate_of_two_with_constraint():
    """The first one allows no CA below; the second does."""
    chain = crossed()
    chain.certificates["cross"].set("basicConstraints", values.basic_constraints(True, 0))
    chain.certificates["cross-2"] = issue("other", "root", ca=True, serial=6)
    return expect(chain, "valid", "one of the paths is good")


@case
def loop_of_two_cas():
    """ca1 and other issued each other; no root among them."""
    chain = crossed()
    chain.certificates["cross"] = issue("other", "ca1", ca=True, serial=5)
    return expect(chain, "invalid", "the path never ends", checks=["path.not-found"])


@case
def loop_beside_the_good_path():
    """root -> ca1, and other <-> ca1: the search does not follow the loop for ever."""
    chain = Chain()
    chain.certificates["back"] = issue("ca1", "other", ca=True, serial=6)
    chain.certificates["there"] = issue("other", "ca1", ca=True, serial=5)
    return expect(chain, "valid", "the good path is there")


@case
def self_signed_leaf():
    chain = Chain()
    signed_by(chain.leaf, "leaf")
    chain.leaf.issuer = chain.leaf.subject
    return expect(chain, "invalid", "nobody trusted issued it", checks=["path.not-found"])


@case
def self_signed_leaf_trusted():
    """What the administrator pinned is trusted as it is: a path of one certificate."""
    chain = Chain()
    signed_by(chain.leaf, "leaf")
    chain.leaf.issuer = chain.leaf.subject
    chain.more["trust/leaf.cer"] = chain.leaf
    return expect(chain, "valid", "it is itself an anchor")


@case
def self_signed_intermediate_not_trusted():
    """ca1 comes as self-signed copy too; what comes in chain/ is no anchor."""
    chain = Chain()
    del chain.certificates["ca1"]
    chain.certificates["copy"] = issue("ca1", "ca1", ca=True)
    return expect(chain, "invalid", "what comes with the document is no anchor", checks=["path.not-found"])


@rows("partial-chain", [("asked", True, "valid"), ("not-asked", False, "invalid")])
def partial(asked, verdict):
    """ca1 alone in trust/."""
    chain = Chain()
    chain.more["trust/ca1.cer"] = chain.certificates.pop("ca1")
    del chain.certificates["root"]
    return expect(chain, verdict, "an intermediate is an anchor only when asked for", partial_chain=asked)


@case
def namesakes_five_cas():
    """Five CAs of one name, without key identifiers; one of them signed the leaf."""
    chain = Chain()
    for i, other in enumerate(("ca2", "ca3", "ca4", "other")):
        chain.certificates[f"namesake-{i}"] = issue("ca1", "root", ca=True, serial=10 + i, subject_key=other)
        chain.certificates[f"namesake-{i}"].drop("subjectKeyIdentifier")
    chain.leaf.drop("authorityKeyIdentifier")
    return expect(chain, "valid", "the CA whose key signed is found by its key")

"""pathLenConstraint (RFC 5280, 4.2.1.9, 6.1.4 (l) and (m)): how many non-self-issued CAs may follow."""

from forge import values
from forge.case import Chain, case, expect, issue, key, list_of, rows
from forge.certificate import key_id


def limited(depth: int, **lengths: int) -> Chain:
    chain = Chain(depth)
    for who, length in lengths.items():
        chain.certificates[who].set("basicConstraints", values.basic_constraints(True, length))
    return chain


@rows("path-length", [
    ("0-then-leaf", 1, {"ca1": 0}, True), ("0-then-ca", 2, {"ca1": 0}, False), ("1-then-ca", 2, {"ca1": 1}, True),
    ("1-then-two-cas", 3, {"ca1": 1}, False), ("2-then-two-cas", 3, {"ca1": 2}, True), ("2-then-three-cas", 4, {"ca1": 2}, False),
    ("lower-ca-cannot-widen", 3, {"ca1": 1, "ca2": 5}, False), ("lower-ca-narrows", 3, {"ca1": 5, "ca2": 0}, False),
    ("each-level-counts-down", 4, {"ca1": 3, "ca2": 2, "ca3": 1, "ca4": 0}, True), ("last-ca-0", 4, {"ca4": 0}, True),
    ("255", 2, {"ca1": 255}, True), ("2-to-the-31", 2, {"ca1": 2 ** 31}, True), ("2-to-the-64", 2, {"ca1": 2 ** 64}, True)])
def below_the_anchor(depth, lengths, good):
    checks = [] if good else ["path.length"]
    return expect(limited(depth, **lengths), "valid" if good else "invalid", "RFC 5280, 6.1.4 (l), (m)", checks=checks)


@rows("path-length-of-anchor", [("0-then-ca", 1, 0), ("1-then-two-cas", 2, 1)])
def of_anchor(depth, length):
    """6.1 reads nothing but name and key from the anchor; a root that limits itself means it, and OpenSSL obeys too."""
    return expect(limited(depth, root=length), "invalid", "the pinned root's own limit is kept (stricter than 6.1.1)",
        checks=["path.length"])


def self_issued(length: int, extra_ca: bool) -> Chain:
    """root -> ca1 (length) -> ca1 with its new key, self-issued -> [ca2 ->] leaf"""
    chain = Chain(2 if extra_ca else 1)
    chain.ca1.set("basicConstraints", values.basic_constraints(True, length))
    chain.certificates["ca1-new"] = issue("ca1", "ca1", ca=True, serial=9, subject_key="other")
    below = chain.ca2 if extra_ca else chain.leaf
    below.signer = key("other")
    below.set("authorityKeyIdentifier", values.key_identifier(key_id(key("other"))))
    chain.lists["ca1-new"] = list_of("ca1", signer="other")
    return chain


@case
def path_length_0_then_self_issued():
    return expect(self_issued(0, False), "valid", "RFC 5280, 6.1.4 (l): a self-issued certificate does not count")


@case
def path_length_0_then_self_issued_and_ca():
    return expect(self_issued(0, True), "invalid", "RFC 5280, 6.1.4 (l): the CA after it does", checks=["path.length"])


@case
def path_length_0_then_ca_as_target():
    """The last certificate of a path is never counted, CA or not (6.1.4 is for i < n)."""
    chain = limited(1, ca1=0)
    chain.leaf.set("basicConstraints", values.basic_constraints(True), True)
    chain.leaf.set("keyUsage", values.key_usage("keyCertSign", "cRLSign"))
    return expect(chain, "valid", "RFC 5280, 4.2.1.9: the last certificate in the path is not an intermediate")


@case
def path_length_of_leaf():
    """4.2.1.9: CAs MUST NOT include pathLenConstraint unless cA is asserted; a judge has no use for it."""
    chain = Chain()
    chain.leaf.set("basicConstraints", values.basic_constraints(False, 0), True)
    return expect(chain, "invalid", "RFC 5280, 4.2.1.9: a length for somebody who is no CA (stricter than 6.1)",
                  checks=["path.profile-deviation"])


@case
def path_length_without_key_cert_sign():
    chain = limited(1, ca1=0)
    chain.ca1.set("keyUsage", values.key_usage("cRLSign"))
    return expect(chain, "invalid", "RFC 5280, 6.1.4 (n)", checks=["path.key-usage"])

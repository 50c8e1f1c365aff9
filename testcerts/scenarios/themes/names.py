"""Names: who issued whom (RFC 5280, 6.1.3 (a)(4) and 7.1: compared after X.520 preparation)."""

from forge.case import Chain, case, expect, issue, rows
from forge.der import BMP, PRINTABLE, T61, UTF8
from forge.der import name as names


@rows("name-chaining", [
    ("case-ignored", names(("C", "JP"), ("CN", "TEST ca 1"))),
    ("spaces-folded", names(("C", "JP"), ("CN", "  Test   CA 1 "))),
    ("printable-and-utf8", names(("C", "JP"), ("CN", "Test CA 1", PRINTABLE))),
    ("bmp-and-utf8", names(("C", "JP"), ("CN", "Test CA 1", BMP)))])
def same(issuer):
    """7.1: case, runs of blanks and the string type make no difference."""
    chain = Chain()
    chain.leaf.issuer = issuer
    return expect(chain, "valid", "RFC 5280, 7.1: the names are the same after preparation")


@rows("name-chaining", [
    ("other-order", names(("CN", "Test CA 1"), ("C", "JP"))),
    ("other-common-name", names(("C", "JP"), ("CN", "Test CA 11"))),
    ("other-country", names(("C", "US"), ("CN", "Test CA 1"))),
    ("one-rdn-for-two", names([("C", "JP"), ("CN", "Test CA 1")])),
    ("attribute-of-another-type", names(("C", "JP"), ("OU", "Test CA 1"))),
    ("prefix-only", names(("C", "JP"))),
    ("longer", names(("C", "JP"), ("CN", "Test CA 1"), ("CN", "Test CA 1"))),
    ("null-character", names(("C", "JP"), ("CN", "Test CA 1\0.example"))),
    ("full-width-letters", names(("C", "JP"), ("CN", "Ｔｅｓｔ ＣＡ １")))])
def different(issuer):
    """6.1.3 (a)(4): the issuer's name is the subject's of the certificate above, RDN for RDN."""
    chain = Chain()
    chain.leaf.issuer = issuer
    return expect(chain, "invalid", "RFC 5280, 6.1.3 (a)(4): nobody of that name is there", checks=["path.not-found"])


@rows("name-japanese", [
    ("utf8", ("CN", "証明試験局", UTF8), ("CN", "証明試験局", UTF8), "valid"),
    ("bmp", ("CN", "証明試験局", BMP), ("CN", "証明試験局", BMP), "valid"),
    ("differs", ("CN", "証明試験局", UTF8), ("CN", "証明試驗局", UTF8), "invalid"),
    ("ideographic-space", ("CN", "佐藤　花子", UTF8), ("CN", "佐藤　花子", UTF8), "valid")])
def japanese(subject, issuer, verdict):
    chain = Chain()
    chain.ca1.subject = chain.crl.issuer = names(("C", "JP"), subject)
    chain.leaf.issuer = names(("C", "JP"), issuer)
    return expect(chain, verdict, "RFC 5280, 7.1")


@case
def name_of_several_values():
    """A CA whose last RDN has two values; DER sorts them (X.690, 11.6)."""
    chain = Chain()
    chain.ca1.subject = chain.leaf.issuer = chain.crl.issuer = names(("C", "JP"), [("OU", "Tests"), ("CN", "Test CA 1")])
    return expect(chain, "valid", "RFC 5280, 4.1.2.4: an RDN is a set")


@case
def name_empty_issuer():
    """root -> CA with an empty subject -> leaf with an empty issuer"""
    chain = Chain()
    chain.ca1.subject = chain.leaf.issuer = chain.crl.issuer = names()
    return expect(chain, "invalid", "RFC 5280, 4.1.2.4: the issuer field MUST contain a non-empty distinguished name")


@case
def name_teletex():
    """Old CAs wrote TeletexString; the same octets compare equal."""
    chain = Chain()
    chain.ca1.subject = chain.leaf.issuer = chain.crl.issuer = names(("C", "JP"), ("CN", "Test CA 1", T61))
    return expect(chain, "valid", "RFC 5280, 4.1.2.4: TeletexString MUST be accepted from old CAs")


@case
def name_same_as_another_ca():
    """Two CAs of one name, two keys; only the second one signed the leaf. Its AKI says which."""
    chain = Chain()
    chain.certificates["other"] = issue("ca1", "root", ca=True, serial=3, subject_key="other")
    return expect(chain, "valid", "the CA whose key signed the leaf is found among its namesakes")

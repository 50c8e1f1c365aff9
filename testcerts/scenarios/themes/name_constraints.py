"""nameConstraints (RFC 5280, 4.2.1.10, 6.1.3 (b), (c), 6.1.4 (g)): what a CA may certify."""

from forge import values
from forge.case import Chain, case, expect, issue, key, list_of, rows
from forge.certificate import key_id
from forge.der import name, sequence, tlv
from forge.values import directory, dns, general_names, ip, mail, name_constraints, uri

CLINIC = (("C", "JP"), ("O", "Shomei Higashi Clinic"))
HOSPITAL = (("C", "JP"), ("O", "Shomei Central Hospital"))
DOCTOR = ("CN", "Hanako Sato")


def tree(*attributes) -> bytes:
    return directory(name(*attributes))


def constrained(*, permitted=(), excluded=(), subject=None, alternative=(), by: str = "ca1", depth: int = 1) -> Chain:
    chain = Chain(depth)
    chain.certificates[by].set("nameConstraints", name_constraints(permitted=permitted, excluded=excluded), True)
    if subject is not None:
        chain.leaf.subject = name(*subject)
    if alternative:
        chain.leaf.set("subjectAltName", general_names(*alternative), not chain.leaf.subject[2:])
    return chain


def judged(chain: Chain, good: bool) -> dict:
    return expect(chain, "valid" if good else "invalid", "RFC 5280, 4.2.1.10 and 6.1.3 (b), (c)",
                  checks=[] if good else ["path.name-constraints"])


@rows("name-constraints-directory", [
    ("permitted", [tree(*CLINIC)], [], (*CLINIC, DOCTOR), True),
    ("not-permitted", [tree(*CLINIC)], [], (*HOSPITAL, DOCTOR), False),
    ("excluded", [], [tree(*CLINIC)], (*CLINIC, DOCTOR), False), ("not-excluded", [], [tree(*CLINIC)], (*HOSPITAL, DOCTOR), True),
    ("permitted-and-excluded", [tree(*CLINIC)], [tree(*CLINIC, ("OU", "Former"))], (*CLINIC, ("OU", "Former"), DOCTOR), False),
    ("permitted-beside-excluded", [tree(*CLINIC)], [tree(*CLINIC, ("OU", "Former"))], (*CLINIC, ("OU", "Ward 1"), DOCTOR), True),
    ("one-of-two-permitted", [tree(*CLINIC), tree(*HOSPITAL)], [], (*HOSPITAL, DOCTOR), True),
    ("subtree-itself", [tree(*CLINIC)], [], CLINIC, True), ("above-subtree", [tree(*CLINIC)], [], CLINIC[:1], False),
    ("other-order", [tree(*CLINIC)], [], (CLINIC[1], CLINIC[0], DOCTOR), False),
    ("case-ignored", [tree(*CLINIC)], [], (("C", "JP"), ("O", "SHOMEI higashi  clinic"), DOCTOR), True),
    ("prefix-of-a-value", [tree(("C", "JP"), ("O", "Shomei"))], [], (*CLINIC, DOCTOR), False)])
def in_subject(permitted, excluded, subject, good):
    return judged(constrained(permitted=permitted, excluded=excluded, subject=subject), good)


@rows("name-constraints", [
    ("dns-permitted", [dns("clinic.example")], [], [dns("www.clinic.example")], True),
    ("dns-itself", [dns("clinic.example")], [], [dns("clinic.example")], True),
    ("dns-not-permitted", [dns("clinic.example")], [], [dns("hospital.example")], False),
    ("dns-suffix-is-no-subdomain", [dns("clinic.example")], [], [dns("myclinic.example")], False),
    ("dns-excluded", [], [dns("clinic.example")], [dns("www.clinic.example")], False),
    ("dns-excluded-case-ignored", [], [dns("clinic.example")], [dns("WWW.CLINIC.EXAMPLE")], False),
    ("dns-second-name-not-permitted", [dns("clinic.example")], [], [dns("a.clinic.example"), dns("b.hospital.example")], False),
    ("mail-of-host", [mail("clinic.example")], [], [mail("hanako@clinic.example")], True),
    ("mail-of-subdomain-of-host", [mail("clinic.example")], [], [mail("hanako@ward.clinic.example")], False),
    ("mail-of-domain", [mail(".clinic.example")], [], [mail("hanako@ward.clinic.example")], True),
    ("mail-box", [mail("hanako@clinic.example")], [], [mail("hanako@clinic.example")], True),
    ("mail-other-box", [mail("hanako@clinic.example")], [], [mail("ichiro@clinic.example")], False),
    ("mail-excluded", [], [mail("clinic.example")], [mail("hanako@clinic.example")], False),
    ("uri-of-host", [uri("clinic.example")], [], [uri("https://clinic.example/a")], True),
    ("uri-of-domain", [uri(".clinic.example")], [], [uri("https://www.clinic.example/a")], True),
    ("uri-excluded", [], [uri("clinic.example")], [uri("https://clinic.example:8443/a")], False),
    ("uri-host-in-user-part", [uri("clinic.example")], [], [uri("https://clinic.example@evil.example/")], False),
    ("ip-permitted", [ip(10, 1, 0, 0, 255, 255, 0, 0)], [], [ip(10, 1, 2, 3)], True),
    ("ip-not-permitted", [ip(10, 1, 0, 0, 255, 255, 0, 0)], [], [ip(10, 2, 2, 3)], False),
    ("ip-excluded", [], [ip(10, 1, 0, 0, 255, 255, 0, 0)], [ip(10, 1, 2, 3)], False),
    ("other-kind-is-free", [dns("clinic.example")], [], [mail("hanako@hospital.example")], True)])
def in_alternative_name(permitted, excluded, alternative, good):
    return judged(constrained(permitted=permitted, excluded=excluded, alternative=alternative), good)


@rows("name-constraints-alternative-directory",
    [("permitted", (*CLINIC, DOCTOR), True), ("not-permitted", (*HOSPITAL, DOCTOR), False)])
def directory_in_alternative_name(alternative, good):
    """Directory constraints hold for the subject and for directory names in subjectAltName, as HPKI cards have them."""
    return judged(constrained(permitted=[tree(*CLINIC)], subject=(*CLINIC, DOCTOR), alternative=[tree(*alternative)]), good)


@rows("name-constraints-mail-in-subject",
    [("permitted", "hanako@clinic.example", True), ("not-permitted", "hanako@hospital.example", False)])
def mail_in_subject(address, good):
    """4.2.1.10: without an address in subjectAltName, emailAddress of the subject counts."""
    return judged(constrained(permitted=[mail("clinic.example")], subject=(*CLINIC, ("email", address))), good)


@rows("name-constraints-of-two-cas", [
    ("narrowed", [tree(*CLINIC)], (*CLINIC, DOCTOR), True), ("not-widened", [tree(*HOSPITAL)], (*HOSPITAL, DOCTOR), False),
    ("disjoint", [tree(*HOSPITAL)], (*CLINIC, DOCTOR), False)])
def two_cas(lower, subject, good):
    """6.1.4 (g): permitted subtrees intersect, excluded ones unite. ca1 permits the clinic, and ca2's own name."""
    chain = constrained(permitted=[tree(*CLINIC), tree(("C", "JP"), ("CN", "Test CA 2"))], subject=subject, depth=2)
    chain.ca2.set("nameConstraints", name_constraints(permitted=lower), True)
    return judged(chain, good)


@case
def name_constraints_of_anchor():
    """6.1.1 (d) takes name and key alone from the anchor; the pinned root's own constraints are kept, as OpenSSL does."""
    return judged(constrained(permitted=[tree(*CLINIC)], by="root", subject=(*HOSPITAL, DOCTOR)), False)


@case
def name_constraints_self_issued_is_free():
    """6.1.3 (b): names of a self-issued certificate are not compared unless it is the last. ca1 permits the clinic, and has a
    new key; its own name is outside of the subtree."""
    chain = constrained(permitted=[tree(*CLINIC)], subject=(*CLINIC, DOCTOR))
    chain.certificates["ca1-new"] = issue("ca1", "ca1", ca=True, serial=9, subject_key="other")
    chain.leaf.signer = key("other")
    chain.leaf.set("authorityKeyIdentifier", values.key_identifier(key_id(key("other"))))
    chain.lists["ca1-new"] = list_of("ca1", signer="other")
    return judged(chain, True)


@case
def name_constraints_empty_subject():
    """6.1.3 (b): an empty subject is within any permitted subtree; the alternative name counts."""
    return judged(constrained(permitted=[tree(*CLINIC)], subject=(), alternative=[mail("hanako@clinic.example")]), True)


@rows("name-constraints-malformed", [
    ("minimum-1", name_constraints(permitted=[sequence(tree(*CLINIC), tlv(0x80, b"\x01"))])),
    ("maximum", name_constraints(permitted=[sequence(tree(*CLINIC), tlv(0x81, b"\x05"))])),
    ("truncated", b"\x30\x10\xa0\x0e\x30\x0c"),
    ("ip-of-five-octets", name_constraints(permitted=[ip(10, 0, 0, 0, 255)])), ("text", tlv(0x0C, b"clinic"))])
def malformed(value):
    """4.2.1.10: minimum is 0 and maximum absent; an address comes with its mask. A critical extension that is not
    understood refuses the path."""
    chain = Chain()
    chain.ca1.set("nameConstraints", value, True)
    chain.leaf.subject = name(*CLINIC, DOCTOR)
    chain.leaf.set("subjectAltName", general_names(ip(10, 1, 2, 3)))
    return expect(chain, "invalid", "RFC 5280, 4.2.1.10: constraints that cannot be understood")

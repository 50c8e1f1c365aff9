"""More of the HPKI: who holds a card, what a card is for, the two lists of the root. Purpose `signature` unless said otherwise."""

from datetime import timedelta

import pki
from cryptography import x509
from forge.case import case, rows
from forge.certificate import EPOCH
from issue import SUBJECT_DIRECTORY_ATTRIBUTES, Issuer, hc_role, key_usage, oid, policy
from profiles import EXAMPLE_ARC, HC_ROLE_SCHEME, HPKI_ARC, SIGNATURE

from .hpki import expect, replaced, usual


def roles(der: bytes):
    return replaced(x509.UnrecognizedExtension, x509.UnrecognizedExtension(SUBJECT_DIRECTORY_ATTRIBUTES, der), False)


@rows("hpki-holder", [("pharmacist", "pharmacist", []), ("nurse", "nurse", []), ("test-card", "testcard", ["card.test"]),
    ("administrator", "admin", ["hcrole.absent"])])
def holder(who, checks):
    """A test card chains to the production root; outside of logins that is a warning."""
    return expect(usual(who), "valid", "all evidence is there", checks=checks)


@rows("hpki-role", [
    ("two", hc_role(["Medical Doctor", "Pharmacist"]), "valid", []),
    ("unknown", hc_role(["Wizard"]), "valid", ["hcrole.unknown"]),
    ("in-another-case", hc_role(["medical doctor"]), "valid", ["hcrole.unknown"]),
    ("with-blank", hc_role(["Medical Doctor "]), "valid", ["hcrole.unknown"]),
    ("of-director-without-unit", hc_role(["Director of Hospital"]), "valid", ["hcrole.director"]),
    ("of-another-scheme", hc_role(["Medical Doctor"]).replace(oid(HC_ROLE_SCHEME), oid(HC_ROLE_SCHEME[:-1] + "2")), "valid",
     ["hcrole.scheme"]),
    ("truncated", hc_role(["Medical Doctor"])[:-3], "invalid", ["hcrole.malformed"]),
    ("trailing-bytes", hc_role(["Medical Doctor"]) + b"\x05\x00", "invalid", ["hcrole.malformed"])])
def role(der, verdict, checks):
    """Roles are an allow-list; one that cannot be read is refused, one that is not listed does not count."""
    return expect(usual(extensions=roles(der)), verdict, "hcRole: ISO 17090-3, read strictly", checks=checks)


@rows("hpki-usage", [("none", None), ("both", ("content_commitment", "digital_signature")),
    ("encipherment", ("content_commitment", "key_encipherment"))])
def usage(bits):
    """nonRepudiation and nothing else, under a document."""
    change = replaced(x509.KeyUsage, key_usage(*bits),
        True) if bits else lambda old: [one for one in old if not isinstance(one[0], x509.KeyUsage)]
    return expect(usual(extensions=change), "invalid", "a signature certificate has nonRepudiation and nothing else",
        checks=["profile.key-usage"])


@rows("hpki-policy", [("of-ca", HPKI_ARC + ".1.3.1"), ("any", "2.5.29.32.0"), ("longer", SIGNATURE.policy + ".1"),
    ("foreign", EXAMPLE_ARC + ".10.2.1")])
def wrong(identifier):
    """The end entity's own OID is compared, whole and by itself."""
    return expect(usual(extensions=replaced(x509.CertificatePolicies, policy(identifier, None), True)), "invalid",
        "the policy is not that of signatures",
                  checks=["profile.policy"])


@case
def hpki_policy_missing():
    change = lambda old: [one for one in old if not isinstance(one[0], x509.CertificatePolicies)]  # noqa: E731
    return expect(usual(extensions=change), "invalid", "the policy of signatures is missing", checks=["profile.policy"])


@case
def hpki_signature_as_authentication():
    """root -> sign_ca -> the doctor's signature certificate, shown at a login"""
    return expect(usual(), "invalid", "the key that signs documents logs nobody in", purpose="authentication",
        checks=["profile.key-usage"])


def lists(**changes) -> dict:
    return {file: content for file, content in (usual() | {f"crl/{name}.crl": der for name,
        der in changes.items()}).items() if content is not None}


@rows("hpki-root-list", [
    ("sarl-missing", {"sarl": None}, "indeterminate"), ("rarl-missing", {"rarl": None}, "valid"),
    ("sarl-stale", {"sarl": pki.root_list("SARL", EPOCH - timedelta(hours=96))}, "indeterminate"),
    ("rarl-revokes-ca", {"rarl": pki.root_list("RARL", EPOCH, [(2, EPOCH - timedelta(days=1), "cACompromise")])}, "valid"),
    ("rarl-in-place-of-sarl", {"sarl": None, "rarl": pki.root_list("RARL", EPOCH)}, "indeterminate"),
    ("sarl-of-another-key", {"sarl": pki.crl(Issuer("root", key="staff_ca"), EPOCH, number=1, scope=pki.scope_of("SARL"))},
     "indeterminate"),
    ("sarl-revokes-another-ca", {"sarl": pki.root_list("SARL", EPOCH, [(3, EPOCH - timedelta(days=1), "cACompromise")])},
     "valid")])
def root_list(changes, verdict):
    """SARL speaks of the CAs, RARL of the root itself: RFC 5280, 6.3.3 (b)(2)(i), by their names."""
    return expect(lists(**changes), verdict, "RFC 5280, 6.3.3 (b)(2)(i): SARL and RARL are two lists",
        checks=["revocation.unknown"] if verdict == "indeterminate" else [])

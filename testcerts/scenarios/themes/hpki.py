"""Purpose `signature` and `authentication`: the PKI of testcerts/hpki, and one thing changed.

The docstring of each case draws it:
    root -> sign_ca -> leaf     who issued whom
    [sarl rarl sign_ca]         the lists at hand
"""

from datetime import timedelta
from functools import partial

import pki
from cryptography import x509
from forge import case as cases
from forge.case import case
from forge.certificate import EPOCH
from issue import SUBJECT_DIRECTORY_ATTRIBUTES, Issuer, key_usage, policy
from profiles import AUTHENTICATION, EXAMPLE_ARC

expect = partial(cases.expect, purpose="signature")


def usual(who: str = "doctor1", use: str = "signature", **changes) -> dict:
    """The files of the good case: leaf with `changes`, its CA, the root, and the three CRLs."""
    ca = {"signature": "sign_ca", "authentication": "auth_ca"}[use]
    return {"trust/root.cer": pki.authority("root", EPOCH), f"chain/{ca}.cer": pki.authority(ca, EPOCH),
            "crl/sarl.crl": pki.root_list("SARL", EPOCH), "crl/rarl.crl": pki.root_list("RARL", EPOCH),
            f"crl/{ca}.crl": pki.complete_crl(ca, EPOCH, pki.revoked_by(ca, EPOCH)),
            "leaf.cer": pki.end_entity(who, use, EPOCH, **changes)}


def replaced(kind, extension, critical: bool):
    """A change of the usual extensions: the one of class `kind` becomes `extension`."""
    return lambda usual_list: [(extension, critical) if isinstance(old, kind) else (old, was) for old, was in usual_list]


@case
def good():
    """root -> sign_ca -> doctor1 [sarl rarl sign_ca]"""
    return expect(usual(), "valid", "all evidence is there")


@case
def good_authentication():
    """root -> auth_ca -> doctor1 [sarl rarl auth_ca]"""
    return expect(usual(use="authentication"), "valid", "all evidence is there", purpose="authentication")


@case
def no_hc_role():
    """root -> sign_ca -> clerk, who has no hcRole [sarl rarl sign_ca]"""
    return expect(usual("clerk"), "valid", "a card without hcRole is no licence and no error")


@case
def revoked():
    """root -> sign_ca -> leaf [sarl rarl sign_ca: leaf, 10 days ago]"""
    return expect(usual("revoked"), "invalid", "the leaf is on the CRL of its issuer")


@case
def sub_ca_revoked():
    """root -> sign_ca -> leaf [sarl: sign_ca, yesterday; rarl sign_ca]"""
    sarl = pki.root_list("SARL", EPOCH, [(2, EPOCH - timedelta(days=1), "cACompromise")])
    return expect(usual() | {"crl/sarl.crl": sarl}, "invalid", "the CA is on the root's SARL")


@case
def expired():
    """root -> sign_ca -> leaf, over since February [sarl rarl sign_ca]"""
    return expect(usual("expired"), "invalid", "notAfter is past")


@case
def not_yet_valid():
    """root -> sign_ca -> leaf, from tomorrow on [sarl rarl sign_ca]"""
    return expect(usual(begin=EPOCH + timedelta(hours=15)), "invalid", "notBefore is to come")


@case
def wrong_key_usage():
    """root -> sign_ca -> leaf with digitalSignature in place of nonRepudiation [sarl rarl sign_ca]"""
    change = replaced(x509.KeyUsage, key_usage("digital_signature"), True)
    return expect(usual(extensions=change), "invalid", "a signature certificate has nonRepudiation and nothing else")


@case
def wrong_policy():
    """root -> sign_ca -> leaf with the policy of authentication certificates [sarl rarl sign_ca]"""
    change = replaced(x509.CertificatePolicies, policy(AUTHENTICATION.policy, AUTHENTICATION.cps), True)
    return expect(usual(extensions=change), "invalid", "the policy is that of another purpose")


@case
def authentication_as_signature():
    """root -> auth_ca -> the doctor's authentication certificate, shown as one for signatures [sarl rarl auth_ca]"""
    return expect(usual(use="authentication"), "invalid", "the card's login key has no say under a document")


@case
def missing_crl():
    """root -> sign_ca -> leaf [sarl rarl]"""
    files = usual()
    del files["crl/sign_ca.crl"]
    return expect(files, "indeterminate", "nothing says whether the leaf is revoked")


@case
def stale_crl():
    """root -> sign_ca -> leaf [sarl rarl; sign_ca of 97 hours ago, which was good for 96]"""
    old = pki.complete_crl("sign_ca", EPOCH - timedelta(hours=96), pki.revoked_by("sign_ca", EPOCH))
    return expect(usual() | {"crl/sign_ca.crl": old}, "indeterminate", "nextUpdate of the only CRL is past")


@case
def wrong_scope_crl():
    """root -> sign_ca -> leaf [sarl rarl; sign_ca with critical IDP onlyContainsCACerts]"""
    scope = x509.IssuingDistributionPoint(None, None, False, True, None, False, False)
    narrow = pki.complete_crl("sign_ca", EPOCH, pki.revoked_by("sign_ca", EPOCH), scope=scope)
    return expect(usual() | {"crl/sign_ca.crl": narrow}, "indeterminate", "the CRL speaks of CA certificates only")


@case
def crl_of_another_key():
    """root -> sign_ca -> leaf [sarl rarl; "sign_ca" signed by the key of auth_ca]"""
    forged = pki.complete_crl("sign_ca", EPOCH, by=Issuer("sign_ca", key="auth_ca"))
    return expect(usual() | {"crl/sign_ca.crl": forged}, "indeterminate", "the CRL's signature is not its issuer's")


@case
def imposter_root():
    """trusted: root.  root' (same name, another key) -> sign_ca' -> leaf [sarl rarl sign_ca of the real ones]"""
    imposter, sub_imposter = Issuer("root", key="staff_ca"), Issuer("sign_ca", key="tsa_ca")
    return expect(usual(by=sub_imposter) | {
        "chain/root.cer": pki.authority("root", EPOCH, by=imposter, key="staff_ca"),
        "chain/sign_ca.cer": pki.authority("sign_ca", EPOCH, by=imposter, key="tsa_ca")},
        "invalid", "what comes with the document is no anchor, whatever its name")


@case
def leaf_of_another_key():
    """root -> sign_ca, and a leaf in its name signed by another key [sarl rarl sign_ca]"""
    return expect(usual(by=Issuer("sign_ca", key="tsa_ca")), "invalid", "the leaf's signature is not its issuer's")


@case
def malformed_hc_role():
    """root -> sign_ca -> leaf whose hcRole lacks the SET around its actors [sarl rarl sign_ca]"""
    usual_der = pki.hc_role(["Medical Doctor"])
    actor = usual_der[usual_der.index(bytes.fromhex("31283126")) + 4:]
    attribute = bytes.fromhex("06062881854200013126") + actor
    malformed = bytes([0x30, len(attribute) + 2, 0x30, len(attribute)]) + attribute
    change = replaced(x509.UnrecognizedExtension, x509.UnrecognizedExtension(SUBJECT_DIRECTORY_ATTRIBUTES, malformed), False)
    return expect(usual(extensions=change), "invalid", "a role that cannot be read is not passed over")


@case
def unknown_critical_extension():
    """root -> sign_ca -> leaf with a critical extension that nobody knows [sarl rarl sign_ca]"""
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier(EXAMPLE_ARC + ".10.99"), b"\x05\x00")
    return expect(usual(extensions=lambda old: old + [(unknown, True)]), "invalid", "RFC 5280, 4.2: it must be rejected")

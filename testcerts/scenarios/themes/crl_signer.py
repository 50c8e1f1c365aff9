"""Who signs a list (RFC 5280, 6.3.3 (f), (g)): the CA with an older or newer key, and who is none of them."""

from forge import values
from forge.case import Chain, case, entry, expect, issue, key, list_of, rows
from forge.certificate import DAY, EPOCH

LEAF = 0x1001
UNKNOWN = ["revocation.unknown", "crl.signature"]


def other_key(*entries: bytes) -> Chain:
    """ca1 signs certificates with one key and lists with another; both are certified by the root."""
    chain = Chain()
    chain.lists["ca1"] = list_of("ca1", *entries, signer="other")
    chain.certificates["ca1-lists"] = issue("ca1", "root", ca=True, serial=9, subject_key="other")
    chain.certificates["ca1-lists"].set("keyUsage", values.key_usage("cRLSign"))
    return chain


@rows("crl-other-key", [("good", [], "valid"), ("revoked", [entry(LEAF)], "invalid")])
def good(entries, verdict):
    return expect(other_key(*entries), verdict, "RFC 5280, 6.3.3 (f): the same name, a valid path to the same anchor, cRLSign")


@rows("crl-other-key", [
    ("without-certificate", lambda chain: chain.certificates.pop("ca1-lists")),
    ("certificate-expired", lambda chain: vars(chain.certificates["ca1-lists"]).update(end=EPOCH - DAY)),
    ("certificate-not-yet-valid", lambda chain: vars(chain.certificates["ca1-lists"]).update(begin=EPOCH + DAY)),
    ("certificate-revoked", lambda chain: vars(chain.lists["root"]).update(entries=[entry(9)])),
    ("certificate-without-crl-sign", lambda chain: chain.certificates["ca1-lists"].set("keyUsage",
     values.key_usage("keyCertSign"))),
    ("certificate-self-signed", lambda chain: vars(chain.certificates["ca1-lists"]).update(issuer=chain.ca1.subject,
     signer=key("other"))),
    ("certificate-of-forged-root", lambda chain: vars(chain.certificates["ca1-lists"]).update(signer=key("third"))),
    ("certificate-of-another-name", lambda chain: vars(chain.certificates["ca1-lists"]).update(subject=list_of("ca2").issuer)),
    ("certificate-with-unknown-critical", lambda chain: chain.certificates["ca1-lists"].set("unknown", b"\x05\x00", True))])
def unusable(change):
    """A list of an untrusted key does not even condemn: anybody might have made it."""
    chain = other_key(entry(LEAF))
    change(chain)
    return expect(chain, "indeterminate", "RFC 5280, 6.3.3 (f): no valid path to who signed the list", checks=UNKNOWN)


def rolled_over() -> Chain:
    """The leaf is from before the rollover, the list from after it; new-with-old is at hand (self-issued)."""
    chain = Chain()
    chain.lists["ca1"] = list_of("ca1", signer="other")
    chain.certificates["ca1-new"] = issue("ca1", "ca1", ca=True, serial=9, subject_key="other")
    return chain


@case
def crl_after_rollover_of_ca():
    """The old key still lists CA certificates, new-with-old among them."""
    chain = rolled_over()
    chain.lists["ca1-old"] = list_of("ca1").scope(cas=True)
    return expect(chain, "valid", "RFC 5280, 6.3.3 (f): the CA's new key is certified by its old one")


@case
def crl_after_rollover_in_a_circle():
    """Only the list of the new key says whether the certificate of the new key is revoked."""
    return expect(rolled_over(), "indeterminate", "RFC 5280, 6.3.3 (f): the list would vouch for its own signer", checks=UNKNOWN)


@case
def crl_after_rollover_certified_by_root():
    """root -> ca1 (old key) -> leaf; root -> ca1 (new key), which signs the list."""
    chain = Chain()
    chain.lists["ca1"] = list_of("ca1", entry(LEAF), signer="other")
    chain.certificates["ca1-new"] = issue("ca1", "root", ca=True, serial=9, subject_key="other")
    return expect(chain, "invalid", "RFC 5280, 6.3.3 (f)", checks=["revocation.revoked"])


@case
def crl_of_namesake_below_other_anchor():
    """trusted: root and another root, each with a CA of the same name. The list is the other one's."""
    chain = Chain()
    chain.more["trust/other.cer"] = issue("other", "other", ca=True)
    chain.certificates["namesake"] = issue("ca1", "other", ca=True, serial=9, subject_key="third")
    chain.lists["ca1"] = list_of("ca1", signer="third")
    chain.lists["other"] = list_of("other")
    return expect(chain, "indeterminate", "RFC 5280, 6.3.3 (f): the trust anchor must be the same as for the certificate",
        checks=UNKNOWN)

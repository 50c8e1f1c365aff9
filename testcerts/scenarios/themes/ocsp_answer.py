"""`ocsp check`: one answer (RFC 6960) about one certificate: what it says, of whom, when. Signed by the CA itself."""

from forge.case import issue, key, name, rows
from forge.case import expect as expectation
from forge.certificate import DAY, EPOCH, HOUR
from forge.der import NULL, integer, octets, oid, sequence
from forge.keys import DIGESTS, hashed, pkcs1
from forge.ocsp import GOOD, UNKNOWN, Answer, Single, certificate_id, error, nonce, revoked
from forge.values import extension

LEAF = 0x1001
ID = certificate_id(name("ca1"), key("ca1"), LEAF)


def single(status: bytes = GOOD, **fields) -> Single:
    return Single(fields.pop("id", ID), status, **fields)


def answer(*singles: Single, **fields) -> Answer:
    return Answer(list(singles) or [single()], key("ca1"), **fields)


def asked(response, verdict: str, why: str, *, kind: str = "ocsp check", issuer=None, **more) -> dict:
    files = {"response.ocsp": response if isinstance(response, bytes) else response.der(),
             "leaf.cer": issue("leaf", "ca1", ca=False, serial=LEAF).der(),
             "issuer.cer": (issuer or issue("ca1", "root", ca=True, serial=2)).der()}
    return expectation(files, verdict, why, kind=kind, **more)


@rows("ocsp", [
    ("good", GOOD, "good"), ("revoked", revoked(), "revoked"), ("revoked-without-reason", revoked(reason=None), "revoked"),
    ("on-hold", revoked(reason=6), "revoked"), ("revoked-for-reason-7", revoked(reason=7), "revoked"),
    ("revoked-later", revoked(EPOCH + 2 * HOUR), "good"), ("unknown", UNKNOWN, "unknown")])
def status(value, verdict):
    checks = ["ocsp.unknown"] if verdict == "unknown" else []
    return asked(answer(single(value)), verdict, "RFC 6960, 2.2", checks=checks)


@rows("ocsp-error", [("try-later", "tryLater"), ("unauthorized", "unauthorized"), ("sig-required", "sigRequired"),
    ("internal-error", "internalError"),
                     ("malformed-request", "malformedRequest")])
def failed(code):
    """2.3: error messages are not signed and say nothing of the certificate."""
    check = "ocsp." + "".join("-" + letter.lower() if letter.isupper() else letter for letter in code)
    return asked(error(code), "unknown", "RFC 6960, 2.3", checks=[check])


def of_digest(digest: str) -> bytes:
    return certificate_id(name("ca1"), key("ca1"), LEAF, digest)


def of_unknown_digest() -> bytes:
    """Octets of the right length under an algorithm that nobody knows."""
    return sequence(sequence(oid("1.3.6.1.4.1.32473.10.97"), NULL), octets(bytes(20)), octets(bytes(20)), integer(LEAF))


def without_parameters() -> bytes:
    spki = sequence(integer(key("ca1").n), integer(key("ca1").e))
    return sequence(sequence(oid(DIGESTS["sha1"])), octets(hashed("sha1", name("ca1"))), octets(hashed("sha1", spki)),
        integer(LEAF))


@rows("ocsp-cert-id", [
    ("sha256", of_digest("sha256"), True), ("sha384", of_digest("sha384"), True), ("sha512", of_digest("sha512"), True),
    ("md5", of_digest("md5"), False),
    ("without-parameters", without_parameters(), True), ("unknown-algorithm", of_unknown_digest(), False),
    ("another-serial", certificate_id(name("ca1"), key("ca1"), LEAF + 1), False),
    ("longer-serial", certificate_id(name("ca1"), key("ca1"), LEAF << 8), False),
    ("negative-serial", certificate_id(name("ca1"), key("ca1"), -LEAF), False),
    ("another-issuer-name", certificate_id(name("ca2"), key("ca1"), LEAF), False),
    ("another-issuer-key", certificate_id(name("ca1"), key("ca2"), LEAF), False),
    ("hash-truncated", sequence(sequence(oid(DIGESTS["sha1"]), NULL), octets(hashed("sha1", name("ca1"))[:10]),
     octets(bytes(10)), integer(LEAF)), False)])
def cert_id(identifier, fits):
    """3.2, 1: the certificate in the answer is the one in question: name, key and serial number, all three."""
    return asked(answer(single(id=identifier)), "good" if fits else "unknown", "RFC 6960, 3.2, 1 and 4.1.1",
        checks=[] if fits else ["ocsp.cert-id"])


OTHER = Single(certificate_id(name("ca1"), key("ca1"), 7), revoked())


@rows("ocsp-singles", [
    ("ours-among-others", [OTHER, single(), OTHER], "good"),
    ("ours-revoked-among-others", [single(id=OTHER.id), single(revoked())], "revoked"),
    ("others-only", [OTHER, OTHER], "unknown"), ("contradiction", [single(), single(revoked())], "revoked"),
    ("contradiction-other-order", [single(revoked()), single()], "revoked"),
    ("of-namesake-ca-revoked", [Single(certificate_id(name("ca1"), key("ca2"), LEAF), revoked()), single()], "good")])
def several(singles, verdict):
    """4.2.1: an answer may speak of several certificates. One that says good and revoked at the same time is no ground to be good."""
    return asked(answer(*singles), verdict, "RFC 6960, 4.2.1 and 3.2, 1")


@rows("ocsp-time", [
    ("next-update-past", {"this": EPOCH - 2 * DAY, "next": EPOCH - DAY}, GOOD, "unknown", "ocsp.stale"),
    ("next-update-past-revoked", {"this": EPOCH - 2 * DAY, "next": EPOCH - DAY}, revoked(EPOCH - 3 * DAY), "revoked", None),
    ("this-update-to-come", {"this": EPOCH + DAY, "next": EPOCH + 2 * DAY}, GOOD, "unknown", "ocsp.not-yet-valid"),
    ("next-update-before-this-update", {"next": EPOCH - DAY}, GOOD, "unknown", "ocsp.stale"),
    ("no-next-update-fresh", {"next": None}, GOOD, "good", None),
    ("no-next-update-30-days-old", {"this": EPOCH - 30 * DAY, "next": None}, GOOD, "unknown", "ocsp.too-old"),
    ("valid-for-years", {"next": EPOCH + 3650 * DAY}, GOOD, "good", None)])
def times(fields, value, verdict, check):
    """3.2, 5 and 6: thisUpdate is recent, nextUpdate is to come. What a genuine answer once called revoked stays so."""
    produced = min(EPOCH, fields.get("this", EPOCH))
    return asked(answer(single(value, **fields), produced=produced), verdict, "RFC 6960, 3.2, 5 and 6, 4.2.2.1",
        checks=[check] if check else [])


@rows("ocsp-produced", [("tomorrow", EPOCH + DAY, "unknown"), ("yesterday", EPOCH - DAY, "good")])
def produced(moment, verdict):
    return asked(answer(single(this=EPOCH - DAY), produced=moment), verdict, "RFC 6960, 2.4: producedAt is when it was signed")


UNKNOWN_EXTENSION = extension("unknown", b"\x05\x00")
CRITICAL_EXTENSION = extension("unknown", b"\x05\x00", True)


@rows("ocsp-extension", [
    ("unknown-in-answer", {"extensions": [UNKNOWN_EXTENSION]}, {}, "good"),
    ("critical-in-answer", {"extensions": [CRITICAL_EXTENSION]}, {}, "unknown"),
    ("unknown-in-single", {}, {"extensions": [UNKNOWN_EXTENSION]}, "good"),
    ("critical-in-single", {}, {"extensions": [CRITICAL_EXTENSION]}, "unknown"),
    ("nonce-that-nobody-asked-for", {"extensions": [nonce(b"a nonce of 16 oct")]}, {}, "good"),
    ("archive-cutoff", {}, {"extensions": [extension("1.3.6.1.5.5.7.48.1.6", b"\x18\x0f20200101000000Z")]}, "good")])
def extensions(of_answer, of_single, verdict):
    """4.4: unrecognised extensions are ignored unless critical."""
    checks = ["ocsp.critical-extension"] if verdict == "unknown" else []
    return asked(answer(single(**of_single), **of_answer), verdict, "RFC 6960, 4.4 and RFC 5280, 4.2", checks=checks)


@rows("ocsp-signature", [
    ("wrong", {"spoil_signature": True}, "ocsp.signature"), ("empty", {"signature": b""}, "ocsp.signature"),
    ("zero", {"signature": bytes(256)}, "ocsp.signature"),
    ("sha1", {"algorithm": pkcs1("sha1")}, "ocsp.algorithm"), ("md5", {"algorithm": pkcs1("md5")}, "ocsp.algorithm"),
    ("sha512", {"algorithm": pkcs1("sha512")}, "good")])
def signature(fields, check):
    """3.2, 2; and SHA-1 is refused here as everywhere."""
    good = check == "good"
    return asked(answer(**fields), "good" if good else "unknown", "RFC 6960, 3.2, 2", checks=[] if good else [check])


@rows("ocsp-issuer", [("of-another-key", "other", "unknown"), ("right", None, "good")])
def wrong_issuer(subject_key, verdict):
    """The certificate given as issuer did not issue the certificate in question."""
    issuer = issue("ca1", "root", ca=True, serial=2, subject_key=subject_key)
    return asked(answer(), verdict, "RFC 6960, 3.2, 1", issuer=issuer, checks=["ocsp.issuer"] if subject_key else [])

"""`ocsp check`: who signed the answer (RFC 6960, 4.2.2.2): the CA, or a responder whose certificate the same CA issued with
id-kp-OCSPSigning; named rightly by responderID."""

from forge import primes, values
from forge.case import issue, key, name, rows
from forge.certificate import DAY, EPOCH, Certificate
from forge.der import NULL, sequence
from forge.keys import pkcs1
from forge.ocsp import Answer
from forge.values import full_name, point, points, uri

from .ocsp_answer import asked, single


def responder(by: str = "ca1", **fields) -> Certificate:
    """A responder's certificate as it should be."""
    certificate = issue("responder", by, ca=False, serial=0x20)
    certificate.set("extKeyUsage", values.extended_key_usage("OCSPSigning")).set("ocspNoCheck", NULL)
    vars(certificate).update(fields)
    return certificate


def delegated(certificate: Certificate | None, **fields) -> Answer:
    enclosed = [certificate] if certificate else []
    return Answer([single()], key("responder"), certificates=fields.pop("certificates", enclosed), **fields)


@rows("ocsp-by-ca", [
    ("named-by-key", {}, True), ("named-by-name", {"responder": name("ca1")}, True),
    ("another-name", {"responder": name("ca2")}, False), ("empty-name", {"responder": sequence()}, False),
    ("another-key-hash", {"key_hash": bytes(20)}, False),
    ("own-certificate-enclosed", {"certificates": [issue("ca1", "root", ca=True, serial=2)]}, True),
    ("strange-certificate-enclosed", {"certificates": [issue("ca3", "root", ca=True)]}, True)])
def by_ca(fields, good):
    """4.2.2.3: responderID corresponds to the certificate that signed."""
    return asked(Answer([single()], key("ca1"), **fields), "good" if good else "unknown", "RFC 6960, 4.2.2.2, 1 and 4.2.2.3",
                 checks=[] if good else ["ocsp.responder-id"])


@rows("ocsp-delegated", [
    ("named-by-key", lambda: delegated(responder()), True),
    ("named-by-name", lambda: delegated(responder(), responder=name("responder")), True),
    ("another-name", lambda: delegated(responder(), responder=name("ca1")), False),
    ("another-key-hash", lambda: delegated(responder(), key_hash=bytes(20)), False),
    ("without-certificate", lambda: delegated(None), False),
    ("beside-others", lambda: delegated(None, certificates=[issue("ca3", "root", ca=True), responder()]), True),
    ("without-usage", lambda: delegated(responder().drop("extKeyUsage")), False),
    ("usage-server", lambda: delegated(responder().set("extKeyUsage", values.extended_key_usage("serverAuth"))), False),
    ("usage-any", lambda: delegated(responder().set("extKeyUsage", values.extended_key_usage("any"))), False),
    ("usage-beside-another", lambda: delegated(responder().set("extKeyUsage",
     values.extended_key_usage("clientAuth", "OCSPSigning"))), True),
    ("usage-critical", lambda: delegated(responder().set("extKeyUsage", values.extended_key_usage("OCSPSigning"), True)), True),
    ("key-usage-encipherment", lambda: delegated(responder().set("keyUsage", values.key_usage("keyEncipherment"))), False),
    ("key-usage-non-repudiation", lambda: delegated(responder().set("keyUsage", values.key_usage("nonRepudiation"))), True),
    ("without-key-usage", lambda: delegated(responder().drop("keyUsage")), True),
    ("expired", lambda: delegated(responder(end=EPOCH - DAY)), False),
    ("not-yet-valid", lambda: delegated(responder(begin=EPOCH + DAY)), False),
    ("of-root", lambda: delegated(responder("root")), False), ("of-another-ca", lambda: delegated(responder("ca2")), False),
    ("of-namesake-ca", lambda: delegated(responder(signer=key("ca2"))), False),
    ("self-signed", lambda: delegated(responder("responder")), False),
    ("of-another-responder", lambda: delegated(None, certificates=[responder("other"), issue("other", "ca1", ca=True)]), False),
    ("certificate-wrongly-signed", lambda: delegated(responder(spoil_signature=True)), False),
    ("certificate-sha1", lambda: delegated(responder(algorithm=pkcs1("sha1"))), False),
    ("unknown-critical-extension", lambda: delegated(responder().set("unknown", NULL, True)), False),
    ("with-crl-to-be-asked", lambda: delegated(responder().drop("ocspNoCheck").set("cRLDistributionPoints",
     points(point(full_name(uri("http://crl.example/a")))))), False),
    ("without-nocheck", lambda: delegated(responder().drop("ocspNoCheck")), True),
    ("answer-wrongly-signed", lambda: delegated(responder(), spoil_signature=True), False)])
def by_delegate(make, good):
    """4.2.2.2: issued directly by the CA in question, with id-kp-OCSPSigning (which any does not stand for), valid. 4.2.2.2.1:
    whether it is revoked is asked unless it says nocheck; where it names no way, it is up to us."""
    return asked(make(), "good" if good else "unknown", "RFC 6960, 4.2.2.2")


@rows("ocsp-delegated-weak-key", [("rsa-1024", lambda: primes.key(1024)), ("roca", primes.roca)])
def weak(make):
    weak_key = make()
    return asked(Answer([single()], weak_key, certificates=[responder(key=weak_key).drop("subjectKeyIdentifier")]), "unknown",
                 "an answer that anybody could sign proves nothing")


@rows("ocsp-signed-by", [("leaf-itself", "leaf"), ("holder-of-the-same-ca", "third"), ("root", "root"),
    ("ca-of-the-same-root", "ca2")])
def strangers(who):
    """Keys of other people, certificate enclosed and rightly named."""
    enclosed = {"leaf": issue("leaf", "ca1", ca=False, serial=0x1001),
        "third": issue("responder", "ca1", ca=False, serial=9, subject_key="third"),
                "root": issue("root", "root", ca=True), "ca2": issue("ca2", "root", ca=True, serial=3)}[who]
    return asked(Answer([single()], key(who), certificates=[enclosed]), "unknown",
        "RFC 6960, 4.2.2.2: neither the CA nor authorised by it")

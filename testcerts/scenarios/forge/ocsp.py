"""OCSP answers (RFC 6960), field by field."""

from dataclasses import dataclass, field
from datetime import datetime

from . import values
from .certificate import DAY, EPOCH, HOUR, Certificate, key_id
from .der import NULL, bits, generalized, integer, octets, oid, sequence, tagged, tlv
from .keys import DIGESTS, SHA256, Algorithm, Key, hashed

STATUS = {"successful": 0, "malformedRequest": 1, "internalError": 2, "tryLater": 3, "sigRequired": 5, "unauthorized": 6}
BASIC = "1.3.6.1.5.5.7.48.1.1"


def moment(when: datetime | bytes) -> bytes:
    return when if isinstance(when, bytes) else generalized(when)


def certificate_id(issuer: bytes, key: Key, serial: int, digest: str = "sha1") -> bytes:
    """CertID: of whom `issuer` is the name and `key` the key."""
    return sequence(sequence(oid(DIGESTS[digest]), NULL), octets(hashed(digest, issuer)),
                    octets(hashed(digest, sequence(integer(key.n), integer(key.e)))), integer(serial))


GOOD, UNKNOWN = b"\x80\x00", b"\x82\x00"


def revoked(when: datetime = EPOCH - DAY, reason: int | None = 1) -> bytes:
    return tagged(1, generalized(when), *([] if reason is None else [tagged(0, tlv(0x0A, bytes([reason])))]))


@dataclass
class Single:
    """SingleResponse"""
    id: bytes
    status: bytes = GOOD
    this: datetime | bytes = EPOCH
    next: datetime | bytes | None = EPOCH + 24 * HOUR
    extensions: list = field(default_factory=list)

    def der(self) -> bytes:
        return sequence(self.id, self.status, moment(self.this), *([tagged(0, moment(self.next))] if self.next else []),
                        *([tagged(1, sequence(*self.extensions))] if self.extensions else []))


@dataclass
class Answer:
    """BasicOCSPResponse in an OCSPResponse. `responder`: a name (byName), otherwise the signer's key hash (byKey)."""
    singles: list
    signer: Key
    responder: bytes | None = None
    key_hash: bytes | None = None
    produced: datetime = EPOCH
    certificates: list[Certificate | bytes] = field(default_factory=list)
    extensions: list = field(default_factory=list)
    algorithm: Algorithm = SHA256
    version: int | None = None
    spoil_signature: bool = False
    signature: bytes | None = None
    more: bytes = b""

    def body(self) -> bytes:
        responder = tagged(1, self.responder) if self.responder else tagged(2, octets(self.key_hash or key_id(self.signer)))
        return sequence(*([] if self.version is None else [tagged(0, integer(self.version))]), responder, moment(self.produced),
                        sequence(*(single.der() for single in self.singles)),
                        *([tagged(1, sequence(*self.extensions))] if self.extensions else []))

    def basic(self) -> bytes:
        body = self.body()
        signature = self.algorithm.sign(self.signer, body) if self.signature is None else self.signature
        if self.spoil_signature:
            signature = signature[:-1] + bytes([signature[-1] ^ 1])
        ders = [one if isinstance(one, bytes) else one.der() for one in self.certificates]
        return sequence(body, self.algorithm.identifier, bits(signature), *([tagged(0, sequence(*ders))] if ders else []))

    def der(self) -> bytes:
        return wrapped(self.basic()) + self.more


def wrapped(basic: bytes, kind: str = BASIC, status: str = "successful") -> bytes:
    return sequence(tlv(0x0A, bytes([STATUS[status]])), tagged(0, sequence(oid(kind), octets(basic))))


def error(status: str) -> bytes:
    return sequence(tlv(0x0A, bytes([STATUS[status]])))


def nonce(value: bytes) -> bytes:
    return values.extension("ocspNonce", octets(value))

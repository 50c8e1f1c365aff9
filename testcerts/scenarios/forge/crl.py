"""Revocation lists, field by field."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from . import values
from .certificate import DAY, EPOCH, key_id, signed
from .der import integer, sequence, tagged, time, tlv
from .keys import SHA256, Algorithm, Key

LIFE = timedelta(hours=96)
REASON_CODES = {"unspecified": 0, "keyCompromise": 1, "cACompromise": 2, "affiliationChanged": 3, "superseded": 4,
                "cessationOfOperation": 5, "certificateHold": 6, "removeFromCRL": 8, "privilegeWithdrawn": 9, "aACompromise": 10}


def entry(serial: int, *, when: datetime | bytes = EPOCH - DAY, reason: str | None = "keyCompromise", extensions=()) -> bytes:
    """`extensions`: further ones, ready-made."""
    listed = [values.extension("reasonCode", tlv(0x0A, bytes([REASON_CODES[reason]])))] if reason else []
    listed += extensions
    return sequence(integer(serial), time(when), *([sequence(*listed)] if listed else []))


def of_issuer(name: bytes) -> bytes:
    """Entry extension certificateIssuer."""
    return values.extension("certificateIssuer", values.general_names(values.directory(name)), True)


@dataclass
class Crl:
    """`extensions` as those of a certificate."""
    issuer: bytes
    signer: Key
    entries: list = field(default_factory=list)
    this: datetime | bytes = EPOCH
    next: datetime | bytes | None = EPOCH + LIFE
    number: int | None = 100
    version: int | None = 1
    algorithm: Algorithm = SHA256
    inner_algorithm: bytes | None = None
    extensions: dict = field(default_factory=dict)
    more_extensions: list = field(default_factory=list)
    more_fields: list = field(default_factory=list)
    spoil_signature: bool = False
    signature: bytes | None = None
    empty_list: bool = False

    def __post_init__(self):
        self.extensions.setdefault("authorityKeyIdentifier", (False, values.key_identifier(key_id(self.signer))))
        if self.number is not None:
            self.extensions.setdefault("cRLNumber", (False, integer(self.number)))

    def set(self, kind: str, value: bytes, critical: bool = False) -> "Crl":
        self.extensions[kind] = (critical, value)
        return self

    def drop(self, *kinds: str) -> "Crl":
        for kind in kinds:
            self.extensions.pop(kind, None)
        return self

    def scope(self, *arguments, **options) -> "Crl":
        return self.set("issuingDistributionPoint", values.scope(*arguments, **options), True)

    def delta(self, base: int) -> "Crl":
        return self.set("deltaCRLIndicator", integer(base), True)

    def body(self) -> bytes:
        listed = [values.extension(kind, value, critical) for kind, (critical, value) in self.extensions.items()]
        listed += self.more_extensions
        return sequence(
            *([] if self.version is None else [integer(self.version)]), self.inner_algorithm or self.algorithm.identifier,
            self.issuer, time(self.this), *([time(self.next)] if self.next else []),
            *([sequence(*self.entries)] if self.entries or self.empty_list else []),
            *([tagged(0, sequence(*listed))] if listed else []), *self.more_fields)

    def der(self) -> bytes:
        return signed(self.body(), self)

"""Certificates, field by field."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from . import values
from .der import bits, integer, sequence, tagged, time
from .keys import SHA256, Algorithm, Key, named

EPOCH = datetime(2026, 4, 1, tzinfo=timezone.utc)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def key_id(key: Key) -> bytes:
    return hashlib.sha1(sequence(integer(key.n), integer(key.e))).digest()


def key_of(key: Key | str) -> Key:
    return key if isinstance(key, Key) else named(key)


@dataclass
class Certificate:
    """`extensions`: kind -> (critical, value), in this order; changed freely before `der`."""
    subject: bytes
    key: Key
    issuer: bytes
    signer: Key
    serial: int = 1
    begin: datetime | bytes = EPOCH - 365 * DAY
    end: datetime | bytes = EPOCH + 365 * DAY
    version: int | None = 2
    algorithm: Algorithm = SHA256
    inner_algorithm: bytes | None = None
    spki: bytes | None = None
    extensions: dict = field(default_factory=dict)
    more_extensions: list = field(default_factory=list)
    more_fields: list = field(default_factory=list)
    spoil_signature: bool = False
    signature: bytes | None = None

    def set(self, kind: str, value: bytes, critical: bool | None = None) -> "Certificate":
        """Adds an extension, or replaces it in place with the same criticality unless said otherwise."""
        self.extensions[kind] = (self.extensions.get(kind, (False,))[0] if critical is None else critical, value)
        return self

    def drop(self, *kinds: str) -> "Certificate":
        for kind in kinds:
            self.extensions.pop(kind, None)
        return self

    def body(self) -> bytes:
        listed = [values.extension(kind, value, critical) for kind, (critical, value) in self.extensions.items()]
        listed += self.more_extensions
        return sequence(
            *([] if self.version is None else [tagged(0, integer(self.version))]), integer(self.serial),
            self.inner_algorithm or self.algorithm.identifier, self.issuer, sequence(time(self.begin), time(self.end)),
            self.subject, self.spki or self.key.info(), *self.more_fields,
            *([tagged(3, sequence(*listed))] if listed else []))

    def der(self) -> bytes:
        return signed(self.body(), self)


def signed(body: bytes, item) -> bytes:
    """SIGNED{} of a certificate or a list."""
    signature = item.signature if item.signature is not None else item.algorithm.sign(item.signer, body)
    if item.spoil_signature:
        signature = signature[:-1] + bytes([signature[-1] ^ 1])
    return sequence(body, item.algorithm.identifier, bits(signature))

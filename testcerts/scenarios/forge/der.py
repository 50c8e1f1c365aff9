"""DER, as far as certificates need it, and names."""

import sys
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "hpki"))

from issue import oid, tlv  # noqa: E402

__all__ = ["oid", "tlv"]

NULL = b"\x05\x00"
ATTRIBUTES = {"C": "2.5.4.6", "O": "2.5.4.10", "OU": "2.5.4.11", "CN": "2.5.4.3", "serialNumber": "2.5.4.5",
              "email": "1.2.840.113549.1.9.1", "DC": "0.9.2342.19200300.100.1.25"}
PRINTABLE, UTF8, IA5, BMP, T61 = 0x13, 0x0C, 0x16, 0x1E, 0x14
STRINGS = {"C": PRINTABLE, "serialNumber": PRINTABLE, "email": IA5, "DC": IA5}
ENCODINGS = {BMP: "utf-16-be", T61: "latin-1"}


def sequence(*parts: bytes) -> bytes:
    return tlv(0x30, *parts)


def set_of(*parts: bytes) -> bytes:
    return tlv(0x31, *sorted(parts))


def integer(value: int) -> bytes:
    """Two's complement in as few octets as it takes."""
    return tlv(0x02, value.to_bytes((value + (value < 0)).bit_length() // 8 + 1, "big", signed=True))


def boolean(value: bool) -> bytes:
    return tlv(0x01, b"\xff" if value else b"\x00")


def octets(value: bytes) -> bytes:
    return tlv(0x04, value)


def bits(value: bytes) -> bytes:
    return tlv(0x03, b"\x00" + value)


def named_bits(positions) -> bytes:
    """BIT STRING with these bits set, without trailing zero bits (X.690, 11.2.2)."""
    if not positions:
        return tlv(0x03, b"\x00")
    highest = max(positions)
    number = sum(1 << (highest - position) for position in positions)
    unused = 7 - highest % 8
    return tlv(0x03, bytes([unused]) + (number << unused).to_bytes(highest // 8 + 1, "big"))


def utc(moment: datetime) -> bytes:
    return tlv(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())


def generalized(moment: datetime) -> bytes:
    return tlv(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())


def time(moment: datetime | bytes) -> bytes:
    """Time of RFC 5280, 4.1.2.5: UTCTime until 2049. Ready-made DER passes."""
    if isinstance(moment, bytes):
        return moment
    return utc(moment) if 1950 <= moment.year < 2050 else generalized(moment)


def tagged(number: int, *parts: bytes) -> bytes:
    """Context-specific and constructed: EXPLICIT, or IMPLICIT over a constructed type."""
    return tlv(0xA0 | number, *parts)


def attribute(kind: str, value: str, string: int | None = None) -> bytes:
    string = string or STRINGS.get(kind, UTF8)
    return sequence(oid(ATTRIBUTES[kind]), tlv(string, value.encode(ENCODINGS.get(string, "utf-8"))))


def name(*attributes) -> bytes:
    """One RDN for each (kind, value) or (kind, value, string type); a list of them is one RDN of several values."""
    return sequence(*(set_of(*(attribute(*one) for one in (rdn if isinstance(rdn, list) else [rdn]))) for rdn in attributes))


def common_name(text: str) -> bytes:
    return name(("C", "JP"), ("CN", text))

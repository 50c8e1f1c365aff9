"""Just enough of ISO/IEC 7816-4 and -15 to walk a card's files in a test. Follows what the files say; knows no shape."""

from __future__ import annotations

from dataclasses import dataclass

from pcsc_client import Card

SIGNATURE_AID = "E828BD080FA000000391000000000001"
AUTHENTICATION_AID = "E828BD080FA000000391000000000002"


def der_items(data: bytes) -> list[tuple[int, bytes]]:
    """Tags and contents one after the other; filler (00 or FF) ends the list."""
    items, at = [], 0
    while at + 2 <= len(data) and data[at] not in (0x00, 0xFF):
        tag, size, at = data[at], data[at + 1], at + 2
        if size & 0x80:
            width = size & 0x7F
            size, at = int.from_bytes(data[at:at + width], "big"), at + width
        items.append((tag, data[at:at + size]))
        at += size
    return items


def der_length(data: bytes) -> int:
    """Length of the first item with its header."""
    content = der_items(data)[0][1]
    header = 2 + (data[1] & 0x7F if data[1] & 0x80 else 0)
    return header + len(content)


def expect(answer: tuple[bytes, str], status: str = "9000") -> bytes:
    if answer[1] != status:
        raise AssertionError(f"status {answer[1]} instead of {status}")
    return answer[0]


def read_file(card: Card, path: bytes) -> bytes:
    """One-byte path: SFI x 8. Two bytes: file identifier. Reads with short lengths only."""
    if len(path) == 1:
        out = expect(card.send(f"00B0{0x80 + (path[0] >> 3):02X}0000"))
    else:
        expect(card.send("00A4020C02" + path.hex()))
        out = expect(card.send("00B0000000"))
    while len(out) % 256 == 0 and out:
        part, status = card.send(f"00B0{len(out):04X}00")
        if status == "6B00":
            break
        out += expect((part, status))
    return out


@dataclass
class Application:
    """What the files of one application say."""

    info: bytes
    pin_reference: int
    key_reference: bytes | None
    key_path: bytes
    user_consent: bool
    card_pads: bool
    key_id: bytes
    certificates: dict[bytes, bytes]  # by iD; DER

    @property
    def certificate(self) -> bytes:
        return self.certificates[self.key_id]

    @property
    def mse_data(self) -> list[str]:
        """Forms to try, in order."""
        if self.key_reference is not None:
            return ["840101"]
        fid = self.key_path if len(self.key_path) == 2 else bytes([0, self.key_path[0] >> 3])
        return ["8102" + fid.hex(), "8402" + fid.hex()]


def _object(content: bytes) -> tuple[list, list, list]:
    """commonObjectAttributes, classAttributes, type attributes inside [1]."""
    parts = der_items(content)
    special = next(value for tag, value in parts if tag == 0xA1)
    return der_items(parts[0][1]), der_items(parts[1][1]), der_items(der_items(special)[0][1])


def _path(items: list) -> bytes:
    return der_items(items[0][1])[0][1]


def open_application(card: Card, aid: str, by_sfi: bool) -> Application:
    expect(card.send(f"00A40400{len(aid) // 2:02X}{aid}00"))
    fixed = (lambda sfi, _fid: bytes([sfi << 3])) if by_sfi else (lambda _sfi, fid: fid)
    info = read_file(card, fixed(0x12, b"\x50\x32"))
    directory = dict(der_items(read_file(card, fixed(0x11, b"\x50\x31"))))
    files = {tag: read_file(card, der_items(der_items(value)[0][1])[0][1]) for tag, value in directory.items()}
    _, _, pin = _object(der_items(files[0xA8])[0][1])
    common, key, rsa = _object(der_items(files[0xA0])[0][1])
    certificates = {}
    for _, item in der_items(files[0xA4]):
        _, identity, value = _object(item)
        der = read_file(card, _path(value))
        certificates[identity[0][1]] = der[:der_length(der)]
    reference = next((value for tag, value in key if tag == 0x02), None)
    return Application(
        info=info, pin_reference=next(int.from_bytes(value, "big") for tag, value in pin if tag == 0x80),
        key_reference=reference, key_path=_path(rsa), user_consent=any(tag == 0x02 for tag, _ in common),
        card_pads=any(tag == 0xA1 for tag, _ in key), key_id=key[0][1], certificates=certificates)

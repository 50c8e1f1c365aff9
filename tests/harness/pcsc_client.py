"""PC/SC through libpcsclite, as much as tests need. libpcsclite looks at PCSCLITE_CSOCK_NAME once in a process.

`pcsc_client.py list` prints the readers, one on a line; `wait READER` returns when clients see a card in it.
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import POINTER, Structure, byref, c_char, c_char_p, c_long, c_ubyte, c_ulong, c_void_p

SCOPE_SYSTEM = 2
SHARE_SHARED = 2
PROTOCOL_T0, PROTOCOL_T1 = 1, 2
LEAVE_CARD, RESET_CARD = 0, 1
STATE_UNAWARE, STATE_CHANGED, STATE_EMPTY, STATE_PRESENT = 0, 2, 0x10, 0x20

E_TIMEOUT = 0x8010000A
E_NO_SMARTCARD = 0x8010000C
E_NOT_TRANSACTED = 0x80100016
E_NO_READERS = 0x8010002E
W_REMOVED_CARD = 0x80100069


class ReaderState(Structure):
    _fields_ = [
        ("reader", c_char_p),
        ("user_data", c_void_p),
        ("current", c_ulong),
        ("event", c_ulong),
        ("atr_size", c_ulong),
        ("atr", c_ubyte * 33),
    ]


class IoRequest(Structure):
    _fields_ = [("protocol", c_ulong), ("size", c_ulong)]


class PcscError(Exception):
    def __init__(self, call: str, code: int) -> None:
        super().__init__(f"{call}: {code:08X}")
        self.code = code


class Pcsc:
    """A PC/SC context."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libpcsclite.so.1")
        self._context = c_long()
        self.call("SCardEstablishContext", c_ulong(SCOPE_SYSTEM), None, None, byref(self._context))

    def call(self, name: str, *arguments: object) -> None:
        function = getattr(self._library, name)
        function.restype = c_long
        code = function(*arguments) & 0xFFFFFFFF
        if code:
            raise PcscError(name, code)

    def readers(self) -> list[str]:
        size = c_ulong(0)
        try:
            self.call("SCardListReaders", self._context, None, None, byref(size))
            buffer = (c_char * size.value)()
            self.call("SCardListReaders", self._context, None, buffer, byref(size))
        except PcscError as error:
            if error.code == E_NO_READERS:
                return []
            raise
        return [name.decode() for name in bytes(buffer).split(b"\0") if name]

    def wait(self, reader: str, present: bool, seconds: float) -> None:
        """Returns when a card is there (or is not); PcscError with E_TIMEOUT otherwise."""
        state = ReaderState(reader=reader.encode(), current=STATE_UNAWARE)
        wanted = STATE_PRESENT if present else STATE_EMPTY
        while True:
            self.call("SCardGetStatusChange", self._context, c_ulong(int(seconds * 1000)), byref(state), c_ulong(1))
            if state.event & wanted:
                return
            state.current = state.event & ~STATE_CHANGED

    def connect(self, reader: str) -> Card:
        handle, protocol = c_long(), c_ulong()
        self.call("SCardConnect", self._context, reader.encode(), c_ulong(SHARE_SHARED), c_ulong(PROTOCOL_T0 | PROTOCOL_T1),
                  byref(handle), byref(protocol))
        return Card(self, handle, protocol.value)

    def close(self) -> None:
        self.call("SCardReleaseContext", self._context)


class Card:
    """An open connection to a card."""

    def __init__(self, pcsc: Pcsc, handle: c_long, protocol: int) -> None:
        self._pcsc, self._handle, self._protocol = pcsc, handle, protocol

    def transmit(self, apdu: bytes) -> bytes:
        answer = (c_ubyte * 66000)()
        size = c_ulong(len(answer))
        request = IoRequest(self._protocol, ctypes.sizeof(IoRequest))
        self._pcsc.call("SCardTransmit", self._handle, byref(request), apdu, c_ulong(len(apdu)), None,
                        ctypes.cast(answer, POINTER(c_ubyte)), byref(size))
        return bytes(answer[: size.value])

    def send(self, text: str) -> tuple[bytes, str]:
        """APDU in hexadecimal (blanks allowed) -> data and status word in hexadecimal."""
        answer = self.transmit(bytes.fromhex(text))
        return answer[:-2], answer[-2:].hex().upper()

    def atr(self) -> bytes:
        atr, size = (c_ubyte * 33)(), c_ulong(33)
        self._pcsc.call("SCardStatus", self._handle, None, None, None, None, atr, byref(size))
        return bytes(atr[: size.value])

    def disconnect(self, disposition: int = LEAVE_CARD) -> None:
        self._pcsc.call("SCardDisconnect", self._handle, c_ulong(disposition))


if __name__ == "__main__":
    if sys.argv[1:2] == ["wait"] and len(sys.argv) == 3:
        Pcsc().wait(sys.argv[2], True, 10)
    elif sys.argv[1:] == ["list"]:
        print("\n".join(Pcsc().readers()))
    else:
        sys.exit("usage: pcsc_client.py list | wait READER")

#!/usr/bin/env python3
"""The card program against a reader of the test's own: frames, control bytes, reconnection, slow and hanging answers."""

from __future__ import annotations

import random
import socket
import tempfile
import threading
import unittest
from pathlib import Path

import throwaway
import vcard

STATUS = bytes.fromhex("00B0910000")  # no application selected: 6A82


class Reader:
    """vpcd's end of the connection."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(5)
        self.port: int = self._listener.getsockname()[1]
        self._card: socket.socket | None = None

    def accept(self) -> None:
        self.drop()
        self._card, _ = self._listener.accept()
        self._card.settimeout(5)

    def send(self, payload: bytes, pieces: bool = False) -> None:
        assert self._card is not None
        frame = len(payload).to_bytes(2, "big") + payload
        for piece in ([bytes([byte]) for byte in frame] if pieces else [frame]):
            self._card.sendall(piece)

    def receive(self) -> bytes:
        return self._exactly(int.from_bytes(self._exactly(2), "big"))

    def _exactly(self, size: int) -> bytes:
        assert self._card is not None
        out = b""
        while len(out) < size:
            part = self._card.recv(size - len(out))
            if not part:
                raise EOFError
            out += part
        return out

    def timeout(self, seconds: float) -> None:
        assert self._card is not None
        self._card.settimeout(seconds)

    def drop(self) -> None:
        if self._card is not None:
            self._card.close()
            self._card = None

    def close(self) -> None:
        self.drop()
        self._listener.close()


class Link(unittest.TestCase):
    def setUp(self) -> None:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.reader = Reader()
        self.addCleanup(self.reader.close)
        profile = vcard.make_profile("jma", throwaway.make_pki(folder))
        self.control = self.enterContext(vcard.Vcard(self.reader.port, profile, folder))
        self.reader.accept()

    def test_control_bytes_and_reconnection(self) -> None:
        for _ in range(3):
            self.reader.send(b"\x01")
            self.reader.send(b"\x02")
            self.reader.send(b"\x04", pieces=True)
            atr = self.reader.receive()
            self.assertEqual((atr[0], atr[-1]), (0x3B, self._check(atr)))
            self.reader.send(STATUS, pieces=True)
            self.assertEqual(self.reader.receive().hex(), "6a82")
            self.reader.accept()  # the reader went away: the card comes by itself

    @staticmethod
    def _check(atr: bytes) -> int:
        check = 0
        for byte in atr[1:-1]:
            check ^= byte
        return check

    def test_hanging_card_answers_when_freed_or_leaves(self) -> None:
        self.control.send("hang")
        self.reader.send(STATUS)
        self.reader.timeout(0.2)
        with self.assertRaises(TimeoutError):
            self.reader.receive()
        self.reader.timeout(5)
        self.control.send("hang off")
        self.assertEqual(self.reader.receive().hex(), "6a82")
        self.control.send("hang")
        self.reader.send(STATUS)
        self.control.send("eject")
        with self.assertRaises((EOFError, ConnectionError)):
            self.reader.receive()

    def test_delay_holds_the_answer_back(self) -> None:
        self.control.send("delay 300")
        self.reader.send(STATUS)
        self.reader.timeout(0.1)
        with self.assertRaises(TimeoutError):
            self.reader.receive()
        self.reader.timeout(5)
        self.assertEqual(self.reader.receive().hex(), "6a82")

    def test_insert_answers_when_the_reader_asks_for_the_atr(self) -> None:
        self.control.send("eject")
        self.assertFalse(self.control.send("state")["inserted"])
        other = vcard.Control(self.control.control_path)
        self.addCleanup(other.close)
        answers: list[dict] = []
        waiting = threading.Thread(target=lambda: answers.append(other.send("insert now")))
        waiting.start()
        self.reader.accept()
        self.assertTrue(self.control.send("state")["connected"])
        self.assertEqual(answers, [])
        self.reader.send(b"\x04")
        self.reader.receive()
        waiting.join(5)
        self.assertEqual(answers, [{"ok": True}])

    def test_random_commands_are_all_answered(self) -> None:
        seed = 20260401
        print(f"seed {seed}")
        random_bytes = random.Random(seed)
        heads = [b"\x00" + bytes([ins]) for ins in (0x20, 0x22, 0x2A, 0xA4, 0xB0)] + [b"\x10\x2a", b""]
        for _ in range(3000):
            apdu = random_bytes.choice(heads) + random_bytes.randbytes(random_bytes.choice((2, 3, 4, 5, 8, 22, 262, 300)))
            self.reader.send(apdu)
            answer = self.reader.receive()
            self.assertGreaterEqual(len(answer), 2, apdu.hex())
            self.assertIn(answer[-2] >> 4, (6, 9), apdu.hex())

    def test_nonsense_on_the_control_socket_is_refused(self) -> None:
        for line in ("", "bogus", "delay", "delay -1", "delay 60001", "die xyz", "tries nobody", "tries signature 16", "hold nobody",
                     "insert", "insert soon", "trace /nowhere/x", "quit now"):
            with self.assertRaises(vcard.VcardError, msg=line):
                self.control.send(line)
        self.reader.send(STATUS)
        self.assertEqual(self.reader.receive().hex(), "6a82")


if __name__ == "__main__":
    unittest.main()

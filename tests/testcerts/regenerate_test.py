#!/usr/bin/python3
"""The generators write, byte for byte, what is committed beside them."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TESTCERTS = Path(__file__).resolve().parents[2] / "testcerts"


def contents(folder: Path) -> dict:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*")
            if file.is_file() and "__pycache__" not in file.parts and file.suffix not in (".py", ".md")}


def run(*command) -> None:
    subprocess.run([sys.executable, "-B", *map(str, command)], check=True)


class Regenerate(unittest.TestCase):
    maxDiff = None

    def compare(self, committed: Path, made: Path) -> None:
        expected, actual = contents(committed), contents(made)
        self.assertGreater(len(expected), 20)
        self.assertEqual(sorted(expected), sorted(actual))
        self.assertEqual([], [name for name in expected if expected[name] != actual[name]])

    def test_hpki_of_the_fixed_epoch(self):
        with tempfile.TemporaryDirectory() as made:
            run(TESTCERTS / "hpki/generate.py", "--epoch", "2026-04-01T00:00:00Z", "--out", made)
            self.compare(TESTCERTS / "hpki/fixed", Path(made))

    def test_scenarios(self):
        with tempfile.TemporaryDirectory() as made:
            run(TESTCERTS / "scenarios/generate.py", "--out", made)
            self.compare(TESTCERTS / "scenarios", Path(made))

    def test_another_epoch_moves_every_time(self):
        with tempfile.TemporaryDirectory() as made:
            run(TESTCERTS / "hpki/generate.py", "--epoch", "2028-02-29T23:00:00Z", "--out", made)
            fixed = contents(TESTCERTS / "hpki/fixed")
            same = [name for name, bytes_ in contents(Path(made)).items() if fixed[name] == bytes_]
            self.assertTrue(all(name.endswith(".key.pem") for name in same), same)


if __name__ == "__main__":
    unittest.main()

"""A root, a CA and one holder, made by openssl in a moment and thrown away: for tests of the harness itself."""

from __future__ import annotations

import subprocess
from pathlib import Path


def _openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def _certificate(out: Path, key: Path, name: str, ca: tuple[Path, Path] | None, is_ca: bool) -> None:
    """A new RSA-2048 key and a DER certificate; self-signed without `ca`."""
    issued_by = () if ca is None else ("-CA", ca[0], "-CAkey", ca[1])
    basic = f"basicConstraints=critical,CA:{'TRUE' if is_ca else 'FALSE'}"
    _openssl("req", "-x509", "-newkey", "rsa:2048", "-noenc", "-keyout", key, "-subj", f"/C=JP/CN={name}", "-days", 2,
             "-addext", basic, *issued_by, "-outform", "DER", "-out", out)


def make_pki(folder: Path, holder: str = "doctor") -> Path:
    """Layout as the test PKI has it: trust/, holders/NAME/. Gives the holder's folder."""
    trust, home = folder / "trust", folder / "holders" / holder
    for made in (trust, home):
        made.mkdir(parents=True, exist_ok=True)
    root, root_key = trust / "root.cer", folder / "root.key.pem"
    ca, ca_key = trust / "ca.cer", folder / "ca.key.pem"
    _certificate(root, root_key, "Throw-away root", None, True)
    _certificate(ca, ca_key, "Throw-away CA", (root, root_key), True)
    for use in ("signature", "authentication"):
        _certificate(home / f"{use}.cer", home / f"{use}.key.pem", f"{holder} {use}", (ca, ca_key), False)
    return home

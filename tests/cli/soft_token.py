"""A SoftHSM token of its own with a holder's key and certificate (id 17)."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from command import FIXED

MODULE = "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"


class SoftToken:
    PIN = "87654321"

    def __init__(self, holder: Path = FIXED / "holders/doctor1", use: str = "signature") -> None:
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        (folder / "tokens").mkdir(mode=0o700)
        config = folder / "softhsm2.conf"
        config.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
        self.environment = {"SOFTHSM2_CONF": str(config)}
        self._run("softhsm2-util", "--init-token", "--free", "--label", "shomei", "--so-pin", "12345678", "--pin", self.PIN)
        self._run("softhsm2-util", "--import", holder / f"{use}.key.pem", "--token", "shomei", "--label", "key", "--id", "17",
                  "--pin", self.PIN)
        self._run("pkcs11-tool", "--module", MODULE, "--token-label", "shomei", "--login", "--pin", self.PIN, "--type", "cert", "--id", "17",
                  "--label", "certificate", "--write-object", holder / f"{use}.cer")

    @property
    def full_environment(self) -> dict[str, str]:
        return {**os.environ, **self.environment}

    def _run(self, *command: object) -> None:
        subprocess.run([str(part) for part in command], env=self.full_environment, check=True, capture_output=True)

    @staticmethod
    def uri(key_id: str) -> str:
        return f"pkcs11:token=shomei;id=%{key_id}?module-path={MODULE}"

    def close(self) -> None:
        self._folder.cleanup()

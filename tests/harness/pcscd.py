"""A private pcscd: own socket by socket activation, own reader configuration, own port pair. Works as root; as an ordinary user
where /run/pcscd exists, else in a user namespace with a /run of its own."""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import process

READER = "Shomei Virtual Reader"
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
_ATTEMPTS = 20
_START_LIMIT = 10.0  # seconds


class PcscdError(Exception):
    pass


def _free_port_pair() -> int:
    """A port N with N+1 free as well, below the range from which the kernel gives ports to clients."""
    for _ in range(1000):
        port = random.SystemRandom().randrange(20000, 32000, 2)
        try:
            with socket.socket() as first, socket.socket() as second:
                first.bind(("", port))
                second.bind(("", port + 1))
        except OSError:
            continue
        return port
    raise PcscdError("no free pair of ports")


def _command(config: Path) -> list[str]:
    program = shutil.which("pcscd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program is None:
        raise PcscdError("pcscd is not installed (package pcscd)")
    if not DRIVER.exists():
        raise PcscdError(f"{DRIVER} is not installed (package vsmartcard-vpcd)")
    command = ["sh", "-c", 'LISTEN_PID=$$ exec "$@"', "sh", program, "--foreground", "--config", str(config)]
    if os.geteuid() == 0 or Path("/run/pcscd").is_dir():
        return command
    # pcscd insists on /run/pcscd; an ordinary user gets a /run of its own
    inside = 'mount -t tmpfs tmpfs /run && exec "$@"'
    return ["unshare", "--user", "--mount", "--map-root-user", "sh", "-c", inside, "sh", *command]


class Pcscd:
    """Running after __init__; `environment` is what clients need. A context manager."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="shm-"))  # socket paths end at 107 bytes
        self.socket = self.folder / "pcscd.comm"
        self.log = self.folder / "pcscd.log"
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    _process: subprocess.Popen | None = None
    port: int
    readers: list[str]

    @property
    def environment(self) -> dict[str, str]:
        return {"PCSCLITE_CSOCK_NAME": str(self.socket)}

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def _start(self) -> None:
        for _ in range(_ATTEMPTS):
            self.port = _free_port_pair()
            self.launch()
            self.readers = self._list_readers()
            if self.readers:
                return
            self.end()  # somebody else took the port in between
        raise PcscdError(f"pcscd has no reader:\n{self.log.read_text(errors='replace')}")

    def launch(self) -> None:
        config = self.folder / "reader.conf.d"
        config.mkdir(exist_ok=True)
        (config / "vpcd").write_text(
            f'FRIENDLYNAME "{READER}"\nDEVICENAME /dev/null:{self.port}\nLIBPATH {DRIVER}\nCHANNELID {self.port}\n')
        self.socket.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with listener, self.log.open("ab") as log:
            listener.bind(str(self.socket))
            self.socket.chmod(0o600)
            listener.listen(16)

            def prepare() -> None:
                process.die_with_parent()
                os.dup2(listener.fileno(), 3)

            # pcscd takes over the listening socket as file descriptor 3
            self._process = subprocess.Popen(
                _command(config), env={**os.environ, "LISTEN_FDS": "1"}, preexec_fn=prepare, pass_fds=(3,),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _list_readers(self) -> list[str]:
        """The first answer comes after pcscd has set up its readers, so nothing has to be asked twice."""
        client = Path(__file__).with_name("pcsc_client.py")
        try:
            done = subprocess.run([sys.executable, str(client), "list"], env={**os.environ, **self.environment},
                                  capture_output=True, text=True, timeout=_START_LIMIT, check=False)
        except subprocess.TimeoutExpired:
            return []
        return done.stdout.splitlines() if done.returncode == 0 else []

    def end(self) -> None:
        """Ends pcscd alone; `launch` starts it again in the same place."""
        if self._process is not None:
            process.end(self._process)
            self._process = None

    def wait_for_card(self) -> None:
        """Returns when clients see a card in the first reader; a reader that has taken a card tells them a little later."""
        client = Path(__file__).with_name("pcsc_client.py")
        subprocess.run([sys.executable, str(client), "wait", self.readers[0]], env={**os.environ, **self.environment}, check=True,
                       timeout=_START_LIMIT)

    def stop(self) -> None:
        self.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Pcscd:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

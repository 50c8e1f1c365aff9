#!/usr/bin/env python3
"""Has a referral signed by the doctor's card. Python's standard library is all it needs.

    sign_referral.py referral.json                                 writes referral.json.p7s
    sign_referral.py --format xades referral.json                  writes referral.json.xades.xml
    sign_referral.py --format xades --packaging enveloped cda.xml  writes cda.xml.signed.xml, the document with its signature
"""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import os
import socket
import sys
from pathlib import Path
from typing import Any


class Agent(http.client.HTTPConnection):
    """HTTP over the agent's Unix socket."""

    def __init__(self) -> None:
        super().__init__("localhost", timeout=60)
        self._path = os.environ.get("SHOMEI_AGENT_SOCKET") or os.environ["XDG_RUNTIME_DIR"] + "/shomei/agent.sock"

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        text = None if body is None else json.dumps(body)
        self.request(method, path, text, {"Content-Type": "application/json", "Accept-Language": "ja"})
        answer = self.getresponse()
        content = answer.read()
        value = json.loads(content) if content else None
        if answer.status >= 400:
            fail(value["error"])
        return value


def fail(error: dict[str, str]) -> None:
    sys.exit(f"{error['id']}: {error['text']} {error.get('detail', '')}\n{error['hint']}")


def sign(agent: Agent, document: Path, form: str, packaging: str) -> bytes:
    job = agent.call("POST", "/v1/sign", {
        "format": form,
        "packaging": packaging,
        "documents": [{"name": document.name, "content": base64.b64encode(document.read_bytes()).decode()}],
    })
    path = f"/v1/jobs/{job['id']}"
    while job["state"] in ("waiting", "running"):  # the doctor reads and types
        job = agent.call("GET", path + "?wait=30")
    agent.call("DELETE", path)
    result = job["documents"][0]
    if result["error"]:
        fail(result["error"])
    return base64.b64decode(result["content"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--format", choices=("cades", "xades"), default="cades")
    parser.add_argument("--packaging", choices=("detached", "enveloped", "enveloping"), default="detached")
    parser.add_argument("--out", type=Path, help="folder for the result; default: the document's own")
    parser.add_argument("document", type=Path)
    options = parser.parse_args()
    signature = sign(Agent(), options.document, options.format, options.packaging)
    ending = ".p7s" if options.format == "cades" else ".xades.xml" if options.packaging == "detached" else ".signed.xml"
    out = (options.out or options.document.parent) / (options.document.name + ending)
    out.write_bytes(signature)
    print(out)


if __name__ == "__main__":
    main()

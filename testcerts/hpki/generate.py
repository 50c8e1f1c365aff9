#!/usr/bin/python3
"""Writes the test PKI as of an epoch: trust anchors, CRLs, holders' certificates and keys, TLS server, TSA.

    generate.py --epoch 2026-04-01T00:00:00Z --out DIR
    generate.py --make-keys          makes the keys that are missing in keys/
"""

import argparse
import hashlib
import ipaddress
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import keys
import pki
import profiles
from cryptography import x509
from manifest import describe


def key_names() -> list[str]:
    holders = [pki.key_of(who, use) for who, holder in profiles.HOLDERS.items() for use in holder.uses]
    return [*profiles.CAS, *holders, "tsa", "tls_server"]


def rfc3339(text: str) -> datetime:
    if text == "now":
        return datetime.now(timezone.utc).replace(microsecond=0)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("the epoch needs a time zone, as in 2026-04-01T00:00:00Z")
    return moment.astimezone(timezone.utc).replace(microsecond=0)


def authorities(epoch: datetime):
    for ca, row in profiles.CAS.items():
        der = pki.authority(ca, epoch)
        for file in row.file:
            yield file, der


def holders(epoch: datetime):
    for who, holder in profiles.HOLDERS.items():
        for use in holder.uses:
            stem = f"holders/{who}/{'authentication' if use == 'staff' else use}"
            yield f"{stem}.cer", pki.end_entity(who, use, epoch)
            yield f"{stem}.key.pem", keys.path(pki.key_of(who, use)).read_bytes()


def services(epoch: datetime):
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    yield "tls/server.cer", pki.service("localhost", "tls_server", profiles.TLS_SERVER, epoch, names)
    yield "tls/server.key.pem", keys.path("tls_server").read_bytes()
    yield "tsa/tsa.cer", pki.service("Shomei Test TSA", "tsa", profiles.TIME_STAMP, epoch)
    yield "tsa/tsa.key.pem", keys.path("tsa").read_bytes()


def crls(epoch: datetime, next_at: datetime, revoked_at: datetime):
    yield "crl/sarl.crl", pki.root_list("SARL", epoch)
    yield "crl/rarl.crl", pki.root_list("RARL", epoch)
    for ca in ("sign_ca", "auth_ca"):
        yield f"crl/{ca}.crl", pki.complete_crl(ca, epoch, pki.revoked_by(ca, epoch))
        yield f"crl_next/{ca}.crl", pki.complete_crl(ca, next_at, pki.next_revoked_by(ca, epoch, revoked_at))
    for ca in ("staff_ca", "tsa_ca"):
        yield f"crl/{ca}.crl", pki.complete_crl(ca, epoch)


def generate(epoch: datetime, out: Path, next_at: datetime, revoked_at: datetime) -> None:
    files = {}
    for part in (authorities, holders, services):
        files.update(part(epoch))
    files.update(crls(epoch, next_at, revoked_at))
    entries = {file: describe(file, content) | {"sha256": hashlib.sha256(content).hexdigest()}
               for file, content in sorted(files.items())}
    manifest = {"epoch": epoch.strftime("%Y-%m-%dT%H:%M:%SZ"), "files": entries}
    files["manifest.json"] = (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
    for file, content in files.items():
        (out / file).parent.mkdir(parents=True, exist_ok=True)
        (out / file).write_bytes(content)
        if file.endswith(".key.pem"):
            (out / file).chmod(0o600)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epoch", type=rfc3339, default="now", help="RFC 3339 time with zone, or now (default)")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--next-at", type=rfc3339, help="thisUpdate of crl_next/ (default: an hour after the epoch)")
    parser.add_argument("--revoked-at", type=rfc3339, help="revocation time of doctor1 in crl_next/ (default: half an hour after the epoch)")
    parser.add_argument("--make-keys", action="store_true")
    arguments = parser.parse_args()
    if not arguments.make_keys and not arguments.out:
        parser.error("--out DIR or --make-keys is needed")
    if arguments.make_keys:
        print("made:", *(keys.make_missing(key_names()) or ["nothing, all keys are there"]))
    if arguments.out:
        epoch = arguments.epoch
        generate(epoch, arguments.out, arguments.next_at or epoch + timedelta(hours=1),
                 arguments.revoked_at or epoch + timedelta(minutes=30))


if __name__ == "__main__":
    main()

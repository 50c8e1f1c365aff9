"""What every case starts from: a chain of CAs that is right, with a list of each; and what a case ends in: files."""

import json
from dataclasses import dataclass, field

from . import values
from .certificate import Certificate, key_id, key_of
from .crl import Crl, entry
from .der import common_name, octets
from .keys import Key

AT = "2026-04-01T01:00:00Z"
KEYS = {"root": "root", "ca1": "sign_ca", "ca2": "auth_ca", "ca3": "staff_ca", "ca4": "tsa_ca", "leaf": "doctor1_signature",
        "other": "tls_ca", "third": "doctor2_signature", "responder": "nurse_signature"}
NAMES = {"root": "Test Root", "ca1": "Test CA 1", "ca2": "Test CA 2", "ca3": "Test CA 3", "ca4": "Test CA 4", "leaf": "Test Leaf",
         "other": "Test Other CA", "responder": "Test Responder"}
CASES: dict = {}


def key(who: str) -> Key:
    return key_of(KEYS[who])


def name(who: str) -> bytes:
    return common_name(NAMES[who])


def issue(who: str, by: str, *, ca: bool, serial: int = 1, signer: str | None = None,
    subject_key: str | None = None) -> Certificate:
    """The usual certificate of `who`, issued by `by`."""
    own, above = key(subject_key or who), key(signer or by)
    made = Certificate(name(who), own, name(by), above, serial)
    made.set("authorityKeyIdentifier", values.key_identifier(key_id(above)))
    made.set("subjectKeyIdentifier", octets(key_id(own)))
    if ca:
        made.set("basicConstraints", values.basic_constraints(True), True)
    return made.set("keyUsage", values.key_usage(*(("keyCertSign", "cRLSign") if ca else ("digitalSignature",))), True)


def list_of(who: str, *entries: bytes, signer: str | None = None, **fields) -> Crl:
    """The usual complete list of a CA."""
    return Crl(name(who), key(signer or who), list(entries), **fields)


@dataclass
class Chain:
    """root -> ca1 -> ... -> leaf. Certificates and lists may be changed, added (`more`: file -> bytes or an object with
    `der`) and removed; `files` writes what is there."""
    depth: int = 1
    certificates: dict = field(default_factory=dict)
    lists: dict = field(default_factory=dict)
    more: dict = field(default_factory=dict)

    def __post_init__(self):
        cas = ["root"] + [f"ca{i + 1}" for i in range(self.depth)]
        for above, ca in zip(["root"] + cas, cas):
            self.certificates[ca] = issue(ca, above, ca=True, serial=1 if ca == "root" else 2)
            self.lists[ca] = list_of(ca)
        self.certificates["leaf"] = issue("leaf", cas[-1], ca=False, serial=0x1001)
        self.last = cas[-1]

    def __getattr__(self, who: str):
        try:
            return self.__dict__["certificates"][who]
        except KeyError:
            raise AttributeError(who) from None

    @property
    def crl(self) -> Crl:
        """The list that speaks of the leaf."""
        return self.lists[self.last]

    def files(self) -> dict:
        made = {}
        for who, certificate in self.certificates.items():
            made[{"root": "trust/root.cer", "leaf": "leaf.cer"}.get(who, f"chain/{who}.cer")] = certificate.der()
        for who, crl in self.lists.items():
            made[f"crl/{who}.crl"] = crl.der()
        for file, item in self.more.items():
            made[file] = item if isinstance(item, bytes) else item.der()
        return made


def expect(files: "dict | Chain", verdict: str, why: str, *, checks=(), purpose: str = "any", at: str = AT, **more) -> dict:
    """Adds what has to be answered. `more`: kind, policy, require_explicit_policy, ..., as README.md says."""
    files = files.files() if isinstance(files, Chain) else files
    expected = ({"purpose": purpose} if "trust/root.cer" in files or more.get("kind") is None else {}) | {
        "at": at, "verdict": verdict, "why": why} | ({"checks": list(checks)} if checks else {}) | more
    return files | {"expected.test": (json.dumps(expected, indent=1, ensure_ascii=False) + "\n").encode()}


def case(function):
    """Registers a case, named as its function with - for _."""
    add(function.__name__.replace("_", "-"), function)
    return function


def add(folder: str, function) -> None:
    assert folder not in CASES, folder
    CASES[folder] = function


def rows(prefix: str, table):
    """Registers one case for each row: function(row's fields) under prefix-row[0]."""
    def register(function):
        for row in table:
            add(f"{prefix}-{row[0]}", lambda row=row: function(*row[1:]))
        return function
    return register


__all__ = ["AT", "CASES", "Chain", "add", "case", "entry", "expect", "issue", "key", "list_of", "name", "rows"]

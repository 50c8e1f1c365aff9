"""Keeps the arrows between the rooms: who may include whom, and in which folder each third-party header enters."""

from sources import INCLUDE, finish, product_files

# room -> rooms whose headers it may include (besides its own)
ARROWS = {
    "base": [],
    "http": ["base"],
    "cards": ["base"],
    "pkcs11": ["base"],
    "pkcs11/module": ["base", "cards"],
    "auth/x509": ["base"],
    "auth/token": ["base", "auth/x509"],
    "signing": ["base", "auth/x509"],
    "server": ["base", "http", "pkcs11", "auth/x509", "auth/token", "signing"],
    "agent": ["base", "http", "cards", "pkcs11", "auth/x509", "auth/token", "signing"],
    "cli": ["base", "http", "cards", "pkcs11", "auth/x509", "auth/token", "signing"],
    "gateway": ["base", "http", "auth/x509", "auth/token"],
}

# beginning of a third-party header -> rooms (or their folders or files) in which it may enter
THIRD_PARTY = {
    "winscard.h": ["cards"], "PCSC/": ["cards"], "reader.h": ["cards"],
    "libp11.h": ["pkcs11"], "pkcs11.h": ["pkcs11"],
    "libxml/": ["signing"], "xmlsec/": [],
    "httplib.h": ["http"],
    "soci/": ["server/store"], "sqlite3.h": ["server/store"], "libpq-fe.h": ["server/store", "server/audit"],
    "toml++/": ["base"], "spdlog/": ["base"],
    "CLI/": ["cli"],
    "botan/": ["auth/x509/second_opinion.cpp"],
    "gtest/": [], "gmock/": [],
}


def room_of(path):
    """The longest name in ARROWS that the path lies in."""
    fitting = [room for room in ARROWS if str(path).startswith(room + "/")]
    return max(fitting, key=len) if fitting else None


def path_is_in(path, place):
    """A folder, or one file."""
    return str(path) == place or str(path).startswith(place + "/")


problems = []
edges = set()
for path, text in product_files():
    room = room_of(path)
    if room is None:
        problems.append(f"{path}: lies in no room")
        continue
    for kind, header in INCLUDE.findall(text):
        target = room_of(header) if kind == '"' else None
        if header.startswith("tests/"):
            problems.append(f"{path}: the product includes a test: {header}")
        elif kind == '"' and target is None:
            problems.append(f"{path}: {header} is in no room; write the path from the root")
        elif target and target != room:
            edges.add((room, target))
            if target not in ARROWS[room]:
                problems.append(f"{path}: {room} may not include {header}")
        for beginning, folders in THIRD_PARTY.items():
            if kind == "<" and header.startswith(beginning) and not any(path_is_in(path, f) for f in folders):
                problems.append(f"{path}: <{header}> may enter only in {folders}")
if ("auth/token", "auth/x509") not in edges and any(room == "auth/token" for room, _ in edges):
    problems.append("no arrow was seen where one must be: the test reads nothing")
finish(problems, f"arrows ({len(edges)} seen)")

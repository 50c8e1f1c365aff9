"""What no file of the repository may hold, and what the sources may do in one place only."""

import re
import subprocess

from sources import ROOT, finish, product_files

problems = []

# The PIN's one door is used where a PIN goes to a card or token, and nowhere else.
for path, text in product_files():
    if re.search(r"\.reveal\(\[", text) and "Pin" in text and path.parts[0] not in ("cards", "pkcs11", "base"):
        problems.append(f"{path}: reveals a PIN")
    if re.search(r"\bstd::string(?:_view)?\b[&\s]+(?:\w+_)?pin\b\s*[;={,)]", text):
        problems.append(f"{path}: a PIN in a text")
    for word in (r"\bsystem\(", r"\bpopen\(", r"\bgetenv\(\"[^\"]*PIN"):
        if re.search(word, text):
            problems.append(f"{path}: matches {word}")
    for mark in ("TO" + "DO", "FIX" + "ME", "HA" + "CK", "XX" + "X"):
        if re.search(rf"\b{mark}\b", text):
            problems.append(f"{path}: {mark}")
    if re.search(r"^\s*using namespace (?!std::(?:chrono_)?literals)", text, re.M) and path.suffix == ".h":
        problems.append(f"{path}: using namespace in a header")

# Private keys are test keys and lie where tests are.
names = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=True).stdout.decode().split("\0")
files = [name for name in names if name and (ROOT / name).is_file()]
for name in files:
    content = (ROOT / name).read_bytes()
    if len(content) > 1 << 20:
        problems.append(f"{name}: over 1 MiB")
    if re.search(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/]", content):
        if not name.startswith(("testcerts/", "tests/")):
            problems.append(f"{name}: a private key outside testcerts and tests")
        elif b"TEST KEY" not in content and not name.endswith(".py"):
            problems.append(f"{name}: a private key that does not say that it is a test key")

# Every parser of foreign bytes has its fuzz target, and every target its corpus.
for target in sorted((ROOT / "tests/fuzz").glob("*_fuzz.cpp")):
    corpus = ROOT / "tests/fuzz/corpus" / target.stem.removesuffix("_fuzz")
    if not corpus.is_dir() or not any(corpus.iterdir()):
        problems.append(f"{target.name}: no corpus in {corpus.relative_to(ROOT)}")
finish(problems, f"repository ({len(files)} files)")

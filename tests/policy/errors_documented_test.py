"""ERRORS.md has one entry for each row of the error table, with the same texts, and each code is produced somewhere."""

import re

from sources import ROOT, finish, product_files

ROW = re.compile(r'\{Code::(k\w+),\s*"([^"]+)",\s*ExitStatus::(\w+),(.*?)\}\},', re.S)
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
EXIT = {"kDone": 0, "kNegative": 1, "kIndeterminate": 2, "kUsage": 64, "kUnreadableInput": 65, "kUnavailable": 69,
        "kOurFault": 70, "kNotPermitted": 77}


def texts_of(body):
    """The four texts of a row; literals that the formatter broke over lines are joined."""
    joined = re.sub(r'"\s*\n\s*"', "", body)
    return [literal.replace('\\"', '"') for literal in LITERAL.findall(joined)]


table = (ROOT / "base/error_table.cpp").read_text(encoding="utf-8")
enumeration = (ROOT / "base/error_code.h").read_text(encoding="utf-8")
document = (ROOT / "ERRORS.md").read_text(encoding="utf-8")
sources = "".join(text for path, text in product_files() if path.name not in ("error_table.cpp", "error_code.h"))

problems = []
wanted = []
for code, name, status, body in ROW.findall(table):
    text_en, text_ja, hint_en, hint_ja = texts_of(body)
    wanted.append(f"### `{name}` (exit {EXIT[status]})\n\n{text_en} {hint_en}\n\n{text_ja}{hint_ja}\n")
    if not re.search(rf"\b{code}\b", sources):
        problems.append(f"{code}: no source produces it")
    if code not in enumeration:
        problems.append(f"{code}: not in the enumeration")
for entry in wanted:
    if entry not in document:
        problems.append(f"ERRORS.md lacks or differs:\n{entry}")
documented = len(re.findall(r"^### `", document, re.M))
if documented != len(wanted) or len(wanted) < 40:
    problems.append(f"ERRORS.md has {documented} entries, the table {len(wanted)}")
finish(problems, f"errors ({len(wanted)} documented)")

#!/usr/bin/python3
"""Writes ERRORS.md from the error table: tools/errors_md.py > ERRORS.md"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
EXIT = {"kDone": 0, "kNegative": 1, "kIndeterminate": 2, "kUsage": 64, "kUnreadableInput": 65, "kUnavailable": 69,
        "kOurFault": 70, "kNotPermitted": 77}
ROW = re.compile(r'\{Code::k\w+,\s*"([^"]+)",\s*ExitStatus::(\w+),(.*?)\}\},', re.S)
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')

print("""# Errors

Each failed operation has one id that never changes, an exit status of the command line, a text and a hint. The table is
`base/error_table.cpp`; this page is written from it by `tools/errors_md.py`, and a test compares the two.

失敗した操作には、変わらない識別子、コマンドの終了コード、説明と対処があります。

What is not here: an expected outcome (a wrong PIN with tries left, a choice of cards) is an ordinary answer, and a verdict on a
certificate or signature is a report with findings.
""")
table = (ROOT / "base/error_table.cpp").read_text(encoding="utf-8")
for name, status, body in ROW.findall(table):
    texts = [t.replace('\\"', '"') for t in LITERAL.findall(re.sub(r'"\s*\n\s*"', "", body))]
    sys.stdout.write(f"### `{name}` (exit {EXIT[status]})\n\n{texts[0]} {texts[2]}\n\n{texts[1]}{texts[3]}\n\n")

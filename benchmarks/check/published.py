"""The checker's figures on solutions that others have published: documents with a "wrong", what stays undecided, and how
many slips planted in what was compared are found.

    PYTHONPATH=. python benchmarks/check/published.py FOLDER [--every N]

FOLDER holds files of JSON lines whose `text` is Markdown. A slip is another digit, planted in the right side of every
N-th equality that is exact or rounded. Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from derivation.checking.article import Report, check_text

DIGIT = re.compile(r"\d")


def planted(text: str, report: Report, every: int) -> Iterator[str]:
    """The text with one slip at a time."""
    compared = [one for one in report.equalities if one.verdict in ("exact", "rounded")]
    for equality in compared[::every]:
        start, end = equality.right.start, equality.right.end
        digits = list(DIGIT.finditer(text, start, end))
        if digits:
            at = digits[-1].start()
            yield f"{text[:at]}{(int(text[at]) + 1) % 10}{text[at + 1 :]}"


def is_found(text: str, before: Report) -> bool:
    """Whether something is wrong that was not before."""
    known = {(one.left.latex, one.right.latex) for one in before.wrong}
    return any((one.left.latex, one.right.latex) not in known for one in check_text(text).wrong)


def measured(path: Path, every: int) -> str:
    """The row of one file."""
    verdicts, wrong, slowest, found, tried = Counter[str](), 0, 0.0, 0, 0
    texts = [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()]
    for text in texts:
        began = time.process_time()
        report = check_text(text)
        slowest = max(slowest, time.process_time() - began)
        verdicts.update(report.summary)
        wrong += bool(report.wrong)
        for slip in planted(text, report, every):
            tried, found = tried + 1, found + is_found(slip, report)
    total = max(verdicts.total(), 1)
    return (
        f"| {path.stem} | {len(texts)} | {verdicts.total()} | {verdicts['wrong']} in {wrong} | "
        f"{verdicts['undecided'] / total:.1%} | {found} of {tried} | {slowest:.2f} s |"
    )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--every", type=int, default=5)
    chosen = arguments.parse_args()
    print(
        "| file | documents | equalities | wrong | undecided | slips found | slowest |\n|---|---|---|---|---|---|---|"
    )
    for file in sorted(chosen.folder.glob("*.jsonl")):
        print(measured(file, chosen.every), flush=True)

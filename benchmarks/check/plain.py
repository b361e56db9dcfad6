"""How many published calculation errors are found in plain text, and how many right equalities are called wrong.

    PYTHONPATH=. python benchmarks/check/plain.py FILE.jsonl ... [--half 0|1] [--show]

Each line of a file is an object with `original_solution` and `transformed_solution`, as in EIC (LittleCirc1e/EIC, folder
`data/generated_cases_GSM8K/calculation_error`), or with `text`, a right solution whose dollars of mathematics are taken
out. An error is found if an equality of the first line that was changed is called wrong. Nothing of the files is kept
here. --half takes every second object, beginning with the first or the second. Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path

from derivation.checking.article import Report, check_text

TYPED = {r"\cdot": "*", r"\times": "*", r"\%": "%", r"\$": "$", "$": ""}
FRACTION = re.compile(r"\\[dt]?frac\{(\d+)\}\{(\d+)\}")


def as_plain(text: str) -> str:
    """A solution with its formulas as people type them."""
    text = FRACTION.sub(r"\1/\2", text)
    for command, sign in TYPED.items():
        text = text.replace(command, sign)
    return text


def changed_line(right: str, wrong: str) -> int:
    """The first line that is not the same, counted from 1; 0 where all are."""
    lines = zip_longest(right.splitlines(), wrong.splitlines())
    return next((number for number, (a, b) in enumerate(lines, 1) if a != b), 0)


def is_found(case: Mapping[str, str]) -> bool:
    wrong = check_text(case["transformed_solution"], in_text=True).wrong
    line = changed_line(case["original_solution"], case["transformed_solution"])
    return any(line in (equality.place[0], equality.left.place[0]) for equality in wrong)


def cases(path: Path, half: int | None) -> Iterator[Mapping[str, str]]:
    lines = [line for line in path.read_text("utf-8").splitlines() if line.strip()]
    yield from map(json.loads, lines if half is None else lines[half::2])


def measured(path: Path, half: int | None, show: bool) -> str:
    """A file's row."""
    found = errors = documents = 0
    verdicts = Counter[str]()
    for case in cases(path, half):
        text = as_plain(case["text"]) if "text" in case else case["original_solution"]
        report: Report = check_text(text, in_text=True)
        verdicts.update(equality.verdict for equality in report.equalities)
        documents += bool(report.wrong)
        if "transformed_solution" in case:
            errors, found = errors + 1, found + is_found(case)
        for wrong in report.wrong if show else ():
            print(f"{path.name}: {wrong.left.latex} {wrong.relation} {wrong.right.latex}: {wrong.why}")
    return (
        f"| {path.parent.parent.parent.name}/{path.name} | {found} of {errors} | {sum(verdicts.values())} "
        f"| {verdicts['wrong']} in {documents} | {verdicts['undecided']} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    rows = [measured(path, given.half, given.show) for path in given.files]
    print("| file | errors found | right equalities | called wrong, in documents | undecided |")
    print("|---|---|---|---|---|")
    print("\n".join(rows))


if __name__ == "__main__":
    main()

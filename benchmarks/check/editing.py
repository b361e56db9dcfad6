"""How long an editor waits for the verdicts after an edit, beside a check in full: processor milliseconds.

    python benchmarks/check/editing.py ARTICLE...

Edits: a word put in, a line put in, a digit changed, twelve of each at places drawn from a seed; each goes on from the
article as it stands. Prints Markdown.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from derivation.checking.article import PRECISION, judged
from derivation.checking.sources.find import source
from derivation.editors.rechecking import checked, traced
from derivation.formulas.precision import working_precision

EDITS = 12
PARAGRAPH, DIGIT = re.compile(r"\n\n(?=[A-Z])"), re.compile(r"(?<=\d)\d(?=[ \\$])")
KINDS: dict[str, tuple[re.Pattern[str], Callable[[str], str]]] = {
    "a word": (PARAGRAPH, lambda found: f"{found}Now "),
    "a line": (PARAGRAPH, lambda found: f"{found}Now we go on.\n\n"),
    "a digit": (DIGIT, lambda found: str((int(found) + 1) % 10)),
}


def edits(text: str, kind: str) -> Iterator[str]:
    """The text after each edit of a kind."""
    pattern, new = KINDS[kind]
    drawn, found = random.Random(5), list(pattern.finditer(text))
    for match in (drawn.choice(found) for _ in range(EDITS)):
        yield text[: match.start()] + new(match[0]) + text[match.end() :]


def took(work: Callable[[], Any]) -> float:
    """Milliseconds of the processor."""
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)


def main(paths: list[str]) -> None:
    print("| article | edit | after it | at most | a check in full |\n|---|---|---:|---:|---:|")
    for path in paths:
        text = Path(path).read_text("utf-8")
        with working_precision(PRECISION):
            checked(source(path, text))  # what is loaded late is loaded
            world = traced(checked(source(path, text))[0], lambda: False)
            for kind in KINDS:
                times = [
                    (
                        took(partial(checked, source(path, now), world)),
                        took(partial(judged, source(path, now))),
                    )
                    for now in edits(text, kind)
                ]
                again, full = zip(*times, strict=True)
                print(
                    f"| {Path(path).name} | {kind} | {sum(again) / EDITS:.0f} | {max(again):.0f} | {sum(full) / EDITS:.0f} |"
                )


if __name__ == "__main__":
    main(sys.argv[1:])

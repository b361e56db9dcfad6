"""`derivation check --watch`: the same report again, whenever a file has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from derivation.checking.judging.verdicts import Report
from derivation.system.ending import until_interrupted
from derivation.system.streams import say
from derivation.words.telling import tell

Look = Callable[[Sequence[Path]], tuple[Sequence[Report], int]]
"""Delivers the report on some articles: the verdicts, and the exit code."""
State = tuple[int, int, int] | None
"""What tells whether a file has changed; None where there is none, as for a moment while it is replaced."""
PAUSE = 0.2
"""Seconds between two looks at the files."""


def watched(articles: Sequence[Path], look: Look) -> int:
    """Looks at the articles, and again at all of them when a file of theirs has changed, until Ctrl-C; the last exit
    code."""
    with until_interrupted() as interrupted:
        known = states(articles)  # before they are read, so that no change is missed
        reports, code = look(articles)
        known = states(files(reports)) | known
        say(tell("commands.watching"))
        while not interrupted.wait(PAUSE):
            now = states(known)
            if all(state in (None, known[file]) for file, state in now.items()):
                continue
            wrong = wrong_of(reports)
            reports, code = look(articles)
            say(*differences(wrong, wrong_of(reports)))
            known = states(files(reports)) | now
    return code


def files(reports: Sequence[Report]) -> Iterable[Path]:
    """The articles' files, and those that they put in."""
    return (Path(formula.source.path) for report in reports for formula in report.found)


def states(files: Iterable[Path]) -> dict[Path, State]:
    """What the files are like now."""
    return {file: state_of(file) for file in dict.fromkeys(files)}


def state_of(file: Path) -> State:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def wrong_of(reports: Sequence[Report]) -> Counter[tuple[str, str]]:
    """The wrong equalities, by article and by what they say: lines move."""
    return Counter(
        (report.article, f"{equality.left.latex} {equality.relation} {equality.right.latex}")
        for report in reports
        for equality in report.wrong
    )


def differences(before: Counter[tuple[str, str]], after: Counter[tuple[str, str]]) -> Sequence[str]:
    """What has become of the wrong equalities: those that are mended, and those that are new.

    >>> print(*differences(Counter([("a.md", "z = 1")]), Counter([("a.md", "z = 2")])), sep="\\n")
    a.md: no longer wrong: z = 1
    a.md: newly wrong: z = 2
    """
    rows: Mapping[str, Counter[tuple[str, str]]] = {"mended": before - after, "newly_wrong": after - before}
    said = [
        tell(f"commands.{code}", article=article, equality=equality)
        for code, found in rows.items()
        for article, equality in found.elements()
    ]
    return said or [tell("commands.as_before")]

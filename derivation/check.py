"""The checker: which equality of an article is wrong.

>>> print(check_text("$x = 2$ and $x^2 = 5$"))
article.md:1:20: wrong: 4, not 5
  1 | $x = 2$ and $x^2 = 5$
    |                    ^
    = expected: 4
article.md: 2 equalities in 2 formulas: 1 stated, 0 exact, 0 rounded, 1 wrong, 0 undecided
>>> check_text("$x = 2$ and $x^2 = 5$").wrong[0].why
'4, not 5'
"""

from __future__ import annotations

from dataclasses import fields
from os import PathLike, fspath

from derivation.checking import article
from derivation.checking.article import Equality, UnreadableArticle
from derivation.checking.judging import verdicts
from derivation.words.telling import tell

__all__ = ["Equality", "Report", "UnreadableArticle", "check", "check_text"]


class Report(verdicts.Report):
    """An article's verdicts; `print` shows what is wrong, notebooks the article with a mark at every equality."""

    def __str__(self) -> str:
        from derivation.checking.reports.text import plain

        return plain(self)

    def _repr_html_(self) -> str:
        from derivation.checking.reports.html import cell

        return cell(self)


def check(path: str | PathLike[str]) -> Report:
    """The verdicts for the article in a file; `UnreadableArticle` where there is none to read."""
    return _shown(article.check(fspath(path)))


def check_text(text: str, path: str = "article.md") -> Report:
    """The verdicts for an article given as text; the ending of `path` says of what kind it is."""
    if not isinstance(text, str):
        wanted = tell("python.article_text")
        raise TypeError(tell("python.wants", function="check_text()", wanted=wanted, kind=type(text).__name__))
    return _shown(article.check_text(text, path))


def _shown(report: verdicts.Report) -> Report:
    return Report(**{field.name: getattr(report, field.name) for field in fields(report)})

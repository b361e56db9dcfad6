"""The checker: which equality of an article is wrong.

>>> check_text("$x = 2$ and $x^2 = 5$").wrong[0].why
'4, not 5'
"""

from __future__ import annotations

from derivation.checking.article import Equality, Report, UnreadableArticle, check, check_text

__all__ = ["Equality", "Report", "UnreadableArticle", "check", "check_text"]

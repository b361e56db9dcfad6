"""The operations table: one entry is all. What is known of an operation stands in its row, and a piece that is missing
is named when the table is imported; rules elsewhere look for operations by `heads`, not by strings."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from derivation import derive, loads
from derivation.formulas.operations import TABLE, Operation, examples
from derivation.formulas.terms import walk

PACKAGE = Path(__file__).parents[1] / "derivation"
FEW = 60
STRINGS = {
    "formulas/terms.py": (8, "Python's operators between terms; terms lie below the table"),
    "formulas/language/spellings.py": (7, "names of PyTorch and NumPy"),
    "formulas/language/resolve.py": (
        6,
        "words of the language: `sum` may be a row of the table or an average on the way",
    ),
    "formulas/language/expressions.py": (1, "a word of the language, which a repetition may stand in"),
    "checking/reading/functions.py": (3, "spellings that an article's other words for them lead to"),
    "checking/reading/forms.py": (2, "environments of LaTeX"),
    "checking/reports/setting.py": (2, "environments of LaTeX"),
    "tex/read.py": (1, "an environment of LaTeX"),
    "tex/mathml.py": (1, "an environment of LaTeX"),
    "handwriting/strokes/signs.py": (4, "signs that the hand writes"),
    "handwriting/setting.py": (1, "an accent"),
    "pages/figures/geometry.py": (3, "kinds of nodes and tones"),
    "pages/figures/heat.py": (2, "tones"),
    "pages/figures/plot.py": (1, "a kind of node"),
    "deriving/reasons.py": (1, "the key of a sentence"),
    "deriving/on_request/jacobian.py": (1, "the key of a sentence"),
    "exercises/exports/follow.py": (1, "an operation of QTI"),
    "exercises/plan/wishes.py": (1, "a wish"),
    "exercises/search/case.py": (2, "a wish"),
    "exercises/search/finding.py": (1, "a wish"),
    "exercises/exercise/former_ids.py": (1, "a wish in ids of before"),
    "exercises/marking/reports/pdf.py": (1, "a class's mean"),
    "exercises/marking/reports/json_form.py": (1, "a class's mean"),
    "spec/files.py": (1, "a key of a spec"),
}
"""Where a string is the name of an operation: how often, and why."""


def strings(path: Path) -> int:
    """How many literals of a file are the name of an operation."""
    return sum(
        isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in TABLE
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    )


def test_names_of_operations_stand_as_strings_only_where_they_mean_something_else() -> None:
    outside = [path for path in PACKAGE.rglob("*.py") if not path.is_relative_to(PACKAGE / "formulas" / "operations")]
    found = Counter({path.relative_to(PACKAGE).as_posix(): strings(path) for path in outside})
    assert +found == {path: count for path, (count, _) in STRINGS.items()}
    assert found.total() < FEW


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_each_operation_has_an_example_that_uses_it(row: Operation) -> None:
    network = loads(examples.spec(row))
    assert any(node.head == row.name for equation in network.equations.values() for node in walk(equation))
    assert derive(network).values["out"].entries

"""Exercises of a network with an array of four axes and a vector that is printed with dots, in every form."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from places import ROOT
from typer.testing import CliRunner

from derivation.cli.app import app

FORMS = {
    "md": "keys.md",
    "csv": "key.csv",
    "json": "key.json",
    "gift": "gift.txt",
    "moodle": "moodle.xml",
    "qti21": "qti21.zip",
    "canvas": "canvas.zip",
    "prairielearn": "prairielearn/*/info.json",
}
LESSON = (ROOT / "examples" / "lenet.toml").read_text("utf-8")
VARIANTS = '\n[variants]\nplaces = 1\nbranches = "any"\nask = ["Z", "h"]\n[variants.vary]\nX = "integers 0..2"\n'


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("channels")
    (folder / "lesson.toml").write_text(LESSON + VARIANTS, "utf-8")
    call = ["variants", str(folder / "lesson.toml"), "-n", "1", "--format", ",".join(FORMS), "-o", str(folder / "out")]
    done = CliRunner().invoke(app, call)
    assert done.exit_code == 0, done.output
    return folder / "out"


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_written(written: Path, form: str) -> None:
    assert [path for path in written.glob(FORMS[form]) if path.stat().st_size > 100]


@pytest.mark.slow
def test_the_answers_are_numpys(written: Path) -> None:
    given = json.loads((written / "key.json").read_text("utf-8"))["variants"][0]["given"]
    image = [np.array(given[f"X_{channel}"], dtype=float) for channel in (1, 2)]
    maps = [
        sum(
            np.lib.stride_tricks.sliding_window_view(image[channel], (2, 2)).reshape(4, 4, 4)
            @ np.array(given[f"K_{filter}_{channel + 1}"], dtype=float).ravel()
            for channel in (0, 1)
        )
        - 1
        for filter in (1, 2)
    ]
    pooled = [np.maximum(of, 0).reshape(2, 2, 2, 2).max(axis=(1, 3)) for of in maps]
    with (written / "key.csv").open(encoding="utf-8") as table:
        answers = {row["blank"]: float(row["answer"]) for row in csv.DictReader(table)}
    assert answers == {
        **{f"Z_{k + 1}[{i + 1},{j + 1}]": maps[k][i, j] for k in (0, 1) for i in range(4) for j in range(4)},
        **{f"h[{place + 1}]": value for place, value in enumerate(np.ravel(pooled))},
    }

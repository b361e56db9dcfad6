"""A 784-128-10 network: values and gradients against NumPy, every link proved, matrices shown by their corners and
norms."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import derivation
from derivation.checking.article import check_text
from derivation.pages.formats.markdown import markdown
from derivation.proving.prover import unproved


@pytest.mark.slow
def test_784_128_10(tmp_path: Path) -> None:
    drawn = np.random.default_rng(0)
    given = {
        "W1": np.round(drawn.normal(0, 0.05, (128, 784)), 3),
        "b1": np.zeros(128),
        "W2": np.round(drawn.normal(0, 0.1, (10, 128)), 3),
        "b2": np.zeros(10),
    }
    x, y = np.round(drawn.random(784), 2), np.eye(10)[3]
    np.savez(tmp_path / "numbers.npz", **given, x=x, y=y)
    files = {key: f'{key} = {{ file = "numbers.npz", key = "{key}" }}' for key in (*given, "x", "y")}
    equations = "z1 = W1 @ x + b1\nh = relu(z1)\nz2 = W2 @ h + b2\np = softmax(z2)\nL = cross_entropy(p, y)"
    tables = "[parameters]\n" + "\n".join(files[key] for key in given) + f"\n[data]\n{files['x']}\n{files['y']}\n"
    (tmp_path / "net.toml").write_text(f'digits = 4\n[model]\nloss = "L"\nequations = """\n{equations}\n"""\n{tables}')

    found = derivation.derive(derivation.load(tmp_path / "net.toml"))
    h = np.maximum(given["W1"] @ x, 0)
    scores = np.exp(given["W2"] @ h)
    signal = scores / scores.sum() - y
    hidden = (given["W2"].T @ signal) * (h > 0)
    for key, expected in {"W2": np.outer(signal, h), "b2": signal, "W1": np.outer(hidden, x), "b1": hidden}.items():
        ours = np.array(
            [
                float(entry) if hasattr(entry, "rad") else int(entry.p) / int(entry.q)
                for entry in found.gradients[key].entries
            ]
        )
        assert np.max(np.abs(ours - expected.ravel())) < 1e-14
    proved = derivation.prove(found)
    assert not unproved(proved)
    page = markdown(proved)
    for shown, array in {
        r"\lVert W^{(1)}\rVert_F": given["W1"],
        r"\lVert x\rVert_2": x,
        r"\lVert z^{(1)}\rVert_2": given["W1"] @ x,
        r"\lVert \frac{\partial L}{\partial W^{(1)}}\right\rVert_F": np.outer(hidden, x),
        r"\lVert \frac{\partial L}{\partial h}\right\rVert_2": given["W2"].T @ signal,
    }.items():
        [printed] = re.findall(re.escape(shown) + r" &\\approx (\S+)\n\\end", page)
        assert float(printed) == float(f"{np.linalg.norm(array):.4g}")
    assert not check_text(page).wrong
    assert r"\ddots" in page and len(page) < 60_000

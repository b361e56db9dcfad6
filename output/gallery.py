"""Makes every lesson of examples/, a picture of its first page, and the index beside this file."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
CHAPTERS = {
    "First networks": ["two-two-one", "sigmoid-circuit", "shared-bias", "xor", "three-four-two", "paper-arithmetic"],
    "Regression": ["linear-regression", "logistic-regression", "softmax-regression"],
    "Deeper networks": ["mlp-batch", "dropout", "weight-decay", "residual", "batch-norm", "layer-norm"],
    "Optimizers": ["momentum", "adam"],
    "Images": ["cnn", "lenet", "image-batch"],
    "Sequences": ["rnn", "lstm", "gru"],
    "Attention": ["attention", "two-heads", "multi-head-attention", "transformer-block"],
    "Words": ["skip-gram"],
    "Graphs and embeddings": ["graph-layer", "triplet-loss"],
    "Generation": ["variational-autoencoder"],
    "Teachers and fine-tuning": ["distillation", "low-rank-adaptation"],
    "Reinforcement learning": ["policy-gradient", "temporal-difference"],
}
WIDTH = 300
"""Of a picture in pixels."""


def main() -> int:
    left = sorted(
        {path.stem for path in EXAMPLES.glob("*.toml")} - {name for names in CHAPTERS.values() for name in names}
    )
    if left:
        print(f"no chapter holds {', '.join(left)}", file=sys.stderr)
        return 1
    lines = [
        "# The gallery",
        "",
        "Each lesson is one spec in [examples/](../examples); `make gallery` makes all the PDFs beside this page, "
        "and the page.",
        "",
    ]
    for chapter, names in CHAPTERS.items():
        lines += [f"## {chapter}", "", "| | | |", "|:---:|:---:|:---:|"]
        cells = [cell(name) for name in names]
        lines += [
            f"| {' | '.join(row + [''] * (3 - len(row)))} |"
            for row in (cells[k : k + 3] for k in range(0, len(cells), 3))
        ]
        lines.append("")
    (HERE / "README.md").write_text("\n".join(lines), "utf-8")
    return 0


def cell(name: str) -> str:
    """A lesson's PDF and picture made, and the cell of the index that shows them."""
    spec, document = EXAMPLES / f"{name}.toml", HERE / f"{name}.pdf"
    subprocess.run([Path(sys.executable).with_name("derivation"), "handout", spec, "-o", document], check=True)
    picture = [
        "pdftoppm",
        "-png",
        "-singlefile",
        "-f",
        "1",
        "-l",
        "1",
        "-scale-to-x",
        str(2 * WIDTH),
        "-scale-to-y",
        "-1",
    ]
    subprocess.run([*picture, document, HERE / "pictures" / name], check=True)
    title = tomllib.loads(spec.read_text("utf-8"))["title"].replace("|", "\\|")
    return (
        f'<a href="../examples/{name}.toml"><img src="pictures/{name}.png" width="{WIDTH}" alt="First page: '
        f'{title}"></a><br>[{title}](../examples/{name}.toml)'
    )


if __name__ == "__main__":
    raise SystemExit(main())

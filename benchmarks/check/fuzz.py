"""Mutilated articles and shuffled formulas by the thousand: nothing may crash, hang or be run.

python benchmarks/check/fuzz.py [COUNT] [SEED]
"""

from __future__ import annotations

import random
import re
import sys
import time
from pathlib import Path

from derivation.check import check_text
from derivation.check.find import find, source
from derivation.check.source import Formula

ARTICLES = [path for path in sorted((Path(__file__).parents[2] / "examples" / "articles").iterdir()) if path.suffix != ".ipynb"]
FORMULAS = [part.text for path in ARTICLES for part in find(source(str(path), path.read_text("utf-8"))) if isinstance(part, Formula)]
PIECES = [piece for text in FORMULAS for piece in re.findall(r"\\?[A-Za-z]+|\d+(?:\.\d+)?|\S", text)]


def mutilated(drawn: random.Random) -> str:
    """A few real formulas with pieces left out, doubled, exchanged and put in."""
    shown = []
    for text in drawn.sample(FORMULAS, drawn.randint(1, 4)):
        pieces = re.findall(r"\\?[A-Za-z]+|\d+(?:\.\d+)?|\s+|\S", text)
        for _ in range(drawn.randint(1, 5)):
            at = drawn.randrange(len(pieces))
            pieces[at : at + drawn.randint(0, 3)] = drawn.choice([[], [drawn.choice(PIECES)], pieces[at : at + 2] * 2, drawn.sample(PIECES, 3)])
            pieces = pieces or ["x"]
        shown.append("".join(pieces))
    return "\n\n".join(f"${text}$" if "\n" not in text else f"$${text}$$" for text in shown)


if __name__ == "__main__":
    count, seed = (int(word) for word in (sys.argv[1:] + ["1000", "0"][len(sys.argv) - 1 :]))
    drawn, slowest, began = random.Random(seed), 0.0, time.perf_counter()
    for number in range(count):
        text = mutilated(drawn)
        start = time.perf_counter()
        try:
            check_text(text)
        except Exception:
            print(f"input {number} of seed {seed}:\n{text}")
            raise
        slowest = max(slowest, time.perf_counter() - start)
    print(f"{count} inputs of seed {seed}: no crash; slowest {slowest:.2f} s, {(time.perf_counter() - began) / count * 1000:.1f} ms each")

"""What is raised where a spec cannot be worked: every problem that was found, each with its place."""

from __future__ import annotations

from dataclasses import replace

from derivation.spec.text import Problem, shown
from derivation.words.telling import Sentence

MAXIMAL_MESSAGE = 800


class SpecError(ValueError):
    """A spec that cannot be worked; `problems` are all that were found, in the order of the file."""

    def __init__(self, source: str, problems: list[Problem]) -> None:
        self.source, self.problems = (
            source,
            sorted({replace(problem, message=_legible(problem.message)) for problem in problems}, key=Problem.place),
        )
        super().__init__(
            "\n".join(
                f"{p.argument or source}{f':{p.line}:{p.column}' if p.line else ''}: {p.message}" for p in self.problems
            )
        )


def _legible(message: str) -> str:
    text = shown(message[:MAXIMAL_MESSAGE])
    return Sentence(text, message.code) if isinstance(message, Sentence) else text

"""PrairieLearn: a question folder whose `server.py` takes the variant that the seed says from a file of variants."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from derivation.exercises.exercise.exercise import Exercise
from derivation.exercises.exports.answers import AcceptedAnswers
from derivation.exercises.exports.formats import ExportFormat, Files, Labelled
from derivation.exercises.exports.question import Posed, Question, certain, title
from derivation.exercises.exports.setting import Tex
from derivation.pages.typesetting.templating import environment, format_of
from derivation.pages.words import in_its_language
from derivation.words.files import templates


def lines(exercise: Exercise, variants: Labelled) -> bytes:
    """A line of JSON for each variant: what is shown, and the answers."""
    question, made = _question(exercise), environment("prairielearn")
    given, solution = (made.get_template(f"question/{name}.html.j2") for name in ("given", "solution"))

    def line(posed: Posed) -> str:
        shown = {
            name: str(template.render(posed=posed, question=question))
            for name, template in (("given", given), ("solution", solution))
        }
        answers = [
            {
                "right": _interval(entry.right),
                "wrong": [[*_interval(answer), question.told(mistakes)] for mistakes, answer in entry.wrong],
            }
            for entry in posed.entries
        ]
        return json.dumps({"id": posed.id, **shown, "answers": answers}, ensure_ascii=False) + "\n"

    return "".join(certain(lambda variant: line(question.of(variant)), variant) for variant, _ in variants).encode()


def folder(exercise: Exercise, parts: Iterable[bytes]) -> Files:
    """The question's folder."""
    question, made = _question(exercise), environment("prairielearn")
    name = re.sub(r"[^a-z0-9]+", "-", title(exercise).lower()).strip("-") or "question"
    count = 0

    def counted() -> Iterator[bytes]:
        nonlocal count
        for part in parts:
            count += part.count(b"\n")
            yield part

    yield f"prairielearn/{name}/variants.jsonl", counted()
    yield f"prairielearn/{name}/question.json", [_json(_shared(question, count))]
    info = {
        "uuid": _uuid(question),
        "title": question.title,
        "topic": question.words["topic"],
        "tags": ["derivation"],
        "type": "v3",
    }
    yield f"prairielearn/{name}/info.json", [_json(info)]
    contract = exercise.contract
    rounding = ("sigfig", contract.digits) if contract.places is None else ("decdig", contract.places)
    tasks = [task for stage in question.stages for task in stage.tasks]
    page = made.get_template("prairielearn/question.html.j2").render(question=question, tasks=tasks, rounding=rounding)
    yield f"prairielearn/{name}/question.html", [page.encode()]
    yield f"prairielearn/{name}/server.py", [(templates() / "prairielearn" / "server.py").read_bytes()]


@in_its_language
def _question(exercise: Exercise) -> Question:
    return Question(
        exercise,
        Tex(format_of("prairielearn")["inline"]),
        environment("prairielearn").get_template("question/chain.html.j2"),
    )


def _shared(question: Question, count: int) -> dict[str, Any]:
    """What all variants share. Formulas stand here and not in the page, where two braces would be a command."""
    made = environment("prairielearn").get_template("prairielearn/task.html.j2")
    tasks = [
        str(made.render(stage=stage, task=task, first=task is stage.tasks[0]))
        for stage in question.stages
        for task in stage.tasks
    ]
    return {
        "count": count,
        "points": question.points,
        "credit": question.credit / 100,
        "looks": question.looks,
        "tasks": tasks,
        "wrong_number": question.words["wrong_number"],
    }


def _interval(answer: AcceptedAnswers) -> list[str]:
    return [answer.shown, answer.lowest, answer.highest]


def _uuid(question: Question) -> str:
    """The same for the same exercise, so that a new export takes the place of the old one."""
    return str(
        UUID(bytes=hashlib.sha256("\n".join((question.title, *question.structure)).encode()).digest()[:16], version=4)
    )


def _json(table: dict[str, Any]) -> bytes:
    return (json.dumps(table, ensure_ascii=False, indent=1) + "\n").encode()


PRAIRIELEARN = ExportFormat((lines,), folder)

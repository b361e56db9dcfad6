"""Gives each student the variant that the seed says, and grades each number by itself. Plain Python; needs nothing
beside this folder."""

import json
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path


def _folder(data):
    return Path(data.get("options", {}).get("question_path", "."))


def _shared(data):
    return json.loads((_folder(data) / "question.json").read_text("utf-8"))


def _name(place):
    return f"a{place}x"


def _variant(data, shared):
    seed = data["variant_seed"]
    number = seed if isinstance(seed, int) else int(str(seed), 36)
    with (_folder(data) / "variants.jsonl").open(encoding="utf-8") as lines:
        return json.loads(next(islice(lines, number % shared["count"], None)))


def _within(given, answer):
    return Decimal(answer[1]) <= given <= Decimal(answer[2])


def generate(data):
    """The texts of the variant, and the right answers for display."""
    shared = _shared(data)
    variant = _variant(data, shared)
    data["params"].update(id=variant["id"], given=variant["given"], solution=variant["solution"])
    data["params"].update({f"task{place}": text for place, text in enumerate(shared["tasks"])})
    data["correct_answers"].update(
        {_name(place): float(answer["right"][0]) for place, answer in enumerate(variant["answers"])}
    )


def parse(data):
    """Numbers are read by the elements; what is left as text is a number or an error."""
    shared = _shared(data)
    for place in range(len(shared["looks"])):
        name = _name(place)
        if name not in data["format_errors"] and _number(data["submitted_answers"].get(name)) is None:
            data["format_errors"][name] = shared["wrong_number"]


def grade(data):
    """Each number: right, a known mistake with its name and part of the points, or a hint where to look."""
    shared = _shared(data)
    total = 0
    answers = _variant(data, shared)["answers"]
    for place, answer in enumerate(answers):
        score, feedback = _graded(_number(data["submitted_answers"].get(_name(place))), answer, shared, place)
        data["partial_scores"][_name(place)] = {"score": score, "weight": shared["points"][place], "feedback": feedback}
        total += score * shared["points"][place]
    data["score"] = total / (sum(shared["points"]) or 1)


def _graded(given, answer, shared, place):
    if given is not None and _within(given, answer["right"]):
        return 1, ""
    for wrong in answer["wrong"]:
        if given is not None and _within(given, wrong):
            return shared["credit"], wrong[3]
    return 0, shared["looks"][place]


def _number(given):
    """A submitted answer as it was typed; None where it is no number."""
    if isinstance(given, dict):
        given = given.get("_value")
    try:
        found = Decimal(str(given).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def test(data):
    """What a correct, an incorrect and an invalid submission get."""
    shared = _shared(data)
    answers = _variant(data, shared)["answers"]
    for place, answer in enumerate(answers):
        name, kind = _name(place), data["test_type"]
        data["partial_scores"].pop(name, None)
        data["format_errors"].pop(name, None)
        if kind == "invalid":
            data["raw_submitted_answers"][name] = "no number"
            data["format_errors"][name] = shared["wrong_number"]
            continue
        raw = answer["right"][0] if kind == "correct" else _far(answer)
        score, feedback = _graded(Decimal(raw), answer, shared, place)
        data["raw_submitted_answers"][name] = raw
        data["partial_scores"][name] = {"score": score, "weight": shared["points"][place], "feedback": feedback}
    data["score"] = 1 if data["test_type"] == "correct" else 0


def _far(answer):
    """A number that is nobody's answer."""
    return str(max(Decimal(known[2]) for known in [answer["right"], *answer["wrong"]]) + 1)

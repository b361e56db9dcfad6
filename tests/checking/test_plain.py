"""Equalities that stand plainly in a text: in sentences, lists, tables, spans of code, notebooks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from derivation.checking.article import Report, check_text
from derivation.checking.sources import arithmetic, claims, sides
from derivation.checking.sources.find import plain
from derivation.checking.sources.source import Source
from derivation.cli.app import app
from derivation.words.telling import code_of

RIGHT = """
Three pens cost 3 * 4 = 12 dollars.
He pays $4 x 3 = $12 for the pens.
Two boxes weigh 2 × 4.5 kg = 9 kg.
Each gets 40 ÷ 8 = 5 apples.
The rest is 100-37=63.
Together they have 15 + 17 + 8 = 40 books.
She has 7 + 5 apples = 12 apples.
52 broken shells / 2 = 26 broken shells were found.
17 perfect shells - 12 not quite perfect shells = 5 shells.
The distance is 3 hours * 60 miles/hour = 180 miles.
The way takes 160 feet / 8 feet/second = 20 seconds.
They need 3 hours * 60 minutes/hour = 180 minutes.
The film lasts 2 hours = 120 minutes.
The film lasts 1 hour + 30 minutes = 90 minutes.
The film lasts 150 minutes = 2 hours and 30 minutes.
The pack weighs 3 kg = 3000 g.
The shelf is 6 feet 3 inches = 75 inches high.
A dozen: 1 dozen = 12.
One pack = 20 cards, that is, 1 pack = 20 cards.
A mile is 1 mile = 1.6 km, about.
It costs 5 * 30 cents = $1.50.
He sold 5 * 25 = $1.25 worth of stamps.
He saves 20% of 50 = 10 euros.
He saves 50 * 20% = 10 euros.
The share is 5/20 * 100 = 25%.
The share is 5/20 = 25%.
The price falls by $125 x 8/100 = $10.
After the discount: 100% - 15% = 85%.
A markup gives 100 + 30% of 100 = 130.
The rate is 0.25 = 25%.
In all 2,500 + 1,500 = 4,000 people came.
The sum is $1,250.50 + $249.50 = $1,500.
A third is 1/3 = 0.33.
A third is 1/3 = 0.333.
Two thirds of 90: 2/3 * 90 = 60.
2/3 of 90 = 60 students passed.
The dough needs 2 1/2 + 1 1/4 = 3 3/4 cups.
Half: ½ + ¼ = ¾.
The ratio is 11/4 / 15/4 = 11/15.
The track: 3/(1/4) = 12 laps.
It grows by (20 - 12) * 3 = 24.
A chain: 2 * 3 = 6 = 12 / 2.
A chain: 12 * 2 = 6 * 4 = 24.
Total cost = $12 * 3 = $36.
Natalia sold 48/2 = <<48/2=24>>24 clips.
A square: 5^2 + 12^2 = 13^2.
A square: 5² = 25.
In code: `2**10 = 1024`.
A root: sqrt(16) + 1 = 5.
A root: √81 = 9.
Ways: 5! = 120 and 9! / 8! = 9.
He has 3 + 4 = 7!
Approximately 22/7 ≈ 3.14.
That is 100/7 = about 14.
A loss: 5 - 8 = -3.
A loss: $5 - $8 = -$3.
Ten times 2 is told so: 10 times 2 equals 20.
20 plus 20 plus 12 minus 5 equals 47.
Dreißig: 3 mal 10 ergibt 30.
We get x = 5.
With x = 5 the sum is x + 3 = 8.
Let y = 3x + 2 and y = 11.
The rest: 17 / 5 = 3 remainder 2.
On 2024-05-01 = the first of May, 3 + 4 = 7 people came.
The score 3:2 = a win, and 3 + 2 = 5 goals.
From 9:00-6:00 = 3 hours they worked.
Version 1.2.3 = the last one; 1 + 2 = 3.
It is 5 / 2 = 2-3 pieces each.
The ratio 4^2 : 1^2 = 16 : 1.
The mean of 3 + 4 = 3.5.
Half of 20 = 10.
The square root of 16 = 4.
See https://a.org/?a=3+4=8 for more.
<img width=300 height=200/2=99>
f(3) = 9 and max(3, 4) = 4.
**3 + 4 = 7** and *5 + 6 = 11*.
* 3 + 4 = 7
- 3 + 4 = 7
+ 3 + 4 = 7
1. 3 + 4 = 7
2) 3 + 4 = 7
> 3 + 4 = 7
| a | 3 + 4 = 7 | 8 - 5 = 3 |
# 3 + 4 = 8 is a heading
The cost of a book = 12 and of a pen = 3.
He sold 8 = 16 / 2 of them.
Because 36 = 12 * 3, it is right.
Call 555-123-4567 = the office.
ISBN = 978-3-16-148410-0.
Machines print 1 / 24 = 0.041666666666666664.
The cost is 1.5e3 * 2 = 3000.
A speed of 54 km/h = 54 * 1000 / 3600 = 15 m/s.
500 miles = 500 x 1609.34 = 804670 meters.
Ellis drives for 8 hours going and 8 hours coming home = 16 hours.
The 90% are $450, so 1% = $450/90 = $5.
The sale went up by 2.125/3.125 * 100 = 68%.
"""
WRONG = """
Three pens cost 3 * 4 = 13 dollars.
He pays $4 x 3 = $13 for the pens.
Two boxes weigh 2 × 4.5 kg = 9.5 kg.
Each gets 40 ÷ 8 = 6 apples.
The rest is 100-37=73.
Together they have 15 + 17 + 8 = 50 books.
17 perfect shells - 12 not quite perfect shells = 7 shells.
The distance is 3 hours * 60 miles/hour = 200 miles.
The way takes 160 feet / 8 feet/second = 25 seconds.
They need 3 hours * 60 minutes/hour = 190 minutes.
The film lasts 2 hours = 125 minutes.
The film lasts 1 hour + 30 minutes = 100 minutes.
The film lasts 150 minutes = 2 hours and 40 minutes.
The pack weighs 3 kg = 300 g.
It costs 5 * 30 cents = $1.60.
He saves 20% of 50 = 12 euros.
He saves 50 * 20% = 11 euros.
The share is 5/20 * 100 = 30%.
The share is 5/20 = 20%.
After the discount: 100% - 15% = 75%.
In all 2,500 + 1,500 = 4,500 people came.
The sum is $1,250.50 + $249.50 = $1,400.
A third is 1/3 = 0.34.
2/3 of 90 = 70 students passed.
The dough needs 2 1/2 + 1 1/4 = 3 1/4 cups.
Half: ½ + ¼ = ⅔.
It grows by (20 - 12) * 3 = 22.
A chain: 2 * 3 = 7 = 14 / 2.
Total cost = $12 * 3 = $35.
A square: 5^2 + 12^2 = 14^2.
In code: `2**10 = 1000`.
A root: √81 = 8.
Ways: 5! = 100.
A loss: 5 - 8 = 3.
10 times 2 equals 22.
Dreißig: 3 mal 10 ergibt 33.
With x = 5 the sum is x + 3 = 9.
**3 + 4 = 8** is bold.
- 3 + 4 = 8
1. 3 + 4 = 8
> 3 + 4 = 8
| a | 3 + 4 = 8 | 8 - 5 = 3 |
Natalia sold 48/2 = <<48/2=24>>25 clips.
500 miles = 500 x 1609.34 = 800000 meters.
And during the second half 4 * 85 = 320 kilometers.
Of the 40 students, half are girls, so 40 / 2 = 21 are boys.
The number of men is 2 men/woman * 90 women = 160 men.
"""


@pytest.mark.parametrize("text", RIGHT.strip().splitlines())
def test_nothing_right_is_called_wrong(text: str) -> None:
    assert [(wrong.left.latex, wrong.right.latex, wrong.why) for wrong in check_text(text).wrong] == []


@pytest.mark.parametrize("text", WRONG.strip().splitlines())
def test_what_is_wrong_is_found(text: str) -> None:
    assert len(check_text(text).wrong) == 1


def wrongs(report: Report) -> list[tuple[int, int, str, str | None]]:
    return [(*wrong.place, wrong.right.latex, wrong.expected) for wrong in report.wrong]


def verdicts(text: str) -> list[str]:
    return [equality.verdict for equality in check_text(text).equalities]


def test_a_place_is_told_with_what_should_stand_there() -> None:
    text = "He buys pens.\n\n| pens | cost |\n|---|---|\n| 3 | 3 * $4 = $13 |\n"
    assert wrongs(check_text(text)) == [(5, 16, "$13", "12")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 pack = 20 cards", []),  # a conversion that nobody knows
        ("1 mile = 1.6 km", ["undecided"]),  # of other families
        ("25 * 5 = $1.25", ["undecided"]),  # in cents
        ("3 * 60 = 3 hours", ["undecided"]),  # in minutes
        ("5 * 18 = 1 hour 30 minutes", ["undecided"]),
        ("x = 5", ["stated"]),
        ("2x + 3 = 11, so x = 4", ["exact", "stated"]),
        ("2x + 3 = 11, but x = 5", ["undecided", "stated"]),  # an equation to be solved
        ("100/3 = 33 and 10/4 = 3", ["rounded", "wrong"]),  # the second is no rounding of 2.5 to one place
        ("10/3 ≈ 3, or 10/3 = about 3", ["rounded", "rounded"]),
        ("The machine says 1 / 0.16666666666666666 = 6", ["rounded"]),
        ("7 and 2/3 = 8 pieces", []),
        ("the log of 100 = 2", []),
        ("max(3, 4) + 2 = 6 and sin(30) * 2 = 1", []),
        ("AB = 3 * 4 = 12", ["exact"]),
        ("2ab = 3 * 4", []),
        ("price*3 = 12", []),
        ("12 = 13", []),
        ("a[3] = 4 and {3} = 4", []),
        ("3 + 4 == 8, 3 + 4 != 8, x += 3, 3 + 4 => 8", []),
        ("2 * (3 + 4 = 14", []),
        ("1/2 * base * height = 1/2 * 8 * 8 = 32", ["exact"]),
        ("*see* 3 * 4 = 12 *there*", ["exact"]),
        ("*3 + 4 = 7*, __5 + 5 = 10__ and `6 + 6 = 12`", ["exact"] * 3),
        ("It is 3 + 4 =\n7 and 2 +\n2 = 4.", ["exact"] * 2),
        ("So 3 + 4\n= 7.", ["exact"]),
        ("So 3 + 4\n\n= 8.", []),
        ("2 m + 3 m = 5 m, 500g + 600g = 1.1kg", ["exact"] * 2),
        ("m = 3 and 5m = 15", ["stated", "exact"]),  # m is a name here
        ("1,5 * 4 = 6 und 1.000,5 + 2,5 = 1.003", ["exact"] * 2),
        ("1 000 + 2,5 = 1 002,5 ; 0,5 * 3 = 1,6", ["exact", "wrong"]),
        ("20 % von 50 € = 10 € und 12 % de 50 = 6", ["exact"] * 2),
        ("3 fois 4 = 12, 3 más 4 = 7, 12 geteilt durch 3 = 4", ["exact"] * 3),
        ("$9+$18 = $27 and $18*50% = $9 more", ["exact"] * 2),
        ("US$5 * 3 = US$15, 5€ * 3 = 15€, Rs. 5 x 3 = Rs. 15", ["exact"] * 3),
        (r"\$5 * 3 = \$16", ["wrong"]),
    ],
)
def test_verdicts(text: str, expected: list[str]) -> None:
    assert verdicts(text) == expected


def test_code_is_left_out_and_text_is_not() -> None:
    assert verdicts("```python\nx = 3 + 4 = 8\n```\n\n~~~\n3 + 4 = 8\n~~~\n") == []
    assert verdicts("```text\n3 + 4 = 8\n```\n") == ["wrong"]
    assert verdicts("<!-- 3 + 4 = 8 -->\n") == []


def test_a_notebook_is_read_where_its_cells_stand() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Costs\n", "Three pens cost 3 * 4 = 13 euros.\n"]},
        {"cell_type": "code", "source": ["3 + 4 = 8\n"], "outputs": []},
    ]
    text = json.dumps({"cells": cells}, indent=1)
    line = next(number for number, row in enumerate(text.splitlines(), 1) if "pens" in row)
    assert [(wrong[0], wrong[2]) for wrong in wrongs(check_text(text, "a.ipynb"))] == [(line, "13 euros")]


FORMULAS = "Let $x = 2$. In words, 3 * 4 = 13.\n"


def test_a_text_with_formulas_is_read_only_when_asked() -> None:
    assert check_text(FORMULAS).wrong == []
    assert wrongs(check_text(FORMULAS, in_text=True)) == [(1, 32, "13", "12")]
    assert [equality.left.latex for equality in check_text(FORMULAS, in_text=True).equalities] == ["x", "3 * 4"]


def test_amounts_of_dollars_are_no_formulas() -> None:
    text = "A pen costs $5 and a book$ costs more: $5 * 3 = $16.\n"
    assert [wrong[2] for wrong in wrongs(check_text(text))] == ["$16"]


def test_latex_is_not_read_as_text() -> None:
    assert check_text("Three pens cost 3 * 4 = 13.\n", "a.tex", in_text=True).equalities == []


def test_the_command_says_how_it_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in (("plain.md", "3 * 4 = 13\n"), ("both.md", FORMULAS), ("none.md", "nothing\n")):
        Path(name).write_text(text, "utf-8")
    run = CliRunner()
    plain_one, both, asked, none = (
        run.invoke(app, ["check", *arguments])
        for arguments in (["plain.md"], ["both.md"], ["both.md", "--plain"], ["none.md"])
    )
    assert [result.exit_code for result in (plain_one, both, asked, none)] == [1, 0, 1, 0]
    assert "plain.md: no formula was found, so the equalities of its text were checked" in plain_one.stderr
    assert both.stderr == asked.stderr == ""
    assert "none.md: no formula was found, and no equality of numbers in its text" in none.stderr


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("form", ["text", "json", "html", "github", "sarif"])
def test_every_format_shows_them(form: str, language: str, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Three pens: $4 * 3 = $13 & 2 h = 121 min <b>.\n", "utf-8")
    result = CliRunner().invoke(app, ["check", str(tmp_path / "a.md"), "--format", form, "--language", language])
    assert result.exit_code == 1
    assert "13" in result.stdout


def test_letters_and_units_have_their_reasons() -> None:
    def codes(text: str) -> list[str]:
        return [code_of(equality.why) for equality in check_text(text).equalities if equality.why]

    assert codes("a = 3 and a = 4, so a + 1 = 6") == ["holds.new_value", "undecided.letters"]
    assert codes("2 hours = 121 minutes") == ["wrong.units"]
    assert codes("25 * 5 = $1.25") == ["undecided.units"]


def test_work_grows_in_line_with_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = [
        "The 3 boxes cost 3 * 4 = 12 dollars, (that is) 2 + 2 = 4 more.\n",
        "((((((1 + 2 * (3 = 4\n",
        "3 + 4 * 5 - 6 / 7 and so on ",
        "a = b = c = 1 = 2 + ",
        "<<3+4=7>> `` * ** 3 of 4 of 5% of ",
        "3 hours and 4 minutes and 5 seconds ",
    ]
    for shape in shapes:
        counts = []
        for times in (200, 2000):
            steps = 0
            operand, begins = sides.operand, claims.may_begin

            def counted(words, at, closers, of=operand):  # type: ignore[no-untyped-def]
                nonlocal steps
                steps += 1
                return of(words, at, closers)

            def begun(words, at, tied, of=begins):  # type: ignore[no-untyped-def]
                nonlocal steps
                steps += 1
                return of(words, at, tied)

            with monkeypatch.context() as patch:
                patch.setattr(sides, "operand", counted)
                patch.setattr(claims, "may_begin", begun)
                list(plain.find(Source("a.md", shape * times), []))
            counts.append(steps)
        assert counts[1] <= 11 * counts[0] + 100, shape


def test_a_numeral_is_read_by_the_language_of_its_text() -> None:
    def numbers(text: str, comma: bool) -> list[str]:
        return [word.text for word in arithmetic.lexemes(text, 0, len(text), comma) if word.kind == "number"]

    assert numbers("1,250.5 1'000 .5 2e3 12.", comma=False) == ["1250.5", "1000", "0.5", "2e3", "12"]
    assert numbers("1.250,5 1 000 2,5 0.25", comma=True) == ["1250.5", "1000", "2.5", "0.25"]
    assert numbers("2024-05-01 1.2.3 3:45 007 5th 0x1F", comma=False) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("2x + 3 = 11\n2x = 8\nx = 4", []),
        ("2x + 3 = 11\n2x = 9\nx = 4.5", ["9"]),
        ("84x^3 = 18144, so x^3 = 216 and x = 6.", []),
        ("84x^3 = 18144\nx^3 = 200", ["200"]),
        ("3x = 100, so x = 33.33.", []),
        ("3x = 100, so x = 34.", ["34"]),
        ("0.33x = 5.1, thus x = 15.4.", []),
        ("C + (C + 8) + (C - 2) = 60, that is 3C + 6 = 60.\nSo 3C = 54, so C = 18.", []),
        ("C + (C + 8) + (C - 2) = 60, that is 3C + 6 = 60.\nSo 3C = 54, so C = 20.", ["20"]),
        ("x - 2 = 0 or x - 5 = 0", []),  # two cases
        ("2x = 10. Now let another number be such that 3x = 21.", []),
        ("x^2 = 16; x = 5 is not a solution.", []),
        ("x = 8/3 and x = -8", []),
        ("2x = 3 hours and x = 90", []),
        ("2x + y = 11\n2x = 8", []),
        ("2x = 10\n\nSection\n\n3x = 21", []),
        ("35t = 28 + 39t\n4t = 28", ["28"]),
        ("x = 15 / 0.15\nx = 100", []),
        ("x = 15 / 0.15\nx = 150", ["150"]),
        ("x^3 = 129024 / 252\nx^3 = 512", []),
        ("s = (8 + 12) / 2\ns = (8 - 12) / 2\ns = 10", []),  # one of two
        ("In all 0.6x + 2.1x = 2.7x and 2(x + 4) = 2x + 8.", []),
        ("In all 0.6x + 2.1x = 2.9x.", ["2.9x"]),
        ("In all 2(x + 4) = 2x + 6.", ["2x + 6"]),
        ("In all 3 * 18 * R = 108R.", ["108R"]),
        ("x = 2x in code", []),
        ("2x + 3 = 5x", []),
        ("x + 3 = x + 5 has no solution.", []),
    ],
)
def test_a_step_of_solving_has_the_solution_of_the_one_before(text: str, wrong: list[str]) -> None:
    assert [equality.right.latex for equality in check_text(text).wrong] == wrong


def test_in_formulas_a_step_of_solving_is_no_claim() -> None:
    assert check_text("$2x + 3 = 11$\n$2x = 9$").wrong == []

"""Reasons are said in every language from one table, completely."""

from __future__ import annotations

import re

import pytest

from runtime.words import marks as words
from runtime.words.table import languages, of_marks

VALUES = {"steps": 1, "first_bar": "5", "last_bar": "7", "bars": 2, "db": 6, "level": "p"}
LANGUAGES = languages()


@pytest.mark.parametrize(
    ("key", "values", "said"),
    [
        ("softer_than", {"steps": 1.2, "first_bar": "5", "last_bar": "7"}, "about one step softer than bars 5–7"),
        ("louder_than", {"steps": 0.4, "first_bar": "5", "last_bar": "5"}, "a little louder than bar 5"),
        ("louder_than", {"steps": 2.6, "first_bar": "X1", "last_bar": "2"}, "about 3 steps louder than bars X1–2"),
        ("rises_over", {"bars": 2, "db": 6.4}, "rises over 2 bars by 6 dB"),
        ("falls_over", {"bars": 0.5, "db": 0.2}, "falls over half a bar by 1 dB"),
        ("second_time", {"level": "p"}, "the second time p"),
    ],
)
def test_a_reason_is_said_in_english(key: str, values: dict[str, words.Value], said: str) -> None:
    assert words.reason(key, values) == said


@pytest.mark.parametrize("key", of_marks()["reasons"])
def test_every_reason_is_complete_in_every_language(key: str) -> None:
    row = of_marks()["reasons"][key]
    assert set(row) == {"values", *LANGUAGES}
    said = {words.reason(key, VALUES, language) for language in LANGUAGES}
    assert len(said) == len(LANGUAGES) and not any("{" in text or not text for text in said)
    for language in LANGUAGES:  # no value is lost on the way
        named = set(re.findall(r"{(\w+)}", row[language]))
        assert named == {"range" if v.endswith("_bar") else v for v in row["values"]}


def test_every_part_and_clearness_is_there_in_every_language() -> None:
    forms = [form for part in of_marks()["parts"].values() for form in part.values()]
    for row in [*forms, *of_marks()["clearness"].values()]:
        assert set(row) == set(LANGUAGES) and all(row.values())
        assert len({tuple(sorted(re.findall(r"{\w+}", text))) for text in row.values()}) == 1


def test_a_language_has_its_country_and_an_unknown_one_is_said_in_english() -> None:
    assert words.clearness("slight", "de_AT") == words.clearness("slight", "de") == "schwach"
    assert words.clearness("slight", "sv") == words.clearness("slight") == "slight"


def test_an_unknown_key_and_a_missing_value_are_errors() -> None:
    with pytest.raises(KeyError):
        words.reason("louder", {})
    with pytest.raises(KeyError):
        words.reason("rises_over", {"bars": 2})

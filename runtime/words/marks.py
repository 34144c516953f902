"""What was heard, in words: a reason is a key with values, and the table says it in every language.

The plugin's ``lib/texts.js`` and the page's ``words.js`` fill it in as `reason` does.

| key | values | English |
|---|---|---|
| ``louder_than``, ``softer_than`` | steps, first_bar, last_bar | about one step softer than bars 5–7 |
| ``loudest``, ``softest`` | | the loudest passage |
| ``rises_over``, ``falls_over`` | bars, db | rises over 2 bars by 6 dB |
| ``swell`` | bars, db | swells and falls back over 2 bars by 6 dB |
| ``accent`` | db | struck 5 dB harder than the notes around it |
| ``begins_at`` | | how the playing begins |
| ``returns_to`` | first_bar, last_bar | as loud again as bars 1–4 |
| ``second_time`` | level | the second time p |
| ``by_hand`` | | put in by hand |
| ``louder_than_written``, … | steps, first_bar, last_bar, level | bar 5: about one step louder than the written p |

``steps`` is a number of steps of the written ladder (pp p mp mf f ff) without sign, ``bars`` a number of bars that may
be a fraction, ``db`` a difference in decibels without sign, ``first_bar`` and ``last_bar`` printed bar numbers (text),
``level`` a sign such as ``p``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

from runtime.words.table import languages, table

Clearness = Literal["clear", "likely", "slight"]
Value = str | float | int

_LITTLE_STEPS = 0.75
_HALF_BAR = 0.75


def reason(key: str, values: Mapping[str, Value], language: str = "en") -> str:
    """What was heard, as words of a sentence without its full stop.

    `language` is a code such as ``de`` or ``de_AT``; others than those of the table are said in English. Raises
    `KeyError` for an unknown key or a missing value.
    """
    row = table()["reasons"][key]
    return str(row[_known(language)]).format_map(_parts(row["values"], values, language))


def clearness(word: Clearness, language: str = "en") -> str:
    """How clearly the playing does what a mark says. Raises `KeyError` for another word."""
    return str(table()["clearness"][word][_known(language)])


def _known(language: str) -> str:
    code = language[:2].lower()
    return code if code in languages() else "en"


def _parts(names: list[str], values: Mapping[str, Value], language: str) -> dict[str, str]:
    out = {name: str(values[name]) for name in names}
    if "steps" in out:
        out["steps"] = _counted("steps", float(values["steps"]), "little", _LITTLE_STEPS, language)
    if "bars" in out:
        out["bars"] = _counted("bars", float(values["bars"]), "half", _HALF_BAR, language)
    if "db" in out:
        out["db"] = _part("db", "many", language, n=str(_rounded(float(values["db"]))))
    if "first_bar" in out:
        first, last = out["first_bar"], out["last_bar"]
        out["range"] = _part("range", "one" if first == last else "many", language, first=first, last=last)
    return out


def _counted(name: str, number: float, small: str, below: float, language: str) -> str:
    n = _rounded(number)
    return _part(name, small if number < below else "one" if n == 1 else "many", language, n=str(n))


def _part(name: str, form: str, language: str, **values: str) -> str:
    return str(table()["parts"][name][form][_known(language)]).format_map(values)


def _rounded(number: float) -> int:
    """To the nearest whole number from 1 on; halves go up, as in JavaScript."""
    return max(1, math.floor(number + 0.5))

"""Dynamics that stand in words: "sempre pp", "p dolce", "più f", "pocof", "mf-p", "poco a poco cresc."."""

from __future__ import annotations

import re
from dataclasses import dataclass

from runtime.score.table import LEVEL_SIGNS, STRESS_SIGNS

# Words that only say how a level is meant; what else stands beside it ("dolce") says something of its own.
_MODIFIERS = (
    r"(?i:sempre|pi[uù]|meno|molto|assai|un poco|poco|un po'|subito|sub\.?|ma|quasi|possibile|poss\.?|"
    r"immer|sehr|toujours|tr[eè]s)"
)
_SIGN = r"p{1,6}|f{1,6}|m[pf]|s?f{1,6}p{1,6}|[sr]?f{1,6}z|sf|rf|fz|sfzp"
_SPELT = {
    "pianissimo": "pp", "fortissimo": "ff", "mezzo forte": "mf", "mezzo-forte": "mf", "mezzoforte": "mf",
    "mezzo f": "mf", "mezzo piano": "mp", "mezzo-piano": "mp", "mezzopiano": "mp", "mezzo p": "mp",
    "forte piano": "fp", "forte-piano": "fp", "piano": "p", "forte": "f",
}  # fmt: skip
# Lower case only, but where a capital can mean nothing else: P, F, Piano are rehearsal letters, keys, instruments.
_NAMES = "|".join([*_SPELT, "Pianissimo", "Fortissimo", "Mezzo forte", "Mezzo piano", "Forte(?!-)"])
# A page ("p. 12"), an abbreviation ("p.d."), a key ("f-Moll"), a pedal, an instrument are no levels.
_LEVEL = re.compile(
    rf"(?:(?<=[^\w.'’-])|^)(?P<before>(?:(?:{_MODIFIERS})[\s,]*)*)"
    rf"(?P<sign>{_SIGN}|{_NAMES})(?P<also>\s*[-–/]\s*(?:{_SIGN}))?"
    rf"(?![\w'’]|\.\s*\w| solo|[\s-]*(?i:moll|dur|p[eé]d)|-\w)"
    rf"(?P<after>(?:[\s,]+(?:{_MODIFIERS})(?!\w))*)"
)
# What before a level says that it does not hold here: denied, where a change leads to, the name of a key.
_ELSEWHERE = re.compile(
    r"\b(non(\s+troppo)?|senza|not|nicht|in|(cresc|dim|decresc)\S*\s(.*\s)?(al?|fino|bis|to|until|jusqu'[aà]))\s*$",
    re.I,
)
# The same before a level that is spelt out, as other things are called by its words too: a pedal, an instrument.
_OTHER_THING = re.compile(r"\b(p[eé]d\w*|solo|una|due|tre|the|col)\s*$", re.I)
_SECOND_TIME = re.compile(rf"2nd time( ({'|'.join(LEVEL_SIGNS)}))?( (cresc|dim)\.)?")
_GRADUAL = re.compile(r"(?<!senza )(?<!non )\b(cresc|decresc|dim(?=\.|\b|in)|smorz|calando|morendo)", re.I)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A level or stress (a sign of `table`) found in words, and the words without it (empty: they say nothing else)."""

    sign: str
    rest: str


def level_in(text: str) -> Spoken | None:
    """The dynamic that words name, the first of several; None when they name none."""
    match = next((m for m in _LEVEL.finditer(text) if _holds(m, text[: m.start()])), None)
    if match is None:
        return None
    sign = _known(_SPELT.get(match["sign"].lower(), match["sign"]))
    if re.search("meno", match["before"], re.I):  # less loud than f is the step below, less soft than p the one above
        sign = {"f": "mf", "p": "mp"}.get(sign, sign)
    rest = " ".join(f"{text[: match.start()]} {text[match.end() :]}".split()).strip(" ,;()[]")
    return Spoken(sign, rest if any(c.isalnum() for c in rest) else "")


def _holds(level: re.Match[str], before: str) -> bool:
    spelt = level["sign"].lower() in _SPELT
    return not (_ELSEWHERE.search(before) or (spelt and _OTHER_THING.search(before)))


def gradual_in(text: str) -> str:
    """``crescendo`` or ``diminuendo`` when words ask for a gradual change, else nothing."""
    match = _GRADUAL.search(text)
    if match is None:
        return ""
    return "crescendo" if match.group(1).lower() == "cresc" else "diminuendo"


def second_time(level: str = "", gradual: str = "") -> str:
    """Our words for how a passage was played when it came again: a level of `LEVEL_SIGNS`, ``crescendo`` or
    ``diminuendo``, or both."""
    change = {"crescendo": "cresc.", "diminuendo": "dim."}.get(gradual, "")
    return " ".join(part for part in ("2nd time", level, change) if part)


def is_second_time(text: str) -> bool:
    """Whether a text is one that `second_time` makes."""
    return text != "2nd time" and _SECOND_TIME.fullmatch(text) is not None


def compound(signs: list[str]) -> str:
    """The one dynamic that signs make which stand together: ``f p`` is ``fp``; of ``mf - p`` the first counts.

    Nothing when none of it is known.
    """
    joined = "".join(signs).strip()
    if joined in LEVEL_SIGNS or joined in STRESS_SIGNS:
        return joined
    first = next((s for s in signs if s in LEVEL_SIGNS or s in STRESS_SIGNS), "")
    if first:
        return first
    spoken = level_in(" ".join(signs)) or level_in(re.sub(rf"^({_MODIFIERS})(?=[pfmsr])", r"\1 ", joined))
    return spoken.sign if spoken else ""


def _known(sign: str) -> str:
    if sign in LEVEL_SIGNS or sign in STRESS_SIGNS:
        return sign
    return "sfz" if sign.endswith("z") else "fp"

"""Corrections as words of the command line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from runtime.corrections.said import FACTORS, CorrectionError, Corrections, Passage, Pin, merge
from runtime.corrections.taps import read_taps, time_s_of

WORDS = (
    "x2, /2, offbeat, metre=N, shift=N, bar@TIME, beat@TIME, beatN@TIME, taps=FILE; for a passage x2@A..B, /2@A..B, "
    "offbeat@A..B, metre=N@A..B"
)


def parse_words(words: Iterable[str]) -> Corrections:
    """Corrections from command-line words.

    ``x2``, ``/2``, ``offbeat``, ``metre=3``, ``beat@12.34`` (a beat is there), ``beat2@12.34`` (the second of its
    bar is there), ``bar@12.34`` (beat 1 is there, and bars count on from it; times also as 1:02.5), ``shift=2`` (all
    bars begin two beats later), ``taps=FILE`` (beats from a text or label file, see `read_taps`), ``tuning=415``; for a
    passage alone ``x2@A..B``, ``/2@A..B``, ``offbeat@A..B`` and ``metre=3@A..B``, where A or B may be left out. Raises
    `CorrectionError`.
    """
    said = Corrections()
    pins: list[Pin] = []
    for word in words:
        if ".." in word and "@" in word:
            said = replace(said, passages=(*said.passages, _passage(word)))
        elif word in FACTORS:
            if said.tempo not in ("same", FACTORS[word]):
                raise CorrectionError("x2 and /2 contradict each other")
            said = replace(said, tempo=FACTORS[word])
        elif word == "offbeat":
            said = replace(said, offbeat=True)
        elif word.startswith("metre="):
            said = replace(said, beats_per_bar=_whole(word.removeprefix("metre="), word))
        elif word.startswith("shift="):
            said = replace(said, shift_beats=said.shift_beats + _signed(word.removeprefix("shift="), word))
        elif word.startswith("tuning="):
            said = replace(said, tuning_hz=_number(word.removeprefix("tuning="), word))
        elif word.startswith("taps="):
            said = merge(said, Corrections(taps=read_taps(Path(word.removeprefix("taps=")))))
        elif "@" in word:
            pins.append(_pin(word))
        else:
            raise CorrectionError(f"correction {word!r} is not known", advice=f"There are {WORDS} and tuning=HZ")
    return replace(said, pins=tuple(sorted(pins, key=lambda p: p.time_s)))


def _passage(word: str) -> Passage:
    what, _, span = word.partition("@")
    start, _, end = span.partition("..")
    start_s, end_s = _time_s(start, word) if start else 0.0, _time_s(end, word) if end else None
    if what in ("x2", "/2"):
        return Passage(start_s, end_s, FACTORS[what])
    if what == "offbeat":
        return Passage(start_s, end_s, offbeat=True)
    if what.startswith("metre="):
        return Passage(start_s, end_s, beats_per_bar=_whole(what.removeprefix("metre="), word))
    raise CorrectionError(
        f"{word!r}: nothing such can be said of a passage", advice="There are x2, /2, offbeat and metre=N before the @"
    )


def _pin(word: str) -> Pin:
    what, _, at = word.partition("@")
    time_s = _time_s(at, word)
    if what == "bar":
        return Pin(time_s, 1)
    if what == "beat":
        return Pin(time_s)
    if what.startswith("beat"):
        return Pin(time_s, _whole(what.removeprefix("beat"), word))
    if what in FACTORS or what == "offbeat" or what.startswith("metre="):
        raise CorrectionError(
            f"{word!r}: where does the passage end?", advice=f"Write {word}..B, or {word}.. to the end"
        )
    raise CorrectionError(f"{word!r}: before the @ stands beat, beatN or bar")


def _number(text: str, word: str) -> float:
    try:
        return float(text)
    except ValueError as e:
        raise CorrectionError(f"{word!r}: {text!r} is not a number") from e


def _whole(text: str, word: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise CorrectionError(f"{word!r}: {text!r} is not a whole number")
    return int(text)


def _signed(text: str, word: str) -> int:
    sign = -1 if text.startswith("-") else 1
    return sign * _whole(text[1:] if text[:1] in ("+", "-") else text, word)


def _time_s(text: str, word: str) -> float:
    try:
        return time_s_of(text)
    except ValueError as e:
        raise CorrectionError(f"{word!r}: {text!r} is not a time", advice="Write 62.5 or 1:02.5") from e

"""What is unsure, as lines for a terminal: the sentence, the words of `--correct` that may help, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from runtime.analysis import Doubt, RemedyKey
from runtime.words.doubts import doubt as in_words

_WORDS: Mapping[RemedyKey, str] = {"half": "/2", "metre": "metre={n}"}
_SAID: Mapping[RemedyKey, str] = {"tap": "taps=FILE", "count": "metre=N", "line": "bar@TIME"}
_SHOWN_BARS = 4


def lines(doubts: Iterable[Doubt]) -> list[str]:
    """One line for each."""
    return [_line(d) for d in doubts]


def _line(doubt: Doubt) -> str:
    text = f"unsure ({100 * doubt.chance:.0f} %): {in_words(doubt.remedy.key, doubt.remedy.values)}"
    word = _WORDS.get(doubt.remedy.key)
    if word is None:
        return f"{text} (--correct {_SAID[doubt.remedy.key]}, or open the page)"
    begin = ", ".join(f"{t:.1f}" for t in doubt.bars_s[:_SHOWN_BARS])
    then = f"; bars then begin at {begin} … s" if begin else ""
    return f"{text} (try --correct {word.format_map(doubt.remedy.values)}{then})"

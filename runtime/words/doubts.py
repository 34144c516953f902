"""What is unsure about beats and bars, in words: the key of a remedy with its values, in every language.

| key | values |
|---|---|
| ``half``, ``double`` | n: beats a minute then |
| ``tap`` | first, last: from where to where beats are least sure, as 1:05 |
| ``metre``, ``even`` | n: beats in a bar |
| ``later`` | n: by how many beats |
"""

from __future__ import annotations

from collections.abc import Mapping

from runtime.words.table import texts

TEXTS: Mapping[str, str] = {
    "half": "the beats may go twice as fast as the music: half as many would be {n} a minute",
    "double": "the beats may go half as fast as the music: twice as many would be {n} a minute",
    "tap": "the beats are not sure, least of all from {first} to {last}: tap a few bars there",
    "metre": "bars may have {n} beats",
    "even": "bars of different lengths were found: all may have {n} beats",
    "later": "bars may begin later, by so many beats: {n}",
}


def doubt(key: str, values: Mapping[str, int | str], language: str = "en") -> str:
    """A clause without its full stop. Languages that are not in the table are said in English. Raises `KeyError` for an
    unknown key or a missing value."""
    english = TEXTS[key]
    return texts()[english].get(language[:2].lower(), english).format_map(values)

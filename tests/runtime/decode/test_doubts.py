"""What is unsure is told with what may help; what is sure, corrected, or given by a score is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from runtime.analysis import Analysis, Doubt, ModelIdentity, Remedy, Source, from_json
from runtime.commands.doubts import lines
from runtime.corrections import parse_words
from runtime.decode import DecodeOptions, decode
from runtime.decode.assemble import found_in
from runtime.decode.doubts import FEATURES, chances, metre_margins, phase_margins
from runtime.frames import FRAME_S
from runtime.network.logits import FrameLogits
from runtime.network.parts import parts_of
from runtime.words.doubts import TEXTS, doubt
from runtime.words.table import languages
from tests.runtime.decode.test_assemble import CARD, NO, frame_logits

BEATS_S = 1 + 0.6 * np.arange(48)


def weights(**bias: float) -> dict[str, float]:
    """Of questions that are answered the same whatever was found."""
    out = {}
    for question, value in bias.items():
        out |= {f"doubt_{question}_{name}": 0.0 for name in FEATURES[question]}  # type: ignore[index]
        out |= {f"doubt_{question}_bias": value, f"doubt_{question}_least": 0.5}
    return out


def heard(logits: FrameLogits, *words: str, **bias: float) -> Analysis:
    source, identity = Source("by hand", len(logits.beat) * FRAME_S, 22_050), ModelIdentity("m", "0", "0", "cpu")
    card = replace(CARD, thresholds=weights(**bias))
    return decode(logits, logits.ntot_sone, card, source, identity, parts_of(), parse_words(words))


def logits(metre: int = 4) -> FrameLogits:
    return frame_logits(BEATS_S, metre, np.full(len(BEATS_S), 2), BEATS_S[-1] + 2)


def at(beats_s: np.ndarray) -> np.ndarray:
    return np.rint(beats_s / FRAME_S).astype(int)


def test_a_card_without_weights_and_a_user_who_said_something_are_told_nothing() -> None:
    assert heard(logits()).doubts == ()
    assert [d.about for d in heard(logits(), pulse=2.0).doubts] == ["pulse"]
    assert heard(logits(), "metre=4", pulse=2.0).doubts == ()
    assert heard(logits(), "tuning=440", pulse=2.0).doubts != ()


def test_what_is_less_likely_than_the_least_is_not_told() -> None:
    assert heard(logits(), pulse=-0.1, metre=-0.1, bar=-0.1).doubts == ()


def test_metre_and_bars_are_asked_for_as_far_as_the_pulse_is_right() -> None:
    features = dict.fromkeys([name for names in FEATURES.values() for name in names], 0.0)
    found = chances(features, weights(pulse=0.0, metre=2.0, bar=-2.0))
    assert found["pulse"] == 0.5
    assert found["metre"] == pytest.approx(0.5 / (1 + np.exp(-2))) and found["bar"] == pytest.approx(
        0.5 / (1 + np.exp(2))
    )


def test_weak_places_between_beats_propose_twice_as_many_with_a_preview_of_the_bars() -> None:
    given = logits()
    given.beat[at(BEATS_S[:-1] + 0.3)] = -1.0
    (told,) = heard(given, pulse=2.0).doubts
    assert (told.remedy.key, told.remedy.values) == ("double", {"n": 200}) and told.corrections == {"tempo": "double"}
    assert told.bars_s == pytest.approx([d.time_s for d in heard(given, "x2").downbeats[:8]])
    assert told.chance == pytest.approx(1 / (1 + np.exp(-2)))


def test_beats_that_are_strong_and_weak_in_turn_propose_half_as_many() -> None:
    given = logits()
    given.beat[at(BEATS_S[1::2])] = 1.0
    (told,) = heard(given, pulse=2.0).doubts
    assert (told.remedy.key, told.corrections) == ("half", {"tempo": "half"}) and told.remedy.values["n"] == 50


def test_without_either_it_is_said_where_to_tap() -> None:
    given = logits()
    given.beat[at(BEATS_S[20:])] = 1.5
    (told,) = heard(given, pulse=2.0).doubts
    assert told.remedy.key == "tap" and told.corrections == {} and told.bars_s == ()
    assert told.remedy.values["first"] in ("0:13", "0:14", "0:15")


def test_the_next_best_metre_and_the_next_best_place_of_the_bar_lines_are_proposed() -> None:
    given = logits(4)
    given.downbeat[at(BEATS_S[2::4])] = -1.0
    metre, bar = heard(given, metre=2.0, bar=2.0).doubts
    assert (metre.remedy.key, metre.corrections) == ("metre", {"beats_per_bar": 2})
    assert (bar.remedy.key, bar.corrections) == ("later", {"shift_beats": 2})
    assert np.diff(bar.bars_s) == pytest.approx(2.4, abs=0.05)
    found = found_in(given, given.ntot_sone, DecodeOptions())
    assert found is not None
    assert min(metre_margins(found), key=metre_margins(found).__getitem__) == found.usual_metre == 4
    assert phase_margins(found)[2] < phase_margins(found)[1]


def test_bars_of_several_lengths_propose_even_ones() -> None:
    downbeats = np.cumsum([0, 4, 4, 3, 4, 4, 3, 4, 4, 3, 4, 4])
    given = logits(4)
    given.downbeat[:] = NO
    given.downbeat[at(BEATS_S[downbeats[downbeats < 48]])] = 4.0
    (told,) = heard(given, bar=2.0).doubts
    assert told.remedy.key == "even" and told.corrections == {"beats_per_bar": 4}


def test_doubts_survive_their_json() -> None:
    given = logits()
    given.beat[at(BEATS_S[:-1] + 0.3)] = -1.0
    analysis = heard(given, pulse=2.0)
    (read,) = from_json(analysis.to_json()).doubts
    assert (read.about, read.text, read.remedy) == ("pulse", TEXTS["double"], analysis.doubts[0].remedy)
    assert read.corrections == {"tempo": "double"} and len(read.bars_s) == 8


def test_a_terminal_is_told_the_words_that_help_and_no_table_has_any_of_them() -> None:
    told = [
        Doubt("pulse", 0.8, TEXTS["half"], Remedy("half", {"n": 62}), {"tempo": "half"}, (0.9, 3.12)),
        Doubt("pulse", 0.6, TEXTS["tap"], Remedy("tap", {"first": "0:10", "last": "0:20"})),
        Doubt("bar", 0.51, TEXTS["later"], Remedy("later", {"n": 2}), {"shift_beats": 2}),
    ]
    half, tap, later = lines(told)
    assert half.startswith("unsure (80 %): the beats may go twice as fast") and "62 a minute" in half
    assert half.endswith("(try --correct /2; bars then begin at 0.9, 3.1 … s)")
    assert "from 0:10 to 0:20" in tap and "taps=FILE" in tap and later.endswith("(try --correct shift=2)")
    for key in TEXTS:
        for language in languages():
            said = doubt(key, {"n": 3, "first": "0:10", "last": "0:20"}, language)
            assert "--" not in said and "{" not in said and (language == "en") == (said == doubt(key, {
                "n": 3, "first": "0:10", "last": "0:20"}))  # fmt: skip

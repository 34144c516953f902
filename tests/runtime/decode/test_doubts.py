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
from runtime.decode.doubts import FEATURES, chances
from runtime.decode.found import Found, metre_margins
from runtime.decode.remedies import FEATURES as OF_REMEDIES
from runtime.decode.remedies import Candidate, candidates
from runtime.frames import FRAME_S
from runtime.network.logits import FrameLogits
from runtime.network.parts import parts_of
from runtime.words.doubts import TEXTS, doubt
from runtime.words.table import languages
from tests.runtime.decode.test_assemble import CARD, frame_logits

BEATS_S = 1 + 0.6 * np.arange(48)


def weights(**bias: float) -> dict[str, float]:
    """Of questions that are answered the same whatever was found."""
    out: dict[str, float] = {}
    for question, value in bias.items():
        out |= {f"doubt_{question}_{name}": 0.0 for name in FEATURES[question]}  # type: ignore[index]
        out |= {f"doubt_{question}_bias": value, f"doubt_{question}_least": 0.5}
    return out


def helping(*keys: str) -> dict[str, float]:
    """Of remedies that help whatever was found; of several metres the likeliest most."""
    out: dict[str, float] = {}
    for key in keys:
        out |= {f"remedy_{key}_{name}": -0.01 * (name == "margin") for name in OF_REMEDIES[key]}  # type: ignore[index]
        out |= {f"remedy_{key}_bias": 2.0, f"remedy_{key}_least": 0.5}
    return out


def heard(logits: FrameLogits, *words: str, helps: tuple[str, ...] = (), **bias: float) -> Analysis:
    source, identity = Source("by hand", len(logits.beat) * FRAME_S, 22_050), ModelIdentity("m", "0", "0", "cpu")
    card = replace(CARD, thresholds=weights(**bias) | helping(*helps))
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


def test_a_card_that_was_fitted_for_other_features_tells_and_proposes_nothing() -> None:
    lacks = weights(pulse=2.0) | helping("half")
    del lacks["doubt_pulse_jumps"], lacks["remedy_half_sure"]
    features = dict.fromkeys([name for names in FEATURES.values() for name in names], 0.0)
    assert chances(features, lacks) == {} and not candidate(logits(), "half").is_good(lacks)


def test_each_question_is_answered_by_itself() -> None:
    features = dict.fromkeys([name for names in FEATURES.values() for name in names], 0.0)
    found = chances(features, weights(pulse=0.0, metre=2.0, bar=-2.0))
    assert found == pytest.approx({"pulse": 0.5, "metre": 1 / (1 + np.exp(-2)), "bar": 1 / (1 + np.exp(2))})


def test_beats_that_are_strong_and_weak_in_turn_propose_half_as_many_with_a_preview_of_the_bars() -> None:
    given = logits()
    given.beat[at(BEATS_S[1::2])] = 1.0
    (told,) = heard(given, pulse=2.0, helps=("half",)).doubts
    assert (told.remedy.key, told.remedy.values) == ("half", {"n": 50}) and told.corrections == {"tempo": "half"}
    assert told.bars_s == pytest.approx([d.time_s for d in heard(given, "/2").downbeats[:8]])
    assert told.chance == pytest.approx(1 / (1 + np.exp(-2)))


def test_half_as_many_beats_are_not_proposed_where_nobody_would_count_so_slowly() -> None:
    beats_s = 1 + 0.8 * np.arange(48)
    given = frame_logits(beats_s, 4, np.full(len(beats_s), 2), beats_s[-1] + 2)
    assert [d.remedy.key for d in heard(given, pulse=2.0, helps=("half",)).doubts] == ["tap"]


def test_without_a_remedy_that_helps_often_enough_it_is_said_where_to_tap_to_count_and_to_set_a_bar_line() -> None:
    given = logits()
    given.beat[at(BEATS_S[20:])] = 1.5
    given.downbeat[at(BEATS_S[24:])] = -0.5
    (tap,) = heard(given, pulse=2.0).doubts
    count, line = heard(given, metre=2.0, bar=2.0).doubts
    assert [d.remedy.key for d in (tap, count, line)] == ["tap", "count", "line"]
    assert all(d.corrections == {} and d.bars_s == () for d in (tap, count, line))
    assert tap.remedy.values["first"] in ("0:13", "0:14", "0:15")
    assert count.remedy.values == line.remedy.values and count.remedy.values["first"] in ("0:14", "0:15", "0:16")


def test_a_remedy_is_proposed_from_the_least_chance_on() -> None:
    given = candidate(logits(), "half")
    told = {"remedy_half_bias": 1.0, **{f"remedy_half_{name}": 0.0 for name in OF_REMEDIES["half"]}}
    assert given.chance(told) == pytest.approx(1 / (1 + np.exp(-1))) and given.chance({}) == 0
    assert given.is_good(told | {"remedy_half_least": 0.73}) and not given.is_good(told | {"remedy_half_least": 0.74})
    assert not given.is_good(told) and not given.is_good({})


def test_the_likeliest_other_metre_is_proposed_once_and_then_a_bar_line_asked_for() -> None:
    given = logits(4)
    given.downbeat[at(BEATS_S[2::4])] = -1.0
    metre, bar = heard(given, metre=2.0, bar=2.0, helps=("metre",)).doubts
    assert (metre.remedy.key, metre.corrections) == ("metre", {"beats_per_bar": 2})
    assert np.diff(metre.bars_s) == pytest.approx(1.2, abs=0.05)
    assert bar.remedy.key == "line" and bar.corrections == {}
    assert heard(given, bar=2.0, helps=("metre",)).doubts[0].corrections == {"beats_per_bar": 2}
    assert (
        min(metre_margins(found(given)), key=metre_margins(found(given)).__getitem__) == found(given).usual_metre == 4
    )


def test_candidates_tell_what_speaks_for_them() -> None:
    plain, weak, turns = (logits() for _ in range(3))
    weak.beat[at(BEATS_S[:-1] + 0.3)] = -1.0
    turns.beat[at(BEATS_S[1::2])] = 1.0
    half = candidate(plain, "half").features
    assert candidate(weak, "half").features["between"] > half["between"]
    assert candidate(turns, "half").features["in_turn"] > half["in_turn"]
    assert candidate(turns, "half").features["sure"] < half["sure"]
    other = {c.remedy.values["n"]: c.features for c in candidates("metre", found(plain))}
    assert other.keys() == {2, 3} and other[2]["twofold"] == 1 and other[3]["twofold"] == 0
    assert all(f["margin"] > 0 and 0.5 < f["sure_bars"] <= 1 for f in other.values())
    assert [c.features for c in candidates("bar", found(plain))] == [
        c.features for c in candidates("metre", found(plain))
    ]


def candidate(logits: FrameLogits, key: str) -> Candidate:
    every = (c for question in FEATURES for c in candidates(question, found(logits)))
    return next(c for c in every if c.remedy.key == key)


def found(logits: FrameLogits) -> Found:
    out = found_in(logits, logits.ntot_sone, DecodeOptions())
    assert out is not None
    return out


def test_doubts_survive_their_json() -> None:
    given = logits()
    analysis = heard(given, pulse=2.0, helps=("half",))
    (read,) = from_json(analysis.to_json()).doubts
    assert (read.about, read.text, read.remedy) == ("pulse", TEXTS["half"], analysis.doubts[0].remedy)
    assert read.corrections == {"tempo": "half"} and len(read.bars_s) == 8


def test_a_terminal_is_told_the_words_that_help_and_no_table_has_any_of_them() -> None:
    told = [
        Doubt("pulse", 0.8, TEXTS["half"], Remedy("half", {"n": 62}), {"tempo": "half"}, (0.9, 3.12)),
        Doubt("pulse", 0.6, TEXTS["tap"], Remedy("tap", {"first": "0:10", "last": "0:20"})),
        Doubt("metre", 0.51, TEXTS["metre"], Remedy("metre", {"n": 2}), {"beats_per_bar": 2}),
        Doubt("bar", 0.51, TEXTS["line"], Remedy("line", {"first": "0:10", "last": "0:20"})),
    ]
    half, tap, metre, line = lines(told)
    assert half.startswith("unsure (80 %): the beats may go twice as fast") and "62 a minute" in half
    assert half.endswith("(try --correct /2; bars then begin at 0.9, 3.1 … s)")
    assert "from 0:10 to 0:20" in tap and "taps=FILE" in tap and metre.endswith("(try --correct metre=2)")
    assert "bar@TIME" in line
    for key in TEXTS:
        for language in languages():
            said = doubt(key, {"n": 3, "first": "0:10", "last": "0:20"}, language)
            assert "--" not in said and "{" not in said and (language == "en") == (said == doubt(key, {
                "n": 3, "first": "0:10", "last": "0:20"}))  # fmt: skip

"""Levels on the score's own beats: decoded from frames whatever beats the model found, or moved from an analysis."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction as F

import numpy as np
import pytest

from runtime.analysis import LEVELS
from runtime.decode.on_beats import LevelEvidence
from runtime.decode.options import DecodeOptions
from runtime.frames import FRAME_S
from runtime.marks import hearing
from runtime.marks.annotate import annotate
from runtime.marks.files import hear_in_score, score_summary
from runtime.network.logits import FrameLogits
from tests.runtime.marks.test_annotate import QUARTER_S, alignment_of, analysis_of, score_of

N_QUARTERS = 64


def evidence_of(levels: list[tuple[int, str]], quarters: int = N_QUARTERS) -> LevelEvidence:
    """A network that hears exactly these levels, from these quarters on, and no beats at all."""
    n = 1 + round(quarters * QUARTER_S / FRAME_S)
    dynamics, change = np.zeros((n, 5), np.float32), np.full(n, -8, np.float32)
    for at, level in levels:
        frame = round(at * QUARTER_S / FRAME_S)
        dynamics[max(0, frame - 2) :] = 0
        dynamics[max(0, frame - 2) :, LEVELS.index(level)] = 4
        change[frame] = 4 if at else -8
    silent = np.full(n, -8, np.float32)
    return LevelEvidence(FrameLogits(silent, silent, change, dynamics, np.ones(n, np.float32)), None, DecodeOptions())


def test_levels_are_heard_on_the_scores_beats_whatever_beats_the_model_found():
    score = score_of()
    misled = analysis_of([(0, "ff", 0.9), (30, "pp", 0.9)])
    heard = hearing.decoded(score, alignment_of(score), evidence_of([(0, "p"), (16, "f"), (41, "pp")]))
    starts = [0, 16, 41]
    assert [LEVELS[k] for k in heard.level] == ["p"] * 16 + ["f"] * 25 + ["pp"] * 23
    assert [beat for beat, _ in heard.changes] == starts[1:]
    plan = annotate(score, alignment_of(score), misled, in_score=heard).plan
    assert [(m.value, score.measures[m.measure].start + m.offset) for m in plan.marks] == [
        ("p", 0), ("f", 16), ("pp", 41),
    ]  # fmt: skip


def test_without_frames_the_levels_of_the_analysis_are_moved_to_the_score():
    score = score_of()
    analysis = analysis_of([(0, "p", 0.9), (16, "f", 0.8)], [(12, 16, "crescendo", 0.7)])
    heard = hear_in_score(score, alignment_of(score), analysis, None)
    assert [LEVELS[k] for k in heard.level] == ["p"] * 16 + ["f"] * 48
    assert heard.confidence[:16] == pytest.approx(0.9) and heard.confidence[16:] == pytest.approx(0.8)
    assert [(h.start, h.end, h.kind) for h in heard.hairpins] == [(F(12), F(16), "crescendo")]


def test_beats_that_fall_on_one_moment_get_one_level():
    score = score_of()
    alignment = alignment_of(score)
    held = replace(alignment, times_s=np.minimum(alignment.times_s, 40 * QUARTER_S))
    heard = hearing.decoded(score, held, evidence_of([(0, "p"), (16, "f")]))
    assert len(heard.level) == len(heard.at) == N_QUARTERS
    assert {LEVELS[k] for k in heard.level[16:]} == {"f"}


def test_the_summary_names_levels_by_bar_and_beat_and_counts_the_summarys_own_beats():
    score = score_of()
    alignment = alignment_of(score)
    told = score_summary(score, alignment, hearing.decoded(score, alignment, evidence_of([(0, "p"), (18, "f")])))
    assert [(x["beat"], x["measure"], x["beat_in_bar"], x["level"]) for x in told["levels"]] == [
        (0, "1", 1.0, "p"), (18, "5", 3.0, "f"),
    ]  # fmt: skip
    assert told["levels"][0]["change_confidence"] is None and 0 < told["levels"][1]["change_confidence"] <= 1
    assert told["beats"][18]["time_s"] == pytest.approx(18 * QUARTER_S)

"""Transkun's decoding finds the best row of intervals, and joins segments as the published program does."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from runtime.transcribe.transkun import frames
from runtime.transcribe.transkun.decode import Attributes, Heard, TranskunDecoder, best_intervals, within_frame

SUSTAIN_AT, A4_AT = 0, 2 + 48


def random_heard(n_events: int, n_frames: int, seed: int) -> Heard:
    rng = np.random.default_rng(seed)
    ends, begins = rng.normal(0, 0.5, (2, n_events, n_frames, 6)).astype(np.float32)
    return Heard(ends, begins, rng.normal(-1, 1, (n_events, n_frames)).astype(np.float32), begins)


def score_of(heard: Heard, e: int, row: list[tuple[int, int]]) -> float:
    return sum(
        float(heard.single[e, i]) if i == j else float(heard.ends[e, j] @ heard.begins[e, i]) * (j - i) for i, j in row
    )


def every_row(n: int) -> list[list[tuple[int, int]]]:
    """All rows of intervals over frames 0..n-1 that touch at most (an interval of one frame may stand anywhere)."""
    rows = []
    longer = [(i, j) for i in range(n) for j in range(i + 1, n)]
    for k in range(n):
        for chosen in combinations(longer, k):
            if all(a[1] <= b[0] for a, b in pairwise(chosen)):
                rows.append(list(chosen))
    return rows


@pytest.mark.parametrize("seed", range(6))
def test_the_row_found_is_the_best_of_all(seed: int) -> None:
    heard = random_heard(4, 6, seed)
    found, scores = best_intervals(heard, [0] * 4)
    for e in range(4):
        inside = lambda row: {k for i, j in row for k in range(i + 1, j)}  # noqa: E731
        best = max(
            score_of(heard, e, row) + sum(max(0.0, float(heard.single[e, k])) for k in range(6) if k not in inside(row))
            for row in every_row(6)
        )
        assert score_of(heard, e, found[e]) == pytest.approx(best, abs=1e-4)
        assert sum(scores[e]) == pytest.approx(best, abs=1e-4)
        assert found[e] == sorted(found[e])


def best_total(heard: Heard, e: int, start: int) -> float:
    """The score of the best row from a frame on, one frame after another."""
    n = heard.single.shape[1]
    value = np.zeros(n)
    for i in range(n - 1, start - 1, -1):
        further = (
            [value[i + 1], *(value[j] + score_of(heard, e, [(i, j)]) for j in range(i + 1, n))] if i + 1 < n else [0]
        )
        value[i] = max(further) + max(0.0, float(heard.single[e, i]))
    return float(value[start])


@pytest.mark.parametrize("start", [0, 40])
def test_the_row_of_a_long_segment_is_the_best_from_where_the_last_one_ended(start: int) -> None:
    """Begins are worked on in stretches; 100 frames are several of them."""
    heard = random_heard(2, 100, 7)
    rows, scores = best_intervals(heard, [start] * 2)
    for e in (0, 1):
        assert rows[e][0][0] >= start
        assert score_of(heard, e, rows[e]) == pytest.approx(sum(scores[e]), rel=1e-5)
        assert sum(scores[e]) == pytest.approx(best_total(heard, e, start), rel=1e-5)


def test_within_a_frame_is_the_mean_of_a_continuous_bernoulli_distribution() -> None:
    logits = np.array([-40.0, -3.0, -0.001, 0.0, 0.002, 3.0, 40.0], np.float32)
    moved = within_frame(logits)
    assert moved[3] == pytest.approx(0, abs=1e-12) and np.all(np.diff(moved) > 0)
    np.testing.assert_allclose(moved, -moved[::-1], atol=2e-4)
    x = np.linspace(0, 1, 200_001)
    density = np.exp(3.0 * x)
    mean = float((x * density).sum() / density.sum())
    assert moved[5] == pytest.approx((mean - 0.5) / 0.99, abs=1e-4)
    assert np.abs(moved).max() <= 0.5


def quiet() -> dict[str, np.ndarray]:
    shape = (len(frames.EVENTS), frames.N_FRAMES)
    return {
        "ends": np.zeros((*shape, frames.SIZE), np.float32), "begins": np.zeros((*shape, frames.SIZE), np.float32),
        "single": np.full(shape, -1, np.float32), "context": np.zeros((*shape, frames.SIZE), np.float32),
    }  # fmt: skip


def segment(*intervals: tuple[int, int, int]) -> Heard:
    """A segment in which the network hears intervals (event, begin, end) and nothing else."""
    v = quiet()
    for slot, (event, begin, end) in enumerate(intervals):
        v["begins"][event, begin, slot] = v["ends"][event, end, slot] = 1
    return Heard(v["ends"], v["begins"], v["single"], v["context"])


def told(velocity: int, inside: tuple[float, float] = (1, 1)):
    def attributes(begin: np.ndarray, end: np.ndarray) -> Attributes:
        logits = np.zeros((len(begin), 128), np.float32)
        logits[:, velocity] = 1
        return Attributes(logits, np.tile(np.array([0, 0, *inside], np.float32), (len(begin), 1)))

    return attributes


def test_intervals_become_notes_and_presses_at_the_recordings_times() -> None:
    decoder = TranskunDecoder(told(77))
    decoder.push(segment((A4_AT, 400, 420), (A4_AT, 420, 450), (SUSTAIN_AT, 410, 460)))
    notes, confidence = decoder.finish()
    start_s = 400 * frames.FRAME_S - 8
    np.testing.assert_allclose(notes.onset_s, [start_s, start_s + 20 * frames.FRAME_S])
    np.testing.assert_allclose(notes.offset_s, notes.onset_s + np.array([20, 30]) * frames.FRAME_S)
    assert notes.pitch.tolist() == [69, 69] and notes.velocity.tolist() == [77, 77]
    np.testing.assert_allclose(notes.pedal, [(410 * frames.FRAME_S - 8, 460 * frames.FRAME_S - 8)])
    assert ((confidence > 0.5) & (confidence <= 1)).all()


def test_a_note_over_two_segments_is_one_note() -> None:
    decoder = TranskunDecoder(told(60, inside=(-1, -1)))
    decoder.push(segment((A4_AT, 600, frames.LAST_FRAME)))
    # The next segment begins 345 frames later and hears the whole of it.
    decoder.push(segment((A4_AT, 600 - frames.STEP_FRAMES, 500)))
    notes, _ = decoder.finish()
    assert notes.onset_s == pytest.approx([600 * frames.FRAME_S - 8])
    assert notes.offset_s == pytest.approx([(frames.STEP_FRAMES + 500) * frames.FRAME_S - 8])


def test_segments_are_those_of_the_published_program() -> None:
    samples = np.arange(1, 20 * frames.SAMPLE_RATE_HZ + 1, dtype=np.float32)
    whole = np.pad(samples, frames.LEAD_SAMPLES)
    for blocks in ([samples], np.array_split(samples, 11)):
        got = list(frames.segments(blocks))
        assert len(got) == -(-whole.size // frames.STEP_SAMPLES)
        for k, one in enumerate(got):
            expected = whole[k * frames.STEP_SAMPLES :][: frames.SEGMENT_SAMPLES]
            np.testing.assert_array_equal(one[: expected.size], expected)
            assert one.size == frames.SEGMENT_SAMPLES and not one[expected.size :].any()


def test_nothing_heard_gives_no_notes() -> None:
    decoder = TranskunDecoder(told(1))
    decoder.push(segment())
    notes, confidence = decoder.finish()
    assert notes.onset_s.size == confidence.size == 0 and notes.pedal == ()

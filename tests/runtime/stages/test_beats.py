"""The stage for beats sees the whole recording, moves peaks and keeps their shape, and refuses what is not its own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runtime.decode.beats import track_beats
from runtime.decode.options import DecodeOptions
from runtime.errors import ModelError
from runtime.frames import FRAME_S
from runtime.model import load_model
from runtime.network.logits import FrameLogits
from runtime.pipeline import hear
from runtime.stages.beats import FEATURES, LEAST_LOGIT, BeatStage, candidate_peaks, moved, peak_features
from runtime.stages.run import check_columns
from tests.runtime.audio_files import write
from tests.stub_model import write_stub


def eighths(n: int = 60) -> FrameLogits:
    """Peaks every quarter of a second, the odd ones as high as the even ones; only even ones are loud attacks."""
    n_frames = 25 + 25 * n // 2 + 25
    beat, ntot = np.full(n_frames, -6.0, np.float32), np.full(n_frames, 2.0, np.float32)
    for k in range(n):
        at = 25 + 25 * k // 2
        beat[at - 2 : at + 3] = (-2.0, 0.5, 1.5, 0.5, -2.0)
        ntot[at : at + 8] = 20.0 if k % 2 == 0 else 6.0
    downbeat = np.where(beat > 0, -1.0, -6.0).astype(np.float32)
    return FrameLogits(beat, downbeat, beat, np.zeros((n_frames, 5), np.float32), ntot)


@dataclass
class LoudOnesAreBeats:
    """A session that takes the louder half of the attacks for beats and keeps what it was told."""

    told: list[np.ndarray] = field(default_factory=list)

    def run(self, _: list[str], feeds: dict[str, np.ndarray]) -> list[Any]:
        features = feeds["features"]
        self.told.append(features)
        beat = np.where(features[..., FEATURES.index("attack_rank")] > 0, 3.0, -3.5).astype(np.float32)
        return [beat, np.full(beat.shape, -2.0, np.float32)]


def test_features_are_of_the_recording_and_bounded() -> None:
    logits = eighths()
    peaks = candidate_peaks(logits)
    assert len(peaks) == 60 and (logits.beat[peaks] >= LEAST_LOGIT).all()
    features = peak_features(logits, peaks)
    assert features.shape == (60, len(FEATURES)) and np.abs(features).max() <= 4
    column = {name: features[:, i] for i, name in enumerate(FEATURES)}
    assert (column["attack_rank"][::2] > column["attack_rank"][1::2].max()).all()
    assert column["gap_median"] == pytest.approx(np.log2(np.median(np.diff(peaks)) * FRAME_S))
    louder = replace(logits, beat=logits.beat + 1)
    again = peak_features(louder, candidate_peaks(louder))
    same = [FEATURES.index(name) for name in ("beat_z", "beat_rank", "downbeat_z", "attack", "gap_before")]
    np.testing.assert_allclose(again[:, same], features[:, same], atol=1e-6)


def test_silence_before_and_after_has_no_candidates() -> None:
    logits = eighths()
    quiet = logits.ntot_sone.copy()
    quiet[:200] = 0
    peaks = candidate_peaks(replace(logits, ntot_sone=quiet))
    assert len(peaks) and peaks.min() >= 195


def test_peaks_get_the_logits_and_keep_their_shape_and_place() -> None:
    logits = eighths()
    peaks = candidate_peaks(logits)
    rng = np.random.default_rng(0)
    beat, downbeat = rng.normal(size=len(peaks)), rng.normal(size=len(peaks))
    new = moved(logits, peaks, beat, downbeat)
    np.testing.assert_allclose(new.beat[peaks], beat, atol=1e-5)
    np.testing.assert_allclose(new.downbeat[peaks], downbeat, atol=1e-5)
    np.testing.assert_allclose(
        new.beat[peaks + 1] - new.beat[peaks], logits.beat[peaks + 1] - logits.beat[peaks], atol=1e-5
    )
    assert new.change is logits.change and len(new.beat) == len(logits.beat)


def test_subdivisions_that_the_stage_hears_as_such_are_no_beats() -> None:
    logits, session = eighths(), LoudOnesAreBeats()
    new = BeatStage("stub", session).refined(logits)
    options = DecodeOptions()
    before = track_beats(logits.beat, logits.downbeat, options).frames
    after = track_beats(new.beat, new.downbeat, options).frames
    assert len(before) >= 58 and 28 <= len(after) <= 31
    assert np.diff(after) == pytest.approx(25, abs=1)
    assert session.told[0].shape == (1, 60, len(FEATURES)) and session.told[0].dtype == np.float32


def test_a_recording_of_hardly_any_peaks_stays_as_it_is() -> None:
    logits, session = eighths(5), LoudOnesAreBeats()
    assert BeatStage("stub", session).refined(logits) is logits and not session.told


def test_the_pipeline_asks_it_about_the_whole_recording(tmp_path: Path) -> None:
    session, model = LoudOnesAreBeats(), load_model(write_stub(tmp_path), "cpu")
    audio = write(tmp_path / "tones.wav", 12.0)
    plain = hear(audio, model).analysis
    staged = hear(audio, replace(model, beats=BeatStage("stub", session))).analysis
    assert len(session.told) == 1 and session.told[0].shape[1] >= len(plain.beats)
    assert [b.time_s for b in staged.beats] != [b.time_s for b in plain.beats]


class Wrong:
    def __init__(self, *arrays: np.ndarray) -> None:
        self.arrays = arrays

    def run(self, *_: Any) -> Any:
        return self.arrays


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ((np.zeros((1, 3), np.float32), np.zeros((1, 4), np.float32)), "gave shapes"),
        ((np.full((1, 4), np.nan, np.float32), np.zeros((1, 4), np.float32)), "not finite"),
        ((), "gave shapes"),
    ],
)
def test_a_broken_stage_is_named(answers: tuple[np.ndarray, ...], said: str) -> None:
    with pytest.raises(ModelError, match=f"^stub: .*{said}"):
        BeatStage("stub", Wrong(*answers)).run(np.zeros((4, len(FEATURES))))


def test_other_features_are_refused() -> None:
    check_columns(FEATURES, FEATURES, "card", "beats")
    with pytest.raises(ModelError, match=r"(?s)they differ in beat_z.*train\.beats"):
        check_columns(tuple(f for f in FEATURES if f != "beat_z"), FEATURES, "card", "beats")

"""A stronger transcriber's notes on real recordings as labels."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
import soundfile as sf

torch = pytest.importorskip("torch")

from runtime.errors import MezzoforteError  # noqa: E402
from runtime.notes.keys import LOWEST_PITCH  # noqa: E402
from runtime.notes.played import PlayedNotes  # noqa: E402
from runtime.transcribe.transcription import TranscriberIdentity, Transcription  # noqa: E402
from tests.train.small_pack import write_small_pack  # noqa: E402
from train.frames.segments import Pack  # noqa: E402
from train.notes.fit import NoteSampler, note_losses  # noqa: E402
from train.notes.labels import note_targets  # noqa: E402
from train.notes.taught import Part, excerpt, labels_of, read_taught, teach  # noqa: E402

WHO = TranscriberIdentity("transkun", "2", "ab", "MIT")
C, D, E = 60, 62, 64


def heard(*confidence: float) -> Transcription:
    """C, D and E at 1, 2 and 3 s, as sure as given, the pedal down from 1.2 s to 2.5 s."""
    rows = [(1.0, 1.5, C, 50), (2.0, 2.2, D, 70), (3.0, 3.4, E, 90)][: len(confidence)]
    return Transcription(PlayedNotes.of(rows, ((1.2, 2.5),)), np.array(confidence), WHO, "key")


def test_of_a_teacher_alone_what_it_is_sure_of_counts_and_the_rest_is_doubtful():
    labels = labels_of(heard(0.95, 0.5, 0.95), None)
    assert labels.pitch.tolist() == [C, E] and labels.velocity.tolist() == [50, 90]
    assert labels.offset_s.tolist() == [2.5, 3.4], "the pedal holds a note on"
    assert labels.doubtful[:, 2].tolist() == [D]
    assert labels.doubtful[0, 0] < 2.0 and labels.doubtful[0, 1] > 2.2


def test_a_score_confirms_what_the_teacher_was_not_sure_of_and_refuses_what_it_lacks():
    written = np.array([1.02, 3.5]), np.array([C, D])
    labels = labels_of(heard(0.3, 0.95, 0.99), written)
    assert labels.pitch.tolist() == [C, E], "C is written, E is very sure, D is neither"
    assert labels.doubtful[:, 2].tolist() == [D, D], (
        "the written D that nobody heard, and the heard one that is not written"
    )


def test_what_is_doubtful_costs_nothing():
    sure, unsure = (note_targets(labels_of(heard(0.95, c), None), 0.0, 200) for c in (0.95, 0.5))
    assert sure.asked.all() and not unsure.asked[100:105, D - LOWEST_PITCH].any()
    rolls = {name: torch.full((1, 200, 88), -20.0) for name in ("onset", "frame", "offset", "velocity")}
    logits = rolls | {"pedal": torch.zeros(1, 200)}
    costs = []
    for targets in (sure, unsure):
        tensors = {k: torch.from_numpy(getattr(targets, k))[None] for k in (*logits, "asked")}
        costs.append(float(note_losses(logits, tensors)["onset"]))
    assert costs[0] == pytest.approx(2 * costs[1], rel=0.01), "one of two notes that are not found costs"


class Teacher:
    """Hears C in everything."""

    name, identity = "transkun", WHO

    def transcribe(self, path, progress=None, cancel=None):
        assert sf.info(path).duration == pytest.approx(2.0)
        return heard(0.95)


def test_a_taught_recording_is_drawn_with_its_labels(tmp_path: Path):
    tone = tmp_path / "tone.wav"
    sf.write(tone, 0.1 * np.sin(np.arange(44_100 * 4) * 0.05), 44_100)
    with h5py.File(tmp_path / "taught.h5", "w") as file:
        assert "1 notes, 1.000" in teach(tone, None, Teacher(), Part(1.0, 2.0, "Somebody, CC0"), file)
    (taught,) = read_taught(tmp_path / "taught.h5")
    assert np.sqrt(np.square(taught.samples).mean()) == pytest.approx(0.1, rel=0.05), "at -20 dBFS"
    assert (taught.teacher, taught.credit) == ("transkun 2 (MIT)", "Somebody, CC0")
    pack = Pack(write_small_pack(tmp_path / "pack.h5"))
    sampler, rng = NoteSampler(pack, [], [], [taught]), np.random.default_rng(0)
    samples, notes, first = sampler._drawn_taught(30_000, rng)
    assert first < 15_000 and samples.shape == (30_000,) and notes.pitch.tolist() == [C]


def test_another_file_is_told(tmp_path: Path):
    (tmp_path / "x.h5").write_bytes(b"no")
    with pytest.raises(MezzoforteError, match="not a file of"):
        read_taught(tmp_path / "x.h5")


def test_a_part_has_one_channel_and_its_length(tmp_path: Path):
    whole, part = tmp_path / "whole.wav", tmp_path / "part.wav"
    sf.write(whole, np.stack([np.full(30_000, 0.5), np.zeros(30_000)], axis=1), 10_000)
    assert excerpt(whole, 1.0, 1.5, part) == pytest.approx(1.5)
    samples, rate_hz = sf.read(part)
    assert samples.shape == (15_000,) and rate_hz == 10_000 and samples[0] == pytest.approx(0.25)
    assert excerpt(whole, 2.0, 9.0, part) == pytest.approx(1.0)
    with pytest.raises(MezzoforteError, match="ends before"):
        excerpt(whole, 4.0, 1.0, part)

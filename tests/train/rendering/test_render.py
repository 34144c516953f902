"""Rendering and packing: real synthesisers, deterministic, resumable, labels where the sound is."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
import soundfile as sf

from runtime.errors import MezzoforteError
from runtime.frames import SAMPLE_RATE_HZ
from train.data.items import Item, Reading
from train.data.labels.values import BeatLabels
from train.frames.pack import READERS as pack_readers
from train.frames.pack import main as pack_main
from train.frames.pack import run as pack_run
from train.frames.segments import Pack
from train.rendering.instruments import HELD_OUT_INSTRUMENT, INSTRUMENTS, Player, onset_latency_s, trained_on
from train.rendering.performance import MidiEvent, Variation, read_performance, write_midi
from train.rendering.render import main, plan_jobs, run

SOUNDFONTS = Path("/usr/share/sounds/sf2")
needs_fluidsynth = pytest.mark.skipif(
    not (shutil.which("fluidsynth") and (SOUNDFONTS / "TimGM6mb.sf2").exists()),
    reason="fluidsynth or its TimGM6mb SoundFont is not installed",
)
needs_pianos = pytest.mark.skipif("MEZZOFORTE_DATA" not in os.environ, reason="MEZZOFORTE_DATA is not set")


def scale(path: Path) -> list[MidiEvent]:
    """Eight notes, one every 0.5 s from 0.5 s on, written to `path`."""
    events = []
    for i, pitch in enumerate((60, 62, 64, 65, 67, 69, 71, 72)):
        events += [MidiEvent(0.5 + 0.5 * i, "on", pitch, 80), MidiEvent(0.9 + 0.5 * i, "off", pitch, 0)]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_midi(events, path)
    return events


def render(midi_dir: Path, out: Path, *more: str) -> int:
    words = [str(midi_dir), str(out), "--pianos", "nowhere", "--instruments", "timgm", "--jobs", "1", *more]
    return run(main.parse(words))


def test_a_performance_survives_being_written_and_read(tmp_path: Path) -> None:
    events = scale(tmp_path / "a.mid")
    again = read_performance(tmp_path / "a.mid")
    assert [(e.kind, e.number, e.value) for e in again] == [(e.kind, e.number, e.value) for e in events]
    assert [e.time_s for e in again] == pytest.approx([e.time_s for e in events], abs=5e-4)


@pytest.mark.parametrize("content", [b"", b"MThd", b"RIFF" * 100])
def test_a_broken_midi_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.mid").write_bytes(content)
    with pytest.raises(MezzoforteError, match=r"bad\.mid"):
        read_performance(tmp_path / "bad.mid")


def test_a_midi_file_without_notes_is_named(tmp_path: Path) -> None:
    write_midi([MidiEvent(0.0, "control", 64, 127)], tmp_path / "pedal.mid")
    with pytest.raises(MezzoforteError, match="no notes"):
        read_performance(tmp_path / "pedal.mid")


def test_jobs_depend_on_path_and_seed_alone_and_never_use_the_held_out_piano() -> None:
    names = [f"x/{i}.mid" for i in range(40)]
    instruments = trained_on(main.parse(["a", "b", "--pianos", "p"]).data)
    jobs = plan_jobs(names, instruments, seed=1, vary=True, max_s=None)
    again = plan_jobs(names[::-1], instruments, seed=1, vary=True, max_s=None)
    assert {j.midi: j for j in jobs} == {j.midi: j for j in again}
    assert {j.midi: j for j in jobs} != {
        j.midi: j for j in plan_jobs(names, instruments, seed=2, vary=True, max_s=None)
    }
    assert HELD_OUT_INSTRUMENT not in {j.instrument for j in jobs}
    assert len({j.variation for j in jobs}) > 30


def test_a_variation_scales_time_and_bends_velocity() -> None:
    events = [MidiEvent(1.0, "on", 60, 64), MidiEvent(2.0, "off", 60, 0), MidiEvent(9.0, "on", 60, 64)]
    changed = Variation(time_scale=1.1, velocity_gamma=2.0, velocity_offset=3, transpose=2).apply(events, max_s=5.0)
    assert [(e.time_s, e.kind, e.number) for e in changed] == [(1.1, "on", 62), (2.2, "off", 62)]
    assert changed[0].value == round(127 * (64 / 127) ** 2 + 3)


@needs_fluidsynth
def test_rendering_is_resumable_and_gives_the_same_samples_twice(tmp_path: Path) -> None:
    scale(tmp_path / "midi" / "a" / "one.mid")
    scale(tmp_path / "midi" / "two.mid")
    assert render(tmp_path / "midi", tmp_path / "first") == 0
    assert render(tmp_path / "midi", tmp_path / "second") == 0
    first, rate_hz = sf.read(tmp_path / "first" / "a" / "one.flac")
    second, _ = sf.read(tmp_path / "second" / "a" / "one.flac")
    assert rate_hz == SAMPLE_RATE_HZ and np.array_equal(first, second)
    assert np.abs(first).max() == pytest.approx(10 ** (-1 / 20), abs=1e-3)
    stamp = (tmp_path / "first" / "two.flac").stat().st_mtime_ns
    (tmp_path / "first" / "a" / "one.flac").unlink()
    assert render(tmp_path / "midi", tmp_path / "first") == 0
    assert (tmp_path / "first" / "two.flac").stat().st_mtime_ns == stamp
    assert (tmp_path / "first" / "a" / "one.flac").exists()


@needs_fluidsynth
def test_a_broken_performance_fails_alone_and_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scale(tmp_path / "midi" / "good.mid")
    (tmp_path / "midi" / "bad.mid").write_bytes(b"no")
    assert render(tmp_path / "midi", tmp_path / "out") == 1
    assert "bad.mid" in capsys.readouterr().err
    assert [p.name for p in sorted((tmp_path / "out").iterdir())] == ["good.flac", "good.json"]


def test_an_unknown_instrument_and_a_missing_font_are_errors(tmp_path: Path) -> None:
    scale(tmp_path / "a.mid")
    with pytest.raises(MezzoforteError, match="unknown instruments"):
        render(tmp_path, tmp_path / "out", "--instruments", "harpsichord")
    with pytest.raises(MezzoforteError, match="the sound of timgm is missing"):
        Player(tmp_path, tmp_path).render(INSTRUMENTS["timgm"], [MidiEvent(0.1, "on", 60, 80)])


@needs_fluidsynth
def test_the_pack_puts_beats_where_the_sound_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scale(tmp_path / "midi" / "one.mid")
    render(tmp_path / "midi", tmp_path / "audio", "--vary", "--max-s", "4")
    labels = BeatLabels(0.5 + 0.5 * np.arange(8), np.arange(8) % 4 + 1, np.repeat([2, 4], 4).astype(np.int8))
    item = Item("c/one", "asap", "composer/one", "Composer", labels, midi_path=tmp_path / "midi" / "one.mid")
    monkeypatch.setitem(pack_readers, "asap", lambda _, only: Reading(items=[item]))
    words = [str(tmp_path / "p.h5"), "--corpus", "asap", str(tmp_path / "midi"), str(tmp_path / "audio")]
    pack_run(pack_main.parse(words))
    pack_run(pack_main.parse(words))
    how = json.loads((tmp_path / "audio" / "one.json").read_text())
    with h5py.File(tmp_path / "p.h5") as pack:
        group = pack["c|one"]
        beats_s, samples = group["beats_s"][()], group["samples"][()].astype(float)
    assert len(beats_s) == 8 - int(np.sum(labels.beats_s > 4))
    assert np.diff(beats_s) == pytest.approx(0.5 * how["variation"]["time_scale"])
    energy = np.array([np.square(samples[int((t - 0.03) * SAMPLE_RATE_HZ) :][:400]).mean() for t in beats_s])
    after = np.array([np.square(samples[int((t + 0.01) * SAMPLE_RATE_HZ) :][:400]).mean() for t in beats_s])
    assert np.all(after > 4 * energy)


@needs_fluidsynth
def test_the_packs_notes_sound_where_they_stand_as_hard_as_they_were_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scale(tmp_path / "midi" / "one.mid")
    render(tmp_path / "midi", tmp_path / "audio", "--vary", "--max-s", "4")
    labels = BeatLabels(0.5 + 0.5 * np.arange(8), np.zeros(8, np.int64), np.full(8, 2, np.int8))
    item = Item("c/one", "asap", "composer/one", "Composer", labels, midi_path=tmp_path / "midi" / "one.mid")
    monkeypatch.setitem(pack_readers, "asap", lambda _, only: Reading(items=[item]))
    words = [str(tmp_path / "p.h5"), "--corpus", "asap", str(tmp_path / "midi"), str(tmp_path / "audio")]
    pack_run(pack_main.parse(words))
    how = json.loads((tmp_path / "audio" / "one.json").read_text())
    played = Variation(**how["variation"]).apply(read_performance(item.midi_path), how["max_s"])
    with h5py.File(tmp_path / "p.h5", "a") as pack:
        notes, samples = pack["c|one"]["notes"][()], pack["c|one"]["samples"][()].astype(float)
        del pack["c|one"]["notes"]  # as packs were before there were notes
    assert notes["velocity"].tolist() == [e.value for e in played if e.kind == "on"]
    assert (notes["offset_s"] >= notes["onset_s"]).all()  # the last one is cut off with the recording
    for onset_s in notes["onset_s"]:
        at = int(onset_s * SAMPLE_RATE_HZ)
        assert np.abs(samples[at : at + 400]).max() > 2 * np.abs(samples[at - 700 : at - 300]).max()
    older = Pack(tmp_path / "p.h5")
    with pytest.raises(MezzoforteError, match="no notes"):
        older.notes(older.recordings[0])
    older.close()
    pack_run(pack_main.parse(words))
    newer = Pack(tmp_path / "p.h5")
    assert np.array_equal(newer.notes(newer.recordings[0]), notes)


def test_a_corpus_without_audio_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pack_readers, "asap", lambda _, only: Reading())
    words = [str(tmp_path / "p.h5"), "--corpus", "asap", str(tmp_path), str(tmp_path)]
    with pytest.raises(MezzoforteError, match="no audio for any recording"):
        pack_run(pack_main.parse(words))
    with pytest.raises(MezzoforteError, match="no corpus 'x'"):
        pack_run(pack_main.parse([str(tmp_path / "p.h5"), "--corpus", "x", "a", "b"]))


@pytest.mark.slow
@needs_pianos
def test_the_held_out_piano_sounds_the_same_twice_and_soon_after_the_key() -> None:
    player = Player(Path(os.environ["MEZZOFORTE_DATA"]) / "pianos", SOUNDFONTS)
    events = [MidiEvent(0.2, "on", 60, 90), MidiEvent(0.9, "off", 60, 0)]
    upright = INSTRUMENTS[HELD_OUT_INSTRUMENT]
    first, second = player.render(upright, events), player.render(upright, events)
    assert np.abs(first).max() > 0.01 and np.array_equal(first, second)
    assert 0 <= onset_latency_s(player, upright) < 0.03

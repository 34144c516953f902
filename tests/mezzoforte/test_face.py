"""The public face: what it takes, what it refuses, and that importing it loads nothing heavy."""

from __future__ import annotations

import inspect
import io
import pydoc
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import soundfile

import mezzoforte
from mezzoforte import siblings
from mezzoforte.errors import AudioError, CorrectionError, InputError, OutputError, ScoreError
from runtime.analyze import analyse_file
from runtime.model import Model, load_model
from tests import stub_model
from tests.runtime import audio_files
from tests.runtime.command import run_python


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load_model(stub_model.write_stub(tmp_path_factory.mktemp("model")), "cpu")


@pytest.fixture
def take(tmp_path: Path) -> Path:
    return audio_files.write(tmp_path / "take.wav", 12.0, 44_100, 2)


def test_path_file_object_and_samples_give_the_same_analysis(take: Path, model: Model) -> None:
    analysis = mezzoforte.analyse(take, model=model)
    assert len(analysis.beats) > 10 and mezzoforte.analyse(str(take), model=model) == analysis
    with take.open("rb") as file:
        assert mezzoforte.analyse(file, model=model) == analysis
    nameless = mezzoforte.analyse(io.BytesIO(take.read_bytes()), model=model)
    samples, rate_hz = soundfile.read(take)
    assert samples.ndim == 2
    raw = mezzoforte.analyse(samples, rate_hz, model=model)
    for other, name in ((nameless, "recording"), (raw, "samples")):
        assert other.source.name == name and other.source.duration_s == 12.0
        assert (other.beats, other.dynamics, other.loudness) == (analysis.beats, analysis.dynamics, analysis.loudness)


def test_samples_are_left_as_they_are(take: Path, model: Model) -> None:
    samples, rate_hz = soundfile.read(take)
    before = samples.copy()
    mezzoforte.analyse(samples, rate_hz, model=model)
    assert (samples == before).all()


@pytest.mark.parametrize(
    ("samples", "rate_hz", "words"),
    [
        (np.zeros(9), None, "rate_hz"),
        (np.zeros(9), 0, "rate_hz"),
        (np.zeros(9), 44_100.5, "rate_hz"),
        (np.zeros(9, np.int16), 44_100, "int16"),
        (np.zeros((2, 2, 2)), 44_100, "shape"),
        (np.zeros((9, 0)), 44_100, "shape"),
        ([[0.0], [0.0, 1.0]], 44_100, "array"),
        (np.full(9, np.nan), 44_100, "samples: a sample at 0.000 s is not a finite number"),
        (np.zeros(0), 44_100, "0 samples"),
        (io.StringIO("text"), None, "rb"),
        (io.BytesIO(b"no audio at all"), None, "recording: this is not audio"),
        (io.BytesIO(b""), 44_100, "Leave out rate_hz"),
        ("take.wav", 44_100, "Leave out rate_hz"),
    ],
)
def test_what_is_no_recording_is_told(samples: object, rate_hz: int | None, words: str, model: Model) -> None:
    with pytest.raises(AudioError, match=words) as e:
        mezzoforte.analyse(samples, rate_hz, model=model)  # type: ignore[arg-type]
    assert "/mezzoforte-" not in str(e.value)  # not where a temporary file lay


def test_corrections_are_words_or_a_value(take: Path, model: Model) -> None:
    plain = mezzoforte.analyse(take, model=model)
    halved = mezzoforte.analyse(take, model=model, corrections=["/2"])
    assert len(halved.beats) < 0.7 * len(plain.beats)
    assert mezzoforte.analyse(take, model=model, corrections="/2") == halved
    value = mezzoforte.types.Corrections(tempo="half")
    assert mezzoforte.analyse(take, model=model, corrections=value) == halved
    with pytest.raises(CorrectionError, match="faster"):
        mezzoforte.analyse(take, model=model, corrections=["faster"])


def test_the_face_listens_as_the_command_does_unless_told() -> None:
    """One default in two signatures."""
    face, below = (inspect.signature(f).parameters for f in (mezzoforte.analyse, analyse_file))
    for name in ("quality", "provider", "model", "corrections"):
        assert face[name].default == below[name].default


def test_what_cannot_be_written_or_read_is_told(take: Path, model: Model, tmp_path: Path) -> None:
    analysis = mezzoforte.analyse(take, model=model)
    for name in ("take.xyz", "take", "no folder/take.json"):
        with pytest.raises(OutputError):
            mezzoforte.write(analysis, tmp_path / name)
    with pytest.raises(InputError, match="cannot be read"):
        mezzoforte.read(tmp_path / "none.json")
    with pytest.raises(ScoreError):
        mezzoforte.read_score(take)
    with pytest.raises(ScoreError):
        mezzoforte.read_notes(take)
    notes = mezzoforte.types.PlayedNotes.of([(0.5, 1.0, 60, 80)])
    for name, form in (("notes.json", None), ("notes.mid", "json")):
        with pytest.raises(OutputError, match="MIDI"):
            mezzoforte.write(notes, tmp_path / name, form)
    assert mezzoforte.read_notes(mezzoforte.write(notes, tmp_path / "notes.mid")).pitch.tolist() == [60]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["notes.mid", "take.wav"]


def test_importing_loads_nothing_heavy_and_everything_is_there(tmp_path: Path) -> None:
    code = """
import sys
import mezzoforte
heavy = {"numpy", "onnxruntime", "soundfile", "soxr", "lxml", "mido", "json", "multiprocessing", "matplotlib"}
print(sorted(heavy & set(sys.modules)))
print(all(hasattr(mezzoforte, n) for n in [*mezzoforte.__all__, "errors", "types"]), hasattr(mezzoforte, "nothing"))
"""
    assert run_python(tmp_path, code).out.decode().splitlines() == ["[]", "True False"]


def test_help_tells_what_there_is() -> None:
    text = pydoc.render_doc(mezzoforte, renderer=pydoc.plaintext)
    for name in mezzoforte.__all__:
        assert name in text
    assert len(text.splitlines()) < 500 and 'mezzoforte.analyse("take.flac")' in text


def test_a_module_of_the_same_name_that_is_loaded_already_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = ModuleType("runtime")
    mine.__file__ = str(tmp_path / "runtime.py")
    monkeypatch.setitem(sys.modules, "runtime", mine)
    with pytest.raises(ImportError, match="in the way") as e:
        siblings.check()
    assert mine.__file__ in str(e.value)

"""Bad input: the right exit status, one clear message, no traceback, nothing half-written."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from runtime.analysis import from_json
from runtime.network.parts import DEFAULT_MODEL, MODELS_FOLDER
from tests import stub_model
from tests.runtime import audio_files
from tests.runtime.command import Result, analyze, command, environment


@pytest.fixture
def card(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    written = stub_model.write_stub(folder)
    for part in ("page.onnx", "page.json", "touch.json"):  # a model that borrows them says so, in a line of its own
        shutil.copy(MODELS_FOLDER / f"{DEFAULT_MODEL}.{part}", written.with_suffix(f".{part}"))
    return written


def assert_one_message(result: Result, status: int, told: str) -> None:
    assert result.status == status, result.err
    assert "Traceback" not in result.err
    assert result.out == b""
    lines = result.err.splitlines()
    assert len(lines) == 1, result.err
    assert lines[0].startswith("error: ")
    assert told in lines[0]


def missing(folder: Path) -> Path:
    return folder / "no_such_file.wav"


def empty(folder: Path) -> Path:
    (folder / "empty.wav").touch()
    return folder / "empty.wav"


def no_samples(folder: Path) -> Path:
    sf.write(folder / "none.wav", np.zeros((0, 2)), 44_100)
    return folder / "none.wav"


def text(folder: Path) -> Path:
    (folder / "text.wav").write_text("Dear diary, " * 100)
    return folder / "text.wav"


def truncated_flac(folder: Path) -> Path:
    return audio_files.cut(audio_files.write(folder / "cut.flac", 20.0, 44_100, 2))


def only_a_header(folder: Path) -> Path:
    return audio_files.cut(audio_files.write(folder / "head.wav", 20.0), 0.00004)


def damaged_mp3(folder: Path) -> Path:
    path = audio_files.write(folder / "damaged.mp3", 20.0, 44_100)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 5_000] = np.random.default_rng(0).bytes(5_000)
    path.write_bytes(data)
    return path


def nan(folder: Path) -> Path:
    return with_value(folder / "nan.wav", np.nan)


def infinity(folder: Path) -> Path:
    return with_value(folder / "inf.wav", -np.inf)


def with_value(path: Path, value: float) -> Path:
    samples = audio_files.plucks(3.0)
    samples[44_100] = value
    sf.write(path, samples, 22_050, subtype="FLOAT")
    return path


def rate_of_1_hz(folder: Path) -> Path:
    return audio_files.write_wav_header(folder / "slow.wav", bytes(4_000), rate_hz=1)


def no_channels(folder: Path) -> Path:
    return audio_files.write_wav_header(folder / "none.wav", bytes(4_000), channels=0)


def headerless(folder: Path) -> Path:
    (folder / "samples.raw").write_bytes(bytes(10_000))
    return folder / "samples.raw"


def device(folder: Path) -> Path:
    if not Path("/dev/zero").exists():
        pytest.skip("no /dev/zero on this system")
    (folder / "endless.wav").symlink_to("/dev/zero")
    return folder / "endless.wav"


def fifo(folder: Path) -> Path:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no FIFOs on this system")
    os.mkfifo(folder / "pipe.wav")
    return folder / "pipe.wav"


BAD_RECORDINGS: list[tuple[Callable[[Path], Path], str]] = [
    (missing, "there is no such file"),
    (empty, "the file is empty"),
    (no_samples, "0 samples"),
    (text, "this is not audio"),
    (truncated_flac, "breaks off after about"),
    (only_a_header, "this is not audio"),
    (damaged_mp3, "breaks off after about"),
    (nan, "at 2.000 s is not a finite number"),
    (infinity, "at 2.000 s is not a finite number"),
    (rate_of_1_hz, "a sample rate of 1 Hz"),
    (no_channels, "this is not audio"),
    (headerless, "this is not audio"),
    (device, "not a regular file"),
    (fifo, "not a regular file"),
]


@pytest.mark.parametrize(("make", "told"), BAD_RECORDINGS, ids=[m.__name__ for m, _ in BAD_RECORDINGS])
def test_bad_recording_is_one_message_and_status_1(
    tmp_path: Path, card: Path, make: Callable[[Path], Path], told: str
) -> None:
    path = make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    result = analyze(tmp_path, path, "--model", card, "--out", tmp_path / "results" / "")
    assert_one_message(result, 1, told)
    assert str(path) in result.err
    assert sorted(tmp_path.rglob("*")) == before


def test_unreadable_recording_is_one_message_and_status_1(tmp_path: Path, card: Path) -> None:
    path = audio_files.write(tmp_path / "secret.wav")
    path.chmod(0)
    result = analyze(tmp_path, path, "--model", card, **bound_by_permissions())
    assert_one_message(result, 1, "the file cannot be read")


def bound_by_permissions() -> dict[str, Any]:
    """Options for a process that file permissions bind; root's are taken away from it (Linux)."""
    if not hasattr(os, "geteuid"):
        pytest.skip("no POSIX permissions on this system")
    if os.geteuid() != 0:
        return {}
    drop_from_bounding_set, dac_override, dac_read_search = 24, 1, 2

    def drop() -> None:
        prctl = getattr(ctypes.CDLL(None), "prctl", None)
        if not prctl or any(prctl(drop_from_bounding_set, c, 0, 0, 0) for c in (dac_override, dac_read_search)):
            os._exit(77)

    options = {"preexec_fn": drop}
    if subprocess.run([sys.executable, "-c", ""], check=False, **options).returncode != 0:
        pytest.skip("root runs the tests and cannot give up its right to read everything")
    return options


# --- odd recordings that can be analysed


def analysed(folder: Path, path: Path, card: Path) -> tuple[float, tuple[str, ...]]:
    result = analyze(folder, path, "--model", card)
    assert result.status == 0, result.err
    assert "Traceback" not in result.err
    analysis = from_json(result.out.decode())
    assert all(f"warning: {path}: {w}" in result.err for w in analysis.warnings)
    return analysis.source.duration_s, analysis.warnings


@pytest.mark.parametrize(("rate_hz", "channels"), [(8_000, 1), (44_100, 6), (192_000, 2)])
def test_odd_rates_and_channels_are_analysed(tmp_path: Path, card: Path, rate_hz: int, channels: int) -> None:
    path = audio_files.write(tmp_path / "take.wav", 5.0, rate_hz, channels)
    assert analysed(tmp_path, path, card) == (5.0, ())


def test_truncated_mp3_is_analysed_with_a_warning(tmp_path: Path, card: Path) -> None:
    path = audio_files.cut(audio_files.write(tmp_path / "cut.mp3", 20.0, 44_100))
    duration_s, warnings = analysed(tmp_path, path, card)
    assert 5.0 < duration_s < 15.0
    assert "truncated" in warnings[0]


def test_header_that_claims_2_to_the_31_frames_is_not_believed(tmp_path: Path, card: Path) -> None:
    flac = audio_files.set_flac_length(audio_files.write(tmp_path / "long.flac", 5.0, 44_100), 1 << 31)
    duration_s, warnings = analysed(tmp_path, flac, card)
    assert duration_s == 5.0
    assert "the header promises" in warnings[0]


def test_wrong_header_rate_is_taken_at_its_word(tmp_path: Path, card: Path) -> None:
    data = audio_files.plucks(6.0, 22_050).tobytes()
    path = audio_files.write_wav_header(tmp_path / "fast.wav", data, rate_hz=44_100)
    assert analysed(tmp_path, path, card) == (3.0, ())


def test_text_file_name_does_not_matter(tmp_path: Path, card: Path) -> None:
    path = tmp_path / "take.txt"
    shutil.copy(audio_files.write(tmp_path / "take.wav"), path)
    assert analysed(tmp_path, path, card) == (5.0, ())


def test_file_name_that_is_not_utf8_is_analysed(tmp_path: Path, card: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.wav")
    try:
        shutil.copy(audio_files.write(tmp_path / "take.wav"), path)
    except OSError:
        pytest.skip("this file system has UTF-8 names only")
    result = analyze(tmp_path, path, "--model", card)
    assert result.status == 0, result.err
    assert from_json(result.out.decode()).source.name == "caf\ufffd.wav"


@pytest.mark.parametrize("amplitude", [0.0, 1e-5])
def test_silence_gives_an_empty_valid_analysis_with_a_warning(tmp_path: Path, card: Path, amplitude: float) -> None:
    quiet = np.random.default_rng(0).normal(0, amplitude, (100_000, 2))
    sf.write(tmp_path / "silence.wav", quiet, 22_050, subtype="FLOAT")
    assert_empty(tmp_path, tmp_path / "silence.wav", card, "silence")


def test_channels_that_cancel_each_other_give_an_empty_analysis_that_says_so(tmp_path: Path, card: Path) -> None:
    left = audio_files.plucks(4.0)
    sf.write(tmp_path / "four.wav", np.hstack([left, -left, left, -left]), 22_050, subtype="FLOAT")
    assert_empty(tmp_path, tmp_path / "four.wav", card, "cancel each other")


def test_one_channel_upside_down_is_turned_over_and_told(tmp_path: Path, card: Path) -> None:
    left = audio_files.plucks(8.0)
    sf.write(tmp_path / "right.wav", np.hstack([left, left]), 22_050, subtype="FLOAT")
    sf.write(tmp_path / "inverted.wav", np.hstack([left, -left]), 22_050, subtype="FLOAT")
    right, inverted = (analyze(tmp_path, f"{name}.wav", "--model", card) for name in ("right", "inverted"))
    assert "upside down" in inverted.err and "upside down" not in right.err
    assert from_json(inverted.out.decode()).beats == from_json(right.out.decode()).beats != ()


def test_a_wav_whose_size_was_never_written_is_analysed_with_a_warning(tmp_path: Path, card: Path) -> None:
    data = (audio_files.plucks(8.0)[:, 0] * 32_767).astype("<i2").tobytes()
    audio_files.write_wav_header(tmp_path / "died.wav", data, bits=16, declared_bytes=0)
    result = analyze(tmp_path, "died.wav", "--model", card)
    assert from_json(result.out.decode()).source.duration_s == 8.0
    assert "header says 0 bytes" in result.err


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3"])
def test_a_recording_that_comes_through_a_pipe_is_the_same(tmp_path: Path, card: Path, suffix: str) -> None:
    path = audio_files.write(tmp_path / f"take.{suffix}", 8.0)
    from_file = analyze(tmp_path, path, "--model", card)
    piped = analyze(tmp_path, "-", "--model", card, input=path.read_bytes())
    assert piped.status == 0, piped.err
    assert from_json(piped.out.decode()).source.name == "stdin"
    assert piped.out.replace(b"stdin", path.name.encode()) == from_file.out


@pytest.mark.parametrize(("data", "told"), [(b"", "empty"), (b"no music\n" * 100, "not audio")])
def test_a_pipe_that_brings_no_audio_is_one_message(tmp_path: Path, card: Path, data: bytes, told: str) -> None:
    result = analyze(tmp_path, "-", "--model", card, input=data)
    assert result.status == 1 and result.out == b""
    assert result.err.startswith("error: stdin: ") and told in result.err and result.err.count("\n") == 1


def test_results_of_a_pipe_are_named_after_it_and_refer_to_no_file(tmp_path: Path, card: Path) -> None:
    data = audio_files.write(tmp_path / "take.wav", 8.0).read_bytes()
    formats = ("--out", "results", "--format", "csv,dawproject")
    result = analyze(tmp_path, "-", "--model", card, *formats, input=data)
    assert result.status == 0, result.err
    assert sorted(p.name for p in (tmp_path / "results").iterdir()) == ["stdin.csv", "stdin.dawproject"]
    with zipfile.ZipFile(tmp_path / "results" / "stdin.dawproject") as project:
        assert b"mezzoforte-" not in project.read("project.xml")


def test_ten_milliseconds_give_an_empty_valid_analysis_with_a_warning(tmp_path: Path, card: Path) -> None:
    assert_empty(tmp_path, audio_files.write(tmp_path / "click.wav", 0.01, 44_100), card, "shorter than 1 s")


def assert_empty(folder: Path, path: Path, card: Path, warning: str) -> None:
    result = analyze(folder, path, "--model", card, "--out", "results", "--format", "json,csv,midi,labels,jams")
    assert result.status == 0, result.err
    analysis = from_json((folder / "results" / f"{path.stem}.json").read_text())
    assert (analysis.beats, analysis.dynamics, analysis.change_points) == ((), (), ())
    assert any(warning in w for w in analysis.warnings)
    assert len(list((folder / "results").iterdir())) == 5


# --- bad models


def wrong_hash(card: Path) -> None:
    card.with_suffix(".onnx").write_bytes(card.with_suffix(".onnx").read_bytes() + b"\0")


def no_onnx(card: Path) -> None:
    card.with_suffix(".onnx").unlink()


def no_card(card: Path) -> None:
    card.unlink()


def broken_card(card: Path) -> None:
    card.write_text(card.read_text()[:100])


def wrong_shape(card: Path) -> None:
    stub_model.write_stub(card.parent, hop=512)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (wrong_hash, "SHA-256 differs"),
        (no_onnx, "the model cannot be read"),
        (no_card, "there is no model card here"),
        (broken_card, "not a model card"),
        (wrong_shape, "has shape"),
    ],
)
def test_bad_model_is_one_message_and_status_2(
    tmp_path: Path, card: Path, spoil: Callable[[Path], None], told: str
) -> None:
    path = audio_files.write(tmp_path / "take.wav")
    spoil(card)
    result = analyze(tmp_path, path, "--model", card, "--out", "results.json")
    assert_one_message(result, 2, told)
    assert not (tmp_path / "results.json").exists()


# --- bad places for results


def test_output_folder_that_cannot_be_written_is_one_message_and_status_2(tmp_path: Path, card: Path) -> None:
    path = audio_files.write(tmp_path / "take.wav")
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0o555)
    options = bound_by_permissions()
    for out in ("locked/", "locked/deeper/still/", "locked/take.json"):
        result = analyze(tmp_path, path, "--model", card, "--out", out, **options)
        assert_one_message(result, 2, "cannot be written to")
    assert list(locked.iterdir()) == []


def test_a_file_in_place_of_the_output_folder_is_one_message_and_status_2(tmp_path: Path, card: Path) -> None:
    path = audio_files.write(tmp_path / "take.wav")
    (tmp_path / "file").write_text("mine")
    for out in ("file/", "file/deeper/"):
        assert_one_message(analyze(tmp_path, path, "--model", card, "--out", out), 2, "this is a file, not a folder")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("make_alias", [shutil.copy, os.link, os.symlink], ids=["name", "hard link", "symbolic link"])
def test_the_recording_is_never_overwritten(
    tmp_path: Path, card: Path, make_alias: Callable[[Path, Path], object]
) -> None:
    path = audio_files.write(tmp_path / "take.wav")
    disguised = tmp_path / "take.json"
    make_alias(path, disguised)
    recording = disguised if make_alias is shutil.copy else path
    before = hashlib.sha256(disguised.read_bytes()).hexdigest()
    for out in ("take.json", "./"):
        result = analyze(tmp_path, recording, "--model", card, "--out", out)
        assert_one_message(result, 2, "would overwrite a recording")
    assert hashlib.sha256(disguised.read_bytes()).hexdigest() == before


def test_two_recordings_of_one_name_have_results_of_their_own(tmp_path: Path, card: Path) -> None:
    audio_files.write(tmp_path / "take.wav")
    audio_files.write(tmp_path / "take.flac")
    (tmp_path / "other").mkdir()
    audio_files.write(tmp_path / "other" / "take.wav", 3.0)
    result = analyze(tmp_path, "take.wav", "take.flac", "--model", card, "--out", "results/")
    assert result.status == 0, result.err
    assert sorted(p.name for p in (tmp_path / "results").glob("*.json")) == ["take.flac.json", "take.wav.json"]
    assert analyze(tmp_path, "take.wav", "other/take.wav", "--model", card, "--out", "more/").status == 0
    found = {p.relative_to(tmp_path / "more").as_posix() for p in (tmp_path / "more").rglob("take*.json")}
    assert found == {f"{tmp_path.name}/take.json", "other/take.json"}


def test_a_folder_without_recordings_is_one_message_and_status_2(tmp_path: Path, card: Path) -> None:
    (tmp_path / "album.wav").mkdir()
    result = analyze(tmp_path, "album.wav", "--model", card, "--out", "results/")
    assert_one_message(result, 2, "there are no recordings here")
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["a.wav", "b.wav"], "need a folder"),
        (["a.wav", "--format", "csv"], "without --out there is only JSON"),
        (["a.wav", "--skip-existing"], "--skip-existing needs --out"),
        (["a.wav", "--out", "x", "--format", "docx"], "'docx' is not one of"),
        (["a.wav", "--out", "x.docx"], "no format has the suffix"),
        (["a.wav", "--out", "x.json", "--skip-existing"], "--skip-existing needs a folder"),
        (["a.wav", "--provider", "cuda", "--model", "nowhere"], "no model named 'nowhere'"),
        (["a.wav", "--dry-run"], "--dry-run belongs to --score"),
        (["a.wav", "--density", "sparse", "--out", "x.json"], "--density belongs to --score"),
        (["a.wav", "b.wav", "--existing", "replace", "--out", "x"], "--existing belongs to --score"),
        (["a.wav", "--transcribe", "--second-time", "words", "--out", "x.musicxml"], "--second-time belongs to"),
        ([".", "--correct", "x2", "--out", "x"], "corrections belong to one recording"),
        (["*.wav", "--tuning", "415", "--out", "x", "--skip-existing"], "corrections belong to one recording"),
    ],
)
def test_wrong_command_is_one_message_and_status_2(tmp_path: Path, arguments: list[str], told: str) -> None:
    assert_one_message(analyze(tmp_path, *arguments), 2, told)


@pytest.mark.parametrize("arguments", [[], ["a.wav", "--jobs", "0"], ["a.wav", "--provider", "tpu"], ["a.wav", "--no"]])
def test_unknown_options_are_usage_errors(tmp_path: Path, arguments: list[str]) -> None:
    result = analyze(tmp_path, *arguments)
    assert result.status == 2
    assert "usage:" in result.err
    assert "Traceback" not in result.err


def test_one_bad_recording_does_not_stop_the_others(tmp_path: Path, card: Path) -> None:
    audio_files.write(tmp_path / "a.wav")
    audio_files.write(tmp_path / "c.flac")
    result = analyze(tmp_path, "a.wav", text(tmp_path), "c.flac", "--model", card, "--out", "results", "--quiet")
    assert result.status == 1
    assert result.out == b""
    errors = [line for line in result.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert "text.wav" in errors[0]
    assert sorted(p.name for p in (tmp_path / "results").glob("*.json")) == ["a.json", "c.json"]


def test_a_closed_stdout_is_no_traceback(tmp_path: Path, card: Path) -> None:
    path = audio_files.write(tmp_path / "take.wav")
    process = subprocess.Popen(
        command(path, "--model", card), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout and process.stderr
    process.stdout.close()
    said = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(60) == 1
    assert "Traceback" not in said
    assert "BrokenPipe" not in said

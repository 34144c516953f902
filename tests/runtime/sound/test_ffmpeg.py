"""What only ffmpeg reads: every kind of file made by a real encoder, and no process left behind whatever happens."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soxr

from runtime.errors import AudioError
from runtime.progress import Cancelled
from runtime.sound import ffmpeg
from runtime.sound import read as audio
from runtime.sound.kinds import kind_of
from tests.runtime import audio_files

needs_ffmpeg = pytest.mark.skipif(not ffmpeg.is_there(), reason="ffmpeg is not installed")

ENCODED = {
    "aac.m4a": ["-c:a", "aac"],
    "alac.m4a": ["-c:a", "alac"],
    "take.mp4": ["-c:a", "aac"],
    "fragments.mp4": ["-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"],
    "take.mov": ["-c:a", "aac"],
    "take.3gp": ["-c:a", "aac"],
    "take.webm": ["-c:a", "libopus"],
    "take.mka": ["-c:a", "libvorbis"],
    "take.mkv": ["-c:a", "flac"],
    "take.wma": ["-c:a", "wmav2"],
    "take.aac": ["-c:a", "aac"],
    "take.opus": ["-c:a", "libopus"],
    "take.oga": ["-c:a", "flac"],
    "take.wv": ["-c:a", "wavpack"],
    "take.avi": ["-c:a", "libmp3lame"],
    "take.ts": ["-c:a", "aac"],
    "take.ac3": ["-c:a", "ac3"],
}


def encode(path: Path, *options: str, seconds: float = 4.0) -> Path:
    """Plucked tones in stereo through ffmpeg's encoder for the suffix and options."""
    source = audio_files.write(path.with_name("source.wav"), seconds, 44_100, 2)
    command = ["ffmpeg", "-v", "error", "-y", "-i", str(source), *options, f"file:{path}"]
    subprocess.run(command, check=True, capture_output=True)
    return path


def likeness(a: np.ndarray, b: np.ndarray) -> float:
    """Correlation of two recordings at the best shift: some containers do not tell what silence their encoder adds."""
    n = len(a) + len(b)
    shifted = np.fft.irfft(np.fft.rfft(a, n) * np.conj(np.fft.rfft(b, n)), n)
    return float(shifted.max() / np.sqrt((a @ a) * (b @ b)))


def children() -> set[int]:
    """Processes that this one has started and that are still there, zombies included (Linux)."""
    task = Path(f"/proc/{os.getpid()}/task")
    return {int(pid) for t in task.iterdir() for pid in (t / "children").read_text().split()}


@needs_ffmpeg
@pytest.mark.parametrize("name", ENCODED)
def test_every_kind_gives_the_recording_whole(tmp_path: Path, name: str) -> None:
    path = encode(tmp_path / name, *ENCODED[name])
    measured = audio.measure(path)
    assert measured.warnings == ()
    assert measured.duration_s == pytest.approx(4.0, abs=0.1)
    got = np.concatenate(list(audio.stream(path)))
    assert got.size == audio.n_resampled(measured.n_frames_native, measured.info.rate_hz)
    expected = soxr.resample(audio_files.plucks(4.0, 44_100, 2).mean(axis=1), 44_100, 22_050)
    assert likeness(got, expected) > 0.95


@needs_ffmpeg
def test_mp3_that_counts_no_frames_is_not_called_truncated_for_the_picture_of_its_cover(tmp_path: Path) -> None:
    path = encode(tmp_path / "take.mp3", "-write_xing", "0", "-id3v2_version", "0", "-b:a", "128k")
    cover = bytes(100_000)
    size = bytes(len(cover) >> shift & 0x7F for shift in (21, 14, 7, 0))
    path.write_bytes(b"ID3\x03\x00\x00" + size + cover + path.read_bytes())
    measured = audio.measure(path)
    assert measured.warnings == ()
    assert measured.duration_s == pytest.approx(4.0, abs=0.1)
    assert audio.probe(path).expected_frames == pytest.approx(4 * 44_100, rel=0.05)


@needs_ffmpeg
def test_opus_written_by_ffmpeg_is_read_to_its_end(tmp_path: Path) -> None:
    """libsndfile 1.2 stops where ffmpeg ends a page a few samples off, as it does after Vorbis sources."""
    if "MEZZOFORTE_DATA" not in os.environ:
        pytest.skip("MEZZOFORTE_DATA is not set")
    source = Path(os.environ["MEZZOFORTE_DATA"]) / "real_audio" / "bwv847_prelude_ishizaka.ogg"
    path = tmp_path / "take.opus"
    subprocess.run(["ffmpeg", "-v", "error", "-i", source, "-c:a", "libopus", path], check=True)
    measured = audio.measure(path)
    assert measured.duration_s == pytest.approx(audio.measure(source).duration_s, abs=0.05)
    assert measured.warnings == ()


def test_opus_without_ffmpeg_that_breaks_off_says_what_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not ffmpeg.is_there() or "MEZZOFORTE_DATA" not in os.environ:
        pytest.skip("ffmpeg is not installed, or MEZZOFORTE_DATA is not set")
    source = Path(os.environ["MEZZOFORTE_DATA"]) / "real_audio" / "bwv847_prelude_ishizaka.ogg"
    path = tmp_path / "take.opus"
    subprocess.run(["ffmpeg", "-v", "error", "-i", source, "-c:a", "libopus", path], check=True)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AudioError, match=r"breaks off after about 16\.0 s.*Install ffmpeg"):
        audio.measure(path)


@needs_ffmpeg
@pytest.mark.parametrize("name", ["aac.m4a", "take.mp4", "take.mov", "take.webm", "take.wma", "take.aac"])
def test_without_ffmpeg_one_error_names_the_format_and_how_to_get_ffmpeg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = encode(tmp_path / name, *ENCODED[name])
    kind = kind_of(path)
    assert kind is not None
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AudioError, match=r"needs ffmpeg.*Install ffmpeg") as error:
        audio.measure(path)
    assert kind.name in str(error.value) and str(path) in str(error.value)


@needs_ffmpeg
def test_a_name_is_a_name_and_no_option_or_pattern(tmp_path: Path) -> None:
    path = encode(tmp_path / "aac.m4a", "-c:a", "aac").rename(tmp_path / "-i http:%03d 'x' [a]|b.m4a")
    assert audio.measure(path).duration_s == pytest.approx(4.0, abs=0.1)


@needs_ffmpeg
def test_a_list_of_other_files_is_no_recording(tmp_path: Path) -> None:
    other = encode(tmp_path / "aac.m4a", "-c:a", "aac")
    for text in (f"ffconcat version 1.0\nfile {other}\n", f"#EXTM3U\n#EXTINF:4,\n{other}\n#EXT-X-ENDLIST\n"):
        path = tmp_path / "list.m4a"
        path.write_text(text)
        with pytest.raises(AudioError, match="not audio that can be read"):
            audio.measure(path)


@needs_ffmpeg
def test_a_film_without_sound_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=c=black:s=64x64:d=1", "-c:v", "mpeg4", str(path)]
    subprocess.run(command, check=True)
    with pytest.raises(AudioError, match="no sound in this MP4"):
        audio.measure(path)


@needs_ffmpeg
def test_a_film_gives_its_sound_and_no_warning_that_it_is_shorter(tmp_path: Path) -> None:
    source = audio_files.write(tmp_path / "source.wav", 3.0)
    path = tmp_path / "film.mp4"
    picture = ["-f", "lavfi", "-i", "color=c=black:s=64x64:d=6"]
    subprocess.run(["ffmpeg", "-v", "error", *picture, "-i", source, "-c:v", "mpeg4", "-c:a", "aac", path], check=True)
    measured = audio.measure(path)
    assert measured.duration_s == pytest.approx(3.0, abs=0.1) and measured.warnings == ()


@needs_ffmpeg
def test_an_m4a_whose_recorder_stopped_is_an_error_and_one_that_still_decodes_is_warned_about(tmp_path: Path) -> None:
    no_index = audio_files.cut(encode(tmp_path / "aac.m4a", "-c:a", "aac"))
    with pytest.raises(AudioError, match=r"cannot be decoded by ffmpeg.*moov atom not found"):
        audio.measure(no_index)
    cut = audio_files.cut(encode(tmp_path / "alac.m4a", "-c:a", "alac", "-movflags", "+faststart"))
    measured = audio.measure(cut)
    assert 1.0 < measured.duration_s < 3.5
    assert "truncated" in measured.warnings[0]


@needs_ffmpeg
@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_a_cancelled_recording_leaves_no_process(tmp_path: Path) -> None:
    path = encode(tmp_path / "aac.m4a", "-c:a", "aac", seconds=60.0)
    before = children()

    def cancel(_: int) -> None:
        assert children() - before  # it is really running
        raise Cancelled

    with pytest.raises(Cancelled):
        audio.measure(path, cancel)
    assert children() == before
    blocks = audio.stream(path)
    next(blocks)
    assert children() - before
    blocks.close()  # type: ignore[attr-defined]
    assert children() == before


@needs_ffmpeg
@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_a_reader_that_stops_early_leaves_no_process_of_one_read_ahead(tmp_path: Path) -> None:
    from runtime.sound.ahead import ahead

    path = encode(tmp_path / "aac.m4a", "-c:a", "aac", seconds=120.0)
    before = children()
    blocks = ahead(audio.stream(path), depth=2)
    next(blocks)
    assert children() - before
    blocks.close()  # type: ignore[attr-defined]
    assert children() == before


@pytest.mark.skipif(os.name != "posix", reason="a program made of a shell script")
def test_a_program_that_gives_nothing_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/sh\nexec {shutil.which('sleep')} 600\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(ffmpeg, "STALL_S", 0.3)
    (tmp_path / "take.m4a").write_bytes(b"\0\0\0\x1cftypM4A \0\0\0\0" + bytes(100))
    start_s = time.monotonic()
    with pytest.raises(AudioError, match="gave nothing for"):
        audio.measure(tmp_path / "take.m4a")
    assert time.monotonic() - start_s < 30


@needs_ffmpeg
def test_a_compressed_recording_of_too_many_hours_is_refused_while_it_is_decoded(tmp_path: Path) -> None:
    path = encode(tmp_path / "aac.m4a", "-c:a", "aac", seconds=6.0)
    with pytest.raises(AudioError, match="longer than"):
        audio.measure(path, longest_s=3.0)


@needs_ffmpeg
def test_a_phones_recording_of_the_field_is_read() -> None:
    if "MEZZOFORTE_DATA" not in os.environ:
        pytest.skip("MEZZOFORTE_DATA is not set")
    measured = audio.measure(Path(os.environ["MEZZOFORTE_DATA"]) / "cases" / "audio" / "phone.m4a")
    assert measured.duration_s == pytest.approx(8.0, abs=0.05) and measured.warnings == ()

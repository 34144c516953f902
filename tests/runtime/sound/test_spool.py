"""What is put aside is what a second decoding would give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from runtime.analyze import analyse_file
from runtime.errors import AudioError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.sound import read as audio
from runtime.sound.spool import Spool
from tests import stub_model
from tests.runtime import audio_files


def kept_and_streamed(path: Path) -> tuple[np.ndarray, np.ndarray, audio.Measured]:
    with Spool() as spool:
        measured = audio.measure(path, spool=spool)
        assert not spool.failed
        kept = np.concatenate(list(spool.blocks()))
    return kept, np.concatenate(list(audio.stream(path))), measured


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
@pytest.mark.parametrize("rate_hz", [22_050, 44_100, 48_000])
def test_a_recording_read_in_one_part_is_kept_as_it_would_be_streamed(
    tmp_path: Path, suffix: str, rate_hz: int
) -> None:
    kept, streamed, _ = kept_and_streamed(audio_files.write(tmp_path / f"take.{suffix}", 5.3, rate_hz, 2))
    np.testing.assert_array_equal(kept, streamed)


@pytest.mark.parametrize("rate_hz", [11_025, 22_050, 44_100, 48_000, 96_000])
def test_parts_meet_without_a_seam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rate_hz: int) -> None:
    path = audio_files.write(tmp_path / "take.flac", 20.3, rate_hz)
    monkeypatch.setattr(audio, "PARALLEL_SCAN_S", 1.0)
    monkeypatch.setattr(audio, "PARALLEL_READERS", 3)
    kept, streamed, measured = kept_and_streamed(path)
    assert kept.size == streamed.size == audio.n_resampled(measured.n_frames_native, rate_hz)
    np.testing.assert_allclose(kept, streamed, atol=1e-6)


def test_parts_that_fail_leave_nothing_behind_in_the_spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = audio_files.write(tmp_path / "take.flac", 20.0, 44_100)
    monkeypatch.setattr(audio, "PARALLEL_SCAN_S", 1.0)
    expected = kept_and_streamed(path)[1]
    scan, calls = audio._scan, []

    def fails_in_its_second_part(where: Path, rate_hz: int, part: audio._Part, tick=None, spool=None):  # type: ignore[no-untyped-def]
        calls.append(part)
        if part.start:
            spool.write(10**7, np.ones(10, np.float32))
            raise audio.AudioError("the file cannot be searched", where=str(where))
        return scan(where, rate_hz, part, tick, spool)

    monkeypatch.setattr(audio, "_scan", fails_in_its_second_part)
    kept, _, _ = kept_and_streamed(path)
    assert len(calls) == 3
    np.testing.assert_array_equal(kept, expected)


def test_an_analysis_is_the_same_with_and_without_a_spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = stub_model.write_stub(tmp_path)
    path = audio_files.write(tmp_path / "take.wav", 12.0, 44_100, 2)
    kept = analyse_file(path, model=card)
    monkeypatch.setattr(Spool, "for_recording", lambda n: None)
    assert analyse_file(path, model=card) == kept


def test_a_full_disk_is_noticed_and_the_recording_decoded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = stub_model.write_stub(tmp_path)
    path = audio_files.write(tmp_path / "take.wav", 12.0, 44_100)
    kept = analyse_file(path, model=card)

    class FullDisk:
        def __init__(self, file: object) -> None:
            self.file = file

        def write(self, data: object) -> int:
            raise OSError(28, "No space left on device")

        def __getattr__(self, name: str) -> object:
            return getattr(self.file, name)

    make = Spool.__init__

    def on_a_full_disk(self: Spool) -> None:
        make(self)
        self._file = FullDisk(self._file)  # type: ignore[assignment]

    monkeypatch.setattr(Spool, "__init__", on_a_full_disk)
    assert analyse_file(path, model=card) == kept


def test_no_room_means_no_spool() -> None:
    assert Spool.for_recording(1 << 60) is None
    with Spool.for_recording(SAMPLE_RATE_HZ) or pytest.fail("no room for a second") as spool:
        assert list(spool.blocks()) == []


@pytest.mark.parametrize("data", [OSError(5, "Input/output error"), b"three"])
def test_samples_that_cannot_be_read_back_are_our_error(data: OSError | bytes) -> None:
    class BadDisk:
        def seek(self, at: int) -> int:
            return at

        def read(self, n: int) -> bytes:
            if isinstance(data, OSError):
                raise data
            return data

        def close(self) -> None:
            pass

    with Spool() as spool:
        spool._file.close()
        spool._file = BadDisk()  # type: ignore[assignment]
        with pytest.raises(AudioError, match="cannot be read back"):
            list(spool.blocks())

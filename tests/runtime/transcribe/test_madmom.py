"""madmom's adapter, with a program that answers as its Python would."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from runtime.errors import ModelError
from runtime.progress import Cancelled
from runtime.transcribe import Setting, Transcriber, load

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the stand-in is a shell script")
ASKED = '"$#" -lt 5'  # -W ignore -c PROGRAM, and the recording only when it is to hear


def program(folder: Path, hear: str) -> Path:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\nif [ {ASKED} ]; then echo '\"9.9 Net\"'; exit 0; fi\n{hear}\n")
    path.chmod(0o755)
    return path


def ready(folder: Path, hear: str) -> Transcriber:
    samples = 0.1 * np.sin(np.arange(2 * 22_050) / 10).astype(np.float32)
    soundfile.write(folder / "take.wav", samples, 22_050)
    return load("madmom", Setting(program(folder, hear)))


def test_its_onsets_become_notes_and_the_licence_is_told(tmp_path: Path) -> None:
    rows = "[[1.0, 60, 0.9], [0.5, 64, 0.8], [1.2, 60, 1.3], [1.3, 5, 0.9]]"
    heard = ready(tmp_path, f"echo '{rows}'").transcribe(tmp_path / "take.wav")
    assert heard.notes.onset_s.tolist() == [0.5, 1.0, 1.2] and heard.notes.pitch.tolist() == [64, 60, 60]
    assert heard.notes.offset_s == pytest.approx([1.1, 1.2, 1.8])
    assert heard.confidence.tolist() == [0.8, 0.9, 1.0] and heard.identity.version == "9.9 Net"
    assert "non-commercial" in heard.notes.warnings[-1]


def test_nothing_heard_is_no_notes(tmp_path: Path) -> None:
    assert ready(tmp_path, "echo '[]'").transcribe(tmp_path / "take.wav").notes.pitch.size == 0


def test_silence_is_not_sent(tmp_path: Path) -> None:
    madmom = ready(tmp_path, "exit 1")
    soundfile.write(tmp_path / "take.wav", np.zeros(22_050, np.float32), 22_050)
    assert madmom.transcribe(tmp_path / "take.wav").notes.pitch.size == 0


@pytest.mark.parametrize("hear", ["echo broken >&2; exit 1", "exit 0", "echo no json"])
def test_a_program_that_fails_is_one_error(tmp_path: Path, hear: str) -> None:
    with pytest.raises(ModelError, match="madmom failed"):
        ready(tmp_path, hear).transcribe(tmp_path / "take.wav")


def test_stopping_ends_the_program(tmp_path: Path) -> None:
    madmom = ready(tmp_path, f"echo $$ > {tmp_path}/pid; exec sleep 60")
    with pytest.raises(Cancelled):
        madmom.transcribe(tmp_path / "take.wav", cancel=(tmp_path / "pid").exists)
    pid = int((tmp_path / "pid").read_text())
    for _ in range(50):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("the program still runs")

"""Transkun in ONNX beside its own package: are the notes the same, and what does each cost?

``python -m benchmarks.transcription.transkun RECORDING … --model CARD --seconds 30``

Needs the package transkun (``pip install --no-deps transkun==2.0.1``), torch, pretty_midi and mir_eval. Both get the
same samples: the mono mix at 44,100 Hz. (The package's own command gives the network both channels of a stereo file,
whose power spectra it averages.)
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import soundfile as sf

from runtime.notes.played import PlayedNotes
from runtime.sound import read as audio
from runtime.transcribe.registry import Setting, load
from runtime.transcribe.transkun.frames import SAMPLE_RATE_HZ, SUSTAIN

SAME_TIME_S = 0.001


def by_package(samples: np.ndarray) -> tuple[list[Any], float]:
    """The package's own events of mono samples at 44,100 Hz, and the CPU seconds they took."""
    import torch

    from mezzoforte.transcriber.transkun.network import package_folder

    sys.modules.setdefault("torchaudio", _without_filters(torch))
    from transkun.ModelTransformer import TransKun

    folder = package_folder() / "pretrained"
    conf = json.loads((folder / "2.0.conf").read_text())["Model"]["config"]
    network = TransKun(SimpleNamespace(**conf))
    network.load_state_dict(torch.load(folder / "2.0.pt", map_location="cpu", weights_only=True)["state_dict"])
    network.eval()
    start_s = time.process_time()
    with torch.no_grad():
        events = network.transcribe(torch.from_numpy(samples[:, None]))
    return events, time.process_time() - start_s


def _without_filters(torch: Any) -> Any:
    """In place of torchaudio, whose filters the weights bring."""

    def none(n_freqs: int, f_min: float, f_max: float, n_mels: int, sample_rate: int) -> Any:
        return torch.zeros(n_freqs, n_mels)

    return SimpleNamespace(functional=SimpleNamespace(melscale_fbanks=none), __spec__=None)


def compare(ours: PlayedNotes, theirs: list[Any]) -> dict[str, float]:
    """How many notes of each, how many are the same (pitch, velocity, both times within a millisecond), and how far the
    times of those are apart at most; the same for the pedal."""
    mine = sorted(zip(ours.pitch, ours.onset_s, ours.offset_s, ours.velocity, strict=True))
    other = sorted((e.pitch, e.start, e.end, min(max(e.velocity, 1), 127)) for e in theirs if e.pitch > 0)
    same, apart_s = _matched(np.array(mine, float).reshape(-1, 4), np.array(other, float).reshape(-1, 4))
    pedal = np.array([(0, *span, 0) for span in ours.pedal], float).reshape(-1, 4)
    presses = np.array(sorted((0, e.start, e.end, 0) for e in theirs if e.pitch == SUSTAIN), float).reshape(-1, 4)
    return {
        "notes": len(mine), "notes_package": len(other), "same": same, "largest_apart_s": apart_s,
        "presses": len(pedal), "presses_package": len(presses), "presses_same": _matched(pedal, presses)[0],
    }  # fmt: skip


def _matched(mine: np.ndarray, other: np.ndarray) -> tuple[int, float]:
    same, apart_s = 0, 0.0
    for row in mine:
        away = np.abs(other[:, 1:3] - row[1:3]).max(axis=1, initial=0.0)
        hits = (other[:, 0] == row[0]) & (other[:, 3] == row[3]) & (away < SAME_TIME_S)
        if hits.any():
            same += 1
            apart_s = max(apart_s, float(away[hits].min()))
    return same, apart_s


def main(arguments: list[str] | None = None) -> int:
    """Print one line of JSON for each recording."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("recordings", type=Path, nargs="+")
    parser.add_argument("--model", type=Path, help="card of the converted weights (default: the usual place)")
    parser.add_argument("--seconds", type=float, default=30.0, help="only so much from the start of each")
    options = parser.parse_args(arguments)
    transcriber = load("transkun", Setting(options.model, "cpu"))
    for path in options.recordings:
        samples = np.concatenate(list(audio.stream(path, SAMPLE_RATE_HZ)))[: int(options.seconds * SAMPLE_RATE_HZ)]
        with tempfile.TemporaryDirectory() as folder:
            sf.write(Path(folder) / "take.wav", samples, SAMPLE_RATE_HZ, subtype="FLOAT")
            start_s = time.process_time()
            ours = transcriber.transcribe(Path(folder) / "take.wav").notes
            ours_s = time.process_time() - start_s
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        theirs, theirs_s = by_package(samples)
        row = {"recording": path.name, "seconds": round(len(samples) / SAMPLE_RATE_HZ, 1), **compare(ours, theirs),
               "cpu_s": round(ours_s, 1), "cpu_s_package": round(theirs_s, 1), "peak_mb": round(peak_mb)}  # fmt: skip
        print(json.dumps(row), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Speed and memory of High-resolution Piano Transcription in onnxruntime, from file to notes.

``python -m benchmarks.transcription.hpt [--model CARD] [--seconds 60] [--audio FILE] [--package]`` prints a markdown
table, each row from a process of its own on 2 cores. Without ``--model`` the network has random weights, which take
the same time; its conversion is measured too. With ``--package`` piano_transcription_inference runs after us on the
same file.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed.process import CORES, Needs, needs
from benchmarks.speed.recordings import one_tile, write_flac
from train.fitting.command import Command

_OURS = """
import sys
from pathlib import Path
from runtime.transcribe import Setting, load
hpt = load("hpt", Setting(Path(sys.argv[1]), "cpu"))
if len(sys.argv) > 2:
    print(len(hpt.transcribe(sys.argv[2]).notes.onset_s))
"""
_PACKAGE = """
import sys
from pathlib import Path
from benchmarks.transcription.hpt import package_notes
print(len(package_notes(Path(sys.argv[1]), Path(sys.argv[2]))[0]))
"""


@dataclass(frozen=True)
class Run:
    """One command in a process of its own."""

    name: str
    audio_s: float
    """0 for a row that hears nothing."""
    needs: Needs

    def row(self) -> str:
        """A line of the table."""
        n = self.needs
        pace = [f"{self.audio_s / seconds:.2f}" if self.audio_s else "" for seconds in (n.wall_s, n.cpu_s)]
        return f"| {self.name} | {n.wall_s:.1f} | {pace[0]} | {n.cpu_s:.1f} | {pace[1]} | {n.peak_mb:.0f} |"


def write_random_checkpoint(path: Path, seed: int = 0) -> None:
    """A checkpoint of the official one's form with random weights, lively enough that notes come out of any sound."""
    import torch

    from mezzoforte.transcriber.hpt.checkpoint import PARTS, new_network

    torch.manual_seed(seed)
    network = new_network()
    for part in PARTS:
        # Levels in dB as music has them, and last layers steep enough for probabilities near 0 and 1.
        front = getattr(network, part).bn0
        front.running_mean.fill_(-30.0)
        front.running_var.fill_(20.0**2)
        for name, weights in network.named_parameters():
            if name.startswith(part) and name.rpartition(".")[0].endswith("fc"):
                weights.data.mul_(6.0)
    # In the form of the torch version that wrote the official one.
    states = {part: getattr(network, part).state_dict() for part in PARTS}
    torch.save({"model": states}, path, _use_new_zipfile_serialization=False)


def package_notes(
    checkpoint: Path, recording: Path, window_samples: int = 160_000
) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    """Notes and pedal of a recording by piano_transcription_inference itself, in windows of that many samples.

    Its class is made without its constructor, which fetches a checkpoint from the network when it does not like one.
    """
    import numpy as np
    from piano_transcription_inference import PianoTranscription

    from mezzoforte.transcriber.hpt.checkpoint import load_network
    from runtime.sound import read as audio
    from runtime.transcribe.hpt import decode as hpt_decode

    transcriptor = PianoTranscription.__new__(PianoTranscription)
    transcriptor.model, _ = load_network(checkpoint)
    transcriptor.segment_samples = window_samples
    transcriptor.frames_per_second, transcriptor.classes_num = hpt_decode.FRAMES_PER_S, 88
    transcriptor.onset_threshold, transcriptor.offset_threshod = 0.3, 0.3
    transcriptor.frame_threshold, transcriptor.pedal_offset_threshold = 0.1, 0.2
    samples = np.concatenate(list(audio.stream(recording, 16_000)))
    result = transcriptor.transcribe(samples, None)
    return result["est_note_events"], result["est_pedal_events"]


def timed(name: str, audio_s: float, command: Sequence[str]) -> Run:
    """Run a command to its end."""
    return Run(name, audio_s, needs(name, command))


def measure(options: Namespace, work: Path) -> list[Run]:
    """Every row of the table."""
    python, runs = sys.executable, []
    checkpoint, card = work / "random.pth", options.model
    if card is None or options.package:
        write_random_checkpoint(checkpoint)
    if card is None:
        card = work / "hpt.json"
        convert = [python, "-m", "mezzoforte.transcriber.hpt", str(checkpoint), "--out", str(card.with_suffix(".onnx"))]
        runs.append(timed("conversion with its proof", 0, convert))
    recording = work / "take.flac"
    write_flac(recording, one_tile(options.audio), options.seconds)
    ours = [python, "-c", _OURS, str(card)]
    runs.append(timed("start: verify, load, try out", 0, ours))
    runs.append(timed("Mezzoforte", options.seconds, [*ours, str(recording)]))
    if options.package:
        package = [python, "-c", _PACKAGE, str(checkpoint), str(recording)]
        runs.append(timed("piano_transcription_inference", options.seconds, package))
    return runs


def add_options(parser: ArgumentParser) -> None:
    """The benchmark's options."""
    add = parser.add_argument
    add("--model", type=Path, help="card of a converted checkpoint (default: random weights)")
    add("--seconds", type=float, default=60.0, help="length of the recording (default: 60)")
    add("--audio", type=Path, help="music to repeat (default: synthesised plucked tones)")
    add("--package", action="store_true", help="also piano_transcription_inference, with random weights")


def run(options: Namespace) -> None:
    """Measure and print."""
    load_average = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as work:
        runs = measure(options, Path(work))
    print(f"{options.seconds:g} s of audio, {CORES} of {os.cpu_count()} cores, {platform.machine()}, "
          f"Python {platform.python_version()}, load average {load_average:.1f}\n")  # fmt: skip
    print("| | wall s | × real time | CPU s | × real time per core | peak MB |\n|---|---|---|---|---|---|")
    print("\n".join(r.row() for r in runs))


main = Command(add_options, run)

if __name__ == "__main__":
    main()

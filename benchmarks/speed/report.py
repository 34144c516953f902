"""The figures of `benchmarks.speed.runtime` as lines of a table and as docs/speed.md."""

from __future__ import annotations

import json
import statistics
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from benchmarks.speed.peers import PeerTime
from benchmarks.speed.process import CORES
from runtime.write.atomic import write_bytes
from train.fitting.command import Command

_HEAD = """# Speed and memory

Written by `python -m benchmarks.speed --report docs/speed.md` (with a Python for each peer, see below), or by
`python -m benchmarks.speed.report` from the JSON files of several runs. Each figure is from a process of its own, from
file to result; modules were compiled before, as an installation has them. On a machine that others use too, wall time
tells little: look at the load average, and compare CPU time.

"""
_PEERS = """
## The peers

They run on the same file and the same cores as the rows of Mezzoforte of that length, one after the other, with their
own defaults: madmom's downbeat pipeline; Beat This, final and small, and High-resolution Piano Transcription (hpt) with
random weights, which take the same time as trained ones, hpt without the notes after its networks; Transkun by its own
command. Imports of the others are left out; ours and the start of the process are counted.

Each has an environment of its own:

```
python3.11 -m venv madmom
madmom/bin/pip install "numpy==1.23.5" "scipy==1.10.1" mido "Cython<3" "setuptools<81" wheel "h5py<3.12"
CYTHON_FORCE_REGEN=1 madmom/bin/pip install --no-build-isolation --no-deps madmom==0.16.1

python3.11 -m venv torch
torch/bin/pip install torch "setuptools<81" soundfile soxr einops rotary-embedding-torch librosa torchlibrosa \\
    pretty_midi mir_eval moduleconf pydub ncls scipy matplotlib
torch/bin/pip install --no-deps beat_this transkun piano_transcription_inference torchaudio

python -m benchmarks.speed --madmom-python madmom/bin/python --beat-this-python torch/bin/python \\
    --transkun-python torch/bin/python --hpt-python torch/bin/python --report docs/speed.md
```

madmom reads other sampling rates through `ffmpeg`. Where torch is the build for the CPU and torchaudio the one for
CUDA, delete `torchaudio/lib/*.so`: Beat This needs none of them. Transkun asks for `pkg_resources`, which newer
setuptools lack.
"""


def table(result: dict[str, Any]) -> str:
    """The figures of single recordings as a markdown table."""
    model = result["model"]
    lines = [
        f"{result['machine']}; load average {result['load_average']:.1f} at the beginning, "
        f"{result['load_average_at_end']:.1f} at the end; audio: {result['source']}, 44.1 kHz stereo FLAC; model "
        f"{model['name']} {model['version']} ({model['sha256'][:12]}); CPU and {_cores(result)} unless told otherwise",
        "",
        *(_lines_of_a_shared_machine(result) if result.get("shared") else _lines(result)),
    ]
    lines += peer_lines(result)
    if result["starts_s"]:
        lines += ["", "| start to first output, median of several (worst) | s |", "|---|---|"]
    for name, starts in result["starts_s"].items():
        lines.append(f"| {name} | {statistics.median(starts):.2f} ({max(starts):.2f}) |")
    return "\n".join(lines)


def _cores(result: dict[str, Any]) -> str:
    cores = result.get("cores", CORES)
    return "one core" if cores == 1 else f"{cores} cores"


def _lines(result: dict[str, Any]) -> list[str]:
    lines = ["| run | wall s | × real time | CPU s | peak MB |", "|---|---|---|---|---|"]
    for name, run in result["runs"].items():
        lines.append(
            f"| {name} | {run['wall_s']:.2f} | {run['times_real_time']:.0f} "
            f"| {run['cpu_s']:.2f} | {run['peak_mb']:.0f} |"
        )
    return lines


def _lines_of_a_shared_machine(result: dict[str, Any]) -> list[str]:
    """How long each run waited would say how busy the others were."""
    lines = ["| run | CPU s | × real time per CPU second | peak MB |", "|---|---|---|---|"]
    for name, run in result["runs"].items():
        times = run["audio_s"] / run["cpu_s"]
        lines.append(f"| {name} | {run['cpu_s']:.1f} | {times:.1f} | {run['peak_mb']:.0f} |")
    return lines


def scaling_lines(result: dict[str, Any]) -> list[str]:
    """Many recordings, one worker beside two; nothing when they were not measured."""
    found = result["scaling"]
    if not found:
        return []
    lines = [
        "",
        "| many recordings of a minute, fast | workers | wall s | CPU s | × one worker |",
        "|---|---|---|---|---|",
    ]
    for one in found:
        single = next(f for f in found if f["where"] == one["where"] and f["workers"] == 1)
        lines.append(
            f"| {one['audio_s'] / 60:.0f} min, {one['where']} | {one['workers']} | {one['wall_s']:.1f} "
            f"| {one['cpu_s']:.1f} | {single['wall_s'] / one['wall_s']:.2f} |"
        )
    return lines


def installed_line(result: dict[str, Any]) -> str:
    """What an installation weighs."""
    sizes = sorted(result["installed_mb"].items(), key=lambda one: -one[1])
    parts = ", ".join(f"{name} {size:.1f}" for name, size in sizes if size >= 0.5)
    return f"Installed with `[cpu]`: {sum(size for _, size in sizes):.0f} MB ({parts})."


def peer_lines(result: dict[str, Any]) -> list[str]:
    """One table row per peer; dashes for one that did not run."""
    lines = []
    for peer in (PeerTime(**p) for p in result["peers"]):
        cells = "– | – | – | –"
        if peer.seconds and peer.cpu_s and peer.peak_mb:
            times = result["peer_minutes"] * 60 / peer.seconds
            cells = f"{peer.seconds:.2f} | {times:.1f} | {peer.cpu_s:.2f} | {peer.peak_mb:.0f}"
        lines.append(f"| {peer.name}, {result['peer_minutes']:g} min: {peer.what} | {cells} |")
    return lines


def beside_peers(result: dict[str, Any]) -> str:
    """How many times our CPU and wall time each peer took on the same file; empty when none ran."""
    ours = result["runs"][f"{result['peer_minutes']:g} min, best"]
    found = [
        (
            peer["name"],
            f"{peer['cpu_s'] / ours['cpu_s']:.1f} times the CPU time and "
            f"{peer['seconds'] / ours['wall_s']:.1f} times the wall time",
        )
        for peer in result["peers"]
        if peer["seconds"]
    ]
    told = ", ".join(f"{name} takes {times}" for name, times in found)
    return f"On the same {result['peer_minutes']:g} minutes {told} of Mezzoforte's best." if found else ""


def told_about(result: dict[str, Any]) -> str:
    """What one result says in words, after its table."""
    told, runs = [], result["runs"]
    for name, run in runs.items():
        floor = runs.get(f"{name.removesuffix(', fast')}, decoding and resampling alone")
        if name.endswith(" h, fast") and floor:
            told.append(f"{name}: {run['cpu_s'] / floor['cpu_s']:.2f} × the CPU time of decoding and resampling alone.")
        network = runs.get(f"{name.removesuffix(', fast')}, the network alone")
        if name.endswith(" h, fast") and network:
            told.append(f"{100 * network['cpu_s'] / run['cpu_s']:.0f} % of it is the network.")
    for quality in ("fast", "best"):
        hours = {float(n.split(" h")[0]): r for n, r in runs.items() if n.endswith(f" h, {quality}")}
        if len(hours) > 1:
            short, long = min(hours), max(hours)
            mb = (hours[long]["peak_mb"] - hours[short]["peak_mb"]) / (long - short)
            told.append(f"Peak memory of {quality} grows by {mb:.0f} MB an hour from {short:g} to {long:g} hours.")
    if any(peer["seconds"] for peer in result["peers"]):
        told.append(beside_peers(result))
    return " ".join([*told, installed_line(result)])


def speed_report(results: list[dict[str, Any]]) -> str:
    """docs/speed.md as a whole, one table per run of the benchmark."""
    chapters = ["\n".join([table(r), *scaling_lines(r), "", told_about(r)]) for r in results]
    return _HEAD + "\n\n".join(chapters) + "\n" + _PEERS


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("results", type=Path, nargs="+", help="what python -m benchmarks.speed --json FILE wrote")
    parser.add_argument("--out", type=Path, required=True)


def run(options: Namespace) -> None:
    """Write the document."""
    results = [json.loads(path.read_text(encoding="utf-8")) for path in options.results]
    write_bytes(options.out, speed_report(results).encode())


main = Command(add_options, run)

if __name__ == "__main__":
    main()

"""The figures of `benchmarks.speed.runtime` as lines of a table and as docs/speed.md."""

from __future__ import annotations

import json
import statistics
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from benchmarks.speed.peers import PeerTime
from runtime.write.atomic import write_bytes
from train.fitting.command import Command

GOAL_X_REAL_TIME = 300

_HEAD = """# Speed and memory

Written by `python -m benchmarks.speed --report docs/speed.md` (with `--madmom-python` and `--beat-this-python`, see
below), or by `python -m benchmarks.speed.report` from the JSON files of several runs. Each figure is from a process of
its own, from file to result.

"""
_PEERS = """
## The peers

madmom (its downbeat pipeline) and Beat This (random weights of the final architecture: they take the same time as
trained ones) run on the same file and the same cores as the row of Mezzoforte of that length, one after the other,
with their own defaults. Their imports are left out; ours and the start of the process are counted. On a machine that
others use too, wall time tells little: compare CPU time.

Each has an environment of its own:

```
python3.11 -m venv madmom
madmom/bin/pip install "numpy==1.23.5" "scipy==1.10.1" mido "Cython<3" "setuptools<81" wheel "h5py<3.12"
CYTHON_FORCE_REGEN=1 madmom/bin/pip install --no-build-isolation --no-deps madmom==0.16.1

python3.11 -m venv beat_this
beat_this/bin/pip install beat_this soundfile torch torchaudio

python -m benchmarks.speed --madmom-python madmom/bin/python --beat-this-python beat_this/bin/python
```

madmom reads other sampling rates through `ffmpeg`. torch and torchaudio must be of one build: with torch for the CPU
and a torchaudio for CUDA, `import torchaudio` fails until its `lib/_torchaudio.abi3.so` is deleted; Beat This does not
need it.
"""


def table(result: dict[str, Any]) -> str:
    """The figures as a markdown table."""
    model = result["model"]
    lines = [
        f"{result['machine']}; load average {result['load_average']:.1f}; audio: {result['source']}, 44.1 kHz stereo "
        f"FLAC; model {model['name']} {model['version']} ({model['sha256'][:12]}) on {model['provider']}",
        "",
        "| run | wall s | × real time | CPU s | peak MB |",
        "|---|---|---|---|---|",
    ]
    for name, run in result["runs"].items():
        lines.append(
            f"| Mezzoforte, {name} | {run['wall_s']:.2f} | {run['times_real_time']:.0f} "
            f"| {run['cpu_s']:.2f} | {run['peak_mb']:.0f} |"
        )
    starts = result["start_to_output_s"]
    lines.append(
        f"| start to first output, {result['clip_s']:.0f} s clip (median of {len(starts)}; worst {max(starts):.2f}) "
        f"| {statistics.median(starts):.2f} | | | |"
    )
    lines += peer_lines(result)
    return "\n".join(lines)


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
    ours = result["runs"][f"{result['peer_minutes']:g} min"]
    found = [
        (
            peer["name"],
            f"{peer['cpu_s'] / ours['cpu_s']:.0f} times the CPU time and "
            f"{peer['seconds'] / ours['wall_s']:.0f} times the wall time",
        )
        for peer in result["peers"]
        if peer["seconds"]
    ]
    told = ", ".join(f"{name} takes {times}" for name, times in found)
    return f"On the same {result['peer_minutes']:g} minutes {told} of Mezzoforte." if found else ""


def told_about(result: dict[str, Any]) -> str:
    """What one result says in words, after its table."""
    hours = {float(name.removesuffix(" h")): run for name, run in result["runs"].items() if name.endswith(" h")}
    told = []
    if 1.0 in hours:
        told.append(
            f"The bar is {GOAL_X_REAL_TIME} × real time for one hour; this is {hours[1.0]['times_real_time']:.0f} ×."
        )
    if len(hours) > 1:
        short, long = min(hours), max(hours)
        growth = hours[long]["peak_mb"] / hours[short]["peak_mb"] - 1
        told.append(f"Peak memory grows by {100 * growth:.0f} % from {short:g} to {long:g} hours.")
    if any(peer["seconds"] for peer in result["peers"]):
        told.append(beside_peers(result))
    return " ".join(told)


def speed_report(results: list[dict[str, Any]]) -> str:
    """docs/speed.md as a whole, one table per run of the benchmark."""
    chapters = [f"{table(result)}\n\n{told_about(result)}".rstrip() for result in results]
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

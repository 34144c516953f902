"""The figures of `benchmarks.runtime` as lines of a table and as docs/speed.md."""

from __future__ import annotations

from typing import Any

from benchmarks.peers import PeerTime

GOAL_X_REAL_TIME = 300

_HEAD = """# Speed and memory

Written by `python -m benchmarks.runtime --report docs/speed.md` (with `--madmom-python` and `--beat-this-python`, see
below). Each figure is from a process of its own, from file to result.

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

python -m benchmarks.runtime --madmom-python madmom/bin/python --beat-this-python beat_this/bin/python
```

madmom reads other sampling rates through `ffmpeg`. torch and torchaudio must be of one build: with torch for the CPU
and a torchaudio for CUDA, `import torchaudio` fails until its `lib/_torchaudio.abi3.so` is deleted; Beat This does not
need it.
"""


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
        f"{peer['name']} {peer['cpu_s'] / ours['cpu_s']:.0f} times the CPU time and "
        f"{peer['seconds'] / ours['wall_s']:.0f} times the wall time"
        for peer in result["peers"]
        if peer["seconds"]
    ]
    return f"On the same {result['peer_minutes']:g} minutes " + ", ".join(found) + " of Mezzoforte.\n" if found else ""


def speed_report(result: dict[str, Any], table: str) -> str:
    """docs/speed.md as a whole."""
    runs = result["runs"]
    hours = {float(name.removesuffix(" h")): run for name, run in runs.items() if name.endswith(" h")}
    told = []
    if 1.0 in hours:
        told.append(
            f"The bar is {GOAL_X_REAL_TIME} × real time for one hour; this is {hours[1.0]['times_real_time']:.0f} ×."
        )
    if len(hours) > 1:
        short, long = min(hours), max(hours)
        growth = hours[long]["peak_mb"] / hours[short]["peak_mb"] - 1
        told.append(f"Peak memory grows by {100 * growth:.0f} % from {short:g} to {long:g} hours.")
    return _HEAD + table + "\n\n" + " ".join(told) + "\n" + beside_peers(result) + _PEERS

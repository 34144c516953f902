"""``python -m benchmarks.live RECORDING… [--seconds 60] [--report docs/live.md]``

For each recording and look-ahead: F of the live beats and downbeats and the share of equal levels against `quality
fast` of the same seconds, ±70 ms, the first 5 s left out; CPU seconds per second. Then the command itself is given PCM
at the pace of playing, and a socket takes the time of each datagram: latency is its arrival less the moment at which
the beat was fed.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import mir_eval
import numpy as np
import soundfile as sf

from bridge.osc.schema import decode
from runtime.analysis import Analysis
from runtime.analyze import analyse_file
from runtime.frames import SAMPLE_RATE_HZ
from runtime.live import Heard, LiveTracker
from runtime.model import Model, load_model
from runtime.sound import read as audio
from runtime.write.atomic import write_bytes

LOOK_AHEADS_S = (0.3, 0.5, 1.0, 2.0)
PORTION = SAMPLE_RATE_HZ // 20
LATENCY_LOOK_AHEAD_S = 0.5


@dataclass(frozen=True)
class Nearness:
    """One recording at one look-ahead, against the finished analysis."""

    look_ahead_s: float
    beat_f: float
    downbeat_f: float
    levels_equal: float
    cpu_share: float


def samples_of(path: Path, seconds: float) -> np.ndarray:
    """The first seconds of a recording, mono at 22,050 Hz."""
    found, n = [], 0
    for block in audio.stream(path):
        found.append(block)
        n += block.size
        if n >= seconds * SAMPLE_RATE_HZ:
            break
    return np.concatenate(found)[: round(seconds * SAMPLE_RATE_HZ)]


def _f(reference: list[float], estimate: list[float]) -> float:
    trim = mir_eval.beat.trim_beats
    return float(mir_eval.beat.f_measure(trim(np.array(reference)), trim(np.array(estimate))))


def live(model: Model, samples: np.ndarray, offline: Analysis, look_ahead_s: float) -> Nearness:
    """Listen to samples as they would come."""
    tracker, began_s = LiveTracker(model, look_ahead_s), time.process_time()
    told = [e for at in range(0, samples.size, PORTION) for e in tracker.push(samples[at : at + PORTION])]
    beats = [e for e in (*told, *tracker.finish()) if isinstance(e, Heard)]
    cpu_share = (time.process_time() - began_s) / (samples.size / SAMPLE_RATE_HZ)
    times = np.array([b.time_s for b in offline.beats])
    equal = [
        beat.level == offline.beat_levels[int(np.abs(times - beat.time_s).argmin())]
        for beat in beats
        if times.size and np.abs(times - beat.time_s).min() <= 0.07
    ]
    return Nearness(
        look_ahead_s,
        _f([b.time_s for b in offline.beats], [b.time_s for b in beats]),
        _f([b.time_s for b in offline.downbeats], [b.time_s for b in beats if b.position == 1]),
        float(np.mean(equal)) if equal else 0.0,
        cpu_share,
    )


def latencies_s(samples: np.ndarray, look_ahead_s: float) -> list[float]:
    """Arrival of each beat's datagram less the moment its sample was fed, with the command in a process of its own."""
    arrived: list[float] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink:
        sink.bind(("127.0.0.1", 0))
        sink.settimeout(20.0)
        words = ["--pcm", f"{SAMPLE_RATE_HZ}:1:f32", "--osc", f"127.0.0.1:{sink.getsockname()[1]}", "--no-analysis",
                 "--look-ahead", str(look_ahead_s), "--quiet"]  # fmt: skip
        process = subprocess.Popen([sys.executable, "-m", "bridge.live.command", *words], stdin=subprocess.PIPE)
        assert process.stdin is not None
        sink.recv(4096)  # the state: it listens
        began_s = time.monotonic()

        def feed() -> None:
            assert process.stdin is not None
            for at in range(0, samples.size, PORTION):
                part = samples[at : at + PORTION]
                # A block is handed over when its last sample has sounded, as a sound card does.
                time.sleep(max(0.0, began_s + (at + part.size) / SAMPLE_RATE_HZ - time.monotonic()))
                process.stdin.write(part.astype("<f4").tobytes())
                process.stdin.flush()
            process.stdin.close()

        threading.Thread(target=feed, daemon=True).start()
        while True:
            packet, now_s = sink.recv(4096), time.monotonic()
            for address, args, _ in decode(packet):
                if address == "/piano/live/beat":
                    arrived.append(now_s - began_s - float(args[1]))
                if address == "/piano/live/state" and args[0] == 0:
                    process.wait()
                    return arrived


_HEAD = """# Live

```
mezzoforte live                                        the microphone (extra: live), beats and bars on the terminal
mezzoforte live --osc 127.0.0.1:7771                   and over OSC, as /piano/live/beat, dynamic and loudness (osc.md)
ffmpeg -i take.mp3 -f s16le -ac 2 -ar 44100 - | mezzoforte live --pcm 44100:2:s16
```

Beats are told a fixed time after they sounded (`--look-ahead`, 0.5 s unless told otherwise) and never taken back.
Loudness is told at once. When the sound ends, or with Ctrl-C, the whole recording is analysed as `mezzoforte analyze`
does it. A finished analysis hears 2.5 s beyond every beat and the whole piece around it; live it is the last 24 s, at
the level of what was heard so far, so that a piece that begins softly begins too loud.

## How near it comes, and how late it is

"""


def report(rows: dict[str, list[Nearness]], late: list[float], seconds: float) -> str:
    """The document."""
    lines = [
        f"Written by `python -m benchmarks.live`: the first {seconds:g} s of each recording, against `--quality fast`",
        "of the same seconds (±70 ms, the first 5 s left out): how near it comes to the finished analysis, not to the",
        f"truth; {os.cpu_count()} cores that others used too, load average {os.getloadavg()[0]:.1f}.",
        "",
        "| recording | look-ahead s | beat F | downbeat F | level the same | CPU s per s |",
        "|---|---|---|---|---|---|",
    ]
    for name, found in rows.items():
        lines += [f"| {name} | {_row(n.look_ahead_s, [n])} |" for n in found]
    for look_ahead_s in LOOK_AHEADS_S:
        of = [n for found in rows.values() for n in found if n.look_ahead_s == look_ahead_s]
        lines.append(f"| **mean of {len(of)}** | {_row(look_ahead_s, of)} |")
    if late:
        low, median, high, longest = np.percentile(late, [5, 50, 95, 100])
        lines += [
            "",
            f"Latency from sample to datagram of {len(late)} beats, fed at the pace of playing with a look-ahead of",
            f"{LATENCY_LOOK_AHEAD_S:g} s: median {median:.2f} s, 5th to 95th percentile {low:.2f} to {high:.2f} s,",
            f"longest {longest:.2f} s.",
        ]
    return _HEAD + "\n".join(lines) + "\n"


def _row(look_ahead_s: float, of: list[Nearness]) -> str:
    means = [np.mean([getattr(n, f) for n in of]) for f in ("beat_f", "downbeat_f", "levels_equal", "cpu_share")]
    return " | ".join([f"{look_ahead_s:g}", *(f"{m:.2f}" for m in means)])


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live", description=__doc__)
    parser.add_argument("recordings", type=Path, nargs="+")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--report", type=Path)
    options = parser.parse_args(arguments)
    model, rows = load_model(None, "cpu"), dict[str, list[Nearness]]()
    late: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for path in options.recordings:
            samples = samples_of(path, options.seconds)
            same = Path(folder) / "same.wav"
            sf.write(same, samples, SAMPLE_RATE_HZ, subtype="FLOAT")
            offline = analyse_file(same, model=model, quality="fast")
            rows[path.stem] = [live(model, samples, offline, look_ahead_s) for look_ahead_s in LOOK_AHEADS_S]
            print(path.stem, rows[path.stem], file=sys.stderr, flush=True)
            if len(late) < 400:
                late += latencies_s(samples, LATENCY_LOOK_AHEAD_S)
    text = report(rows, late, options.seconds)
    print(text)
    if options.report:
        write_bytes(options.report, text.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())

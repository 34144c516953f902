"""Speed and memory, from file to result, each figure from a process of its own: both qualities beside what decoding
alone takes, one core and two, every provider that works here, start-up, many recordings at once, installation, peers.

``python -m benchmarks.speed [--audio FILE] [--model NAME|PATH] [--hours 1] [--json FILE] [--report FILE]`` makes
44.1 kHz stereo FLAC of the given lengths, analyses them on 2 cores and prints the document, then the same as JSON. The
recordings are kept in ``--work`` when that is given. Peers run on the same cores after us, on the same file of
``--peer-minutes``, where ``--madmom-python`` and so on name Pythons that have them. ``--transkun CARD`` has Transkun's
notes of the long recordings too, by our own command. ``--shared`` is for a machine that others use.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.speed.installed import sizes_mb
from benchmarks.speed.peers import PEERS, PeerTime, time_peer
from benchmarks.speed.process import CORES, as_installed, needs, two_cores
from benchmarks.speed.recordings import one_tile, write_flac
from benchmarks.speed.report import speed_report
from benchmarks.speed.scaling import scaling
from runtime.errors import MezzoforteError, say
from runtime.model import load_model
from runtime.thorough import QUALITIES
from runtime.write.atomic import write_bytes
from train.fitting.command import Command

CLIP_S = 10.0
STARTS = 5


def _command(recording: Path, model: str | None, *more: str) -> list[str]:
    chosen = ["--model", model] if model else []
    return [sys.executable, "-m", "runtime.analyze", str(recording), "--quiet", *chosen, *more]


def analyse_once(
    recording: Path, audio_s: float, model: str | None, work: Path, quality: str = "fast", provider: str = "cpu",
    cores: int = CORES,
) -> dict[str, float]:  # fmt: skip
    """Analyse to a JSON file: what that needs, and seconds of audio per second of waiting."""
    out = work / "result.json"
    words = _command(recording, model, "--out", str(out), "--quality", quality, "--provider", provider)
    found = needs(f"the analysis of {recording}", words, cores)
    if not json.loads(out.read_text(encoding="utf-8"))["schema"]:
        raise MezzoforteError("the analysis says nothing", where=str(recording))
    return {"audio_s": audio_s, **asdict(found), "times_real_time": audio_s / found.wall_s}


def transcribe_once(recording: Path, audio_s: float, card: Path, work: Path, cores: int) -> dict[str, float]:
    """Notes by the conversion of Transkun, and all that is made of them, to a MIDI file: as `analyse_once`."""
    out = work / "transkun.mid"
    out.unlink(missing_ok=True)
    words = _command(recording, None, "--transcribe", "transkun", "--transcriber-path", str(card), "--out", str(out))
    found = needs(f"Transkun on {recording}", words, cores)
    if not out.exists():
        raise MezzoforteError("no notes were written", where=str(recording))
    return {"audio_s": audio_s, **asdict(found), "times_real_time": audio_s / found.wall_s}


def start_to_output_s(command: list[str]) -> list[float]:
    """Seconds from starting a process to its first byte on stdout, `STARTS` times after one to warm up."""
    found = []
    for _ in range(STARTS + 1):
        start = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, preexec_fn=two_cores, env=as_installed()) as process:
            assert process.stdout is not None
            if not process.stdout.read(1):
                raise MezzoforteError(f"{' '.join(command)} said nothing")
            found.append(time.perf_counter() - start)
            process.stdout.read()
    return found[1:]


def _recording(work: Path, name: str, tile: Any, seconds: float) -> Path:
    path = work / f"{name}.flac"
    if not path.exists():
        part = work / f"{name}.part.flac"
        write_flac(part, tile, seconds)
        part.replace(path)
    return path


def measure(options: Namespace, work: Path) -> dict[str, Any]:
    """Everything this benchmark measures, as plain data."""
    tile = one_tile(options.audio)
    clip = _recording(work, "clip", tile, CLIP_S)
    load_average = os.getloadavg()[0]
    starts = {} if options.shared else _starts(clip, options.model)
    runs: dict[str, dict[str, float]] = {}
    for hours in options.hours:
        runs |= _one_length(
            _recording(work, f"{hours:g}h", tile, hours * 3600), hours * 3600, f"{hours:g} h", options, work
        )
    for hours in options.best_hours:
        say(f"{hours:g} h, best")
        path = _recording(work, f"{hours:g}h", tile, hours * 3600)
        runs[f"{hours:g} h, best"] = analyse_once(path, hours * 3600, options.model, work, "best", cores=options.cores)
        if options.transkun:
            say(f"{hours:g} h, Transkun")
            runs[f"{hours:g} h, --transcribe transkun"] = transcribe_once(
                path, hours * 3600, options.transkun, work, options.cores
            )
    peers = _beside_peers(options, tile, work, runs) if options.peer_minutes else []
    say("many recordings")
    return {
        "machine": _machine(options.cores),
        "cores": options.cores,
        "shared": options.shared,
        "source": options.audio.name if options.audio else "plucked tones",
        "model": _identity(work),
        "load_average": load_average,
        "load_average_at_end": os.getloadavg()[0],
        "runs": runs,
        "starts_s": starts,
        "peer_minutes": options.peer_minutes,
        "peers": [asdict(peer) for peer in peers],
        "scaling": scaling(work, options.many, 60.0, "fast") if options.many else [],
        "installed_mb": sizes_mb(),
    }


def _starts(clip: Path, model: str | None) -> dict[str, list[float]]:
    say("starts")
    return {
        "mezzoforte --version": start_to_output_s([sys.executable, "-m", "mezzoforte", "--version"]),
        **{f"a clip of {CLIP_S:g} s, {q}": start_to_output_s(_command(clip, model, "--quality", q)) for q in QUALITIES},
    }


def _one_length(path: Path, audio_s: float, name: str, options: Namespace, work: Path) -> dict[str, dict[str, float]]:
    """Decoding alone, the network alone, and `fast` by cores and providers."""
    say(name)
    floor = needs("decoding", [sys.executable, "-m", "benchmarks.speed.floor", str(path)], 1)
    named = [options.model] if options.model else []
    network = needs("the network", [sys.executable, "-m", "benchmarks.speed.network", f"{audio_s:g}", *named], 1)
    runs = {
        f"{name}, decoding and resampling alone": {
            "audio_s": audio_s, **asdict(floor), "times_real_time": audio_s / floor.wall_s
        },
        f"{name}, the network alone": {
            "audio_s": audio_s, **asdict(network), "times_real_time": audio_s / network.wall_s
        },
        f"{name}, fast, one core": analyse_once(path, audio_s, options.model, work, cores=1),
        f"{name}, fast": analyse_once(path, audio_s, options.model, work, cores=options.cores),
    }  # fmt: skip
    for provider in working_providers(options.model):
        runs[f"{name}, fast, {provider}"] = analyse_once(path, audio_s, options.model, work, "fast", provider)
    return runs


def working_providers(model: str | None) -> list[str]:
    """What besides the CPU really runs the model on this machine."""
    found = []
    for provider in ("cuda", "coreml"):
        try:
            load_model(model, provider)  # type: ignore[arg-type]
        except MezzoforteError:
            continue
        found.append(provider)
    return found


def _beside_peers(options: Namespace, tile: Any, work: Path, runs: dict[str, dict[str, float]]) -> list[PeerTime]:
    """Our runs (added to `runs`) and those of the peers on one file, one after the other."""
    seconds = options.peer_minutes * 60
    path = _recording(work, f"{options.peer_minutes:g}min", tile, seconds)
    for quality in QUALITIES:
        name = f"{options.peer_minutes:g} min, {quality}"
        runs[name] = analyse_once(path, seconds, options.model, work, quality, cores=options.cores)
    pythons = {
        "madmom": options.madmom_python, "beat_this": options.beat_this_python,
        "beat_this small": options.beat_this_python,
        "transkun": options.transkun_python, "hpt": options.hpt_python,
    }  # fmt: skip
    peers = []
    for name in PEERS:
        say(f"timing {name}")
        peers.append(time_peer(name, pythons[name], path, lambda: two_cores(options.cores)))
    return peers


def _machine(cores: int) -> str:
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
        cpu = names[0] if names else cpu
    return f"{cpu}, {cores} of {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def _identity(work: Path) -> dict[str, str]:
    model: dict[str, str] = json.loads((work / "result.json").read_text(encoding="utf-8"))["model"]
    return model


def add_options(parser: ArgumentParser) -> None:
    """The benchmark's options."""
    add = parser.add_argument
    add("--audio", type=Path, help="music to repeat (default: synthesised plucked tones)")
    add("--model", help="a shipped model's name or the path of another one")
    add("--hours", type=float, nargs="*", default=[1.0], help="lengths of the long recordings (default: 1)")
    add("--best-hours", type=float, nargs="*", default=[1.0], help="the same with --quality best (default: 1)")
    add("--work", type=Path, help="folder for the recordings, kept for the next time (default: a temporary one)")
    add("--peer-minutes", type=float, default=5.0, help="length of the file beside the peers (default: 5; 0: no peers)")
    add("--json", type=Path, help="also write the figures here")
    add("--report", type=Path, help="also write them as a document (docs/speed.md)")
    add("--madmom-python", help="a Python in which madmom is installed")
    add("--beat-this-python", help="a Python in which beat_this is installed")
    add("--transkun-python", help="a Python in which transkun is installed")
    add("--hpt-python", help="a Python in which piano_transcription_inference is installed")
    add("--transkun", type=Path, help="a card of Transkun's conversion: its notes of the --best-hours too")
    add("--cores", type=int, default=CORES, help="how many cores a run may use (default: 2)")
    add("--shared", action="store_true", help="others use this machine: tell CPU time and memory, no waiting time")
    add("--many", type=int, default=24, help="recordings of a minute for one worker and two (default: 24; 0: none)")


def run(options: Namespace) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        result = measure(options, work)
    text = json.dumps(result, indent=1)
    print(f"{speed_report([result])}\n\n{text}")
    if options.json:
        write_bytes(options.json, (text + "\n").encode())
    if options.report:
        write_bytes(options.report, speed_report([result]).encode())


main = Command(add_options, run)

"""Write an analysis into an Ardour session: ``mezzoforte ardour FILE.json|AUDIO --session FOLDER``.

Without ``--live`` the session must be closed in Ardour; its own engine then writes it without a window. With
``--live`` the plan is put into the session folder and the running Ardour is told over OSC to run the editor action.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pythonosc.osc_message_builder import OscMessageBuilder

from bridge.daw.ardour_session import TRACK, prepare, read_saved, read_session, restore_hints, session_file
from bridge.load import add_analysis_options, analysis_options, load_analysis, parse_target
from bridge.osc.net import address_of
from runtime.analysis import Analysis
from runtime.errors import OutputError, command
from runtime.write import WriteOptions, save
from runtime.write.arguments import add_tempo_options, chosen
from runtime.write.tempo_map import tempo_map

HERE = Path(__file__).resolve().parent
ACTION = HERE / "mezzoforte_ardour.lua"
HEADLESS = HERE / "mezzoforte_ardour_headless.lua"
PLAN = "mezzoforte.daw.json"
TIMEOUT_S = 300
ANSWER_S = 0.5
# Ardour moves a tempo to the nearest whole quarter, and a running one cannot take a metre away again.
FINEST_LEAD_IN = 0
ENGINES = ("ardour8-lua", "ardour7-lua")


def find_engine() -> str | None:
    """Ardour's Lua engine, or None when it is not installed."""
    return next((found for name in ENGINES if (found := shutil.which(name))), None)


def write_session(analysis: Analysis, folder: Path, options: WriteOptions, track: str = "") -> str:
    """Write tempo map, metres, markers, ranges and the lane into a closed session; a second run replaces the first.

    Returns one line saying what stands in the saved session. Raises `OutputError` when Ardour is missing, the
    session cannot be read, or Ardour refuses; the session is then put back as it was.
    """
    engine = find_engine()
    if engine is None:
        raise OutputError("Ardour is not installed", advice="Install it, or write a MIDI file and import that")
    path = session_file(folder)
    options = replace(options, finest_lead_in=FINEST_LEAD_IN)
    plan = save(analysis, folder / PLAN, "daw", options)
    before = path.read_bytes()
    prepare(path, json.loads(plan.read_text(encoding="utf-8")))
    try:
        _run_engine(engine, path, plan, track)
        restore_hints(path, before)
    except BaseException:
        path.write_bytes(before)
        raise
    return _describe(analysis, path, options, track or TRACK)


def _run_engine(engine: str, path: Path, plan: Path, track: str) -> None:
    rate = read_session(path).get("sample-rate", "48000")
    env = {
        **os.environ,
        "MEZZOFORTE_SESSION_FOLDER": str(path.parent.resolve()),
        "MEZZOFORTE_SESSION_NAME": path.stem,
        "MEZZOFORTE_SCRIPT": str(ACTION),
        "MEZZOFORTE_PLAN": str(plan.resolve()),
        "MEZZOFORTE_RATE": rate,
        "MEZZOFORTE_TRACK": track,
    }
    try:
        run = subprocess.run(
            [engine, str(HEADLESS)], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            errors="replace", timeout=TIMEOUT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as e:
        raise OutputError(f"Ardour did not finish within {TIMEOUT_S} s", where=str(path)) from e
    if "MEZZOFORTE DONE" not in run.stdout:
        said = [line for line in (run.stdout + run.stderr).splitlines() if "FAILED" in line or "rror" in line]
        raise OutputError("Ardour refused: " + (said[-1] if said else "no reason given"), where=str(path))


def _describe(analysis: Analysis, path: Path, options: WriteOptions, track: str) -> str:
    saved = read_saved(path, track)
    quarters = tempo_map(analysis, options.tempo_mode, options.tolerance_ms, FINEST_LEAD_IN).beat_quarters
    pairs = zip(quarters, analysis.beats, strict=True)
    worst_ms = max((1000 * abs(saved.seconds_at(q) - b.time_s) for q, b in pairs), default=0.0)
    return (
        f"{path.name}: {len(saved.times_s)} tempi, {len(saved.metres)} metres, {len(saved.markers)} markers, "
        f"{len(saved.ranges)} ranges, {saved.gain_points} gain points; beats off by {1000 * worst_ms:.1f} µs at worst"
    )


def check_listening(host: str, port: int) -> None:
    """Ask whether anything listens where Ardour's OSC surface should; a computer elsewhere may not say.

    Raises `OutputError` when nothing does, or there is no such host.
    """
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(ANSWER_S)
            sock.connect((address_of(host), port))
            sock.send(OscMessageBuilder(address="/strip/list").build().dgram)
            sock.recv(65_536)
    except TimeoutError:
        return  # nobody refused it: Ardour answers to the port that it was told to
    except OSError as e:
        raise OutputError(
            "no Ardour listens there",
            where=f"{host}:{port}",
            cause="Ardour is not running, or its OSC surface is off",
            advice="Open the session and switch on Edit > Preferences > Control Surfaces > OSC, or leave --live out",
        ) from e


def trigger(host: str, port: int, action: str) -> None:
    """Tell a running Ardour to run an editor action (its OSC surface must be on)."""
    builder = OscMessageBuilder(address="/access_action")
    builder.add_arg(action, "s")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(builder.build().dgram, (host, port))


@command
def main(argv: Sequence[str] | None = None) -> int:
    """Command line. Returns 0, or 1 after a problem told on stderr."""
    parser = argparse.ArgumentParser(prog="mezzoforte ardour", description=__doc__)
    parser.add_argument("input", type=Path, help="analysis (.json) or recording")
    parser.add_argument("--session", type=Path, required=True, metavar="FOLDER", help="session folder")
    parser.add_argument("--live", metavar="HOST:PORT", help="OSC surface of a running Ardour, usually 127.0.0.1:3819")
    parser.add_argument("--action", default="LuaAction/script-1", help="the editor action's slot (%(default)s)")
    parser.add_argument("--track", default="", help="existing track for the gain lane (a new one of its own)")
    parser.add_argument("--audio", type=Path, metavar="FILE", help="the recording, where the input is an analysis: "
                        "imported with --live, unless the session has it")  # fmt: skip
    add_tempo_options(parser)
    add_analysis_options(parser)
    options = parser.parse_args(argv)
    recording = options.audio if options.input.suffix.lower() == ".json" else options.input
    choices = replace(
        chosen(options), finest_lead_in=FINEST_LEAD_IN, with_audio=recording is not None,
        audio_file=None if recording is None else str(recording),
    )  # fmt: skip
    if options.audio is not None and not options.audio.is_file():
        raise OutputError("no such recording", where=str(options.audio), advice="Check the path after --audio")
    analysis = load_analysis(options.input, analysis_options(options))
    if options.live:
        target = parse_target(options.live)
        check_listening(target.host, target.port)
        save(analysis, options.session / PLAN, "daw", choices)
        trigger(target.host, target.port, options.action)
        tempo = tempo_map(analysis, choices.tempo_mode, choices.tolerance_ms, FINEST_LEAD_IN)
        print(tempo.describe(), file=sys.stderr)
        print(f"asked Ardour at {options.live} to run {options.action}", file=sys.stderr)
    else:
        print(write_session(analysis, options.session, choices, options.track), file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

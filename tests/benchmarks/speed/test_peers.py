"""Peers are timed where they are installed, and named with a reason where they are not."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.speed.peers import time_peer
from benchmarks.speed.report import beside_peers, main, peer_lines, speed_report

RUN = {"wall_s": 2.0, "cpu_s": 4.0, "peak_mb": 100.0, "times_real_time": 150.0}


def test_a_peer_that_is_not_installed_is_named_with_the_reason(tmp_path: Path) -> None:
    script = tmp_path / "peer.py"
    script.write_text("import no_such_tracker")
    found = time_peer("madmom", sys.executable, tmp_path / "a.flac", script=script)
    assert found.seconds is None and "no_such_tracker" in found.what
    assert "did not run" in time_peer("madmom", str(tmp_path / "no-python"), tmp_path / "a.flac").what


def test_a_peer_that_runs_tells_its_time_and_is_compared_with_ours(tmp_path: Path) -> None:
    script = tmp_path / "peer.py"
    script.write_text(
        "import json, sys\nassert sys.argv[1:3] == ['madmom', '--time']\nprint('a word of its own')\n"
        "print(json.dumps({'what': 'w', 'seconds': 60.0, 'cpu_s': 80.0, 'peak_mb': 900.0, 'n_beats': 3}))"
    )
    found = time_peer("madmom", sys.executable, tmp_path / "a.flac", script=script)
    assert (found.what, found.seconds, found.cpu_s, found.peak_mb) == ("w", 60.0, 80.0, 900.0)
    absent = {"name": "beat_this", "what": "did not run: x", "seconds": None, "cpu_s": None, "peak_mb": None}
    result = {"peer_minutes": 5.0, "runs": {"5 min, best": RUN}, "peers": [vars(found), absent]}
    assert peer_lines(result) == [
        "| madmom, 5 min: w | 60.00 | 5.0 | 80.00 | 900 |",
        "| beat_this, 5 min: did not run: x | – | – | – | – |",
    ]
    assert "madmom takes 20.0 times the CPU time and 30.0 times the wall time" in beside_peers(result)
    assert "beat_this" not in beside_peers(result)


def test_a_report_joins_the_figures_of_several_runs(tmp_path: Path) -> None:
    said = {
        "machine": "a machine", "source": "tones", "load_average": 0.5, "load_average_at_end": 0.6, "peer_minutes": 5.0,
        "starts_s": {"a clip": [0.5, 0.7, 0.6]}, "peers": [], "installed_mb": {"numpy": 60.0, "mido": 0.2},
        "model": {"name": "m", "version": "1", "sha256": "0" * 64},
        "scaling": [
            {"where": "Dask", "workers": n, "audio_s": 600.0, "wall_s": 19.0 / n, "cpu_s": 20.0} for n in (1, 2)
        ],
    }  # fmt: skip
    hours = {
        "1 h, decoding and resampling alone": {**RUN, "cpu_s": 3.2}, "1 h, fast": RUN,
        "3 h, fast": {**RUN, "peak_mb": 110.0}, "5 min, best": RUN,
    }  # fmt: skip
    peer = {"name": "madmom", "what": "w", "seconds": 60.0, "cpu_s": 80.0, "peak_mb": 900.0}
    for name, more in (("long", {"runs": hours}), ("peers", {"runs": {"5 min, best": RUN}, "peers": [peer]})):
        (tmp_path / f"{name}.json").write_text(json.dumps(said | more))
    out = tmp_path / "speed.md"
    main.run(main.parse([str(tmp_path / "long.json"), str(tmp_path / "peers.json"), "--out", str(out)]))
    text = out.read_text()
    assert text.count("| run | wall s |") == 2 and "1.25 × the CPU time of decoding" in text
    assert "fast grows by 5 MB an hour from 1 to 3 hours" in text and "| 10 min, Dask | 2 | 9.5 | 20.0 | 2.00 |" in text
    assert text.count("madmom takes 20.0 times the CPU time") == 1 and "60 MB (numpy 60.0)" in text
    assert "| a clip | 0.60 (0.70) |" in text


def test_on_a_shared_machine_no_waiting_time_is_told(tmp_path: Path) -> None:
    said = {
        "machine": "a machine", "source": "tones", "load_average": 5.0, "load_average_at_end": 6.0, "peer_minutes": 0,
        "starts_s": {}, "peers": [], "installed_mb": {}, "scaling": [], "cores": 1, "shared": True,
        "model": {"name": "m", "version": "1", "sha256": "0" * 64},
        "runs": {"1 h, --transcribe transkun": {**RUN, "audio_s": 3600.0, "cpu_s": 3000.0}},
    }  # fmt: skip
    text = speed_report([said])
    assert "| 1 h, --transcribe transkun | 3000.0 | 1.2 | 100 |" in text
    assert "wall s" not in text.split("## The peers")[0] and "CPU and one core unless" in text

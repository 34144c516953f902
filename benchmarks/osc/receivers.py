"""Time that real receivers need for a take, for ``python -m benchmarks.osc``: Pure Data, sclang and liblo."""

from __future__ import annotations

import ctypes.util
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from bridge.osc.data import make_transfer
from bridge.osc.server import send_analysis
from runtime.analysis import Analysis
from tests.bridge.osc.net import LossyPath
from tests.bridge.osc.receiver_rig import Programs, start_liblo, start_pd, start_sclang, wait_for
from tests.ports import free_port

Figures = dict[str, float]
Start = Callable[[Programs, int, int, int], tuple[Path, str]]


def _pd(programs: Programs, port: int, bridge_port: int, reply_port: int) -> tuple[Path, str]:
    return start_pd(programs, port, bridge_port, reply_port), "complete: "


def _sclang(programs: Programs, port: int, bridge_port: int, reply_port: int) -> tuple[Path, str]:
    return start_sclang(programs, port, bridge_port, reply_port, '"DONE".postln'), "DONE"


def _liblo(programs: Programs, port: int, _bridge_port: int, _reply_port: int) -> tuple[Path, str]:
    return start_liblo(programs, port), "]]"


def receivers(analysis: Analysis) -> dict[str, Figures]:
    """Two rows for each receiver that is installed: a clean path; and 10 % lost both ways with a stall of 1 s."""
    found: dict[str, tuple[bool, Start]] = {
        "Pure Data": (shutil.which("pd") is not None, _pd),
        "sclang": (shutil.which("sclang") is not None, _sclang),
        "liblo": (ctypes.util.find_library("lo") is not None, _liblo),
    }
    transfer = make_transfer(analysis, 1)
    n_bytes = sum(map(len, transfer.chunks))
    rows: dict[str, Figures] = {}
    for name, (installed, start) in found.items():
        for how, loss, stall_s in (("clean", 0.0, 0.0), ("10 % lost, 1 s stall", 0.1, 1.0)):
            if installed:
                rows[f"{name}, {how}"] = _deliver(analysis, start, loss, stall_s, n_bytes)
    return rows


def _deliver(analysis: Analysis, start: Start, loss: float, stall_s: float, n_bytes: int) -> Figures:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, Programs(Path(folder)) as programs:
        with LossyPath(port, loss=loss, seed=5, stall_s=stall_s) as path:
            log, complete = start(programs, port, path.back_port, path.port)
            sent = send_analysis(analysis, "127.0.0.1", path.port, bind_port=0)
        wait_for(log, complete)
        return {
            "chunks": sent.chunks,
            "seconds": sent.seconds,
            "kbit_s": n_bytes * 8 / 1000 / sent.seconds,
            "lost": path.lost,
            "sent_again": sent.resent,
        }

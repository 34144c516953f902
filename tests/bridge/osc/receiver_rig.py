"""The ready-made receivers in the real programs, started for the tests and the benchmark."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

RECEIVERS = Path(__file__).resolve().parents[3] / "bridge" / "daw" / "receivers"
SCLANG_ENV = {
    "QTWEBENGINE_DISABLE_SANDBOX": "1",
    "QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox",
    "QT_QPA_PLATFORM": "offscreen",
}
PRINTER = """#N canvas 0 0 400 300 12;
#X obj 20 20 r mf-item;
#X obj 20 50 print item;
#X obj 120 20 r mf-complete;
#X obj 120 50 print complete;
#X obj 220 20 loadbang;
#X obj 220 50 print ready;
#X connect 0 0 1 0;
#X connect 2 0 3 0;
#X connect 4 0 5 0;
"""


class Programs:
    """Programs with their output in a file of a folder; all are ended when the block ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Programs:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, *command: str, **env: str) -> Path:
        log = self.folder / "log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **env}
            )
        self._running.append(process)
        return log


def wait_for(log: Path, text: str, timeout_s: float = 60.0) -> str:
    deadline_s = time.monotonic() + timeout_s
    while text not in (found := log.read_text(errors="replace")):
        assert time.monotonic() < deadline_s, f"{text!r} not in:\n{found[-2000:]}"
        time.sleep(0.05)
    return found


def start_pd(programs: Programs, port: int, bridge_port: int, reply_port: int) -> Path:
    """Prints every item, and ``complete:`` when everything is there."""
    patch = (RECEIVERS / "mezzoforte.pd").read_text()
    patch = patch.replace("pd 1 7771", f"pd 1 {reply_port}").replace("7771", str(port))
    patch = patch.replace("7770", str(bridge_port))
    receiver, printer = programs.folder / "receiver.pd", programs.folder / "printer.pd"
    receiver.write_text(patch)
    printer.write_text(PRINTER)
    opened = ["-open", str(receiver), "-open", str(printer)]
    log = programs.start("pd", "-nogui", "-noaudio", "-nomidi", "-stderr", *opened)
    wait_for(log, "ready")
    return log


def start_sclang(programs: Programs, port: int, bridge_port: int, reply_port: int, done: str) -> Path:
    """Does `done` (sclang, with the result as ``r``) when everything is there."""
    code = programs.folder / "test.scd"
    code.write_text(
        f"~mezzoforteListenPort = {port}; ~mezzoforteBridgePort = {bridge_port}; ~mezzoforteReplyPort = {reply_port};\n"
        f"~mezzoforteDone = {{ |r| {done} }};\n"
        f'thisProcess.interpreter.executeFile("{RECEIVERS / "mezzoforte.scd"}");\n'
    )
    log = programs.start("sclang", "-i", "none", str(code), **SCLANG_ENV, HOME=str(programs.folder))
    wait_for(log, "listening on port")
    return log


def start_liblo(programs: Programs, port: int) -> Path:
    """Prints every item in one line of JSON when everything is there."""
    log = programs.start(sys.executable, str(Path(__file__).with_name("liblo_receiver.py")), str(port))
    wait_for(log, "ready")
    return log

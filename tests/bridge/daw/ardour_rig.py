"""A real Ardour for tests: sessions made without its window, and its window on a display of its own."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from lxml import etree
from pythonosc.osc_message_builder import OscMessageBuilder

from bridge.daw.ardour import ACTION, find_engine

OSC_PORT = 3819
CONFIG = """<?xml version="1.0" encoding="UTF-8"?>
<Ardour>
  <Config><Option name="try-autostart-engine" value="1"/><Option name="hide-dummy-backend" value="0"/></Config>
  <Extra><AudioMIDISetup><EngineStates><State backend="None (Dummy)" driver="Normal Speed" device=""
    input-device="Silence" output-device="Silence" sample-rate="48000" buffer-size="1024" n-periods="0"
    input-latency="0" output-latency="0" input-channels="0" output-channels="0" active="1" use-buffered-io="0"
    midi-option="" lm-input="" lm-output=""/></EngineStates></AudioMIDISetup></Extra>
</Ardour>
"""


def new_session(folder: Path, home: Path) -> Path:
    """An empty session at 48 kHz in a new folder."""
    engine = find_engine()
    assert engine is not None
    script = home / "new.lua"
    script.write_text(
        'AudioEngine:set_backend ("None (Dummy)", "", "")\nAudioEngine:start (false)\n'
        f's = create_session ("{folder}", "{folder.name}", 48000)\n'
        's:save_state ("")\ns = nil\nclose_session ()\nquit ()\n'
    )
    env = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}
    subprocess.run([engine, str(script)], env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    assert (folder / f"{folder.name}.ardour").is_file()
    return folder


def binary() -> tuple[Path, dict[str, str]] | None:
    """Ardour's program itself and the environment that its wrapper sets, or None."""
    wrapper = shutil.which("ardour")
    if wrapper is None:
        return None
    text = Path(wrapper).resolve().read_text(errors="replace")
    found = re.search(r"(/usr/lib/ardour\d+/ardour-[^\s\"']+)", text)
    env = dict(re.findall(r"export (\w+)=(/[^\s$]+)", text))
    return (Path(found[1]), env) if found and Path(found[1]).is_file() else None


def lua_quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def slot(number: int, source: str) -> str:
    """Lua that puts an editor action into a slot, as Ardour keeps it."""
    chunk = "local ardour = function () end " + source + "\nreturn factory (...)"
    fields = {"n": f"test {number}", "s": source, "f": chunk}
    text = "".join(f'scripts[{number}]["{k}"] = {lua_quoted(v)} ' for k, v in fields.items())
    return f'scripts[{number}] = {{}} {text}scripts[{number}]["a"] = {{}} '


def configure(home: Path, session: Path, *more: str) -> None:
    """First-run questions answered, no sound card, the session's OSC surface on; the editor action in slot 1, `more`
    actions from 2 on."""
    config = home / ".config" / "ardour7"
    config.mkdir(parents=True, exist_ok=True)
    (config / ".a7").touch()
    (config / "config").write_text(CONFIG)
    sources = (ACTION.read_text(), *more)
    state = "scripts = {} " + "".join(slot(n, source) for n, source in enumerate(sources, 1))
    encoded = base64.b64encode(state.encode()).decode()
    (config / "ui_scripts").write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<UIScripts><ActionScript lua="Lua 5.3">{encoded}</ActionScript>'
        "<ActionHooks/></UIScripts>\n"
    )
    path = session / f"{session.name}.ardour"
    root = etree.parse(str(path)).getroot()
    hints = root.find("EngineHints")
    if hints is not None:
        root.remove(hints)
    surfaces = root.find("ControlProtocols")
    for protocol in surfaces.findall("Protocol"):
        if "OSC" in protocol.get("name", ""):
            surfaces.remove(protocol)
    etree.SubElement(surfaces, "Protocol", name="Open Sound Control (OSC)", active="1", **{"address-only": "0"})
    path.write_bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def message(address: str, *strings: str) -> bytes:
    builder = OscMessageBuilder(address=address)
    for text in strings:
        builder.add_arg(text, "s")
    return bytes(builder.build().dgram)


class Ardour:
    """A running Ardour, spoken to over OSC."""

    def __init__(self, session: Path) -> None:
        self.file = session / f"{session.name}.ardour"
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def say(self, address: str, *strings: str) -> None:
        self._sock.sendto(message(address, *strings), ("127.0.0.1", OSC_PORT))

    def listens(self) -> bool:
        """Whether its OSC surface is up: then nobody else can have the port."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            try:
                sock.bind(("0.0.0.0", OSC_PORT))
            except OSError:
                return True
        return False

    def save(self) -> None:
        """Save the session and wait until the file is new, at most 5 s (while it starts it does not hear)."""
        before = self.file.stat().st_mtime_ns
        self.say("/save_state")
        wait(lambda: self.file.stat().st_mtime_ns != before, 5)
        time.sleep(0.5)


def wait(condition, timeout_s: float) -> bool:
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(0.1)
    return True


@contextlib.contextmanager
def running(session: Path, home: Path) -> Iterator[Ardour]:
    """Ardour with its window on a virtual display, until the block ends."""
    found = binary()
    assert found is not None
    program, extra = found
    read_end, write_end = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=[write_end], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write_end)
    display = os.read(read_end, 16).decode().strip()
    env = {**os.environ, **extra, "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "DISPLAY": f":{display}"}
    env["LD_LIBRARY_PATH"] = str(program.parent)
    with (home / "ardour.log").open("wb") as log:
        process = subprocess.Popen(
            [str(program), "-a", "-n", str(session / f"{session.name}.ardour")],
            env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    ardour = Ardour(session)
    try:
        assert wait(ardour.listens, 120), (home / "ardour.log").read_text(errors="replace")[-2000:]
        yield ardour
    finally:
        for running_program in (process, screen):
            running_program.terminate()
            try:
                running_program.wait(10)
            except subprocess.TimeoutExpired:
                running_program.kill()
                running_program.wait()
        # Not before: the display writes its number in two pieces and would die of a closed pipe.
        os.close(read_end)

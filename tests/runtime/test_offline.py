"""Promises about what the runtime never touches: the network, torch, librosa, scipy."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests import stub_model
from tests.runtime import audio_files
from tests.runtime.command import ROOT, run_python

RUNTIME_FILES = sorted((ROOT / "runtime").rglob("*.py"))
NETWORK = {
    "aiohttp", "asyncio", "ftplib", "http", "httpx", "imaplib", "poplib", "pythonosc", "requests", "smtplib", "socket",
    "socketserver", "ssl", "telnetlib", "urllib3", "webbrowser", "websockets", "xmlrpc",
}  # fmt: skip
NETWORK_PARTS = {"urllib.request", "urllib.error", "multiprocessing.managers", "multiprocessing.connection"}
TRAINING = {"torch", "torchaudio", "librosa", "scipy", "numba", "h5py", "onnx", "train", "export", "bridge"}

BLOCK = f"""
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {TRAINING | {"matplotlib", "pandas", "sklearn"}!r}:
            raise ImportError(f"{{name}} is blocked")

sys.meta_path.insert(0, Blocked())

def no_network(event, arguments):
    if event.startswith(("socket.", "urllib.", "http.", "ftplib.", "webbrowser.")):
        raise RuntimeError(f"network: {{event}} {{arguments}}")

sys.addaudithook(no_network)
"""


def imports_of(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", RUNTIME_FILES, ids=[str(p.relative_to(ROOT)) for p in RUNTIME_FILES])
def test_no_runtime_file_imports_the_network_or_training_code(path: Path) -> None:
    names = imports_of(path)
    assert not {n for n in names if n.partition(".")[0] in NETWORK | TRAINING}
    assert not names & NETWORK_PARTS


def test_every_runtime_module_imports_with_torch_librosa_and_scipy_blocked(tmp_path: Path) -> None:
    code = f"""{BLOCK}
import importlib, pkgutil, runtime
names = [m.name for m in pkgutil.walk_packages(runtime.__path__, "runtime.")]
for name in names:
    importlib.import_module(name)
print(len(names))
"""
    result = run_python(tmp_path, code)
    assert result.status == 0, result.err
    assert int(result.out) > 10


def test_a_whole_analysis_opens_no_socket_and_needs_no_training_package(tmp_path: Path) -> None:
    card = stub_model.write_stub(tmp_path)
    recording = audio_files.write(tmp_path / "take.flac", 70.0, 44_100, 2)
    code = f"""{BLOCK}
import socket
def refused(*_, **__):
    raise RuntimeError("network: a socket was opened")
socket.socket = socket.create_connection = socket.getaddrinfo = refused
from runtime.analyze import main
status = main([*sys.argv[1:], "--out", "results", "--format", "json,csv,midi,labels,jams"])
assert not {{m.partition(".")[0] for m in sys.modules}} & {TRAINING!r}
sys.exit(status)
"""
    result = run_python(tmp_path, code, [recording, "--model", card])
    assert result.status == 0, result.err
    assert len(list((tmp_path / "results").iterdir())) == 5


def test_the_network_guard_of_these_tests_works(tmp_path: Path) -> None:
    result = run_python(tmp_path, f"{BLOCK}\nimport socket\nsocket.socket()")
    assert "network: socket" in result.err
    assert "blocked" in run_python(tmp_path, f"{BLOCK}\nimport scipy.signal").err


def test_help_and_usage_errors_load_nothing_heavy(tmp_path: Path) -> None:
    code = """
import sys
from runtime.analyze import main
try:
    main(["--help"])
except SystemExit:
    pass
assert main(["a.wav", "b.wav"]) == 2
heavy = {"numpy", "onnxruntime", "soundfile", "soxr", "lxml", "mido", "multiprocessing", "matplotlib"}
print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""
    result = run_python(tmp_path, code)
    assert result.status == 0, result.err
    assert result.err.splitlines()[-1] == "[]"


def test_one_analysis_to_stdout_loads_no_writers_and_no_process_pool(tmp_path: Path) -> None:
    card = stub_model.write_stub(tmp_path)
    recording = audio_files.write(tmp_path / "take.flac")
    code = """
import sys
from runtime.analyze import main
assert main(sys.argv[1:]) == 0
light = {"lxml", "mido", "matplotlib", "multiprocessing", "runtime.write"}
print(sorted(light & set(sys.modules)), file=sys.stderr)
"""
    result = run_python(tmp_path, code, [recording, "--model", card, "--quiet"])
    assert result.status == 0, result.err
    assert result.err.splitlines()[-1] == "[]"


def test_onnxruntime_is_told_not_to_report_and_leaves_no_identifier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library's own sockets are out of reach of the hook above; its identifier file shows whether it would."""
    card = stub_model.write_stub(tmp_path)
    recording = audio_files.write(tmp_path / "take.flac")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(temporary))
    monkeypatch.delenv("ORT_DISABLE_TELEMETRY", raising=False)
    code = "import sys\nfrom runtime.analyze import main\nsys.exit(main(sys.argv[1:]))"
    result = run_python(tmp_path, code, [recording, "--model", card, "--quiet"])
    assert result.status == 0, result.err
    assert list(temporary.iterdir()) == []

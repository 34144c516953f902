"""Places that are not folders: everything goes through fsspec, each file whole; recordings are fetched."""

from __future__ import annotations

import functools
import http.server
import threading
from pathlib import Path

import pytest

from runtime.batch.inputs import find_items
from runtime.batch.jobs import Options
from runtime.batch.places import RemotePlace, fetch, place_at
from runtime.batch.store import HOME, Store
from runtime.errors import MezzoforteError
from tests import stub_model
from tests.runtime.batch.batches import batch, recordings, results

pytest.importorskip("fsspec", reason="remote places need fsspec (extra: remote)")


def test_a_remote_place_does_what_a_folder_does() -> None:
    place = place_at("memory://bucket/out")
    assert isinstance(place, RemotePlace) and place.read("a/b") is None and place.sizes("") == {}
    place.write("a/b", b"one")
    place.write("a/b", b"two!")
    place.write("c", b"")
    assert place.read("a/b") == b"two!" and place.sizes("") == {"a/b": 4, "c": 0} and place.sizes("a") == {"a/b": 4}
    assert list(place.read_all(["c", "none", "a/b"])) == [b"", None, b"two!"]
    place.remove("c")
    place.remove("c")
    assert place.sizes("") == {"a/b": 4} and list(Store(place).states()) == []


def test_recordings_are_looked_for_in_remote_folders_and_patterns() -> None:
    place = place_at("memory://music/in")
    for name in ("a/x.flac", "b/x.flac", "b/notes.txt"):
        place.write(name, b"?")
    items = find_items(["memory://music/in"], Options())
    assert [(i.name, i.recording) for i in items] == [
        ("a/x", "memory:///music/in/a/x.flac"), ("b/x", "memory:///music/in/b/x.flac"),
    ]  # fmt: skip
    assert [i.recording for i in find_items(["memory://music/in/b/*"], Options())] == ["memory:///music/in/b/x.flac"]


def test_an_archive_elsewhere_gives_the_same_results_as_here(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="the tables need pyarrow (extra: parquet)")
    card = stub_model.write_stub(tmp_path)
    recordings(tmp_path / "in", "a/x.wav", "b/x.wav")
    options = ["--model", card, "--quality", "fast", "--jobs", 1, "--format", "json,midi"]
    assert batch(tmp_path, "in", "--out", "here", *options).status == 0
    # fsspec's own way to this disk stands for any file system that is not known to replace a file in one step.
    words = [f"local://{tmp_path}/in", "--out", f"local://{tmp_path}/there", *options]
    first = batch(tmp_path, *words)
    assert first.status == 0, first.err
    here, there = results(tmp_path / "here"), results(tmp_path / "there")
    assert {n: b for n, b in there.items() if n.endswith((".json", ".mid"))} == {
        n: b for n, b in here.items() if n.endswith((".json", ".mid"))
    }
    assert here.keys() == there.keys() and not list((tmp_path / "there").rglob("*.part"))
    again = batch(tmp_path, *words)
    assert again.status == 0 and "2 done before" in again.err, again.err


def test_recordings_are_read_over_http_and_one_that_is_not_there_fails_alone(tmp_path: Path) -> None:
    pytest.importorskip("aiohttp", reason="HTTP needs aiohttp (extra: remote)")
    card = stub_model.write_stub(tmp_path)
    recordings(tmp_path / "in", "x.wav")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path / "in"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    words = ["--out", "out", "--model", card, "--quality", "fast", "--jobs", 1, "--no-tables", "--retries", 1]
    (tmp_path / "in" / "bad.wav").write_text("no audio")
    result = batch(tmp_path, f"{base}/x.wav", f"{base}/gone.wav", f"{base}/bad.wav", *words)
    server.shutdown()
    assert result.status == 1 and "gone.wav: cannot be fetched" in result.err and "Traceback" not in result.err
    assert f"failed: bad: {base}/bad.wav: this is not audio" in result.err
    assert "x.json" in results(tmp_path / "out") and "gone.json" not in results(tmp_path / "out")
    assert "tried again: " in (tmp_path / "out" / "mezzoforte.log").read_text()


def test_what_cannot_be_fetched_or_is_not_known_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(MezzoforteError, match="cannot be fetched"):
        fetch("memory://nothing/here.wav", tmp_path)
    with pytest.raises(MezzoforteError, match="not known"):
        fetch("carrierpigeon://nothing/here.wav", tmp_path)
    assert HOME.startswith(".")

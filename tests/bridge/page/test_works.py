"""What is kept of a recording, what its user said of it, and what is made of both."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bridge.page.works import clean_name
from mezzoforte import analyse
from runtime.analysis import from_json
from runtime.corrections import Corrections, MarkEdit, Pin, parse_words
from runtime.corrections import read_file as read_corrections
from runtime.write import WRITERS
from tests.bridge.page.conftest import finished
from tests.bridge.serve.server import ROOT, Bridge, running, write_recording


def sent(bridge: Bridge, path: Path, **more: Any) -> dict[str, Any]:
    """A work of a recording that is sent, as the page sends it."""
    headers = {**bridge.authorised(), "Content-Type": "application/octet-stream"}
    status, _, answer = bridge.raw("POST", f"/v1/recording?suffix={path.suffix}", headers, path.read_bytes())
    assert status == 201, answer
    body = {"recording": json.loads(answer), "name": path.name, **more}
    status, made = bridge.call("POST", "/v1/works", body)
    assert status == 201, made
    return dict(made["work"])


def taken(bridge: Bridge, work: str, format: str, **more: Any) -> tuple[int, bytes]:
    """A file to take home."""
    body = {"format": format, "density": "normal", "policy": "keep", "with_audio": False, **more}
    headers = {**bridge.authorised(), "Content-Type": "application/json"}
    status, _, data = bridge.raw("POST", f"/v1/works/{work}/take", headers, json.dumps(body).encode())
    return status, data


def saved(bridge: Bridge, work: str, corrections: Corrections, revision: int) -> tuple[int, Any]:
    """Write corrections down."""
    body = {"corrections": json.loads(corrections.to_json()), "revision": revision}
    return bridge.call("POST", f"/v1/works/{work}/corrections", body)


def heard(bridge: Bridge, work: str, corrections: Corrections) -> dict[str, Any]:
    """What is heard under corrections."""
    body = {"corrections": json.loads(corrections.to_json())}
    status, answer = bridge.call("POST", f"/v1/works/{work}/heard", body)
    assert status == 200, answer
    return dict(answer)


def test_a_recording_that_was_sent_is_kept_under_its_name_for_its_owner_alone(bridge: Bridge, tmp_path: Path) -> None:
    path = write_recording(tmp_path / "my take.wav", 3.0)
    work = finished(bridge, sent(bridge, path)["id"])
    assert (work["name"], work["state"]) == ("my take.wav", "done")
    folder = bridge.home / "works" / work["id"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / "recording.wav").read_bytes() == path.read_bytes()
    assert heard(bridge, work["id"], Corrections())["analysis"]["source"]["name"] == "my take.wav"
    assert bridge.call("POST", f"/v1/works/{work['id']}/delete")[0] == 200
    assert not folder.exists() and bridge.call("GET", f"/v1/works/{work['id']}")[0] == 404


def test_the_outline_is_the_recordings_at_every_scale(bridge: Bridge, done: dict[str, Any]) -> None:
    coarse = None
    for k, row in enumerate(done["about"]["scales"]):
        path = f"/v1/works/{done['id']}/peaks?scale={k}&from=0&to={row['points'] + 50}"
        points = np.frombuffer(bridge.raw("GET", path, bridge.authorised())[2], np.int8).reshape(-1, 2)
        assert len(points) == row["points"]
        assert row["points"] * row["hop_s"] == pytest.approx(4.0, abs=row["hop_s"])
        assert np.abs(points.astype(int)).max() == 127 and done["about"]["peak"] == pytest.approx(0.5, abs=0.05)
        if coarse is not None:
            assert points[:, 1].max() == coarse[:, 1].max() and points[:, 0].min() == coarse[:, 0].min()
        coarse = points


def test_corrections_of_a_recording_named_by_path_lie_beside_it(bridge: Bridge, tmp_path: Path) -> None:
    path = write_recording(tmp_path / "take.wav", 4.0)
    work = bridge.call("POST", "/v1/works", {"recording": {"path": str(path)}})[1]["work"]
    finished(bridge, work["id"])
    said = Corrections(pins=(Pin(1.5, 1),), marks=(MarkEdit("add", "dynamic", "f", 2.0),))
    status, answer = saved(bridge, work["id"], said, 0)
    assert (status, answer["file"], answer["revision"]) == (200, "take.corrections.json", 1)
    assert read_corrections(tmp_path / "take.corrections.json") == said
    assert sorted(p.name for p in tmp_path.iterdir()) == ["take.corrections.json", "take.wav"]


def test_a_file_beside_the_recording_that_is_none_of_ours_is_never_written_over(bridge: Bridge, tmp_path: Path) -> None:
    path = write_recording(tmp_path / "take.wav", 4.0)
    (tmp_path / "take.corrections.json").write_text("my own notes")
    work = bridge.call("POST", "/v1/works", {"recording": {"path": str(path)}})[1]["work"]
    assert finished(bridge, work["id"])["state"] == "done"
    assert bridge.call("GET", f"/v1/works/{work['id']}/corrections")[0] == 422
    status, answer = saved(bridge, work["id"], Corrections(tempo="double"), 0)
    assert status == 422 and "take.corrections.json" in answer["error"]["message"]
    assert (tmp_path / "take.corrections.json").read_text() == "my own notes"


def test_a_second_window_does_not_write_over_what_the_first_one_saved(bridge: Bridge, tmp_path: Path) -> None:
    path = write_recording(tmp_path / "take.wav", 4.0)
    work = bridge.call("POST", "/v1/works", {"recording": {"path": str(path)}})[1]["work"]["id"]
    finished(bridge, work)
    assert saved(bridge, work, Corrections(tempo="double"), 0)[0] == 200
    status, answer = saved(bridge, work, Corrections(tempo="half"), 0)
    assert (status, answer["error"]["code"]) == (422, "stale")
    assert saved(bridge, work, Corrections(tempo="half"), 1)[0] == 200


@pytest.mark.parametrize(
    "data", [{}, {"corrections": 1, "pins": "x"}, {"corrections": 2}, [], None, {"corrections": 1, "x": 1}]
)
def test_corrections_that_make_no_sense_are_refused(bridge: Bridge, done: dict[str, Any], data: Any) -> None:
    body = {"corrections": data}
    assert bridge.call("POST", f"/v1/works/{done['id']}/heard", body)[0] == 422
    assert bridge.call("POST", f"/v1/works/{done['id']}/corrections", {**body, "revision": 0})[0] == 422


def test_a_correction_is_heard_without_hearing_the_recording_again(bridge: Bridge, tmp_path: Path) -> None:
    path = write_recording(tmp_path / "take.wav", 8.0)
    work = finished(bridge, sent(bridge, path)["id"])["id"]
    (bridge.home / "works" / work / "recording.wav").unlink()
    plain, twice = heard(bridge, work, Corrections()), heard(bridge, work, Corrections(tempo="double"))
    assert len(twice["analysis"]["beats"]) == 2 * len(plain["analysis"]["beats"]) - 1
    pin = plain["analysis"]["beats"][5]["time_s"] + 0.04
    pinned = heard(bridge, work, Corrections(pins=(Pin(round(pin, 3)),)))
    assert any(abs(b["time_s"] - pin) < 0.002 for b in pinned["analysis"]["beats"])


@pytest.mark.parametrize("format", [f for f in WRITERS if f != "png"])
def test_every_format_can_be_taken_home(bridge: Bridge, done: dict[str, Any], format: str) -> None:
    status, data = taken(bridge, done["id"], format)
    assert status == 200 and len(data) > 40


def test_what_is_taken_home_honours_what_was_said(bridge: Bridge, tmp_path: Path) -> None:
    path = write_recording(tmp_path / "take.wav", 8.0)
    work = finished(bridge, sent(bridge, path)["id"])["id"]
    beats = heard(bridge, work, Corrections())["analysis"]["beats"]
    at = beats[6]["time_s"]
    said = Corrections(
        marks=(MarkEdit("add", "dynamic", "ff", at), MarkEdit("add", "hairpin", "crescendo", beats[2]["time_s"], at))
    )
    assert saved(bridge, work, said, 0)[0] == 200
    analysis = from_json(taken(bridge, work, "json")[1].decode())
    assert any(d.time_s == at and d.level == "ff" and d.confidence == 1 for d in analysis.dynamics)
    assert any(h.end_s == at and h.kind == "crescendo" for h in analysis.hairpins)
    assert b"ff" in taken(bridge, work, "labels")[1]


def test_a_report_can_hold_the_recording(bridge: Bridge, done: dict[str, Any], recording: Path) -> None:
    status, data = taken(bridge, done["id"], "html", with_audio=True)
    assert status == 200 and base64.b64encode(recording.read_bytes()) in data
    assert base64.b64encode(recording.read_bytes())[:200] not in taken(bridge, done["id"], "html")[1]


def test_without_a_score_there_is_no_marked_score(bridge: Bridge, done: dict[str, Any]) -> None:
    status, data = taken(bridge, done["id"], "score")
    assert status == 422 and b"no score" in data
    assert taken(bridge, done["id"], "exe")[0] == 400


def test_works_and_what_was_said_outlive_the_bridge_and_its_sound_has_a_new_address(
    tmp_path: Path, stub: Path, recording: Path
) -> None:
    with running(tmp_path / "home", stub) as first:
        work = finished(first, sent(first, recording)["id"])
        assert saved(first, work["id"], Corrections(tempo="double"), 0)[0] == 200
        port = first.connection.port
        first.stop()
    with running(tmp_path / "home", stub) as again:
        assert again.connection.port == port  # so that open pages find it
        (there,) = again.call("GET", "/v1/works")[1]["works"]
        assert (there["id"], there["state"]) == (work["id"], "done") and there["sound"] != work["sound"]
        assert again.raw("GET", work["sound"])[0] == 404
        assert again.call("GET", f"/v1/works/{work['id']}/corrections")[1]["corrections"]["tempo"] == "double"
        assert heard(again, work["id"], Corrections())["analysis"]["beats"]


def test_a_bridge_that_is_killed_at_work_says_so_and_starts_again(
    tmp_path: Path, slow_stub: Path, long_recording: Path
) -> None:
    with running(tmp_path / "home", slow_stub) as first:
        work = sent(first, long_recording)
        first.process.kill()
        first.process.wait()
    with running(tmp_path / "home", slow_stub) as again:
        (there,) = again.call("GET", "/v1/works")[1]["works"]
        assert there["state"] == "failed" and there["error"]["code"] == "bridge_stopped"
        assert again.call("POST", f"/v1/works/{work['id']}/start")[1]["work"]["state"] in ("queued", "running")
        assert again.call("POST", f"/v1/works/{work['id']}/cancel")[1]["work"]["state"] == "cancelled"


def test_more_recordings_than_programs_may_queue_wait_their_turn(
    tmp_path: Path, slow_stub: Path, long_recording: Path
) -> None:
    with running(tmp_path / "home", slow_stub, waiting_jobs=1, waiting_works=5) as bridge:
        works = []
        for _ in range(5):
            works.append(sent(bridge, long_recording)["id"])
        states = {w["id"]: w for w in bridge.call("GET", "/v1/works")[1]["works"]}
        assert [states[w]["waiting_before"] for w in works] == [0, 1, 2, 3, 4]
        assert bridge.call("POST", f"/v1/works/{works[2]}/cancel")[1]["work"]["state"] == "cancelled"
        assert bridge.call("POST", f"/v1/works/{works[0]}/delete")[0] == 200
        assert finished(bridge, works[1])["state"] == "done"


def test_too_much_is_refused_in_words(tmp_path: Path, stub: Path, recording: Path) -> None:
    with running(tmp_path / "home", stub, works_bytes=1000) as bridge:
        finished(bridge, sent(bridge, recording)["id"])
        headers = {**bridge.authorised(), "Content-Type": "application/octet-stream"}
        _, _, answer = bridge.raw("POST", "/v1/recording?suffix=.wav", headers, recording.read_bytes())
        status, said = bridge.call("POST", "/v1/works", {"recording": json.loads(answer)})
        assert (status, said["error"]["code"]) == (429, "full") and said["error"]["advice"]


@pytest.mark.parametrize(
    ("given", "name"),
    [("a.wav", "a.wav"), ("../../etc/x.wav", "x.wav"), ("C:\\a\\b.wav", "b.wav"), ("\x00a\x1b[31m.wav", "a[31m.wav"),
     ("", ""), ("...", ""), ("<script>.wav", "<script>.wav"), ("x" * 999, "x" * 160)],
)  # fmt: skip
def test_a_files_name_is_a_name_and_no_place(given: str, name: str) -> None:
    assert clean_name(given) == name


def test_notes_that_were_heard_stay_known_when_beats_are_corrected(tmp_path: Path) -> None:
    take = ROOT / "examples" / "minuet.ogg"
    with running(tmp_path / "home", "mezzoforte") as bridge:
        work = finished(bridge, sent(bridge, take, quality="best")["id"])
        again = heard(bridge, work["id"], parse_words(["x2"]))["analysis"]
    wanted = json.loads(analyse(take, quality="best", corrections=["x2"]).to_json())
    assert again["beats"] == wanted["beats"] and len(again["beats"]) > 150

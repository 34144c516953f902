"""The API does what its description says."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from bridge.api import openapi
from bridge.api.app import ROUTES
from bridge.api.limits import Limits
from tests.bridge.serve.server import Bridge, note_table, write_recording

jsonschema = pytest.importorskip("jsonschema", reason="answers are checked against the description with jsonschema")


def conforms(value: Any, name: str) -> None:
    """Fail unless `value` is what the description calls `name`."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": openapi.SCHEMAS}}
    jsonschema.Draft202012Validator(schema).validate(value)


def test_every_route_is_described_and_nothing_else_is() -> None:
    described = {
        (method.upper(), path)
        for path, item in openapi.document(Limits())["paths"].items()
        for method in item
        if method in ("get", "post")
    }
    assert described == {(method, path) for method, path, _ in ROUTES}


def test_every_reference_in_the_description_leads_somewhere() -> None:
    names = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(openapi.document(Limits()))))
    assert names <= set(openapi.SCHEMAS)
    for schema in openapi.SCHEMAS.values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_the_server_hands_out_its_description(bridge: Bridge) -> None:
    status, answer = bridge.call("GET", "/v1/openapi.json")
    assert status == 200
    limits = Limits(body_s=2.0, head_s=2.0)
    assert answer == json.loads(json.dumps(openapi.document(limits)))


def test_ping_tells_the_protocol_to_anyone_on_this_computer(bridge: Bridge) -> None:
    status, _, body = bridge.raw("GET", "/ping")
    assert status == 200
    conforms(json.loads(body), "Ping")


def test_a_recording_named_by_path_is_analysed(bridge: Bridge, recording: Path) -> None:
    request = {"recording": {"path": str(recording)}}
    conforms(request, "AnalyseRequest")
    status, answer = bridge.call("POST", "/v1/analyse", request)
    assert status == 202
    conforms(answer, "Job")
    job = bridge.finished(answer["job"]["id"])
    assert (job["state"], job["progress"], job["error"]) == ("done", 1.0, None)
    status, analysis = bridge.call("GET", f"/v1/job/{job['id']}/analysis")
    assert status == 200
    conforms(analysis, "Analysis")
    assert analysis["source"]["name"] == recording.name
    assert str(recording.parent) not in json.dumps(analysis)
    assert len(analysis["beats"]) > 3


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_a_phones_recording_is_analysed(bridge: Bridge, tmp_path: Path) -> None:
    job = bridge.finished(bridge.analyse(write_recording(tmp_path / "phone.m4a")))
    assert job["state"] == "done", job
    assert bridge.is_childless()


def test_a_recording_sent_is_analysed_and_then_deleted(bridge: Bridge, recording: Path) -> None:
    headers = {**bridge.authorised(), "Content-Type": "application/octet-stream"}
    status, _, body = bridge.raw("POST", "/v1/recording?suffix=.wav", headers, recording.read_bytes())
    assert status == 201, body
    conforms(json.loads(body), "Upload")
    assert len(list((bridge.home / "uploads").iterdir())) == 1
    status, answer = bridge.call("POST", "/v1/analyse", {"recording": json.loads(body)})
    assert status == 202, answer
    assert bridge.finished(answer["job"]["id"])["state"] == "done"
    assert list((bridge.home / "uploads").iterdir()) == []
    status, answer = bridge.call("POST", "/v1/analyse", {"recording": json.loads(body)})
    assert (status, answer["error"]["code"]) == (404, "no_upload")


def test_without_a_score_there_is_no_plan_and_the_answer_says_why(bridge: Bridge, recording: Path) -> None:
    job = bridge.analyse(recording)
    bridge.finished(job)
    status, answer = bridge.call("GET", f"/v1/job/{job}/plan")
    assert (status, answer["error"]["code"]) == (422, "no_score")
    conforms(answer, "Error")


def test_events_tell_the_whole_story_and_end(bridge: Bridge, recording: Path) -> None:
    job = bridge.analyse(recording)
    status, headers, body = bridge.raw("GET", f"/v1/job/{job}/events", bridge.authorised())
    assert (status, headers["content-type"].split(";")[0]) == (200, "text/event-stream")
    told = [json.loads(line[6:]) for line in body.decode().splitlines() if line.startswith("data: ")]
    for event in told:
        conforms(event, "Job")
    assert told[-1]["job"]["state"] == "done"
    revisions = [e["job"]["revision"] for e in told]
    assert revisions == sorted(set(revisions))


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"measures": []}, "score.measures"),
        ({"notes": []}, "score.notes"),
        ({"notes": [[0, 480, 128, 1, 1, 0]]}, "score.notes[0]"),
        ({"notes": [[0, 480, 60, 2, 1, 0]]}, "score.notes[0]"),
        ({"notes": [[10**9, 480, 60, 1, 1, 0]]}, "score.notes[0]"),
        ({"notes": [[0, True, 60, 1, 1, 0]]}, "score.notes[0]"),
        ({"measures": [{"tick": 5, "ticks": 1920, "time": [4, 4]}]}, "score.measures[0].tick"),
        ({"measures": [{"tick": 0, "ticks": 0, "time": [4, 4]}]}, "score.measures[0].ticks"),
        ({"measures": [{"tick": 0, "ticks": 1920, "time": [4, 0]}]}, "score.measures[0].time"),
        ({"marks": [{"kind": "dynamic", "value": "<b>", "tick": 0, "staff": 1}]}, "score.marks[0]"),
        ({"tempos": [[0, 1e9]]}, "score.tempos[0]"),
    ],
)
def test_a_wrong_note_table_is_refused_naming_the_entry(
    bridge: Bridge, recording: Path, change: dict[str, Any], names: str
) -> None:
    body = {"recording": {"path": str(recording)}, "score": {**note_table(), **change}}
    status, answer = bridge.call("POST", "/v1/analyse", body)
    assert (status, answer["error"]["code"]) == (422, "bad_score")
    assert answer["error"]["message"].startswith(names)


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"recording": 1},
        {"recording": {}},
        {"recording": {"path": "/a", "upload": "b"}},
        {"recording": {"path": "/a"}, "x": 1},
    ],
)
def test_a_body_of_another_form_is_refused(bridge: Bridge, body: Any) -> None:
    status, answer = bridge.call("POST", "/v1/analyse", body)
    assert (status, answer["error"]["code"]) == (400, "bad_request")
    conforms(answer, "Error")


def test_a_queued_job_knows_its_place_and_a_full_queue_refuses(
    tmp_path: Path, slow_stub: Path, long_recording: Path
) -> None:
    from tests.bridge.serve.server import running

    with running(tmp_path / "home", slow_stub, waiting_jobs=2) as bridge:
        first = bridge.analyse(long_recording)
        bridge.until_running(first)
        second, third = bridge.analyse(long_recording), bridge.analyse(long_recording)
        places = [bridge.call("GET", f"/v1/job/{j}")[1]["job"]["waiting_before"] for j in (first, second, third)]
        assert places == [0, 1, 2]
        status, answer = bridge.call("POST", "/v1/analyse", {"recording": {"path": str(long_recording)}})
        assert (status, answer["error"]["code"]) == (429, "busy")
        for job in (third, first, second):
            status, answer = bridge.call("POST", f"/v1/job/{job}/cancel")
            assert (status, answer["job"]["state"]) == (200, "cancelled")
        assert bridge.is_childless()
        # a job that has ended stays as it is
        assert bridge.call("POST", f"/v1/job/{first}/cancel")[1]["job"]["state"] == "cancelled"


def test_shutdown_ends_the_server_and_its_work(tmp_path: Path, slow_stub: Path, long_recording: Path) -> None:
    from tests.bridge.serve.server import running

    with running(tmp_path / "home", slow_stub) as bridge:
        job = bridge.analyse(long_recording)
        bridge.until_running(job)
        assert bridge.call("POST", "/v1/shutdown") == (200, {"stopping": True})
        assert bridge.process.wait(30) == 0
        assert not (bridge.home / "bridge.json").exists()
    with running(tmp_path / "home", slow_stub) as again:
        assert again.call("GET", f"/v1/job/{job}")[1]["job"]["state"] == "cancelled"

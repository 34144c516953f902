"""The bridge says which weights are installed, and a request chooses between them by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge import open as opener
from runtime.network.parts import FREE_LICENCE, FREE_MODEL
from tests import stand_in
from tests.bridge.page.conftest import finished
from tests.bridge.serve.server import Bridge, write_recording
from tests.bridge.serve.test_api import conforms


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    """A bridge of an installation with both sets."""
    folder = stand_in.installed(tmp_path_factory.mktemp("installed"))
    bridge = Bridge(folder / "home", "mezzoforte", folder=folder, environment=stand_in.environment(folder))
    yield bridge
    bridge.stop()


def test_the_installed_sets_are_told_with_their_licences(both: Bridge) -> None:
    status, answer = both.call("GET", "/v1/models")
    assert status == 200
    conforms(answer, "Models")
    assert [(m["name"], m["licence"]) for m in answer["models"]] == [
        ("mezzoforte", "CC-BY-NC-SA-4.0"),
        (FREE_MODEL, FREE_LICENCE),
    ]
    assert answer["default"] == "mezzoforte"
    page = both.call("GET", "/v1/page")[1]
    assert (page["models"], page["default"]) == (answer["models"], "mezzoforte")


def test_a_bridge_with_a_model_of_somebodys_own_names_that_first(bridge: Bridge) -> None:
    answer = bridge.call("GET", "/v1/models")[1]
    assert answer["default"] == "stub" == answer["models"][0]["name"]
    assert "mezzoforte" in [m["name"] for m in answer["models"]]


@pytest.mark.parametrize("asked", [None, "mezzoforte", FREE_MODEL])
def test_an_analysis_is_made_with_the_weights_that_its_request_names(
    both: Bridge, recording: Path, asked: str | None
) -> None:
    request = {"recording": {"path": str(recording)}, "model": asked}
    conforms(request, "AnalyseRequest")
    status, answer = both.call("POST", "/v1/analyse", request)
    assert status == 202, answer
    assert both.finished(answer["job"]["id"])["state"] == "done"
    model = both.call("GET", f"/v1/job/{answer['job']['id']}/analysis")[1]["model"]
    assert model["name"] == (asked or "mezzoforte") and model["borrowed"] == []
    assert model["licence"] == (FREE_LICENCE if asked == FREE_MODEL else "CC-BY-NC-SA-4.0")


def test_a_work_of_the_page_keeps_its_weights_and_their_transcriber(both: Bridge, recording: Path) -> None:
    body = {"recording": {"path": str(recording)}, "quality": "best", "model": FREE_MODEL}
    works = {}
    for model in (FREE_MODEL, "mezzoforte"):
        status, answer = both.call("POST", "/v1/works", body | {"model": model})
        assert status == 201, answer
        works[model] = finished(both, answer["work"]["id"])
        assert works[model]["state"] == "done" and works[model]["model"] == model
    assert works[FREE_MODEL]["id"] != works["mezzoforte"]["id"]
    assert both.call("POST", "/v1/works", body)[1]["work"]["id"] == works[FREE_MODEL]["id"]
    for asked in ({"corrections": {"corrections": 1}}, {"corrections": {"corrections": 1, "beats_per_bar": 3}}):
        status, heard = both.call("POST", f"/v1/works/{works[FREE_MODEL]['id']}/heard", asked)
        assert status == 200, heard
        model = heard["analysis"]["model"]
        assert (model["name"], model["licence"]) == (FREE_MODEL, FREE_LICENCE)
        assert model["transcriber"] == f"{FREE_MODEL}.notes {stand_in.VERSION}"


def test_open_asks_a_bridge_that_runs_for_these_weights(
    both: Bridge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(write_recording(tmp_path / "opened.wav")), "--home", str(both.home), "--no-browser", "--model"]
    for name in ("mezzoforte", FREE_MODEL):
        assert opener.main([*words, name]) == 0
        work = both.call("GET", f"/v1/works/{capsys.readouterr().out.strip().partition('work=')[2]}")[1]["work"]
        assert work["model"] == name
    assert opener.main([*words, "nobodys"]) == 1
    assert "there is no model named 'nobodys'" in capsys.readouterr().err


@pytest.mark.parametrize("path", ["/v1/analyse", "/v1/works"])
@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("nobodys", 422, "no_model"),
        ("mezzoforte.notes", 422, "no_model"),
        ("mezzoforte.json", 400, "bad_request"),
        ("../mezzoforte", 400, "bad_request"),
        ("/etc/passwd", 400, "bad_request"),
        (7, 400, "bad_request"),
        ("", 400, "bad_request"),
    ],
)
def test_a_request_names_no_file_and_nothing_that_is_not_there(
    bridge: Bridge, recording: Path, path: str, name: object, status: int, code: str
) -> None:
    told, answer = bridge.call("POST", path, {"recording": {"path": str(recording)}, "model": name})
    assert (told, answer["error"]["code"]) == (status, code), answer


def test_free_weights_that_are_not_installed_are_told_with_what_to_do(
    tmp_path_factory: pytest.TempPathFactory, recording: Path
) -> None:
    folder = stand_in.installed(tmp_path_factory.mktemp("one"), second=False)
    bridge = Bridge(folder / "home", "mezzoforte", folder=folder, environment=stand_in.environment(folder))
    try:
        assert len(bridge.call("GET", "/v1/models")[1]["models"]) == 1
        request = {"recording": {"path": str(recording)}, "model": FREE_MODEL}
        status, answer = bridge.call("POST", "/v1/analyse", request)
    finally:
        bridge.stop()
    assert (status, answer["error"]["code"]) == (422, "no_model")
    assert "not in this installation" in answer["error"]["message"] and "docs/training.md" in answer["error"]["advice"]

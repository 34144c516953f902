"""The choice of weights on the page: there when there is one, with its licence, and told of what was heard."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.open import address
from runtime.network.parts import FREE_MODEL
from tests import stand_in
from tests.bridge.page.browser import browser, needs_browser
from tests.bridge.serve.server import Bridge, running, write_recording

pytestmark = [needs_browser, pytest.mark.slow]


def choose(name: str) -> str:
    return f"const s = document.querySelector('#weights'); s.value = '{name}'; s.dispatchEvent(new Event('change'));"


def test_the_weights_are_chosen_with_their_licence_in_sight(tmp_path: Path) -> None:
    folder = stand_in.installed(tmp_path)
    take = write_recording(folder / "take.wav", 8.0)
    bridge = Bridge(folder / "home", "mezzoforte", folder=folder, environment=stand_in.environment(folder))
    try:
        with browser(tmp_path) as page:
            page.open(address(bridge.connection))
            assert page.visible("#weights") and page.text("#licence") == "CC BY-NC-SA 4.0: not for commercial use"
            assert page.js("return [...document.querySelectorAll('#weights option')].map(o => o.value)") == [
                "mezzoforte", FREE_MODEL,
            ]  # fmt: skip
            page.js(choose(FREE_MODEL))
            assert page.text("#licence") == "CC BY 4.0: for any use, with credit"
            page.drop(take)
            page.until(lambda: page.visible("#heard"), 300)
            assert page.text("#made") == (
                f"Heard with {FREE_MODEL} {stand_in.VERSION} (CC BY 4.0: for any use, with credit)"
            )
            page.js(
                "const s = document.querySelector('#language'); s.value = 'de'; s.dispatchEvent(new Event('change'))"
            )
            assert page.text("#licence") == "CC BY 4.0: für jeden Zweck, mit Namensnennung"
            assert page.text("#made").startswith(f"Gehört mit {FREE_MODEL}")
            (work,) = bridge.call("GET", "/v1/works")[1]["works"]
            assert work["model"] == FREE_MODEL
    finally:
        bridge.stop()


def test_where_there_is_one_set_nothing_is_to_be_chosen(tmp_path: Path) -> None:
    folder = stand_in.installed(tmp_path, second=False)
    environment = stand_in.environment(folder)
    with (
        running(folder / "home", Path("mezzoforte"), folder=folder, environment=environment) as bridge,
        browser(tmp_path) as page,
    ):
        page.open(address(bridge.connection))
        assert page.find("#weights") and not page.visible("#weights")

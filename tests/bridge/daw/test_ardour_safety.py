"""What needs no Ardour: the user's own session is kept, and an Ardour that does not run is told."""

from __future__ import annotations

import socket

import pytest

from bridge.daw.ardour import check_listening
from bridge.daw.ardour_session import prepare
from bridge.osc.net import NetworkError, address_of
from bridge.play import main as play
from bridge.send import deliver
from runtime.errors import OutputError
from tests.runtime.write.takes import take

SESSION = (
    '<Session version="7002" name="s" sample-rate="48000" id-counter="9"><Locations/><TempoMap><Tempos>'
    '<Tempo npm="120"/></Tempos><Meters><Meter/></Meters></TempoMap></Session>'
)


def test_a_second_run_keeps_the_backup_of_the_users_own_session(tmp_path):
    path = tmp_path / "s.ardour"
    path.write_text(SESSION)
    for label in ("p", "f"):
        prepare(path, {"marks": [[1.0, 1.0, label, "dynamic"]]})
    assert (tmp_path / "s.ardour.before-mezzoforte").read_text() == SESSION
    assert 'name="mf: f"' in path.read_text() and 'name="mf: p"' not in path.read_text()


def test_an_ardour_that_does_not_run_is_an_error():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(OutputError, match="no Ardour listens there"):
        check_listening("127.0.0.1", port)


def test_an_ardour_that_listens_is_none_though_it_says_nothing():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ardour:
        ardour.bind(("127.0.0.1", 0))
        check_listening("127.0.0.1", ardour.getsockname()[1])
        assert ardour.recv(100).startswith(b"/strip/list")


@pytest.mark.parametrize("host", ["no-such-computer.invalid", "a" * 70, "\udcff"])
def test_an_unknown_host_is_told_as_such(host):
    with pytest.raises(NetworkError, match="no computer is known as"):
        address_of(host)
    with pytest.raises(NetworkError, match="no computer is known as"):
        check_listening(host, 3819)
    with pytest.raises(NetworkError, match="no computer is known as"):
        deliver.check(f"{host}:7771")
    assert address_of("127.0.0.1") == "127.0.0.1"


def test_a_device_for_live_events_that_nobody_knows_is_told_before_playing(tmp_path, capsys):
    path = tmp_path / "take.json"
    path.write_text(take(20.0).to_json())
    assert play([str(path), "--port", "0", "--live-only", "no-such-computer.invalid:7771"]) == 1
    assert "no computer is known as" in capsys.readouterr().err

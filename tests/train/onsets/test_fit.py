"""Training the onset stage: truth of onsets, a network that learns from notes and ignores padding, export, mix."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from export import onsets as export_onsets
from export.proof import Proven
from runtime.errors import MezzoforteError, ModelError
from runtime.frames import FRAME_S, SAMPLE_RATE_HZ
from runtime.model import load_model, stage_path
from runtime.network.card import Metric
from runtime.network.logits import FrameLogits
from runtime.notes.given import GIVEN
from runtime.notes.onsets import COLUMNS, features_of, onsets_of
from runtime.notes.played import PlayedNotes
from runtime.stages.onsets import Mix
from tests import stub_model
from tests.train.small_pack import write_small_pack
from train.frames.hear import load_transcriber
from train.frames.predict import Heard, labels_of
from train.frames.segments import Pack, Recording
from train.measure.evaluate import PROTOCOL, PROTOCOL_WITH_NOTES
from train.onsets import data, played
from train.onsets import tune as tune_onsets
from train.onsets.data import CROP_ONSETS, Drawer, Drawn, batch_of, beginning, draw_one, targets_of
from train.onsets.fit import SHARES, OnsetRun, main, onset_losses
from train.onsets.network import OnsetNet, OnsetNetConfig
from train.onsets.played import Played, read_played
from train.rendering.notes import NOTE
from train.sources import listed


def nothing(features: torch.Tensor) -> torch.Tensor:
    """Nothing is given of these onsets."""
    return torch.zeros(*features.shape[:2], len(GIVEN))


SMALL = OnsetNetConfig(channels=32, layers=1, heads=2, dropout=0.0)


def waltz(seed: int = 0, n_bars: int = 60) -> Played:
    """A bass on one, chords on two and three, a melody of eighths; as quick as the seed says."""
    rng = np.random.default_rng(seed)
    step_s = rng.uniform(0.2, 0.3)
    rows = []
    for k in range(6 * n_bars):
        at_s = 1.0 + k * step_s
        rows.append((at_s, at_s + 0.1, 70 + int(rng.integers(0, 7)), 70))
        if k % 2 == 0:
            rows += [(at_s, at_s + 0.2, p, 60) for p in ((40,) if k % 6 == 0 else (55, 59))]
    beats_s = 1.0 + 2 * step_s * np.arange(3 * n_bars)
    place = np.arange(3 * n_bars) % 3 + 1
    return Played(f"w{seed}", "asap", f"a/{seed}", np.array(rows, NOTE), beats_s, place, np.ones(len(place), bool))


def test_the_truth_of_onsets_follows_from_the_beats() -> None:
    w = waltz()
    onsets = beginning(w, 30.0)
    truth = targets_of(onsets, w.beats_s, w.beat_in_bar)
    n = len(onsets.time_s)
    k = np.arange(n)
    assert not onsets.is_place.any()
    assert (truth.beat == (k % 2 == 0)).all() and (truth.downbeat == (k % 6 == 0)).all()
    assert truth.inside.all() and (truth.has_bar == truth.beat).all()
    assert (truth.phase == np.where(k % 2 == 0, 0, 6)).all() and (truth.metre == 1).all()
    assert len(set(truth.period)) == 1


def test_an_onset_is_preferred_to_a_place_without_notes() -> None:
    onsets = onsets_of(np.array([0.0, 0.5, 1.0]), np.full(3, 60), np.full(3, 64.0))
    beats_s = np.array([0.0, 0.26, 0.53, 1.0])
    truth = targets_of(onsets, beats_s, np.ones(4, np.int64))
    assert onsets.time_s[truth.beat] == pytest.approx([0.0, 0.25, 0.5, 1.0])


def test_what_is_drawn_is_never_longer_than_a_crop_and_keeps_its_beats() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        one = draw_one(waltz(), rng)
        assert one is not None
        onsets, truth = one.onsets, one.targets
        assert len(onsets.time_s) <= CROP_ONSETS
        assert 0.3 < truth.beat.mean() < 0.7 and truth.downbeat.sum() >= truth.beat.sum() // 4
    few = Played("x", "asap", "a/x", waltz().notes[:3], np.arange(3.0), np.ones(3, np.int64), np.ones(3, bool))
    assert draw_one(few, rng) is None


def test_what_pads_a_batch_does_not_reach_the_onsets() -> None:
    torch.manual_seed(0)
    net = OnsetNet(SMALL).eval()
    onsets = beginning(waltz(), 12.0)
    truth = targets_of(onsets, waltz().beats_s, waltz().beat_in_bar)
    alone = torch.from_numpy(features_of(onsets))[None]
    n = alone.shape[1]
    batch = batch_of([Drawn(onsets, truth, nothing(alone)[0].numpy())])
    assert n < CROP_ONSETS and batch.mask.sum() == n
    padded = net(batch.features, batch.given, batch.mask)["beat"][:, :n]
    torch.testing.assert_close(padded, net(alone, nothing(alone))["beat"], atol=1e-4, rtol=1e-4)


def test_moving_a_recording_in_time_changes_nothing() -> None:
    torch.manual_seed(0)
    net = OnsetNet(SMALL).eval()
    x = torch.from_numpy(features_of(beginning(waltz(), 12.0)))[None]
    later = x.clone()
    later[..., -1] += 30.0
    torch.testing.assert_close(net(later, nothing(x))["beat"], net(x, nothing(x))["beat"], atol=1e-3, rtol=1e-3)


def test_it_learns_where_waltzes_have_their_beats() -> None:
    torch.manual_seed(0)
    net, rng = OnsetNet(SMALL), np.random.default_rng(0)
    drawer = Drawer([waltz(k) for k in range(4)], [], {})
    optimiser = torch.optim.AdamW(net.parameters(), 5e-3)
    for _ in range(50):
        batch = drawer.draw(4, rng)
        losses = onset_losses(net(batch.features, batch.given, batch.mask), batch)
        optimiser.zero_grad()
        sum(losses.values()).backward()  # type: ignore[union-attr]
        optimiser.step()
    other = waltz(9)
    onsets = beginning(other, 40.0)
    truth = targets_of(onsets, other.beats_s, other.beat_in_bar)
    with torch.no_grad():
        x = torch.from_numpy(features_of(onsets))[None]
        out = net.eval()(x, nothing(x))
    assert ((out["beat"][0].numpy() > 0) == truth.beat).mean() > 0.9
    assert ((out["downbeat"][0].numpy() > 0) == truth.downbeat)[truth.beat].mean() > 0.8


def test_few_recordings_without_a_share_of_their_own_do_not_take_the_place_of_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[str] = []
    one = data.draw_one
    monkeypatch.setattr(data, "draw_one", lambda played, rng: drawn.append(played.corpus) or one(played, rng))
    Drawer([waltz(), replace(waltz(1), corpus="corrected")], [], SHARES).draw(80, np.random.default_rng(0))
    assert 0.05 < drawn.count("corrected") / len(drawn) < 0.4


def small_run(tmp_path: Path) -> OnsetRun:
    args = main.parse(["--played", "x", "--out", str(tmp_path), "--steps", "4", "--batch", "2"])
    torch.manual_seed(0)
    return OnsetRun([waltz()], [], OnsetNet(SMALL), args)


def test_training_goes_on_where_it_stopped(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    run.train_step()
    run.save(tmp_path / "last.pt")
    expected = run.train_step()
    again = small_run(tmp_path)
    again.load(tmp_path / "last.pt")
    assert again.step == 1 and again.train_step() == pytest.approx(expected, rel=1e-4)


def test_performances_are_kept_with_what_a_transcriber_hears(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = write_small_pack(tmp_path / "small.h5", n_recordings=2, seconds=4.0)
    args = played.main.parse([str(tmp_path / "n.h5"), "--pack", str(pack), "--per-piece", "1"])
    assert played.run(args) == 0 and "2 recordings heard" in capsys.readouterr().err
    assert played.run(args) == 0
    found = read_played(tmp_path / "n.h5", "test", 0) + read_played(tmp_path / "n.h5", "train", 0)
    assert found and all(p.notes.dtype == NOTE and len(p.beats_s) == len(p.beat_in_bar) for p in found)
    (tmp_path / "bad.h5").write_bytes(b"no")
    with pytest.raises(MezzoforteError, match="not a file of performances"):
        read_played(tmp_path / "bad.h5", "train", 0)


def test_an_exported_stage_equals_torch_is_weighed_and_is_verified_by_the_card(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card_path = stub_model.write_stub(tmp_path)
    run = small_run(tmp_path)
    run.train_step()
    run.save(tmp_path / "last.pt")
    export_onsets.run(export_onsets.main.parse([str(tmp_path), "--model", str(card_path)]))
    assert "onsets" in capsys.readouterr().out
    model = load_model(card_path, "cpu")
    assert model.onsets is not None and model.onsets.mix == Mix(1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    assert model.card.onsets_columns == (*COLUMNS, *GIVEN) and model.onsets.takes_given
    stale = replace(model.card, metrics=tuple(Metric("beat F", 0.5, p, "x") for p in (PROTOCOL, PROTOCOL_WITH_NOTES)))
    graph, checkpoints = export_onsets.load_onsets([tmp_path / "last.pt"])
    kept = export_onsets.with_onsets(stale, Proven(b"", 1, 0.0, ()), checkpoints).metrics
    assert [m.protocol for m in kept] == [PROTOCOL]
    onsets = beginning(waltz(), 15.0)
    with torch.no_grad():
        x = torch.from_numpy(features_of(onsets))[None]
        expected = graph(x, nothing(x))
    for got, torch_says in zip(model.onsets.run(onsets), expected, strict=True):
        np.testing.assert_allclose(got, torch_says[0].numpy(), atol=1e-4)
    data = stage_path(card_path, "onsets").read_bytes()
    stage_path(card_path, "onsets").write_bytes(data + b"\0")
    with pytest.raises(ModelError, match="SHA-256"):
        load_model(card_path, "cpu")


def test_of_several_runs_the_mean_is_exported_and_all_are_named(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    for k in range(2):
        run.train_step()
        (tmp_path / f"run{k}").mkdir()
        run.save(tmp_path / f"run{k}" / "last.pt")
    paths = [tmp_path / f"run{k}" / "last.pt" for k in range(2)]
    one, other, mean = (export_onsets.load_onsets(p)[0].state_dict() for p in (paths[:1], paths[1:], paths))
    assert any((one[name] != other[name]).any() for name in mean)
    for name in mean:
        torch.testing.assert_close(mean[name], (one[name] + other[name]) / 2)
    card = export_onsets.with_onsets(
        stub_model.card_for(b""), Proven(b"", 1, 0.0, ()), export_onsets.load_onsets(paths)[1]
    )
    assert "mean of 2 runs, 1 steps" in card.training_data[-1] and "2 steps" in card.training_data[-1]
    strange = torch.load(paths[1], weights_only=False) | {"fold": 3}
    torch.save(strange, paths[1])
    with pytest.raises(MezzoforteError, match="another size or fold"):
        export_onsets.load_onsets(paths)


def told(seed: int) -> tune_onsets.Told:
    """Notes that are right, sound that is noise."""
    w, rng = waltz(seed), np.random.default_rng(seed)
    onsets = beginning(w, 60.0)
    truth = targets_of(onsets, w.beats_s, w.beat_in_bar)
    inside = w.beats_s < 60
    n = int(62 / FRAME_S)
    noise = rng.normal(0, 2, n).astype(np.float32)
    r = Recording("r", "asap", "a/b", "a", "t", "x", 1.0, 62 * SAMPLE_RATE_HZ, w.beats_s[inside],
                  w.beat_in_bar[inside], np.zeros(inside.sum(), np.int8))  # fmt: skip
    logits = FrameLogits(noise, noise, noise, np.zeros((n, 5), np.float32), np.ones(n, np.float32))
    said = tuple(np.where(y, 1.5, -1.5) + rng.normal(0, 1, len(y)) for y in (truth.beat, truth.downbeat))
    rows = [(float(a), float(b), int(p), int(v)) for a, b, p, v in w.notes[w.notes["onset_s"] < 60].tolist()]
    played_notes = PlayedNotes.of(rows)
    return tune_onsets.Told(Heard(r, labels_of(r), logits), onsets, said, played_notes)  # type: ignore[arg-type]


def test_the_mix_believes_who_is_right() -> None:
    mix = tune_onsets.fit_mix([told(k) for k in range(3)])
    assert mix.beat_notes > 1 and mix.downbeat_notes > 1
    assert abs(mix.beat_sound) < 0.3 and abs(mix.downbeat_sound) < 0.3


def test_every_pack_of_recordings_counts_alike() -> None:
    many, few = [told(k) for k in range(6)], [replace(told(9), notes=tuple(-x for x in told(9).notes))]  # type: ignore[arg-type]
    assert tune_onsets.fit_mix([*many, *few]).beat_notes > 0.8
    assert abs(tune_onsets.fit_mix(many, few).beat_notes) < 0.4


def test_a_model_without_the_stage_cannot_be_weighed(tmp_path: Path) -> None:
    card_path = stub_model.write_stub(tmp_path)
    pack = write_small_pack(tmp_path / "small.h5", n_recordings=2, seconds=4.0)
    pack_read, model = Pack(pack), load_model(card_path, "cpu")
    with pytest.raises(MezzoforteError, match="no onset stage"):
        tune_onsets.tell(pack_read, pack_read.recordings, model, load_transcriber())
    assert json.loads(card_path.read_text())["onsets_sha256"] == ""


def test_a_card_names_corpora_with_counts_and_credits_them_once() -> None:
    counts = {"asap": {"pieces": 177, "takes": 904}, "dcml": {"pieces": 1, "takes": 1}}
    checkpoint = {"corpora": counts, "began": "stage abc", "step": 1, "fold": 0, "data_identity": "0" * 64}
    card = stub_model.card_for(b"")
    for _ in range(2):
        card = export_onsets.with_onsets(card, Proven(b"", 1, 0.0, ()), [checkpoint])
    assert card.attribution.count(listed()["corpus/dcml"].credit) == 1
    said = card.training_data[-1]
    assert "(n)ASAP (904 performances of 177 pieces)" in said and "began as stage abc" in said

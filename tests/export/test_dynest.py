"""Export: the command's file runs in the runtime and says what torch says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from export.dynest import PROOF_LENGTHS, main, run
from export.graph import RuntimeGraph, model_of
from runtime.model import load_model
from tests.train.small_pack import write_small_pack
from train.fitting.checkpoints import load_checkpoint
from train.fitting.config import FitConfig
from train.frames.fit import Trainer
from train.frames.segments import Pack
from train.measure.evaluate import main as evaluate
from train.measure.evaluate import run as evaluate_run
from train.measure.tune import main as tune
from train.measure.tune import run as tune_run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two tiny trained checkpoints and the model exported from them."""
    folder = tmp_path_factory.mktemp("export")
    pack = Pack(write_small_pack(folder / "pack.h5", n_recordings=9))
    for name, network, front_end in (("main", "multitask_bssl", "bssl"), ("metre", "metre_tcn", "metre")):
        trainer = Trainer(FitConfig(name, network, front_end, segment_s=4.0, batch=1, steps=2), pack, 0)
        trainer.train_step()
        trainer.save(folder / f"{name}.pt")
    words = [str(folder / "main.pt"), "--metre", str(folder / "metre.pt"), "--metre-weight", "0.7"]
    run(main.parse([*words, "--out", str(folder / "tiny.onnx")]))
    return folder


def test_the_runtime_loads_the_export_and_gives_the_logits_of_torch(exported: Path) -> None:
    model = load_model(exported / "tiny.json", "cpu")
    main, metre = (model_of(load_checkpoint(exported / f"{n}.pt")) for n in ("main", "metre"))
    graph = RuntimeGraph(main, metre, 0.7).eval()
    for n in (1, 440, 22_050, 100_001):
        samples = (np.random.default_rng(n).standard_normal(n) * 0.1).astype(np.float32)
        with torch.no_grad():
            beat, downbeat, change, dynamics, ntot = graph(torch.from_numpy(samples[None]))
        got = model.run(samples)
        for a, b in ((got.beat, beat), (got.downbeat, downbeat), (got.change, change), (got.dynamics, dynamics),
                     (got.ntot_sone, ntot)):  # fmt: skip
            assert np.abs(a - b[0].numpy()).max() < 1e-3
    assert model.card.preset == "main + metre" and model.card.licence == "CC-BY-NC-SA-4.0"
    assert max(PROOF_LENGTHS) == 600 * 22_050


def test_tuning_then_evaluating_writes_the_card_and_prints_a_table(
    exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = str(exported / "tiny.json")
    words = ["--model", card, "--pack", str(exported / "pack.h5"), "--fold", "1"]
    evaluate_run(evaluate.parse([*words, "--write-card"]))
    printed = capsys.readouterr().out
    assert "| tiny 0.1.0 |" in printed and "metronome at 138 bpm" in printed and "padding bonus" in printed
    assert load_model(card, "cpu").card.metrics
    pack = Pack(exported / "pack.h5")
    if pack.split("valid", 1):
        tune_run(tune.parse(words))
        assert load_model(card, "cpu").card.thresholds["beat_scale"] > 0


def test_a_checkpoint_without_all_tasks_is_refused(exported: Path, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="lacks change, dynamics"):
        run(main.parse([str(exported / "metre.pt"), "--out", str(tmp_path / "x.onnx")]))
    assert not list(tmp_path.iterdir())

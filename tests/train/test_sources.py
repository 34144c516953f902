"""What is learned from: everything is on the list, and nothing that is not free reaches a free run or a free card."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path

import h5py
import pytest
import torch

import train
import train.data.corpora
from export import onsets as export_onsets
from export.proof import Proven
from export.stages import rights_of, with_rights
from runtime.errors import MezzoforteError
from runtime.model import MODELS_FOLDER, STAGES, load_model
from runtime.network.card import load_card
from runtime.network.parts import ABOUT
from runtime.transcribe.registry import NAMES
from tests import stub_model
from tests.train.frames.test_fit import SMALL as FRAMES
from tests.train.onsets.test_fit import SMALL, waltz
from tests.train.onsets.test_written import quarters
from tests.train.small_pack import write_small_pack
from train.data.score_corpora import SCORE_CORPORA
from train.data.splits import split_of
from train.fitting.checkpoints import load_checkpoint
from train.fitting.command import Command
from train.frames.fit import Trainer
from train.frames.pack import READERS
from train.frames.segments import Pack
from train.onsets.designed import DESIGNED
from train.onsets.fit import OnsetRun, main
from train.onsets.network import OnsetNet
from train.onsets.played import PERFORMED
from train.rendering.instruments import HELD_OUT_INSTRUMENT, INSTRUMENTS
from train.sources import (
    ALL,
    FREE,
    FREE_LICENCE,
    OTHER_LICENCE,
    PIANO_LOUDNESS,
    UNKNOWN,
    chosen_on,
    crediting,
    credits_of,
    is_free,
    listed,
    of_card,
    of_recording,
    taken,
)

FREE_NAME = "mezzoforte-free"
FREE_SET = {FREE_NAME, *(f"{FREE_NAME}.{part}" for part in ("notes", "page", "touch"))}
FREE_LICENCES = {
    "CC0-1.0", "public domain", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-4.0", "MIT", "Apache-2.0", "own work",
}  # fmt: skip
LEARN_NOTHING = {
    "train.data.choose", "train.data.counts", "train.data.score_corpora", "train.data.resynthesis.make",
    "train.data.resynthesis.piano_model", "train.data.resynthesis.proof", "train.frames.pack",
    "train.measure.baselines", "train.measure.evaluate", "train.notes.study",
}  # fmt: skip
"""Commands that read, make data that say where they come from, or measure (a study hands nothing out)."""


def test_every_corpus_piano_player_table_and_transcriber_is_on_the_list() -> None:
    names = [m.name for m in pkgutil.iter_modules(train.data.corpora.__path__)]
    modules = [importlib.import_module(f"train.data.corpora.{name}") for name in names]
    corpora = {getattr(m.CORPUS, "name", m.CORPUS) for m in modules if hasattr(m, "CORPUS")}
    corpora |= {*READERS, *PERFORMED, *SCORE_CORPORA, "mazurkabl"}
    cards = [load_card(p) for p in MODELS_FOLDER.glob("*.json") if p.with_suffix(".onnx").is_file()]
    named = {f"corpus/{name}" for name in corpora} | {i.source for i in INSTRUMENTS.values()}
    named |= {DESIGNED, PIANO_LOUDNESS, "table/touch"}
    named |= {f"network/{name}" for name in NAMES if name != "own"}
    named |= {name for card in cards for name in of_card(card)}
    assert len(named) > 30
    assert named <= set(listed()), sorted(named - set(listed()))


def test_what_is_free_has_a_free_licence_and_the_rest_says_why_it_is_not() -> None:
    for name, entry in listed().items():
        assert entry.credit and entry.stated, name
        if entry.free:
            assert entry.licence in FREE_LICENCES, name
        else:
            assert entry.why, name
        is_recording = name.startswith("recording/")
        assert bool(re.fullmatch("[0-9a-f]{64}", entry.sha256)) == is_recording, name
    hashes = [e.sha256 for e in listed().values() if e.sha256]
    assert len(set(hashes)) == len(hashes)
    for name, corpus in SCORE_CORPORA.items():
        if listed()[f"corpus/{name}"].free:
            assert corpus.licence == listed()[f"corpus/{name}"].licence
    assert is_free([INSTRUMENTS[HELD_OUT_INSTRUMENT].source])


def test_a_recording_is_known_by_its_bytes_and_not_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "bwv988_1.mp3"
    path.write_bytes(b"something else")
    assert of_recording(path) == "recording/bwv988_1.mp3" and not is_free([of_recording(path)])


def test_every_command_that_learns_or_chooses_takes_data_free() -> None:
    found = set()
    for module in pkgutil.walk_packages(train.__path__, "train."):
        if module.name.endswith("__main__"):
            continue
        command = getattr(importlib.import_module(module.name), "main", None)
        if isinstance(command, Command) and command.run.__module__ == module.name:
            found.add(module.name)
            parser = ArgumentParser()
            command.add_options(parser)
            choices = {a.dest: a.choices for a in parser._actions}.get("data")
            assert (choices == (ALL, FREE)) == (module.name not in LEARN_NOTHING), module.name
    assert found > LEARN_NOTHING and len(found) > 20


@pytest.mark.parametrize(
    ("sources", "refused"),
    [
        (["corpus/polish_scores", "piano/timgm"], r"piano/timgm \(GPL-2.0: .*\)"),
        (["corpus/asap", "piano/salamander"], r"corpus/asap \(CC-BY-NC-SA-4.0: not for money\)"),
        (["corpus/somebodys"], r"corpus/somebodys \(not on the list\)"),
        ([UNKNOWN], "made before sources were kept"),
        ([], "made before sources were kept"),
    ],
)
def test_what_is_not_free_is_refused_by_name(sources: list[str], refused: str) -> None:
    with pytest.raises(MezzoforteError, match=f"not free: {refused}"):
        taken(sources, FREE)
    assert taken(sources, ALL) == tuple(sorted(sources))


def free_pack(
    path: Path, *, sources: str = "corpus/performed,corpus/polish_scores,piano/splendid,player/designed"
) -> Pack:
    write_small_pack(path)
    with h5py.File(path, "a") as file:
        for group in file.values():
            group.attrs["sources"] = sources
    return Pack(path)


def test_a_free_run_on_sound_takes_a_free_pack_and_no_other(tmp_path: Path) -> None:
    trainer = Trainer(FRAMES, free_pack(tmp_path / "free.h5"), 0, FREE)
    trainer.save(tmp_path / "last.pt")
    assert load_checkpoint(tmp_path / "last.pt")["sources"] == list(trainer.sources)
    assert "corpus/polish_scores" in trainer.sources and is_free(trainer.sources)
    free_pack(tmp_path / "mixed.h5").close()
    with h5py.File(tmp_path / "mixed.h5", "a") as file:
        next(iter(file.values())).attrs["sources"] = "corpus/performed,piano/timgm"
    with pytest.raises(MezzoforteError, match="piano/timgm"):
        Trainer(FRAMES, Pack(tmp_path / "mixed.h5"), None, FREE)
    with pytest.raises(MezzoforteError, match="before sources were kept"):
        Trainer(FRAMES, Pack(write_small_pack(tmp_path / "old.h5")), 0, FREE)


def onset_run(folder: Path, data: str, corpus: str = "polish_scores", played: str = "") -> OnsetRun:
    args = main.parse(["--played", "x", "--out", str(folder), "--steps", "2", "--batch", "2", "--data", data])
    torch.manual_seed(0)
    performances = [replace(waltz(), corpus=played, sources=(f"corpus/{played}",))] if played else []
    return OnsetRun(performances, [replace(quarters(), corpus=corpus)], OnsetNet(SMALL), args)


def test_a_free_run_on_scores_is_played_by_designed_players_and_lends_nobody(tmp_path: Path) -> None:
    run = onset_run(tmp_path, FREE, played="pop909")
    assert run.sources == ("corpus/polish_scores", "corpus/pop909", "player/designed")
    run.train_step()
    with pytest.raises(MezzoforteError, match="corpus/asap"):
        onset_run(tmp_path, FREE, played="asap")
    with pytest.raises(MezzoforteError, match="corpus/dcml"):
        onset_run(tmp_path, FREE, corpus="dcml")
    assert DESIGNED not in onset_run(tmp_path, ALL, played="asap").sources


def test_a_free_run_does_not_go_on_from_what_is_not_free(tmp_path: Path) -> None:
    onset_run(tmp_path, ALL, played="asap").save(tmp_path / "last.pt")
    run = onset_run(tmp_path, FREE)
    with pytest.raises(MezzoforteError, match="corpus/asap"):
        run.load(tmp_path / "last.pt", new_data=True, data=FREE)
    run.load(tmp_path / "last.pt", new_data=True)
    assert "corpus/asap" in run.sources  # and so do all that go on from it
    state = torch.load(tmp_path / "last.pt", weights_only=False)
    del state["sources"]
    torch.save(state, tmp_path / "old.pt")
    with pytest.raises(MezzoforteError, match="before sources were kept"):
        onset_run(tmp_path, FREE).load(tmp_path / "old.pt", new_data=True, data=FREE)


def exported(card, run: OnsetRun, folder: Path):
    run.save(folder / "last.pt")
    return export_onsets.with_onsets(card, Proven(b"", 1, 0.0, ()), [load_checkpoint(folder / "last.pt")])


def test_a_free_card_names_and_credits_every_source_and_takes_no_other_stage(tmp_path: Path) -> None:
    pack_sources = ("corpus/performed", "piano/salamander")
    rights = rights_of([{"sources": list(pack_sources)}], ())
    assert rights.licence == FREE_LICENCE and rights.sources == pack_sources
    card = stub_model.card_for(b"", licence=rights.licence, sources=rights.sources, attribution=rights.attribution)
    card = exported(card, onset_run(tmp_path, FREE), tmp_path)
    assert card.licence == FREE_LICENCE and card.sources == (
        "corpus/performed", "corpus/polish_scores", "piano/salamander", "player/designed",
    )  # fmt: skip
    assert set(credits_of(card.sources)) <= set(card.attribution)
    with pytest.raises(MezzoforteError, match="corpus/asap"):
        exported(card, onset_run(tmp_path, ALL, played="asap"), tmp_path)
    with pytest.raises(MezzoforteError, match="corpus/asap"):
        chosen_on(card, ["corpus/asap"], ALL)  # a free card stays free, whatever was said
    with_fluid = chosen_on(card, ["piano/fluid"], ALL)
    assert with_fluid == tuple(sorted((*card.sources, "piano/fluid")))
    credited = crediting(card, with_fluid)
    assert credited.sources == with_fluid and set(credits_of(with_fluid)) <= set(credited.attribution)
    assert crediting(card, ()) == card


def test_a_card_names_the_performed_scores_that_its_onset_stage_heard(tmp_path: Path) -> None:
    card = exported(stub_model.card_for(b""), onset_run(tmp_path, FREE, played="performed"), tmp_path)
    assert "scores performed by Mezzoforte (1 performances of 1 pieces)" in card.training_data[-1]


def test_a_card_with_something_that_is_not_free_has_the_other_licence(tmp_path: Path) -> None:
    learned = rights_of([{"sources": ["corpus/asap", "piano/salamander"]}], ())
    assert (
        learned.licence == OTHER_LICENCE
        and "Salamander Grand Piano by Alexander Holm, CC BY 3.0" in learned.attribution
    )
    before = rights_of([{"step": 1}], ("somebody",))
    assert before.sources == () and before.licence == OTHER_LICENCE and before.attribution == ("somebody",)
    old = stub_model.card_for(b"", licence=OTHER_LICENCE)
    assert with_rights(old, [{"sources": ["corpus/polish_scores"]}]).licence == OTHER_LICENCE


def test_shipped_weights_of_another_licence_are_those_of_the_free_set() -> None:
    told = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in MODELS_FOLDER.glob("*.json")}
    assert {name for name, card in told.items() if card.get("licence", OTHER_LICENCE) != OTHER_LICENCE} == FREE_SET
    assert {name for name in told if name.startswith(FREE_NAME)} == FREE_SET


@pytest.mark.parametrize("name", sorted(FREE_SET))
def test_the_shipped_free_set_learned_from_free_sources_alone_and_credits_them(name: str) -> None:
    card = json.loads((MODELS_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    sources = card["sources"]
    assert is_free(sources) and card["licence"] == FREE_LICENCE
    assert set(credits_of(sources)) <= set(card["attribution"])
    assert INSTRUMENTS[HELD_OUT_INSTRUMENT].source not in sources
    assert not [piece for piece in card.get("pieces", ()) if split_of(piece, 0) == "test"]


def test_everything_that_the_free_set_loads_is_its_own() -> None:
    model = load_model(FREE_NAME, "cpu")
    assert None not in (model.levels, model.levels_notes, model.beats, model.onsets)
    assert [model.parts.path(part).name for part in ABOUT] == [f"{FREE_NAME}.{part}.json" for part in ABOUT]
    files = {p.name for p in MODELS_FOLDER.glob(f"{FREE_NAME}*.onnx")}
    assert files == {f"{FREE_NAME}{part}.onnx" for part in ("", ".notes", ".page", *(f".{name}" for name in STAGES))}

"""Begin the run of a wider network with what a narrower one knows: `python -m train.notes.widen --model CARD …`.

The weights are read back from the exported file. The new network first says what the old one says: its new channels
begin at random and are not listened to yet, its new layers begin with nothing to add. `RUN/last.pt` is a checkpoint at
step 0; `python -m train.notes … --out RUN --resume` goes on from it.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from runtime.errors import MezzoforteError
from runtime.model import find_card
from runtime.network.card import load_card
from train.fitting.averaged_run import prepare
from train.fitting.checkpoints import CHECKPOINT
from train.fitting.command import Command
from train.frames.fit import identity_of
from train.frames.segments import Pack
from train.notes.fit import NoteSampler, NoteTrainer
from train.notes.network import HARMONICS, TASKS, NoteNet, PitchSpectrum
from train.sources import add_data_option, of_card, taken, union

Weights = dict[str, Tensor]
_BATCHES = 8
"""Batches of four segments from which the statistics of each layer are taken."""


def weights_of(path: Path) -> Weights:
    """The trained values of an exported transcriber by name; normalisations are folded into the biases there."""
    graph = onnx.load(str(path)).graph
    found = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in graph.initializer}
    return {k.removeprefix("network."): v for k, v in found.items() if k.startswith("network.")}


def widen(network: NoteNet, old: Weights) -> None:
    """Put the weights of an exported network into one at least as wide, so that both say the same.

    The first edition had no `keyboard` and no `second_look`: those then stay as they begin, with nothing to add.

    Raises `MezzoforteError` when a layer is missing or wider than the new one.
    """
    c, was = network.config.channels, old["heads.weight"].shape[1]
    n_relatives = len(network.relatives)
    moved = [c + k * (c // 2) + j for k in range(n_relatives) for j in range(was // 2)]
    both = [*range(was), *range(c, c + was)]
    with torch.no_grad():
        for name in ("weight", "bias", "running_mean", "running_var"):
            getattr(network.stem_norm, name).copy_(_found(old, f"stem_norm.{name}"))
        _place(network.stem[0], network.stem[1], old, "stem.0", list(range(len(HARMONICS))))
        network.register[:, : old["register"].shape[1]] = old["register"]
        for name, layer, inputs in (
            ("first", network.first, range(old["first.0.weight"].shape[1])),
            ("narrow", network.narrow, range(was)),
            ("wide", network.wide, [*range(was), *moved]),
            *((f"blocks.{i}", block, range(was)) for i, block in enumerate(network.blocks)),
        ):
            _place(layer[0], layer[1], old, f"{name}.0", list(inputs))  # type: ignore[index]
        network.heads.weight.zero_()
        network.heads.weight[:, :was] = old["heads.weight"]
        network.heads.bias.copy_(old["heads.bias"])
        network.pedal.weight.zero_()
        network.pedal.weight[:, both] = old["pedal.weight"]
        network.pedal.bias.copy_(old["pedal.bias"])  # type: ignore[union-attr]
        if "keyboard.0.weight" in old:
            answer = len(TASKS) + 1
            _copy(network.keyboard[0], old, "keyboard.0", both)
            _copy(network.keyboard[2], old, "keyboard.2", list(range(was)))
            _copy(network.second_look[0], old, "second_look.0", [*range(was), *range(c, c + answer)])
            _copy(network.second_look[2], old, "second_look.2", list(range(old["second_look.2.weight"].shape[1])))


def _copy(conv: nn.Conv1d | nn.Conv2d, old: Weights, name: str, inputs: list[int]) -> None:
    """An old layer without normalisation; its outputs do not listen to new inputs, new outputs begin with nothing."""
    kernel, bias = _found(old, f"{name}.weight"), _found(old, f"{name}.bias")
    conv.weight.zero_()
    conv.weight[: len(kernel), inputs] = kernel
    assert conv.bias is not None
    conv.bias.zero_()
    conv.bias[: len(bias)] = bias


def _found(old: Weights, name: str) -> Tensor:
    if name not in old:
        raise MezzoforteError(f"the exported network has no {name}", advice="Give a transcriber that export.notes made")
    return old[name]


def _place(conv: nn.Conv2d, norm: nn.BatchNorm2d, old: Weights, name: str, inputs: list[int]) -> None:
    """The old kernel in the middle of the new one; old outputs do not listen to new inputs."""
    kernel, bias = _found(old, f"{name}.weight"), _found(old, f"{name}.weight_bias")
    n_out, _, time, pitch = kernel.shape
    if n_out > conv.out_channels or len(inputs) > conv.in_channels:
        raise MezzoforteError(f"layer {name} is wider than the new network's")
    at_time, at_pitch = (conv.kernel_size[0] - time) // 2, (conv.kernel_size[1] - pitch) // 2
    conv.weight[:n_out] = 0
    new = torch.zeros(n_out, conv.in_channels, time, pitch)
    new[:, inputs] = kernel
    conv.weight[:n_out, :, at_time : at_time + time, at_pitch : at_pitch + pitch] = new
    norm.weight.fill_(1.0)
    norm.bias.zero_()
    norm.bias[:n_out] = bias
    norm.running_mean.zero_()  # type: ignore[union-attr]
    norm.running_var.fill_(1.0 - norm.eps)  # type: ignore[union-attr]


@torch.no_grad()
def measure_norms(network: NoteNet, batches: list[Tensor]) -> None:
    """Give the normalisations of a network whose own do nothing the statistics of these powers; it says the same."""
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d) and m is not network.stem_norm]
    sums = {m: [torch.zeros(m.num_features), torch.zeros(m.num_features)] for m in norms}

    def add(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        x = inputs[0].float()
        sums[module][0] += x.mean(dim=(0, 2, 3))  # type: ignore[index]
        sums[module][1] += x.square().mean(dim=(0, 2, 3))  # type: ignore[index]

    hooks = [m.register_forward_pre_hook(add) for m in norms]
    network.eval()
    for power in batches:
        network(power)
    for hook in hooks:
        hook.remove()
    for m, (first, second) in sums.items():
        mean = first / len(batches)
        variance = (second / len(batches) - mean.square()).clamp_min(1e-3)
        m.bias += mean
        m.running_mean.copy_(mean)  # type: ignore[union-attr]
        m.running_var.copy_(variance)  # type: ignore[union-attr]
        m.weight.copy_((variance + m.eps).sqrt())


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--model", type=Path, required=True, help="card of the narrower network")
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument(
        "--renders", nargs=2, type=Path, action="append", required=True, metavar=("MIDI_DIR", "AUDIO_DIR")
    )
    parser.add_argument("--fold", type=int, choices=range(5))
    add_data_option(parser)
    parser.add_argument("--out", type=Path, required=True, help="folder of the new run")
    parser.add_argument("--threads", type=int)


def run(args: Namespace) -> None:
    """Widen, take the statistics on segments of the pack, save."""
    prepare(args)
    if (args.out / CHECKPOINT).exists():
        raise MezzoforteError("the run folder holds a checkpoint", where=str(args.out / CHECKPOINT))
    pack = Pack(args.pack)
    recordings = pack.split("train", args.fold)
    sampler = NoteSampler(pack, recordings, [(m, a) for m, a in args.renders])
    trainer = NoteTrainer(sampler, identity_of(recordings), 1, 4, args.fold, data=args.data)
    card_path = find_card(args.model)
    trainer.sources = taken(union(trainer.sources, of_card(load_card(card_path))), args.data, str(card_path))
    assert isinstance(trainer.model, NoteNet)
    widen(trainer.model, weights_of(card_path.with_suffix(".onnx")))
    rng, spectrum = np.random.default_rng(0), PitchSpectrum()
    drawn = [np.stack([sampler.draw(rng)[0] for _ in range(4)]) for _ in range(_BATCHES)]
    measure_norms(trainer.model, [spectrum(torch.from_numpy(samples)) for samples in drawn])
    trainer.average.module.load_state_dict(trainer.model.state_dict())
    trainer.average.n_averaged.fill_(1)
    trainer.save(args.out / CHECKPOINT)
    print(f"{args.out / CHECKPOINT}: {sum(p.numel() for p in trainer.model.parameters()):,} parameters")


main = Command(add_options, run)

if __name__ == "__main__":
    main()

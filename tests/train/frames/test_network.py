"""The multi-scale network: published sizes and outputs, wiring, any length, and gradients of every task."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from runtime.errors import ModelError
from tests.train.data.paths import data_folder
from tests.train.frames.paper_names import from_published, ignored_names, load_published, name_map
from train.frames.network import PRESETS, TASKS, MixtureOfExperts, MultiScaleNet, NetworkConfig

PUBLISHED_TASKS = {"dynamics": "dynamic", "beat": "beat", "downbeat": "downbeat", "change": "change_point"}
# The published network carries four unused 8×8 projections beside its experts.
DEAD_PARAMETERS = 4 * (8 * 8 + 8)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def n_parameters(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def filled(network: MultiScaleNet) -> MultiScaleNet:
    """In evaluation mode, with batch statistics that are not the initial ones."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d):
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 2.0)
    return network.eval()


def published_names() -> set[str]:
    return {name for names in name_map(8).values() for name in names} | set(ignored_names(8))


def published_state(network: MultiScaleNet) -> dict[str, Tensor]:
    """A checkpoint under published names and layouts, made from one of our networks."""
    own, state = network.state_dict(), {}
    for name, theirs in name_map(network.config.n_experts).items():
        parts = own[name].chunk(len(theirs)) if len(theirs) > 1 else (own[name],)
        for key, part in zip(theirs, parts, strict=True):
            state[key] = _two_dimensional(key, part)
    for key in ignored_names(network.config.n_experts):
        state[key] = torch.randn(8, 8) if key.endswith("weight") else torch.randn(8)
    return state


def _two_dimensional(key: str, part: Tensor) -> Tensor:
    if part.ndim != 3 or not key.startswith("encoder."):
        return part
    is_merge = part.shape[2] == 1 and part.shape[1] % part.shape[0] == 0 and ".conv" in key and ".block" not in key
    n_inputs = part.shape[1] // part.shape[0] if is_merge else 1
    return part.unflatten(1, (n_inputs, -1)).permute(0, 2, 3, 1)


# Sizes


@pytest.mark.parametrize(
    ("preset", "published"),
    [
        ("multitask_bssl", 445_053 - DEAD_PARAMETERS),
        ("multitask_logmel", 14_714_137 - DEAD_PARAMETERS),
        ("multitask_bssl_no_mmoe", 441_565),
        ("multitask_bssl_scale1", 359_869 - DEAD_PARAMETERS),
        ("singletask_bssl_dynamics", 398_470),
        ("singletask_bssl_beat", 398_135),
        ("singletask_logmel_dynamics", 13_267_718),
        ("singletask_logmel_change", 13_265_793),
    ],
)
def test_presets_have_the_published_numbers_of_parameters(preset: str, published: int) -> None:
    assert n_parameters(MultiScaleNet(PRESETS[preset])) == published


@pytest.mark.parametrize(("bands", "scale", "published"), [(24, 5, 528_121), (22, 3, 402_461)])
def test_bands_and_scale_change_the_size_as_published(bands: int, scale: int, published: int) -> None:
    assert n_parameters(MultiScaleNet(NetworkConfig(bands, scale))) == published - DEAD_PARAMETERS


@pytest.mark.parametrize(("bands", "scale", "latent"), [(22, 5, 8), (7, 1, 3), (10, 4, 6)])
def test_the_encoder_has_as_many_parameters_as_derived(bands: int, scale: int, latent: int) -> None:
    derived = (675 + 44 * scale) * bands**2 + 338 * bands + 3 * bands * latent + latent
    assert n_parameters(MultiScaleNet(NetworkConfig(bands, scale, latent)).encoder) == derived


def test_the_mixture_of_8_experts_for_4_tasks_has_3488_parameters() -> None:
    assert n_parameters(MixtureOfExperts(8, 8, 4)) == 3488


# Golden reference


@pytest.fixture(scope="module")
def golden() -> Iterator[np.lib.npyio.NpzFile]:
    with np.load(data_folder("reference") / "paper_network.npz") as arrays:
        yield arrays


def golden_state(golden: np.lib.npyio.NpzFile) -> dict[str, Tensor]:
    prefix = "weight/"
    return {k.removeprefix(prefix): torch.from_numpy(golden[k]) for k in golden.files if k.startswith(prefix)}


def worst_error(network: MultiScaleNet, golden: np.lib.npyio.NpzFile, n_frames: int) -> float:
    with torch.no_grad():
        logits = network(torch.from_numpy(golden[f"case{n_frames}/input"]).transpose(1, 2))
    published = {task: golden[f"case{n_frames}/{name}_output"] for task, name in PUBLISHED_TASKS.items()}
    assert all(np.ptp(expected, axis=1).min() > 1e-4 for expected in published.values())
    return max(float(np.abs(logits[t].numpy().reshape(x.shape) - x).max()) for t, x in published.items())


@pytest.mark.parametrize("n_frames", [25, 137, 1500, 3001])
def test_published_weights_give_the_published_outputs(golden: np.lib.npyio.NpzFile, n_frames: int) -> None:
    assert worst_error(load_published(golden_state(golden)), golden, n_frames) < 1e-6


@pytest.mark.parametrize("n_frames", [25, 1500])
def test_our_padding_changes_nothing_where_the_length_divides(golden: np.lib.npyio.NpzFile, n_frames: int) -> None:
    network = load_published(golden_state(golden), published_padding=False)
    assert worst_error(network, golden, n_frames) < 1e-6


@pytest.mark.parametrize("n_frames", [137, 3001])
def test_our_padding_differs_where_the_published_network_is_cut_short(
    golden: np.lib.npyio.NpzFile, n_frames: int
) -> None:
    network = load_published(golden_state(golden), published_padding=False)
    assert worst_error(network, golden, n_frames) > 1e-5


def test_the_name_map_knows_every_name_of_a_published_checkpoint(golden: np.lib.npyio.NpzFile) -> None:
    assert set(golden_state(golden)) == published_names()


# Loading


def test_the_name_map_makes_exactly_our_parameters() -> None:
    assert set(name_map(8)) == set(MultiScaleNet().state_dict())
    assert set(name_map(0)) == set(MultiScaleNet(NetworkConfig(n_experts=0)).state_dict())


@pytest.mark.parametrize("config", [NetworkConfig(), NetworkConfig(6, scale=3), NetworkConfig(5, 2, n_experts=0)])
def test_a_checkpoint_of_any_shape_is_recognised_and_loaded(config: NetworkConfig) -> None:
    original = filled(MultiScaleNet(config))
    loaded = load_published(published_state(original), published_padding=False)
    assert loaded.config == config
    assert not loaded.training
    features = torch.rand(2, 31, config.n_bands)
    for task, logits in loaded(features).items():
        assert torch.equal(logits, original(features)[task])


def test_a_missing_name_is_an_error() -> None:
    state = published_state(MultiScaleNet())
    del state["encoder.block33.bn2.running_var"]
    with pytest.raises(ModelError, match=r"1 names are missing .*block33\.bn2\.running_var"):
        load_published(state)


def test_an_unknown_name_is_an_error() -> None:
    state = published_state(MultiScaleNet()) | {"encoder.extra.weight": torch.zeros(1)}
    with pytest.raises(ModelError, match=r"unknown .*encoder\.extra\.weight"):
        load_published(state)


def test_a_tensor_of_another_shape_is_an_error() -> None:
    state = published_state(MultiScaleNet())
    state["encoder.conv32.weight"] = state["encoder.conv32.weight"][..., :2]
    with pytest.raises(ModelError, match=r"merge32.*expected \(66, 198, 1\)"):
        load_published(state)


def test_a_wrapped_or_foreign_dict_is_an_error_that_says_what_to_pass() -> None:
    with pytest.raises(ModelError, match="maps parameter names to tensors"):
        load_published({"model": torch.zeros(1)})


def test_projections_are_ignored_beside_experts_and_used_without_them() -> None:
    with_experts, without = published_state(MultiScaleNet()), published_state(MultiScaleNet(NetworkConfig(n_experts=0)))
    assert len(ignored_names(8)) == 8
    assert ignored_names(0) == ()
    loaded = from_published(without, MultiScaleNet(NetworkConfig(n_experts=0)).state_dict())
    assert torch.equal(loaded["mix.linears.3.weight"], without["proj_cp.weight"])
    assert not any("linears" in name for name in from_published(with_experts, MultiScaleNet().state_dict()))


# Wiring


def branch_shapes(network: MultiScaleNet, n_frames: int) -> dict[str, tuple[int, ...]]:
    """Output shapes [C, T] of every named block and upsampler of the encoder."""
    shapes: dict[str, tuple[int, ...]] = {}

    def note(name: str) -> None:
        module = network.encoder.get_submodule(name)
        module.register_forward_hook(lambda _m, _i, out: shapes.__setitem__(name, tuple(out.shape[1:])))

    for name, _ in network.encoder.named_children():
        note(name)
    network.eval()(torch.rand(1, n_frames, network.config.n_bands))
    return shapes


def test_every_branch_has_its_channels_and_rate() -> None:
    shapes = branch_shapes(MultiScaleNet(NetworkConfig(4, scale=3, latent=5)), 2 * 9 * 3)
    full, third, ninth = 54, 18, 6
    expected = {
        **{"norm0": (4, full), "out": (5, full)},
        **{"merge11": (4, full), "merge12": (4, third), "block11": (8, full), "block12": (8, third)},
        **{"up121": (8, full), "merge21": (8, full), "merge22": (8, third), "merge23": (8, ninth)},
        **{"block21": (12, full), "block22": (12, third), "block23": (12, ninth)},
        **{"attention2": (12, ninth), "attention2_norm": (12, ninth), "up221": (12, full), "up232": (12, third)},
        **{"merge31": (12, full), "merge32": (12, third), "merge33": (12, ninth)},
        **{"block31": (12, full), "block32": (12, third), "block33": (12, ninth)},
        **{"attention3": (12, ninth), "attention3_norm": (12, ninth), "up321": (12, full), "up332": (12, third)},
        **{"merge41": (12, full), "merge42": (12, third), "block41": (8, full), "block42": (8, third)},
        **{"up421": (8, full), "merge51": (8, full), "block51": (4, full)},
    }
    # Dropout runs at both coarser rates, so it has no one shape.
    assert {name: shape for name, shape in shapes.items() if name != "drop"} == expected


def test_published_padding_floors_the_lengths() -> None:
    shapes = branch_shapes(MultiScaleNet(NetworkConfig(4, scale=5, published_padding=True)), 137)
    assert [shapes[name][1] for name in ("block21", "block22", "block23")] == [137, 27, 5]
    ours = branch_shapes(MultiScaleNet(NetworkConfig(4, scale=5)), 137)
    assert [ours[name][1] for name in ("block21", "block22", "block23")] == [150, 30, 6]


@pytest.mark.parametrize("preset", sorted(set(PRESETS) - {p for p in PRESETS if "logmel" in p}))
def test_every_preset_answers_its_tasks_with_the_documented_shapes(preset: str) -> None:
    network = MultiScaleNet(PRESETS[preset]).eval()
    logits = network(torch.rand(2, 40, network.config.n_bands))
    assert tuple(logits) == network.config.tasks
    for task, values in logits.items():
        assert values.shape == ((2, 40, 6) if task == "dynamics" else (2, 40))


def test_tasks_can_be_chosen_and_keep_their_order() -> None:
    assert tuple(MultiScaleNet(NetworkConfig(4, tasks=("downbeat", "beat")))(torch.rand(1, 30, 4))) == (
        "downbeat",
        "beat",
    )


# Lengths


@pytest.mark.parametrize("scale", [1, 2, 5])
def test_any_number_of_frames_comes_back_as_many_finite_frames(scale: int) -> None:
    network = filled(MultiScaleNet(NetworkConfig(3, scale)))
    for n_frames in (*range(1, 28), 49, 50, 51):
        logits = network(torch.rand(1, n_frames, 3))
        assert all(values.shape[1] == n_frames and values.isfinite().all() for values in logits.values())


@pytest.mark.parametrize("n_frames", [1, 24, 26, 137])
def test_a_length_that_does_not_divide_answers_as_if_its_last_frame_went_on(n_frames: int) -> None:
    network = filled(MultiScaleNet())
    features = torch.rand(1, n_frames, 22)
    held = features[:, -1:].expand(-1, (-n_frames) % 25, -1)
    longer = network(torch.cat([features, held], dim=1))
    for task, values in network(features).items():
        assert torch.allclose(values, longer[task][:, :n_frames], atol=1e-6)


def test_recordings_of_a_batch_do_not_influence_each_other() -> None:
    network = filled(MultiScaleNet())
    features = torch.rand(3, 60, 22)
    together = network(features)
    for row in range(3):
        for task, values in network(features[row : row + 1]).items():
            assert torch.allclose(values[0], together[task][row], atol=1e-5)


def test_published_padding_refuses_fewer_frames_than_one_coarse_step() -> None:
    network = MultiScaleNet(NetworkConfig(3, scale=3, published_padding=True)).eval()
    assert network(torch.rand(1, 9, 3))["beat"].shape == (1, 9)
    with pytest.raises(ValueError, match="at least 9 frames"):
        network(torch.rand(1, 8, 3))


# Gradients


@pytest.mark.parametrize("n_experts", [8, 0])
@pytest.mark.parametrize("task", TASKS)
def test_each_task_moves_every_weight_of_the_encoder(task: str, n_experts: int) -> None:
    network = filled(MultiScaleNet(NetworkConfig(6, n_experts=n_experts)))
    network(torch.rand(2, 60, 6))[task].square().sum().backward()
    still = [name for name, p in network.encoder.named_parameters() if p.ndim > 1 and not has_gradient(p)]
    assert still == []


def has_gradient(parameter: nn.Parameter) -> bool:
    return parameter.grad is not None and bool(parameter.grad.abs().max() > 0)


@pytest.mark.parametrize("preset", ["multitask_bssl", "multitask_bssl_no_mmoe", "singletask_bssl_dynamics"])
def test_no_parameter_is_dead(preset: str) -> None:
    network = filled(MultiScaleNet(PRESETS[preset]))
    sum(values.square().sum() for values in network(torch.rand(2, 75, 22)).values()).backward()
    assert [name for name, p in network.named_parameters() if not has_gradient(p)] == []


# Arguments


@pytest.mark.parametrize(
    "arguments",
    [
        *({"scale": 0}, {"n_bands": 0}, {"n_experts": -1}),
        *({"tasks": ()}, {"tasks": ("beat", "beat")}, {"tasks": ("chord",)}),
        *({"direct": True}, {"direct": True, "tasks": ("beat",), "latent": 2, "n_experts": 0}),
    ],
)
def test_impossible_shapes_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"must be|needs"):
        NetworkConfig(**arguments)  # type: ignore[arg-type]

"""The front ends: published values of the loudness chain, golden reference, equal implementations, any length."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pytest
import torch
from torch import Tensor

from runtime.frames import SAMPLE_RATE_HZ, n_frames
from tests.train.data.paths import data_folder
from train.frames.features import (
    BIN_HZ,
    LOG_MEL_CONFIGS,
    LOUDNESS_BINS,
    N_BINS,
    Bssl,
    LogMel,
    LogMelConfig,
    PowerSpectrum,
    bark_bins,
    db_to_sone,
    mel_filters,
    outer_ear_db,
    spreading_matrix,
)

IMPLEMENTATIONS: tuple[Literal["stft", "matmul"], ...] = ("stft", "matmul")
LENGTHS = (1, 2, 440, 441, 442, 512, 513, 514, 881, 882, 1024, 4410, 22_051)


def noise(n_samples: int, batch: int = 2) -> Tensor:
    return 0.1 * torch.randn(batch, n_samples, generator=torch.Generator().manual_seed(n_samples))


def sine(amplitude: float, frequency_hz: float = 1000.0, duration_s: float = 1.0) -> Tensor:
    t = torch.arange(int(duration_s * SAMPLE_RATE_HZ), dtype=torch.float64) / SAMPLE_RATE_HZ
    return (amplitude * torch.sin(2 * math.pi * frequency_hz * t)).float()[None]


def mid_frame(x: Tensor) -> Tensor:
    return x[0, x.shape[1] // 2]


# Power spectrum


def test_a_minute_has_3001_frames() -> None:
    assert PowerSpectrum(1)(torch.zeros(1, 60 * SAMPLE_RATE_HZ)).shape == (1, 3001, 1)


@pytest.mark.parametrize("n_samples", LENGTHS)
def test_both_implementations_give_equal_power_at_any_length(n_samples: int) -> None:
    samples = noise(n_samples)
    by_stft, by_matmul = (PowerSpectrum(N_BINS, name)(samples) for name in IMPLEMENTATIONS)
    assert by_stft.shape == by_matmul.shape == (2, n_frames(n_samples), N_BINS)
    assert torch.allclose(by_stft, by_matmul, rtol=1e-4, atol=3e-6 * float(by_stft.max()))


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_power_is_that_of_a_directly_computed_windowed_transform(implementation: Literal["stft", "matmul"]) -> None:
    samples = noise(5000, batch=1)
    frame = 4
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1024) / 1024)
    excerpt = samples[0, frame * 441 - 512 : frame * 441 + 512].double().numpy()
    expected = np.abs(np.fft.rfft(excerpt * window)) ** 2
    measured = PowerSpectrum(N_BINS, implementation)(samples)[0, frame].numpy()
    np.testing.assert_allclose(measured, expected, rtol=1e-4, atol=1e-5 * expected.max())


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_short_signals_are_extended_with_zeros_before_the_reflection(
    implementation: Literal["stft", "matmul"],
) -> None:
    spectrum = PowerSpectrum(N_BINS, implementation)
    samples = noise(100)
    extended = torch.nn.functional.pad(samples, (0, 413))
    assert torch.allclose(spectrum(samples), spectrum(extended)[:, :1], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_a_cut_spectrum_equals_the_first_bins_of_the_whole(implementation: Literal["stft", "matmul"]) -> None:
    samples = noise(3000)
    whole, cut = PowerSpectrum(N_BINS, implementation)(samples), PowerSpectrum(LOUDNESS_BINS, implementation)(samples)
    assert torch.allclose(whole[..., :LOUDNESS_BINS], cut, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("n_bins", [0, 514])
def test_impossible_bin_counts_are_refused(n_bins: int) -> None:
    with pytest.raises(ValueError, match="513"):
        PowerSpectrum(n_bins)


# Bark-scale loudness: tables


def test_outer_ear_gain_has_the_published_values() -> None:
    frequencies_hz = [21.53, 100, 200, 500, 1000, 2000, 3300, 4000, 8000, 9500]
    published_db = [-78.45, -22.95, -13.17, -6.28, -3.37, 0.25, 4.98, 3.39, -4.79, -8.75]
    np.testing.assert_allclose(outer_ear_db(frequencies_hz), published_db, atol=0.006)


def test_bands_hold_the_published_numbers_of_bins_and_leave_none_out() -> None:
    bins = bark_bins()
    published = [5, 5, 4, 5, 5, 6, 6, 7, 8, 8, 10, 11, 13, 15, 18, 21, 25, 33, 42, 51, 60, 84]
    assert [len(band) for band in bins] == published
    assert [index for band in bins for index in band] == list(range(LOUDNESS_BINS))
    assert (LOUDNESS_BINS - 1) * BIN_HZ <= 9500 < LOUDNESS_BINS * BIN_HZ


def test_spreading_has_the_published_diagonals() -> None:
    spread_db = 10 * np.log10(spreading_matrix())
    for bands_up, published_db in ((0, -0.0014), (1, -4.31), (2, -12.3), (3, -21.4), (-1, -7.91), (-2, -27.6)):
        diagonal = np.diagonal(spread_db, -bands_up)
        np.testing.assert_allclose(diagonal, published_db, atol=0.0006 if bands_up == 0 else 0.06)


def test_loudness_is_continuous_at_40_db_doubles_every_10_db_above_and_vanishes_at_0() -> None:
    sone = db_to_sone(torch.tensor([0.0, 20.0, 39.9999, 40.0, 50.0, 60.0]))
    assert torch.allclose(sone, torch.tensor([0.0, 0.5**2.642, 1.0, 1.0, 2.0, 4.0]), atol=1e-4)


# Bark-scale loudness: signals


@pytest.mark.parametrize(
    ("amplitude", "level_db", "sone", "ntot_sone"),
    [(1.0, 88.37, 28.58, 38.8), (0.1, 68.37, 7.145, 9.64), (0.01, 48.37, 1.786, 2.35)],
)
def test_a_1_khz_sine_has_the_published_loudness(
    amplitude: float, level_db: float, sone: float, ntot_sone: float
) -> None:
    loudness = Bssl("paper")
    power = PowerSpectrum(LOUDNESS_BINS)(sine(amplitude))
    levels, bands = mid_frame(loudness.band_levels_db(power)), mid_frame(loudness(power))
    assert int(levels.argmax()) == 8
    assert float(levels[8]) == pytest.approx(level_db, abs=0.01)
    assert float(bands[8]) == pytest.approx(sone, rel=1e-3)
    assert float(mid_frame(Bssl.total_loudness_sone(loudness(power)))) == pytest.approx(ntot_sone, rel=3e-3)


def test_the_faithful_variant_lies_6_db_above_the_published_one() -> None:
    power = PowerSpectrum(LOUDNESS_BINS)(sine(0.1))
    faithful, published = (mid_frame(Bssl(name).band_levels_db(power)) for name in ("pampalk", "paper"))
    heard = published > 5.0
    assert int(heard.sum()) >= 8
    assert torch.allclose(faithful[heard] - published[heard], torch.tensor(20 * math.log10(2)), atol=1e-3)


def test_dc_is_heard_by_the_published_variant_alone() -> None:
    power = PowerSpectrum(LOUDNESS_BINS)(torch.full((1, SAMPLE_RATE_HZ), 0.01))
    published = mid_frame(Bssl("paper").band_levels_db(power))
    assert published[:2].tolist() == pytest.approx([56.0, 51.7], abs=0.05)
    assert mid_frame(Bssl("pampalk").band_levels_db(power)).max() == 0.0


@pytest.mark.parametrize("variant", ["pampalk", "paper"])
def test_silence_has_no_loudness(variant: Literal["pampalk", "paper"]) -> None:
    loudness = Bssl(variant)(PowerSpectrum(LOUDNESS_BINS)(torch.zeros(1, 5000)))
    assert loudness.shape == (1, n_frames(5000), 22)
    assert loudness.abs().max() == 0.0


def test_total_loudness_is_the_maximum_plus_15_percent_of_the_rest() -> None:
    assert Bssl.total_loudness_sone(torch.tensor([[[1.0, 4.0, 3.0]]])).item() == pytest.approx(4.6)


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("case", ["real", "sine1k", "sine1k_01", "noise", "silence"])
def test_the_published_front_end_is_matched(case: str, implementation: Literal["stft", "matmul"]) -> None:
    golden = np.load(data_folder("reference") / "paper_bssl.npz")
    loudness = Bssl("paper")
    power = PowerSpectrum(LOUDNESS_BINS, implementation)(torch.from_numpy(golden[f"{case}/samples"])[None])
    sone = loudness(power)
    np.testing.assert_allclose(loudness.band_levels_db(power)[0].T, golden[f"{case}/bark_db"], atol=5e-4)
    np.testing.assert_allclose(sone[0].T, golden[f"{case}/sone"], rtol=2e-5, atol=5e-6)
    np.testing.assert_allclose(Bssl.total_loudness_sone(sone)[0], golden[f"{case}/ntot"], rtol=1e-5, atol=5e-6)


def test_a_whole_and_a_cut_spectrum_have_the_same_loudness() -> None:
    power = PowerSpectrum(N_BINS)(noise(3000))
    assert torch.equal(Bssl()(power), Bssl()(power[..., :LOUDNESS_BINS]))


def test_fewer_bands_are_spread_among_themselves_and_need_fewer_bins() -> None:
    few = Bssl(n_bands=5)
    assert few.n_bins_used == 24
    assert few(PowerSpectrum(24)(noise(500))).shape == (2, 2, 5)


def test_too_few_bins_bad_variants_and_bad_band_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="442"):
        Bssl()(torch.zeros(1, 1, 441))
    with pytest.raises(ValueError, match="variant"):
        Bssl("matlab")  # type: ignore[arg-type]
    for n_bands in (0, 23):
        with pytest.raises(ValueError, match="n_bands"):
            Bssl(n_bands=n_bands)


# Log-mel


@pytest.mark.parametrize("name", sorted(LOG_MEL_CONFIGS))
def test_every_mel_band_has_weight(name: str) -> None:
    filters = mel_filters(LOG_MEL_CONFIGS[name])
    assert filters.min() >= 0
    assert filters.max(axis=0).min() > 0.2 * filters.max(axis=0).max() * (1 if name == "metre" else 0.05)
    assert (np.diff(filters.argmax(axis=0)) >= 0).all()


def test_a_band_without_a_bin_is_refused() -> None:
    with pytest.raises(ValueError, match="without a spectrum bin"):
        LogMel(LogMelConfig(400, 30.0, 9500.0, area_normalised=False, compression="log1p"))


def test_area_normalised_bands_have_unit_area() -> None:
    area = mel_filters(LOG_MEL_CONFIGS["paper"]).sum(axis=0) * BIN_HZ
    np.testing.assert_allclose(area[60:-1], 1.0, atol=0.05)


def test_mel_bands_of_both_configs_have_their_sizes_and_bins() -> None:
    assert LogMel("paper").n_bins_used == N_BINS
    assert LogMel("metre").n_bins_used == LOUDNESS_BINS
    assert LogMel("paper")(PowerSpectrum(N_BINS)(noise(1))).shape == (2, 1, 128)
    assert LogMel("metre")(PowerSpectrum(LOUDNESS_BINS)(noise(1))).shape == (2, 1, 80)


def test_decibel_compression_has_a_floor_of_100_db_below_unit_power_and_follows_gain() -> None:
    mel = LogMel("paper")
    assert torch.allclose(mel(torch.zeros(1, 1, N_BINS)), torch.tensor(-100.0))
    power = PowerSpectrum(N_BINS)(noise(2000))
    assert torch.allclose(mel(100 * power) - mel(power), torch.tensor(20.0), atol=1e-3)


def test_log1p_compression_hears_a_full_scale_sine_at_amplitude_1() -> None:
    mel = LogMel("metre")
    centre_bin = 100
    loudest = mid_frame(mel(PowerSpectrum(LOUDNESS_BINS)(sine(1.0, centre_bin * BIN_HZ)))).max()
    # The Hann window spreads a sine over three bins: the band sums between the peak alone and twice the peak.
    assert math.log1p(500) < float(loudest) < math.log1p(2000)
    assert mel(torch.zeros(1, 1, LOUDNESS_BINS)).abs().max() == 0


def test_mel_bands_refuse_too_few_bins() -> None:
    with pytest.raises(ValueError, match="442"):
        LogMel("metre")(torch.zeros(1, 1, 441))


def test_front_ends_have_neither_parameters_nor_state() -> None:
    for module in (PowerSpectrum(), PowerSpectrum(implementation="matmul"), Bssl(), LogMel()):
        assert not list(module.parameters())
        assert not module.state_dict()

"""Front ends in torch: power spectrum, Bark-scale specific loudness in sone, and two log-mel spectra.

Everything here is fixed arithmetic on float32 tensors: no module has trainable parameters, and every constant
table is a non-persistent buffer, so checkpoints hold none of it. Frame ``t`` is centred on sample ``441 * t``
of a mono signal at 22,050 Hz (`runtime.frames`).

Sources: Terhardt 1979 (outer ear), Schroeder, Atal and Hall 1979 (spreading), Zwicker and Fastl (Bark edges,
loudness), Pampalk's ``ma_sone`` (the chain), and arXiv 2510.18190 (the ``paper`` variants).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from runtime.frames import HOP_SAMPLES, SAMPLE_RATE_HZ, WINDOW_SAMPLES

N_BINS = WINDOW_SAMPLES // 2 + 1
BIN_HZ = SAMPLE_RATE_HZ / WINDOW_SAMPLES
# Bins 0..441 lie at or below 9,500 Hz, the upper edge of the 22nd Bark band; nothing above them is used.
LOUDNESS_BINS = 442
FULL_SCALE_DB = 96.0

BARK_UPPER_EDGES_HZ = (
    *(100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720),
    *(2000, 2320, 2700, 3150, 3700, 4400, 5300, 6400, 7700, 9500),
)

_HALF = WINDOW_SAMPLES // 2
# All bins at full scale (power 512²) times this stay below 1e-7 of the excitation that is 0 dB.
_NEGLIGIBLE = 1e-16
_FloatArray = npt.NDArray[np.float64]


class PowerSpectrum(nn.Module):
    """Squared magnitude of the short-time Fourier transform, without any normalisation.

    Periodic Hann window of 1,024 samples, hop 441, centred: 512 samples of reflect padding at each end. A
    signal shorter than 513 samples cannot be reflected that far; it is first extended with zeros to 513
    samples. Either way N samples give 1 + N // 441 frames, from N = 1 on.

    Args:
        n_bins: how many bins to return, counted from DC, 1..513 (442 are enough for loudness).
        implementation: ``stft`` uses `torch.stft` (training); ``matmul`` uses slices and matrix products
            only, for export. Both return the same values up to float32 rounding.
    """

    def __init__(self, n_bins: int = N_BINS, implementation: Literal["stft", "matmul"] = "stft") -> None:
        super().__init__()
        if not 1 <= n_bins <= N_BINS:
            raise ValueError(f"n_bins must lie in 1..{N_BINS}, got {n_bins}")
        if implementation not in ("stft", "matmul"):
            raise ValueError(f"implementation must be 'stft' or 'matmul', got {implementation!r}")
        self.n_bins = n_bins
        self.implementation = implementation
        window = torch.hann_window(WINDOW_SAMPLES, periodic=True, dtype=torch.float64)
        self.register_buffer("window", window.float(), persistent=False)
        if implementation == "matmul":
            for name, table in _folded_dft(n_bins, window.numpy()).items():
                self.register_buffer(name, torch.from_numpy(table).float(), persistent=False)

    def forward(self, samples: Tensor) -> Tensor:
        """Samples [B, N], N >= 1, in -1..1 → power [B, 1 + N // 441, n_bins]."""
        n_frames = 1 + samples.shape[-1] // HOP_SAMPLES
        if self.implementation == "stft":
            return self._by_stft(samples)[:, :n_frames]
        return self._by_matmul(_hops(samples, n_frames + 2))

    def _by_stft(self, samples: Tensor) -> Tensor:
        missing = max(0, _HALF + 1 - samples.shape[-1])
        padded = F.pad(F.pad(samples, (0, missing)), (_HALF, _HALF), mode="reflect")
        spectrum = torch.stft(
            padded, WINDOW_SAMPLES, HOP_SAMPLES, window=self.window, center=False, return_complex=True
        )
        spectrum = spectrum[:, : self.n_bins].transpose(1, 2)
        return spectrum.real.square() + spectrum.imag.square()

    def _by_matmul(self, hops: Tensor) -> Tensor:
        """Power of the frames that three hops [B, T + 2, 441] in a row hold the samples of.

        w[0] = 0 and w[n] = w[1024 - n] for the periodic Hann window, and cosine (sine) is even (odd) about the frame
        centre: adding (subtracting) the mirrored half halves the products. The halves are put together from the hops
        where sample n and its mirror 1024 - n lie, so that no whole frame is ever copied.
        """
        first, second = hops[:, :-2], hops[:, 1:-1]
        mirrored = hops.flip(-1)
        end = WINDOW_SAMPLES - 2 * HOP_SAMPLES  # samples of the third hop in a frame: 142
        centre = _HALF - HOP_SAMPLES  # of the frame, in its second hop: 71
        halves = [
            (first[..., 1 : end + 1], mirrored[:, 2:, HOP_SAMPLES - end :]),
            (first[..., end + 1 :], mirrored[:, 1:-1, : HOP_SAMPLES - end - 1]),
            (second[..., :centre], mirrored[:, 1:-1, HOP_SAMPLES - end - 1 : HOP_SAMPLES - centre - 1]),
        ]
        even = torch.cat([*(a + b for a, b in halves), second[..., centre : centre + 1]], dim=-1)
        odd = torch.cat([a - b for a, b in halves], dim=-1)
        real, imaginary = even @ self.cosines, odd @ self.sines
        return real * real + imaginary * imaginary


def _hops(samples: Tensor, n: int) -> Tensor:
    """Samples [B, N], reflected at both ends by half a frame, as `n` rows of one hop, [B, n, 441].

    Put together in one copy; a signal shorter than half a frame is first lengthened by zeros.
    """
    length = samples.shape[-1]
    missing = torch.sym_max(0, _HALF + 1 - length)
    before = F.pad(samples[..., : _HALF + 1], (0, missing))[..., 1:].flip(-1)
    after = F.pad(samples[..., -_HALF - 1 :], (0, missing))[..., :-1].flip(-1)
    spare = F.pad(after, (0, 3 * HOP_SAMPLES - WINDOW_SAMPLES))[..., : n * HOP_SAMPLES - _HALF - length - missing]
    zeros = samples.new_zeros(samples.shape[0], missing)
    return torch.cat([before, samples, zeros, spare], dim=-1).reshape(samples.shape[0], n, HOP_SAMPLES)


def _folded_dft(n_bins: int, window: _FloatArray) -> dict[str, _FloatArray]:
    """Windowed DFT rows for the folded half frame: cosines [512, bins] and sines [511, bins]."""
    n = np.arange(1, _HALF + 1)[:, None]
    angle = 2.0 * np.pi * ((n * np.arange(n_bins)[None, :]) % WINDOW_SAMPLES) / WINDOW_SAMPLES
    weight = window[1 : _HALF + 1, None]
    return {"cosines": weight * np.cos(angle), "sines": (weight * np.sin(angle))[:-1]}


def outer_ear_db(frequency_hz: npt.ArrayLike) -> _FloatArray:
    """Gain of the outer and middle ear in dB at frequencies > 0 Hz (Terhardt 1979)."""
    f_khz = np.asarray(frequency_hz, dtype=np.float64) / 1000.0
    return -3.64 * f_khz**-0.8 + 6.5 * np.exp(-0.6 * (f_khz - 3.3) ** 2) - 1e-3 * f_khz**4


def bark_bins(n_bands: int = 22) -> list[range]:
    """Spectrum bins of each Bark band: lower edge < frequency <= upper edge; band 0 includes DC."""
    uppers = [math.floor(edge / BIN_HZ) for edge in BARK_UPPER_EDGES_HZ[:n_bands]]
    lowers = [0, *(upper + 1 for upper in uppers[:-1])]
    return [range(lower, upper + 1) for lower, upper in zip(lowers, uppers, strict=True)]


def spreading_matrix(n_bands: int = 22) -> _FloatArray:
    """Power that band j (column) adds to band i (row) by masking (Schroeder, Atal and Hall 1979)."""
    distance = np.arange(n_bands)[:, None] - np.arange(n_bands)[None, :] + 0.474
    return 10.0 ** ((15.81 + 7.5 * distance - 17.5 * np.sqrt(1.0 + distance**2)) / 10.0)


class Bssl(nn.Module):
    """Bark-scale specific loudness: power spectrum → sone in each of up to 22 critical bands.

    Outer-ear weighting, sum per Bark band, spreading, dB with a floor of 0, sone. A sample of 1 is 96 dB above
    the unit of power; the input level is taken as it is.

    Args:
        variant: ``pampalk`` is the chain as its author wrote it, |2 X / sum(w)|² and no DC; ``paper`` is the
            one published with arXiv 2510.18190, |X / sum(w)|² (6.02 dB lower) and DC passed unweighted.
        n_bands: number of bands from the lowest, 1..22.
    """

    def __init__(self, variant: Literal["pampalk", "paper"] = "pampalk", n_bands: int = 22) -> None:
        super().__init__()
        if variant not in ("pampalk", "paper"):
            raise ValueError(f"variant must be 'pampalk' or 'paper', got {variant!r}")
        if not 1 <= n_bands <= len(BARK_UPPER_EDGES_HZ):
            raise ValueError(f"n_bands must lie in 1..{len(BARK_UPPER_EDGES_HZ)}, got {n_bands}")
        self.variant = variant
        self.n_bands = n_bands
        bins = bark_bins(n_bands)
        self.n_bins_used = bins[-1].stop
        self.register_buffer("band_matrix", torch.from_numpy(self._band_matrix(bins)).float(), persistent=False)

    def _band_matrix(self, bins: list[range]) -> _FloatArray:
        """Scale, ear, grouping and spreading are linear in power: one matrix [bins, bands] for the four."""
        window_sum = WINDOW_SAMPLES / 2
        faithful = self.variant == "pampalk"
        scale = 10.0 ** (FULL_SCALE_DB / 10.0) * (4.0 if faithful else 1.0) / window_sum**2
        weight = np.empty(self.n_bins_used)
        weight[0] = 0.0 if faithful else 1.0
        weight[1:] = 10.0 ** (outer_ear_db(np.arange(1, self.n_bins_used) * BIN_HZ) / 10.0)
        grouping = np.zeros((self.n_bins_used, self.n_bands))
        for band, band_bins in enumerate(bins):
            grouping[band_bins.start : band_bins.stop, band] = 1.0
        matrix = scale * weight[:, None] * (grouping @ spreading_matrix(self.n_bands).T)
        # Masking across many bands reaches 1e-50: far below the 0 dB floor at any level, and as float32
        # denormals such entries make the product many times slower.
        return np.where(matrix < _NEGLIGIBLE, 0.0, matrix)

    def band_levels_db(self, power: Tensor) -> Tensor:
        """Power [B, T, >= n_bins_used] → excitation level in dB, >= 0, [B, T, n_bands]."""
        if power.shape[-1] < self.n_bins_used:
            raise ValueError(f"needs at least {self.n_bins_used} spectrum bins, got {power.shape[-1]}")
        excitation = power[..., : self.n_bins_used] @ self.band_matrix
        return 10.0 * torch.log10(excitation.clamp(min=1.0))

    def forward(self, power: Tensor) -> Tensor:
        """Power [B, T, >= n_bins_used] → specific loudness in sone, >= 0, [B, T, n_bands]."""
        return db_to_sone(self.band_levels_db(power))

    @staticmethod
    def total_loudness_sone(sone: Tensor) -> Tensor:
        """Ntot: the loudest band plus 0.15 of all the others; sone [B, T, bands] → sone [B, T]."""
        loudest = sone.amax(dim=-1)
        return loudest + 0.15 * (sone.sum(dim=-1) - loudest)


def db_to_sone(level_db: Tensor) -> Tensor:
    """Loudness in sone of levels >= 0 dB: doubles every 10 dB above 40 dB, a power law below."""
    return torch.where(level_db >= 40.0, torch.exp2((level_db - 40.0) / 10.0), (level_db / 40.0) ** 2.642)


@dataclass(frozen=True)
class LogMelConfig:
    """A log-mel front end on the Slaney mel scale.

    Attributes:
        n_mels: number of triangular bands between `low_hz` and `high_hz`.
        area_normalised: scale each triangle to unit area in Hz (Slaney) instead of unit peak.
        compression: ``decibel`` is 10 log10(max(sum of power, 1e-10)); ``log1p`` is log(1 + 1000 m), m the
            sum of amplitudes scaled so that a full-scale sine has amplitude 1.
    """

    n_mels: int
    low_hz: float
    high_hz: float
    area_normalised: bool
    compression: Literal["decibel", "log1p"]


LOG_MEL_CONFIGS = {
    # As published with arXiv 2510.18190; needs all 513 bins.
    "paper": LogMelConfig(128, 30.0, 11_025.0, area_normalised=True, compression="decibel"),
    # Ours, for onsets and metre; lives on the same 442 bins as the loudness.
    "metre": LogMelConfig(80, 30.0, 9_500.0, area_normalised=False, compression="log1p"),
}


class LogMel(nn.Module):
    """Log-compressed mel spectrum of a power spectrum.

    Args:
        config: ``paper``, ``metre`` or a `LogMelConfig`. One with a band so narrow that no bin falls into it
            raises ValueError.
    """

    def __init__(self, config: Literal["paper", "metre"] | LogMelConfig = "metre") -> None:
        super().__init__()
        self.config = LOG_MEL_CONFIGS[config] if isinstance(config, str) else config
        filters = mel_filters(self.config)
        empty = np.flatnonzero(filters.sum(axis=0) <= 0)
        if empty.size:
            raise ValueError(f"{self.config} leaves mel bands {empty.tolist()} without a spectrum bin")
        self.n_bins_used = filters.shape[0]
        self.register_buffer("filters", torch.from_numpy(filters).float(), persistent=False)

    def forward(self, power: Tensor) -> Tensor:
        """Power [B, T, >= n_bins_used] → [B, T, n_mels]: dB (``decibel``) or >= 0 (``log1p``)."""
        if power.shape[-1] < self.n_bins_used:
            raise ValueError(f"needs at least {self.n_bins_used} spectrum bins, got {power.shape[-1]}")
        power = power[..., : self.n_bins_used]
        if self.config.compression == "decibel":
            return 10.0 * torch.log10((power @ self.filters).clamp(min=1e-10))
        amplitude = power.sqrt() * (2.0 / (WINDOW_SAMPLES / 2))
        return torch.log1p(1000.0 * (amplitude @ self.filters))


def mel_filters(config: LogMelConfig) -> _FloatArray:
    """Triangles [bins up to high_hz, n_mels] on the Slaney scale, evaluated at the bin frequencies."""
    n_bins = math.floor(config.high_hz / BIN_HZ) + 1
    mels = np.linspace(*_hz_to_mel(np.array([config.low_hz, config.high_hz])), config.n_mels + 2)
    edges_hz = _mel_to_hz(mels)
    bins_hz = np.arange(n_bins)[:, None] * BIN_HZ
    low, centre, high = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    triangles = np.clip(np.minimum((bins_hz - low) / (centre - low), (high - bins_hz) / (high - centre)), 0, None)
    return triangles * (2.0 / (high - low)) if config.area_normalised else triangles


# Slaney's scale: linear below 1 kHz (15 mel), logarithmic above with 27 mel per factor 6.4.
def _hz_to_mel(hz: _FloatArray) -> _FloatArray:
    log_part = 15.0 + 27.0 * np.log(np.maximum(hz, 1000.0) / 1000.0) / np.log(6.4)
    return np.where(hz < 1000.0, hz * 15.0 / 1000.0, log_part)


def _mel_to_hz(mel: _FloatArray) -> _FloatArray:
    log_part = 1000.0 * np.exp((np.maximum(mel, 15.0) - 15.0) * np.log(6.4) / 27.0)
    return np.where(mel < 15.0, mel * 1000.0 / 15.0, log_part)

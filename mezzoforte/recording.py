"""Whatever is given as a recording, as a file that the runtime can read as often as it needs to."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias, TypeGuard, cast

from runtime.errors import AudioError, MezzoforteError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Recording: TypeAlias = str | os.PathLike[str] | IO[bytes] | npt.NDArray[np.floating[Any]]


@contextmanager
def as_file(recording: Recording, rate_hz: int | None = None) -> Iterator[Path]:
    """The path of a recording; a file object, and samples with their rate, lie in a temporary file for so long.

    Samples are floats with full scale at ±1, shape (n,) or (n, channels). Raises `AudioError` for what is none of
    these, and for a rate that is missing or one too many.
    """
    if isinstance(recording, str | os.PathLike):
        _refuse_rate(rate_hz, str(recording))
        yield Path(recording)
        return
    name = Path(str(getattr(recording, "name", "recording"))).name if _is_file(recording) else "samples"
    with tempfile.TemporaryDirectory(prefix="mezzoforte-") as folder:
        path = Path(folder) / name
        try:
            if _is_file(recording):
                _refuse_rate(rate_hz, name)
                _copy(recording, path)
            else:
                _write(cast("npt.NDArray[np.floating[Any]]", recording), rate_hz, path)
            yield path
        except MezzoforteError as e:
            if e.where != str(path):
                raise
            raise type(e)(e.what, where=name, cause=e.cause, advice=e.advice) from e


def _is_file(recording: object) -> TypeGuard[IO[bytes]]:
    return hasattr(recording, "read")


def _refuse_rate(rate_hz: int | None, where: str) -> None:
    if rate_hz is not None:
        raise AudioError("the file itself says its sample rate", where=where, advice="Leave out rate_hz")


def _copy(file: IO[bytes], path: Path) -> None:
    try:
        with path.open("wb") as copy:
            shutil.copyfileobj(file, copy)
    except TypeError as e:
        raise AudioError("the file object gives no bytes", where=path.name, advice='Open it with mode "rb"') from e
    except (OSError, ValueError) as e:
        raise AudioError(f"the file object cannot be read ({e})", where=path.name) from e


def _write(given: npt.NDArray[np.floating[Any]], rate_hz: int | None, path: Path) -> None:
    import numpy as np
    import soundfile

    try:
        samples = np.asarray(given)
    except ValueError as e:
        raise AudioError(f"this is no array of samples ({e})") from e
    if samples.dtype.kind != "f" or samples.ndim not in (1, 2) or (samples.ndim == 2 and not samples.shape[1]):
        raise AudioError(
            f"these are no samples: {samples.dtype} of shape {samples.shape}",
            advice="Give floats in -1..1, shape (n,) or (n, channels); integers are divided by their full scale",
        )
    if rate_hz is None or int(rate_hz) != rate_hz or rate_hz <= 0:
        raise AudioError(
            f"samples at a rate of {rate_hz} Hz", advice="Give rate_hz, a whole number of samples a second"
        )
    channels = samples.shape[1] if samples.ndim == 2 else 1
    try:
        # 32-bit floats come back as they are; the format has room for any length.
        with soundfile.SoundFile(path, "w", int(rate_hz), channels, "FLOAT", format="W64") as file:
            file.write(samples.astype(np.float32, copy=False))
    except (soundfile.SoundFileError, OSError, ValueError) as e:
        raise AudioError(
            f"{len(samples)} samples of {channels} channels cannot be put aside ({e})", where=str(path.parent),
            advice="Set TMPDIR to a folder with room",
        ) from e  # fmt: skip

"""Where results lie: a folder, or anything that fsspec can write to; and remote recordings brought here.

Every file appears whole or not at all. On a local disk by `runtime.write.atomic`; object stores (s3, gs) replace a file
in one step; on any other remote file system it is written beside and moved.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from runtime.errors import MezzoforteError, OutputError
from runtime.write.atomic import write_bytes

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
"""Why a write fails that will fail for every other file too."""
_READ_ONLY = ("http", "https")
_REPLACE_IN_ONE_STEP = ("s3", "s3a", "gs", "gcs", "abfs", "az", "memory")


class RemoteError(MezzoforteError):
    """A file elsewhere could not be reached; the next attempt may succeed."""


def is_url(text: str) -> bool:
    """Whether this names something that is not on a local disk."""
    return "://" in text and not text.startswith("file://")


class Place(Protocol):
    """A folder for results; `name`s have ``/`` between folders."""

    root: str

    def read(self, name: str) -> bytes | None:
        """A file's bytes; None where there is none."""
        ...

    def read_all(self, names: Sequence[str]) -> Iterator[bytes | None]:
        """The bytes of many, in order."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Write a file, whole or not at all, making its folders. Raises `OutputError`."""
        ...

    def sizes(self, folder: str) -> dict[str, int]:
        """Bytes of every file under a folder, by name; nothing when it is not there."""
        ...

    def remove(self, name: str) -> None:
        """Take a file away; nothing happens when it is gone already."""
        ...


def place_at(root: str) -> Place:
    """The place that a path or URL means. Raises `OutputError` for one that cannot be written to."""
    if not is_url(root):
        return LocalPlace(root.removeprefix("file://"))
    if root.partition("://")[0] in _READ_ONLY:
        raise OutputError("nothing can be written over HTTP", where=root, advice="Choose a folder, s3:// or gs://")
    return RemotePlace(root)


class LocalPlace:
    """A folder on a disk of this machine, or one that all machines of a cluster share."""

    def __init__(self, root: str) -> None:
        self.root = str(Path(root).absolute())
        self._folder = Path(self.root)

    def read(self, name: str) -> bytes | None:
        """See `Place`."""
        try:
            return (self._folder / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as e:
            raise OutputError(f"cannot be read back ({e.strerror or e})", where=str(self._folder / name)) from e

    def read_all(self, names: Sequence[str]) -> Iterator[bytes | None]:
        """See `Place`."""
        return map(self.read, names)

    def write(self, name: str, data: bytes) -> None:
        """See `Place`."""
        path = self._folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as e:
            raise OutputError(f"the folder cannot be made ({e.strerror or e})", where=str(path.parent)) from e
        write_bytes(path, data)

    def sizes(self, folder: str) -> dict[str, int]:
        """See `Place`."""
        found: dict[str, int] = {}
        waiting = [str(self._folder / folder) if folder else self.root]
        while waiting:
            with suppress(FileNotFoundError, NotADirectoryError), os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                        continue
                    with suppress(FileNotFoundError):
                        found[Path(entry.path).relative_to(self._folder).as_posix()] = entry.stat().st_size
        return found

    def remove(self, name: str) -> None:
        """See `Place`."""
        with suppress(FileNotFoundError):
            (self._folder / name).unlink()


class RemotePlace:
    """Anything fsspec can write to."""

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/")
        self._fs, self._base = _file_system(self.root)
        self._in_one_step = self.root.partition("://")[0] in _REPLACE_IN_ONE_STEP

    def _path(self, name: str) -> str:
        return f"{self._base.rstrip('/')}/{name}"

    def read(self, name: str) -> bytes | None:
        """See `Place`."""
        try:
            return bytes(self._fs.cat_file(self._path(name)))
        except FileNotFoundError:
            return None
        except Exception as e:  # every file system of fsspec has errors of its own
            raise RemoteError(f"cannot be read back ({e})", where=f"{self.root}/{name}") from e

    def read_all(self, names: Sequence[str]) -> Iterator[bytes | None]:
        """See `Place`; many at the same time where the file system can do that."""
        for start in range(0, len(names), 200):
            part = names[start : start + 200]
            found = self._fs.cat([self._path(n) for n in part], on_error="return")
            if not isinstance(found, dict):  # fsspec gives the bytes alone when it was asked for one
                found = {self._path(part[0]): found}
            for name in part:
                data = found.get(self._path(name))
                yield data if isinstance(data, bytes) else self.read(name)

    def write(self, name: str, data: bytes) -> None:
        """See `Place`."""
        path = self._path(name)
        try:
            if self._in_one_step:
                self._fs.pipe_file(path, data)
                return
            folder, _, last = path.rpartition("/")
            beside = f"{folder}/.{last}.{os.getpid()}.part"
            self._fs.makedirs(folder, exist_ok=True)
            self._fs.pipe_file(beside, data)
            self._fs.mv(beside, path)
        except Exception as e:  # as above
            raise RemoteError(f"cannot write ({e})", where=f"{self.root}/{name}") from e

    def sizes(self, folder: str) -> dict[str, int]:
        """See `Place`."""
        base = self._fs._strip_protocol(self._base).rstrip("/")
        top = f"{base}/{folder}" if folder else base
        try:
            self._fs.invalidate_cache()
            found = self._fs.find(top, detail=True)
        except FileNotFoundError:
            return {}
        except Exception as e:  # as above
            raise RemoteError(f"cannot be listed ({e})", where=self.root) from e
        return {path[len(base) + 1 :]: int(info.get("size") or 0) for path, info in found.items()}

    def remove(self, name: str) -> None:
        """See `Place`."""
        with suppress(FileNotFoundError):
            self._fs.rm_file(self._path(name))


def _file_system(url: str) -> tuple[Any, str]:
    """fsspec's file system for a URL and the path in it. Raises `OutputError` naming what to install."""
    try:
        import fsspec

        found, path = fsspec.core.url_to_fs(url)
    except ImportError as e:
        raise OutputError(
            "this kind of place needs another package", where=url, cause=str(e),
            advice="Install the extra: pip install 'mezzoforte[remote]'",
        ) from e  # fmt: skip
    except ValueError as e:
        raise OutputError("this kind of place is not known", where=url, cause=str(e)) from e
    return found, str(path)


def remote_files(url: str) -> tuple[Any, str]:
    """fsspec's file system for a URL, to look for recordings in, and the path in it. Raises `OutputError`."""
    return _file_system(url)


def fetch(url: str, folder: Path) -> Path:
    """A local copy of a remote file, under its own name in `folder`; a local path is given back as it is.

    Raises `RemoteError` when it cannot be reached.
    """
    if not is_url(url):
        return Path(url.removeprefix("file://"))
    fs, path = _file_system(url)
    here = folder / (url.split("?")[0].rstrip("/").rpartition("/")[2] or "recording")
    try:
        with fs.open(path, "rb") as source, here.open("wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
    except OSError as e:
        if e.errno in FULL:
            raise OutputError(
                f"cannot be copied here ({e.strerror})", where=url, advice="Set TMPDIR to a disk with room"
            ) from e
        raise RemoteError(f"cannot be fetched ({e})", where=url) from e
    except Exception as e:  # every file system of fsspec has errors of its own
        raise RemoteError(f"cannot be fetched ({e})", where=url) from e
    return here

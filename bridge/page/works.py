"""Works: a recording with its score, what was heard in it, and what its user corrected. Kept until the user deletes it.

A work is a folder ``works/ID`` in the bridge's home: ``work.json`` says what it is; ``recording.*`` and ``score.*`` lie
there when they were sent by the page, and stay where they are when they were named by path; ``sound.json``,
``peaks.bin``, ``frames.npz``, ``alignment.json`` and ``heard/KEY.json`` are what was heard, the last one per state of
the corrections. Those of a recording named by path lie beside it as ``NAME.corrections.json``, else in
the work's folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from base64 import b64decode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bridge.api.errors import Refusal
from bridge.api.home import write_private
from bridge.api.limits import MIB, Limits
from bridge.api.recording import CORRECTIONS_SUFFIX, check_recording, corrections_beside
from bridge.api.uploads import Uploads
from runtime import corrections as said
from runtime.corrections import CorrectionError, Corrections
from runtime.errors import OutputError
from runtime.score.read.files import SUFFIXES as SCORE_SUFFIXES
from runtime.write.atomic import write_bytes

WORK_ID = re.compile(r"[0-9a-f]{32}")
LONGEST_NAME = 160
_STATES_KEPT = 40
"""How many states of the corrections are kept as they were heard."""


@dataclass
class Work:
    """One recording that the page shows."""

    id: str
    name: str
    recording: str
    score: str | None
    score_name: str
    sent: bool
    """Whether the recording was sent, and lies in the work's folder."""
    quality: str
    model: str | None = None
    """The set of weights that was chosen; None: the bridge's own."""
    created_s: float = field(default_factory=time.time)
    job: str | None = None
    sound: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    """The last part of the address from which the recording is played: new at every start of the bridge."""
    revision: int = 0
    """Grows with every change of its corrections; begins anew with the bridge."""

    def record(self) -> dict[str, Any]:
        """What is stored."""
        names = ("id", "name", "recording", "score", "score_name", "sent", "quality", "model", "created_s", "job")
        return {name: getattr(self, name) for name in names}


class Works:
    """The folder of works."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._folder = folder
        self._limits = limits
        folder.mkdir(mode=0o700, exist_ok=True)
        self._works = {w.id: w for w in map(self._load, sorted(folder.iterdir())) if w is not None}

    def all(self) -> list[Work]:
        """Every work, newest first."""
        return sorted(self._works.values(), key=lambda w: (-w.created_s, w.id))

    def get(self, work_id: str) -> Work:
        """A work by its id. Raises `Refusal` (404)."""
        work = self._works.get(work_id)
        if work is None:
            raise Refusal(404, "no_work", "this analysis is no longer there", "Drop the recording again")
        return work

    def of_sound(self, secret: str) -> Work:
        """The work whose recording is played from this address. Raises `Refusal` (404)."""
        for work in self._works.values():
            if secrets.compare_digest(work.sound.encode(), secret.encode()):
                return work
        raise Refusal(404, "not_found", "there is nothing here")

    def folder(self, work: Work) -> Path:
        """Where a work is kept."""
        return self._folder / work.id

    def create(
        self,
        recording: dict[str, Any],
        score: dict[str, Any] | None,
        names: tuple[str, str],
        how: tuple[str, str | None],
        uploads: Uploads,
    ) -> Work:
        """A new work, heard with `how`: quality, set of weights. Of a recording named by path with the same score and
        weights there is one only. Raises `Refusal`."""
        sent = "upload" in recording
        if not sent:
            path = check_recording(recording.get("path"), self._limits.recording_bytes)
            score_path = None if score is None else check_score(score.get("path"), self._limits.score_file_bytes)
            same = (str(path), None if score_path is None else str(score_path), how[1])
            known = next(
                (w for w in self._works.values() if not w.sent and (w.recording, w.score, w.model) == same), None
            )
            if known is not None:
                return known
        self._refuse_too_much()
        work = Work(secrets.token_hex(16), "", "", None, "", sent, *how)
        folder = self.folder(work)
        folder.mkdir(mode=0o700)
        try:
            work.recording, work.name = self._place(recording, names[0], folder / "recording", uploads)
            if score is not None:
                work.score, work.score_name = self._place(score, names[1], folder / "score", uploads)
            self._works[work.id] = work
            self.save(work)
        except BaseException:
            self._works.pop(work.id, None)
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return work

    def _place(self, given: dict[str, Any], name: str, target: Path, uploads: Uploads) -> tuple[str, str]:
        """Where the file lies from now on, and what it is called."""
        if "upload" in given:
            there = uploads.get(given["upload"])
            target = target.with_suffix(there.suffix)
            uploads.move(given["upload"], target)
            return str(target), clean_name(name) or target.name
        if target.name == "score":
            path = check_score(given.get("path"), self._limits.score_file_bytes)
        else:
            path = check_recording(given.get("path"), self._limits.recording_bytes)
        return str(path), path.name

    def _refuse_too_much(self) -> None:
        size = sum(f.stat().st_size for f in self._folder.rglob("*") if f.is_file())
        if size > self._limits.works_bytes or len(self._works) >= self._limits.kept_works:
            what = f"{len(self._works)} analyses with {size // MIB} MiB are kept already"
            raise Refusal(429, "full", what, "Delete some that are no longer needed")

    def save(self, work: Work) -> None:
        """Write down what a work is."""
        write_private(self.folder(work) / "work.json", json.dumps(work.record(), ensure_ascii=False).encode())

    def _load(self, folder: Path) -> Work | None:
        if not WORK_ID.fullmatch(folder.name):
            return None
        try:
            data = json.loads((folder / "work.json").read_text(encoding="utf-8"))
            data = {"model": None} | data  # before there was a choice
            return Work(**{k: data[k] for k in Work("", "", "", None, "", False, "").record()})
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            shutil.rmtree(folder, ignore_errors=True)  # a crash while it was made: nothing in it can be used
            return None

    def delete(self, work: Work) -> None:
        """Forget a work and everything that was kept of it; files named by path and what lies beside them stay."""
        self._works.pop(work.id, None)
        shutil.rmtree(self.folder(work), ignore_errors=True)

    def keep(self, work: Work, result: dict[str, Any], key: str) -> dict[str, Any]:
        """Store what ``page.listen`` found; returns what is left for the job's record."""
        folder = self.folder(work)
        (folder / "heard").mkdir(mode=0o700, exist_ok=True)
        write_private(folder / "peaks.bin", b64decode(result["peaks"]))
        write_private(folder / "frames.npz", b64decode(result["frames"]))
        write_private(folder / "alignment.json", json.dumps(result["alignment"]).encode())
        self.keep_heard(work, key, result["heard"])
        write_private(folder / "sound.json", json.dumps(result["sound"]).encode())  # last: it says that all is there
        return {}

    def keep_heard(self, work: Work, key: str, heard: dict[str, Any]) -> None:
        """Store what was heard under one state of the corrections; the oldest states make room."""
        folder = self.folder(work) / "heard"
        write_private(folder / f"{key}.json", json.dumps(heard, ensure_ascii=False).encode())
        states = sorted(folder.glob("*.json"), key=lambda p: p.stat().st_mtime)
        for old in states[:-_STATES_KEPT]:
            with contextlib.suppress(OSError):
                old.unlink()

    def heard(self, work: Work, key: str) -> bytes | None:
        """What was heard under one state of the corrections, as JSON; None when that is not kept."""
        try:
            return (self.folder(work) / "heard" / f"{key}.json").read_bytes()
        except OSError:
            return None

    def sound(self, work: Work) -> dict[str, Any] | None:
        """What ``page.listen`` found out about the recording; None before."""
        try:
            data: dict[str, Any] = json.loads((self.folder(work) / "sound.json").read_bytes())
            return data
        except (OSError, ValueError):
            return None

    def corrections(self, work: Work) -> Corrections:
        """What the user said. Raises `Refusal` when the file beside the recording is none of ours."""
        path = self.place_of_corrections(work)
        try:
            return said.read_file(path) if path.exists() else Corrections()
        except CorrectionError as e:
            raise Refusal(422, "bad_corrections", f"{path.name}: {e.what}", "Move this file away, or mend it") from e

    def save_corrections(self, work: Work, given: Corrections, seen: int) -> None:
        """Write them down. Raises `Refusal` when another window has changed them since revision `seen`."""
        if seen != work.revision:
            raise Refusal(422, "stale", "another window has changed this in between", "Look at what it did first")
        self.corrections(work)  # a file that is none of ours is not written over
        path = self.place_of_corrections(work)
        try:
            write_bytes(path, given.to_json().encode())
        except OutputError as e:
            raise Refusal(422, "not_saved", f"{path.name} cannot be written", e.advice) from e
        work.revision += 1

    def place_of_corrections(self, work: Work) -> Path:
        """The file of a work's corrections: beside the recording, unless that was sent or its folder is closed."""
        own = self.folder(work) / f"work{CORRECTIONS_SUFFIX}"
        if work.sent:
            return own
        recording = Path(work.recording)
        beside = corrections_beside(recording)
        return beside if beside.exists() or _can_write(recording.parent) else own


def key_of(corrections: Corrections) -> str:
    """The name of a state of the corrections as far as beats are concerned; marks are put in without hearing anew."""
    return hashlib.sha256(corrections.without_marks().to_json().encode()).hexdigest()[:24]


def clean_name(text: str) -> str:
    """A file's name as it may be shown and offered for saving: no folders, nothing that does not print."""
    name = re.split(r"[/\\]", text)[-1]
    return "".join(c for c in name if c.isprintable())[:LONGEST_NAME].strip(". ")


def check_score(text: object, most_bytes: int) -> Path:
    """The path of a score that may be opened. Raises `Refusal`, which does not repeat the path."""
    advice = f"Choose one of {', '.join(SCORE_SUFFIXES)}"
    if not isinstance(text, str) or not 0 < len(text) <= 4096 or "\0" in text or text.startswith(("//", "\\\\")):
        raise Refusal(422, "bad_score", "score.path is not a path on this computer", advice)
    path = Path(text)
    if not path.is_absolute() or ".." in path.parts or path.suffix.lower() not in SCORE_SUFFIXES:
        raise Refusal(422, "bad_score", "score.path is not the full path of a score", advice)
    try:
        if path.is_symlink() or not path.is_file():
            raise Refusal(422, "bad_score", "the score is not a regular file", "Links and devices are not opened")
        if path.stat().st_size > most_bytes:
            raise Refusal(413, "too_large", f"the score is larger than {most_bytes // MIB} MiB")
    except (OSError, ValueError) as e:
        raise Refusal(422, "bad_score", "the score cannot be opened", "Check that it is still there") from e
    return path


def _can_write(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)

"""Job records on disk: one JSON file each, written whole or not at all, the newest ones kept."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path
from typing import Any

from bridge.api.home import write_private
from runtime.errors import OutputError

JOB_ID = re.compile(r"[0-9a-f]{32}")


class Store:
    """The folder of job records. A record is ``{"id", "state", "created_s", …, "result"}``."""

    def __init__(self, folder: Path, kept: int) -> None:
        self._folder = folder
        self._kept = kept

    def save(self, record: dict[str, Any]) -> bool:
        """Write a record; False when the disk refuses (the job itself is then still answered from memory)."""
        try:
            text = json.dumps(record, ensure_ascii=False, allow_nan=False)
            write_private(self._folder / f"{record['id']}.json", text.encode("utf-8"))
        except (OutputError, OSError):
            return False
        return True

    def load(self, job_id: str) -> dict[str, Any] | None:
        """One record, or None when there is none that can be read."""
        if not JOB_ID.fullmatch(job_id):
            return None
        try:
            record = json.loads((self._folder / f"{job_id}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return None
        return record if isinstance(record, dict) and record.get("id") == job_id else None

    def load_all(self) -> list[dict[str, Any]]:
        """Every readable record, oldest first; what a crash left half-written is removed."""
        records = []
        for path in sorted(self._folder.iterdir()):
            record = self.load(path.stem) if path.suffix == ".json" else None
            if record is None:
                with contextlib.suppress(OSError):
                    path.unlink()
            else:
                records.append(record)
        return sorted(records, key=lambda r: (r.get("created_s", 0.0), r["id"]))

    def remove(self, job_id: str) -> None:
        """Forget a record."""
        with contextlib.suppress(OSError):
            (self._folder / f"{job_id}.json").unlink()

    def surplus(self, ids: list[str]) -> list[str]:
        """Which of these finished jobs, oldest first, are more than are kept."""
        return ids[: max(0, len(ids) - self._kept)]

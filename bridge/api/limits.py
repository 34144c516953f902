"""How much one caller may ask of the bridge."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """Sizes, counts and times above which a request is refused or a job is ended."""

    body_bytes: int = 64 * 1024
    """Any request but the next two."""
    score_bytes: int = 8 * MIB
    """An analysis request: it carries the score."""
    upload_bytes: int = 1024 * MIB
    score_file_bytes: int = 50 * MIB
    """A score that the page sends."""
    recording_bytes: int = 2048 * MIB
    """A recording named by its path."""
    waiting_jobs: int = 4
    waiting_works: int = 100
    """Recordings that the page has put into the queue."""
    kept_jobs: int = 50
    kept_works: int = 500
    works_bytes: int = 20 * 1024 * MIB
    """All that the page has been sent and all that is kept of it, until the user deletes some."""
    pending_uploads: int = 4
    connections: int = 64
    head_s: float = 10.0
    """A request's first line and headers must be complete by then."""
    body_s: float = 30.0
    upload_s: float = 600.0
    longest_wait_s: float = 30.0
    """One long poll."""
    job_s: float = 3600.0
    job_cpu_s: int = 7200
    job_memory_bytes: int = 12 * 1024 * MIB
    """Address space, not resident memory: compute libraries reserve much more than they touch."""
    recording_s: float = 2 * 3600.0
    """The longest recording, counted while it is decoded."""

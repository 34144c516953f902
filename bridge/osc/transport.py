"""Playback as arithmetic: where we are at a time of the clock, with start, stop, seek and loop."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Transport:
    """Position in a recording of `duration_s` seconds; every method takes the present clock time in seconds."""

    duration_s: float
    playing: bool = False
    loop: tuple[float, float] | None = None
    _origin_s: float = 0.0
    _stopped_at_s: float = 0.0

    def position_s(self, now_s: float) -> float:
        """Where we are, not yet folded into the loop (call `turn` at its end)."""
        return now_s - self._origin_s if self.playing else self._stopped_at_s

    def clock_s(self, position_s: float) -> float:
        """Clock time at which a position is reached when nothing intervenes (playing only)."""
        return self._origin_s + position_s

    @property
    def end_s(self) -> float:
        """Position at which something happens by itself: the loop's end, else the recording's."""
        return self.loop[1] if self.loop else self.duration_s

    def play(self, now_s: float, from_s: float | None = None) -> None:
        """Start, from a position or from where it stopped (from the beginning when that was the end)."""
        start_s = self.position_s(now_s) if from_s is None else self._clip(from_s)
        if start_s >= self.end_s:
            start_s = self.loop[0] if self.loop else 0.0
        self.playing, self._origin_s = True, now_s - start_s

    def stop(self, now_s: float) -> None:
        """Stop; the position stays."""
        self._stopped_at_s = self._clip(self.position_s(now_s))
        self.playing = False

    def seek(self, now_s: float, to_s: float) -> None:
        """Jump, playing or not; a jump past a loop's end leaves the loop."""
        to_s = self._clip(to_s)
        if self.loop and to_s >= self.loop[1]:
            self.loop = None
        self._stopped_at_s, self._origin_s = to_s, now_s - to_s

    def set_loop(self, now_s: float, start_s: float, end_s: float) -> None:
        """Loop between two positions; raises `ValueError` unless 0 <= start and the loop lasts 50 ms or more."""
        end_s = min(end_s, self.duration_s)
        if start_s < 0 or end_s - start_s < 0.05:
            raise ValueError(f"a loop from {start_s:g} to {end_s:g} s is none")
        self.loop = (start_s, end_s)
        if self.position_s(now_s) >= end_s:
            self.seek(now_s, start_s)

    def turn(self) -> None:
        """At the end of the loop: go back by its length, so that no time is lost or gained."""
        assert self.loop is not None
        self._origin_s += self.loop[1] - self.loop[0]

    def _clip(self, position_s: float) -> float:
        return min(max(position_s, 0.0), self.duration_s)

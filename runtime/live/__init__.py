"""Hearing while it is played: beats, bars, level and loudness from sound that is still coming."""

from runtime.live.tracker import Heard, LiveTracker, LoudnessNow

__all__ = ["Heard", "LiveTracker", "LoudnessNow"]

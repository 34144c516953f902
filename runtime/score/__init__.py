"""Scores: the table of what is written, unfolding, reading, aligning, edits as plain data, and writing them in place.

May import `transcribe`, `sound`, `notes` and what is below; which marks to write is decided in `runtime.marks`.
"""

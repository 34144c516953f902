"""Planned marks into score files of every supported kind, every other byte left as it was."""

"""Errors of the data readers and of the measurement, told in the user's terms."""

from __future__ import annotations

from runtime.errors import MezzoforteError


class DataError(MezzoforteError):
    """A data set, one of its files, or a set of labels cannot be used."""

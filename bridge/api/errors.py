"""Refusals as HTTP answers: a status, a code for programs and a sentence for people."""

from __future__ import annotations

from typing import Any

STATUSES = (400, 401, 403, 404, 405, 408, 413, 415, 422, 429, 500)
"""All that are used. Plugins must be able to read them: Qt hands scripts nothing of an answer with 402, 406, 407, 409,
410 or most of 5xx (its XMLHttpRequest shows status 0, as if nobody had answered)."""


class Refusal(Exception):
    """A request that is answered with an error. The message never repeats what the caller sent."""

    def __init__(self, status: int, code: str, message: str, advice: str = "") -> None:
        super().__init__(message)
        assert status in STATUSES, status
        self.status, self.code, self.message, self.advice = status, code, message, advice

    def body(self) -> dict[str, Any]:
        """The JSON body, ``{"error": {"code", "message", "advice"}}``."""
        return {"error": {"code": self.code, "message": self.message, "advice": self.advice}}


def bad_request(message: str, advice: str = "") -> Refusal:
    """Status 400: the body does not say what the API expects."""
    return Refusal(400, "bad_request", message, advice)


def not_found() -> Refusal:
    """Status 404: no such resource."""
    return Refusal(404, "not_found", "there is nothing here")


def gone() -> Refusal:
    """Status 404: it was there once."""
    return Refusal(404, "gone", "the result is no longer stored", "Run the analysis again")

"""The API's description of itself, OpenAPI 3.1. Tests check it against what the server answers."""

from __future__ import annotations

from typing import Any

from bridge.api.limits import Limits
from bridge.api.recording import SUFFIXES

POLICIES = ("keep", "replace")

VERSION = "2.1.0"
Schema = dict[str, Any]


def _object(required: dict[str, Schema], optional: dict[str, Schema] | None = None, *, more: bool = False) -> Schema:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": more,
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


_TEXT, _NUMBER, _BOOL = {"type": "string"}, {"type": "number"}, {"type": "boolean"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_TICK: Schema = {
    "type": "integer",
    "minimum": 0,
    "description": "480 to a quarter, from the start of the written score",
}
_STAFF: Schema = {"type": "integer", "minimum": 1, "description": "from 1, over the whole score, top to bottom"}
_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}

SCHEMAS: dict[str, Schema] = {
    "Ping": _object({"name": {"const": "mezzoforte"}, "protocol": {"type": "integer", "const": 2}}),
    "Error": _object({"error": _object({"code": _TEXT, "message": _TEXT, "advice": _TEXT})}),
    "Models": _object(
        {
            "models": _list(
                _object(
                    {
                        "name": _TEXT,
                        "version": _TEXT,
                        "licence": {**_TEXT, "description": "SPDX identifier; CC-BY-4.0: anyone may use them"},
                    }
                ),
                minItems=1,
                description="the installed sets of weights",
            ),
            "default": {**_TEXT, "description": "what a request without a model is heard with"},
        }
    ),
    "Upload": _object({"upload": _ID}),
    "Stopping": _object({"stopping": {"const": True}}),
    "Nothing": _object({}),
    "Recording": {
        "oneOf": [
            _object({"path": {**_TEXT, "description": "full path of a regular audio file on this computer"}}),
            _object({"upload": _ID}),
        ]
    },
    "AnalyseRequest": _object(
        {
            "recording": _ref("Recording"),
        },
        {
            "score": {"oneOf": [_ref("NoteTable"), _object({"musicxml": _TEXT}), {"type": "null"}]},
            "fingerprint": {**_TEXT, "maxLength": 128, "description": "returned with the plan, otherwise unused"},
            "model": {
                "type": ["string", "null"],
                "description": "a name of GET /v1/models: the weights to hear with (default: those of the bridge)",
            },
        },
    ),
    "NoteTable": _object(
        {
            "measures": _list(_ref("Measure"), minItems=1),
            "staves": _list(_object({"part": _COUNT}, {"name": _TEXT}), minItems=1),
            "notes": _list(
                {
                    "type": "array",
                    "description": "[tick, ticks, MIDI pitch, staff, voice 1-4, flags: 1 tied from before + 2 grace]",
                    "items": {"type": "integer"},
                    "minItems": 6,
                    "maxItems": 6,
                },
                minItems=1,
            ),
            "marks": _list(_ref("ExistingMark")),
            "tempos": _list({"type": "array", "description": "[tick, bpm]", "items": _NUMBER, "minItems": 2}),
        },
        {"musicxml": {**_TEXT, "description": "the same page as MusicXML: used for ties and jumps where it agrees"}},
        more=True,
    ),
    "Measure": _object(
        {
            "tick": _TICK,
            "ticks": {"type": "integer", "minimum": 1},
            "time": _list({"type": "integer", "minimum": 1}, minItems=2, maxItems=2),
        },
        {
            "number": _TEXT,
            "repeat_start": _BOOL,
            "repeat_times": {"type": "integer", "minimum": 0, "maximum": 16},
            "endings": _list({"type": "integer", "minimum": 1, "maximum": 16}),
        },
        more=True,
    ),
    "ExistingMark": _object(
        {"kind": {"enum": ["dynamic", "hairpin", "accent"]}, "value": _TEXT, "tick": _TICK, "staff": _STAFF},
        {"end_tick": _TICK, "ours": _BOOL},
        more=True,
    ),
    "Job": _object(
        {
            "job": _object(
                {
                    "id": _ID,
                    "state": {"enum": ["queued", "running", "done", "failed", "cancelled"]},
                    "progress": _SHARE,
                    "revision": {**_COUNT, "description": "grows with every change; send it back as ?after="},
                    "waiting_before": _COUNT,
                    "created_s": _NUMBER,
                    "ended_s": {"type": ["number", "null"]},
                    "error": {
                        "oneOf": [_object({"code": _TEXT, "message": _TEXT, "advice": _TEXT}), {"type": "null"}]
                    },
                }
            )
        }
    ),
    "Analysis": _object(
        {"schema": {"const": 1}, "source": {"type": "object"}, "beats": _list({"type": "object"})},
        more=True,
    ),
    "Plan": _object(
        {
            "fingerprint": _TEXT,
            "densities": _list(_ref("Density"), minItems=1, description="complete sets of marks, from few to many"),
            "default": {**_COUNT, "description": "which of them to show first"},
            "curve": _object(
                {
                    "ticks": _list(_TICK, description="the written beats that were played"),
                    "times_s": _list(_NUMBER, description="when, the first time"),
                    "heard_velocity": _list(_NUMBER, description="how hard they were struck"),
                }
            ),
            "tempos": _list(_object({"tick": _TICK, "bpm": {"type": "number", "exclusiveMinimum": 0}})),
            "warnings": _list(_TEXT),
        },
    ),
    "Density": _object(
        {
            "name": _TEXT,
            "marks": _list(_ref("PlannedMark")),
            "displaced": _list(_ref("ExistingMark")),
            "unmarked_measures": _list(_TEXT),
            "playback_velocity": _list(_NUMBER, description="what the marks play at the curve's ticks, on its scale"),
        },
    ),
    "PlannedMark": _object(
        {
            "kind": {"enum": ["dynamic", "hairpin", "accent"]},
            "value": _TEXT,
            "measure": _COUNT,
            "number": {**_TEXT, "description": "the printed bar number"},
            "beat": _NUMBER,
            "tick": _TICK,
            "staff": _STAFF,
            "confidence": {**_SHARE, "description": "that the playing really does this"},
            "clearness": {"enum": ["clear", "likely", "slight"]},
            "reason": {
                "description": "what was heard: a key of runtime/words/words.json with its values",
                "oneOf": [_object({"key": _TEXT, "values": {"type": "object"}}), {"type": "null"}],
            },
            "time_s": {"type": ["number", "null"], "description": "where in the recording, the first time"},
        },
        {"end_number": _TEXT, "end_beat": _NUMBER, "end_tick": _TICK},
    ),
    "PlayRequest": {
        "oneOf": [
            _object({
                "recording": _ref("Recording"),
                "from_s": {"type": "number", "minimum": 0},
                "seconds": {"type": "number", "minimum": 0, "description": "at most 30 are played"},
            }),
            _ref("Nothing"),
        ]
    },
    "Playing": _object({"playing_s": _NUMBER}),
}  # fmt: skip


def _json(name: str) -> Schema:
    return {"content": {"application/json": {"schema": _ref(name)}}}


def _operation(summary: str, name: str, status: str = "200", **more: Any) -> Schema:
    answers = {status: {"description": summary, **_json(name)}, "default": {"description": "refused", **_json("Error")}}
    return {"summary": summary, "responses": answers, **more}


def _body(name: str) -> Schema:
    return {"requestBody": {"required": True, **_json(name)}}


def _query(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


def document(limits: Limits) -> Schema:
    """The whole document, for these limits."""
    job = {"parameters": [{"name": "id", "in": "path", "required": True, "schema": _ID}]}
    wait = _query("wait", {"type": "number", "maximum": limits.longest_wait_s}, "seconds to wait for a change")
    after = _query("after", _COUNT, "the revision already seen (default: the present one)")
    policy = _query("policy", {"enum": list(POLICIES)}, "what of marks that stand there (default: keep)")
    suffix = {**_query("suffix", {"enum": list(SUFFIXES)}, "what kind of file"), "required": True}
    octets: Schema = {"required": True, "content": {"application/octet-stream": {}}}
    events: Schema = {"200": {"description": "server-sent events, each a Job", "content": {"text/event-stream": {}}}}
    events["default"] = {"description": "refused", **_json("Error")}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Mezzoforte bridge",
            "version": VERSION,
            "description": "Serves programs of this user on 127.0.0.1. Requests with an Origin or another Host are "
            f"refused. Bodies: {limits.body_bytes} bytes, analyse {limits.score_bytes}, uploads {limits.upload_bytes}.",
        },
        "security": [{"token": []}],
        "paths": {
            "/ping": {"get": _operation("Is the bridge there?", "Ping", security=[])},
            "/v1/openapi.json": {
                "get": {"summary": "This document", "responses": {"200": {"description": "OpenAPI 3.1"}}}
            },
            "/v1/models": {"get": _operation("Which weights may be chosen", "Models")},
            "/v1/recording": {
                "post": _operation("Send a recording", "Upload", "201", parameters=[suffix], requestBody=octets)
            },
            "/v1/analyse": {"post": _operation("Queue an analysis", "Job", "202", **_body("AnalyseRequest"))},
            "/v1/job/{id}": {**job, "get": _operation("State and progress", "Job", parameters=[wait, after])},
            "/v1/job/{id}/events": {**job, "get": {"summary": "Progress as it happens", "responses": events}},
            "/v1/job/{id}/analysis": {**job, "get": _operation("What was heard", "Analysis")},
            "/v1/job/{id}/plan": {
                **job,
                "get": _operation("The marks for the score that was sent", "Plan", parameters=[policy]),
            },
            "/v1/job/{id}/cancel": {**job, "post": _operation("Stop it", "Job", **_body("Nothing"))},
            "/v1/play": {"post": _operation("Play a few seconds of a recording", "Playing", **_body("PlayRequest"))},
            "/v1/shutdown": {"post": _operation("Stop the bridge", "Stopping", **_body("Nothing"))},
        },
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "from ~/.mezzoforte/bridge.json"}
            },
        },
    }

"""What the page asks: its files, its works, their sound, outlines, pictures, corrections, and files to take home."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from bridge.api.child import JobFailed
from bridge.api.errors import Refusal, bad_request
from bridge.api.guard import SCORE_PATH, SOUND_PREFIX, read_body
from bridge.api.jobs import FINAL, Job, Jobs
from bridge.api.limits import Limits
from bridge.api.models import Models
from bridge.api.openapi import POLICIES
from bridge.api.recording import check_recording
from bridge.api.requests import parse_json
from bridge.api.uploads import Uploads
from bridge.page import static
from bridge.page.engraving import WIDTHS
from bridge.page.take_home import FORMATS
from bridge.page.words import words
from bridge.page.works import Work, Works, clean_name, key_of
from runtime.analysis import LADDER
from runtime.corrections import CorrectionError, Corrections
from runtime.corrections import from_json as read_corrections
from runtime.thorough import QUALITIES, Quality
from runtime.write import WRITERS

Runner = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
AT_ONCE = 2
"""Short tasks that run beside the analysis."""
_SOUND_TYPES = {
    ".wav": "audio/wav", ".flac": "audio/flac", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg",
    ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".mp4": "audio/mp4", ".aac": "audio/aac", ".aif": "audio/aiff",
    ".aiff": "audio/aiff", ".webm": "audio/webm", ".mov": "audio/mp4",
}  # fmt: skip

ROUTES = (
    ("GET", f"{SOUND_PREFIX}{{secret}}", "sound"),
    ("POST", SCORE_PATH, "send_score"),
    ("GET", "/v1/page", "about"),
    ("GET", "/v1/works", "works"),
    ("POST", "/v1/works", "create"),
    ("GET", "/v1/works/{id}", "work"),
    ("POST", "/v1/works/{id}/start", "start"),
    ("POST", "/v1/works/{id}/cancel", "cancel"),
    ("POST", "/v1/works/{id}/delete", "delete"),
    ("GET", "/v1/works/{id}/peaks", "peaks"),
    ("GET", "/v1/works/{id}/corrections", "corrections"),
    ("POST", "/v1/works/{id}/corrections", "save"),
    ("POST", "/v1/works/{id}/heard", "heard"),
    ("GET", "/v1/works/{id}/picture", "picture"),
    ("GET", "/v1/works/{id}/picture/{n}", "picture_page"),
    ("POST", "/v1/works/{id}/take", "take"),
)


class Page:
    """Answers of the page's own addresses; its methods are named in `ROUTES`."""

    def __init__(
        self, works: Works, jobs: Jobs, uploads: Uploads, runner: Runner, limits: Limits, quality: Quality,
        models: Models,
    ) -> None:  # fmt: skip
        """`quality`: how recordings are heard whose request does not say."""
        self._works, self._jobs, self._uploads, self._limits = works, jobs, uploads, limits
        self._runner, self._quality, self._models = runner, quality, models
        self._few = asyncio.Semaphore(AT_ONCE)
        self._one: dict[str, asyncio.Lock] = {}

    async def static(self, request: Request) -> Response:
        """A file of the page itself."""
        return static.answer(request.url.path)

    async def about(self, _: Request) -> Response:
        """What the page must know before it shows anything."""
        formats = [{"name": n, "suffix": w.suffix, "about": w.summary} for n, w in WRITERS.items()]
        return JSONResponse({"words": words(), "formats": formats, "levels": LADDER, "quality": self._quality,
                             **self._models.view()})  # fmt: skip

    async def sound(self, request: Request) -> Response:
        """The recording itself, whole or in ranges."""
        work = self._works.of_sound(request.path_params["secret"])
        path = check_recording(work.recording, self._limits.recording_bytes)
        kind = _SOUND_TYPES.get(path.suffix.lower(), "application/octet-stream")
        return FileResponse(path, media_type=kind, content_disposition_type="inline")

    async def send_score(self, request: Request) -> Response:
        """Take a score's bytes."""
        upload = await self._uploads.receive_score(request.receive, request.query_params.get("suffix", ""))
        return JSONResponse({"upload": upload}, 201)

    async def works(self, _: Request) -> Response:
        """Every work, newest first."""
        self._jobs.used()
        return JSONResponse({"works": [self._view(w) for w in self._works.all()]})

    async def create(self, request: Request) -> Response:
        """A recording, and a score with it, into the queue."""
        data = await self._body(request)
        if set(data) - {"recording", "score", "name", "score_name", "quality", "model"} or "recording" not in data:
            raise bad_request("the body is not {recording, score, name, score_name, quality, model}")
        recording, score = _named(data["recording"], "recording"), data.get("score")
        quality = data.get("quality", self._quality)
        if quality not in QUALITIES:
            raise bad_request(f"quality must be one of {', '.join(QUALITIES)}")
        model = self._models.wanted(data.get("model"))
        names = (str(data.get("name", "")), str(data.get("score_name", "")))
        score = None if score is None else _named(score, "score")
        work = self._works.create(recording, score, names, (quality, model), self._uploads)
        if work.job is None or (self._state(work)[0] not in ("queued", "running", "done")):
            self._start(work)
        return JSONResponse({"work": self._view(work)}, 201)

    async def work(self, request: Request) -> Response:
        """One work; with ``?wait=`` and ``?after=`` as soon as its job has changed."""
        work = self._work(request)
        job = self._jobs.find(work.job)
        wait_s = min(float(request.query_params.get("wait", "0") or 0), self._limits.longest_wait_s)
        if job is not None and wait_s > 0:
            await self._jobs.wait(job, int(request.query_params.get("after", "-1")), wait_s)
        return JSONResponse({"work": self._view(work)})

    async def start(self, request: Request) -> Response:
        """Hear it again from the beginning."""
        work = self._work(request)
        if self._state(work)[0] not in ("queued", "running"):
            self._start(work)
        return JSONResponse({"work": self._view(work)})

    async def cancel(self, request: Request) -> Response:
        """Stop its analysis."""
        work = self._work(request)
        job = self._jobs.find(work.job)
        if job is not None:
            self._jobs.cancel(job)
            if job.state not in FINAL:
                await self._jobs.wait(job, 2**31, self._limits.longest_wait_s)
        return JSONResponse({"work": self._view(work)})

    async def delete(self, request: Request) -> Response:
        """Forget it."""
        work = self._work(request)
        job = self._jobs.find(work.job)
        if job is not None:
            self._jobs.cancel(job)
            if job.state not in FINAL:
                await self._jobs.wait(job, 2**31, self._limits.longest_wait_s)
        self._works.delete(work)
        return JSONResponse({"deleted": work.id})

    async def peaks(self, request: Request) -> Response:
        """Points ``from`` to ``to`` of a scale: lowest and highest as one signed byte each."""
        work = self._work(request)
        sound = self._sound(work)
        scale, first, last = (_whole(request, name) for name in ("scale", "from", "to"))
        if scale >= len(sound["scales"]):
            raise bad_request("there is no such scale")
        row = sound["scales"][scale]
        first, last = min(first, row["points"]), min(last, row["points"])
        with (self._works.folder(work) / "peaks.bin").open("rb") as file:
            file.seek(row["first_byte"] + 2 * first)
            data = file.read(2 * max(0, last - first))
        return Response(data, media_type="application/octet-stream")

    async def corrections(self, request: Request) -> Response:
        """What the user said so far."""
        return JSONResponse(self._corrections_of(self._work(request)))

    async def save(self, request: Request) -> Response:
        """Write down what the user said."""
        work = self._work(request)
        data = await self._body(request)
        if set(data) != {"corrections", "revision"} or not isinstance(data["revision"], int):
            raise bad_request("the body is not {corrections, revision}")
        self._works.save_corrections(work, _corrections(data["corrections"]), data["revision"])
        return JSONResponse(self._corrections_of(work))

    async def heard(self, request: Request) -> Response:
        """Everything that was heard under the corrections in the body: analysis, plan, places."""
        work = self._work(request)
        data = await self._body(request)
        if set(data) != {"corrections"}:
            raise bad_request("the body is not {corrections}")
        given = _corrections(data["corrections"])
        kept = await self._heard(work, given)
        return Response(kept, media_type="application/json")

    async def picture(self, request: Request) -> Response:
        """How many pages the score has at a width, and where everything stands on them."""
        _, data = await self._picture(request)
        told = {"pages": len(data["pages"]), "places": data["places"], "measures": data["measures"]}
        return JSONResponse(told)

    async def picture_page(self, request: Request) -> Response:
        """One page of the score."""
        _, data = await self._picture(request)
        text = request.path_params["n"]
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= len(data["pages"])):
            raise Refusal(404, "not_found", "there is no such page")
        return JSONResponse({"page": data["pages"][int(text) - 1]})

    async def take(self, request: Request) -> Response:
        """A file to take home."""
        work = self._work(request)
        data = await self._body(request)
        if set(data) != {"format", "density", "policy", "with_audio"} or not isinstance(data["with_audio"], bool):
            raise bad_request("the body is not {format, density, policy, with_audio}")
        if data["format"] not in FORMATS or data["policy"] not in POLICIES or not isinstance(data["density"], str):
            raise bad_request("no such format or policy")
        given = self._works.corrections(work)
        await self._heard(work, given)
        choices = {k: data[k] for k in ("density", "policy", "with_audio")}
        found = await self._run(
            work, "page.take", wanted=data["format"], key=key_of(given), choices=choices, corrections=given.to_json()
        )
        stem = Path(work.score_name if data["format"] == "score" else work.name).stem
        name = f"{clean_name(stem) or 'recording'}{'_marked' if data['format'] == 'score' else ''}{found['suffix']}"
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "X-Name": quote(name)}
        return Response(b64decode(found["data"]), media_type="application/octet-stream", headers=headers)

    def _work(self, request: Request) -> Work:
        self._jobs.used()
        return self._works.get(request.path_params["id"])

    async def _body(self, request: Request) -> dict[str, Any]:
        return parse_json(await read_body(request.receive, self._limits.score_bytes, self._limits.body_s))

    def _start(self, work: Work) -> None:
        try:
            given = self._works.corrections(work)
        except Refusal:
            given = Corrections()  # said again, and in words, when the page asks for them
        task = self._task(work, "page.listen", corrections=given.without_marks().to_json())
        job = self._jobs.submit(
            task, keep=lambda result: self._works.keep(work, result, key_of(given)), waiting=self._limits.waiting_works
        )
        work.job = job.id
        self._works.save(work)

    def _task(self, work: Work, name: str, **more: Any) -> dict[str, Any]:
        return {
            "task": name, "recording": work.recording, "score": work.score, "name": work.name,
            "quality": work.quality, "model": work.model, "folder": str(self._works.folder(work)), **more,
        }  # fmt: skip

    async def _run(self, work: Work, name: str, **more: Any) -> dict[str, Any]:
        async with self._few:
            try:
                return await self._runner(self._task(work, name, **more))
            except JobFailed as e:
                raise Refusal(422, e.code, e.message, e.advice) from e

    async def _heard(self, work: Work, given: Corrections) -> bytes:
        self._sound(work)
        key = key_of(given)
        async with self._one.setdefault(f"{work.id} {key}", asyncio.Lock()):
            kept = self._works.heard(work, key)
            if kept is None:
                found = await self._run(work, "page.hear", corrections=given.without_marks().to_json())
                found.pop("fingerprint", None)
                self._works.keep_heard(work, key, found)
                kept = json.dumps(found, ensure_ascii=False).encode()
        self._one.pop(f"{work.id} {key}", None)
        return kept

    async def _picture(self, request: Request) -> tuple[Work, dict[str, Any]]:
        work = self._work(request)
        if work.score is None:
            raise Refusal(422, "no_score", "no score came with this recording", "Drop one beside it")
        width = request.query_params.get("width", str(WIDTHS[-1]))
        if width not in map(str, WIDTHS):
            raise bad_request(f"width must be one of {', '.join(map(str, WIDTHS))}")
        path = self._works.folder(work) / f"picture-{width}.json"
        async with self._one.setdefault(str(path), asyncio.Lock()):
            if not path.exists():
                found = await self._run(work, "page.engrave", width=int(width))
                await asyncio.to_thread(path.write_text, json.dumps(found), encoding="utf-8")
        self._one.pop(str(path), None)
        return work, await asyncio.to_thread(lambda: json.loads(path.read_text(encoding="utf-8")))

    def _sound(self, work: Work) -> dict[str, Any]:
        sound = self._works.sound(work)
        if sound is None:
            raise Refusal(422, "not_done", f"the analysis is {self._state(work)[0]}")
        return sound

    def _corrections_of(self, work: Work) -> dict[str, Any]:
        given = self._works.corrections(work)
        place = self._works.place_of_corrections(work)
        beside = place.parent != self._works.folder(work)
        return {
            "corrections": json.loads(given.to_json()),
            "revision": work.revision,
            "file": place.name if beside else "",
        }

    def _state(self, work: Work) -> tuple[str, Job | None]:
        job = self._jobs.find(work.job)
        if job is not None:
            return job.state, job
        return ("done" if self._works.sound(work) is not None else "failed"), None

    def _view(self, work: Work) -> dict[str, Any]:
        state, job = self._state(work)
        view = self._jobs.view(job) if job is not None else None
        return {
            "id": work.id,
            "name": work.name,
            "score": work.score_name if work.score else None,
            "state": state,
            "progress": view["progress"] if view else float(state == "done"),
            "revision": view["revision"] if view else 0,
            "waiting_before": view["waiting_before"] if view else 0,
            "running_s": round(job.running_s, 1) if job else 0.0,
            "error": view["error"] if view else None,
            "created_s": round(work.created_s, 3),
            "quality": work.quality,
            "model": work.model or self._models.default,
            "sound": f"{SOUND_PREFIX}{work.sound}",
            "about": self._works.sound(work),
        }


def _corrections(data: Any) -> Corrections:
    try:
        return read_corrections(json.dumps(data))
    except CorrectionError as e:
        raise Refusal(422, "bad_corrections", e.what, e.advice) from e


def _named(data: Any, what: str) -> dict[str, Any]:
    if not isinstance(data, dict) or set(data) not in ({"path"}, {"upload"}):
        raise bad_request(f"{what} is not {{path}} or {{upload}}")
    return data


def _whole(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise bad_request(f"{name} is not a whole number")
    return int(text)

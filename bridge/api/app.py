"""The routes of the API, version 1."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bridge.api import openapi
from bridge.api.errors import Refusal, bad_request, gone, not_found
from bridge.api.guard import UPLOAD_PATH, read_body
from bridge.api.home import PROTOCOL
from bridge.api.jobs import FINAL, Jobs
from bridge.api.limits import Limits
from bridge.api.models import Models
from bridge.api.openapi import POLICIES
from bridge.api.player import LONGEST_S, Player
from bridge.api.requests import parse_analyse, parse_json, parse_play
from bridge.api.uploads import Uploads

KEEP_ALIVE_S = 15.0
NO_SCORE = {
    "code": "no_score",
    "message": "no score came with this analysis",
    "advice": "Send one with the recording",
}
Handler = Callable[[Request], Awaitable[Response]]


def make_app(
    jobs: Jobs,
    uploads: Uploads,
    player: Player,
    limits: Limits,
    models: Models,
    stop: Callable[[], None],
    more: Iterable[tuple[str, str, Handler]] = (),
) -> Starlette:
    """The application behind the guard. `stop` asks the server to end; `more` routes are method, path, handler."""
    api = _Api(jobs, uploads, player, limits, models, stop)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        jobs.start()
        yield
        await player.stop()
        await jobs.close()

    app = Starlette(
        routes=[
            Route(path, _answering(handler), methods=[method])
            for method, path, handler in [*((m, p, getattr(api, name)) for m, p, name in ROUTES), *more]
        ],
        lifespan=lifespan,
        exception_handlers={
            404: lambda *_: JSONResponse(not_found().body(), 404),
            405: lambda *_: JSONResponse(Refusal(405, "method_not_allowed", "not this method").body(), 405),
            500: lambda *_: JSONResponse(Refusal(500, "internal", "the bridge made a mistake").body(), 500),
        },
    )
    app.router.redirect_slashes = False
    return app


ROUTES = (
    ("GET", "/ping", "ping"),
    ("GET", "/v1/openapi.json", "describe"),
    ("GET", "/v1/models", "models"),
    ("POST", UPLOAD_PATH, "upload"),
    ("POST", "/v1/analyse", "analyse"),
    ("GET", "/v1/job/{id}", "job"),
    ("GET", "/v1/job/{id}/events", "events"),
    ("GET", "/v1/job/{id}/analysis", "analysis"),
    ("GET", "/v1/job/{id}/plan", "plan"),
    ("POST", "/v1/job/{id}/cancel", "cancel"),
    ("POST", "/v1/play", "play"),
    ("POST", "/v1/shutdown", "shutdown"),
)


def _answering(handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except Refusal as refusal:
            return JSONResponse(refusal.body(), refusal.status, {"Connection": "close"})

    return answer


class _Api:
    def __init__(
        self, jobs: Jobs, uploads: Uploads, player: Player, limits: Limits, models: Models, stop: Callable[[], None]
    ) -> None:
        self._jobs, self._uploads, self._player, self._limits, self._stop = jobs, uploads, player, limits, stop
        self._models = models
        self._described = openapi.document(limits)

    async def ping(self, _: Request) -> Response:
        return JSONResponse({"name": "mezzoforte", "protocol": PROTOCOL})

    async def describe(self, _: Request) -> Response:
        return JSONResponse(self._described)

    async def models(self, _: Request) -> Response:
        return JSONResponse(self._models.view())

    async def upload(self, request: Request) -> Response:
        upload = await self._uploads.receive(request.receive, request.query_params.get("suffix", ""))
        return JSONResponse({"upload": upload}, 201)

    async def analyse(self, request: Request) -> Response:
        body = await read_body(request.receive, self._limits.score_bytes, self._limits.body_s)
        wanted = parse_analyse(body, self._limits, self._uploads, self._models)
        task = {
            "task": "analyse",
            "recording": str(wanted.recording),
            "score": wanted.score,
            "fingerprint": wanted.fingerprint,
            "model": wanted.model,
        }
        job = self._jobs.submit(task, lambda: self._uploads.remove(wanted.upload))
        return JSONResponse({"job": self._jobs.view(job)}, 202)

    async def job(self, request: Request) -> Response:
        job = self._jobs.get(request.path_params["id"])
        wait_s = _number(request, "wait", 0.0, self._limits.longest_wait_s)
        after = int(_number(request, "after", -1.0, 2.0**31))
        await self._jobs.wait(job, job.revision if after < 0 else after, wait_s)
        return JSONResponse({"job": self._jobs.view(job)})

    async def events(self, request: Request) -> Response:
        job = self._jobs.get(request.path_params["id"])

        async def stream() -> AsyncIterator[str]:
            seen = -1
            while True:
                if job.revision > seen:
                    seen = job.revision
                    yield f"id: {seen}\nevent: job\ndata: {json.dumps({'job': self._jobs.view(job)})}\n\n"
                else:
                    yield ": waiting\n\n"
                if job.state in FINAL or self._jobs.closing.is_set():
                    return
                await self._jobs.wait(job, seen, KEEP_ALIVE_S)

        return StreamingResponse(stream(), media_type="text/event-stream")

    async def analysis(self, request: Request) -> Response:
        return JSONResponse(self._result(request)["analysis"])

    async def plan(self, request: Request) -> Response:
        policy = request.query_params.get("policy", "keep")
        if policy not in POLICIES:
            raise bad_request(f"policy must be one of {', '.join(POLICIES)}")
        result = self._result(request)
        planned = result["planned"]
        if planned is None:
            error = result["plan_error"] or NO_SCORE
            raise Refusal(422, error["code"], error["message"], error["advice"])
        if "policies" not in planned:
            raise gone()
        told = {name: planned[name] for name in ("curve", "tempos", "warnings")}
        return JSONResponse({"fingerprint": result["fingerprint"], **told, **planned["policies"][policy]})

    async def play(self, request: Request) -> Response:
        """Play a few seconds of a recording on this computer; an empty body stops it."""
        body = await read_body(request.receive, self._limits.body_bytes, self._limits.body_s)
        wanted = parse_play(body, self._limits, self._uploads, LONGEST_S)
        if wanted is None:
            await self._player.stop()
            return JSONResponse({"playing_s": 0.0})
        seconds = await self._player.play(wanted.recording, wanted.from_s, wanted.seconds)
        return JSONResponse({"playing_s": round(seconds, 3)})

    def _result(self, request: Request) -> dict[str, Any]:
        return self._jobs.result(self._jobs.get(request.path_params["id"]))

    async def cancel(self, request: Request) -> Response:
        await self._empty(request)
        job = self._jobs.get(request.path_params["id"])
        self._jobs.cancel(job)
        if job.state not in FINAL:
            await self._jobs.wait(job, 2**31, self._limits.longest_wait_s)
        return JSONResponse({"job": self._jobs.view(job)})

    async def shutdown(self, request: Request) -> Response:
        await self._empty(request)
        self._stop()
        return JSONResponse({"stopping": True})

    async def _empty(self, request: Request) -> None:
        if parse_json(await read_body(request.receive, self._limits.body_bytes, self._limits.body_s)):
            raise bad_request("the body must be an empty JSON object")


def _number(request: Request, name: str, default: float, most: float) -> float:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.replace(".", "", 1).isdigit() and len(text) <= 12):
        raise bad_request(f"{name} is not a number")
    return min(float(text), most)

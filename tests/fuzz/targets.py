"""The doors: each takes any bytes and raises only where a promise is broken."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import struct
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import mido
import numpy as np
import soundfile as sf

from benchmarks.scores.reading import dense_plan, same_music
from bridge.osc.client import Receiver
from bridge.osc.data import make_transfer
from bridge.osc.net import StreamDecoder
from bridge.osc.schema import BadPacketError, decode, encode
from runtime.analysis import Analysis, Beat, Dynamic, ModelIdentity, Source, from_json
from runtime.batch.jobs import Options
from runtime.batch.manifest import read_manifest
from runtime.batch.store import Kept, State
from runtime.corrections import CorrectionError
from runtime.corrections import from_json as corrections_from_json
from runtime.errors import AudioError, MezzoforteError, ScoreError
from runtime.model import MODELS_FOLDER
from runtime.network.card import parse_card
from runtime.notes import played
from runtime.pipeline import Outline
from runtime.score import unfold
from runtime.score.read.files import from_bytes as open_score
from runtime.score.read.files import parse as parse_score
from runtime.score.write import files as write_score
from runtime.sound import read as audio
from tests.runtime.score import make

LONGEST_S = 60.0
MOST_BARS = 500


class Broken(AssertionError):
    """A promise that does not hold for some bytes."""


@dataclass(frozen=True)
class Target:
    """A door, what is promised at it, and good bytes to begin from."""

    promise: str
    feed: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]


def _small_analysis() -> Analysis:
    return Analysis(
        Source("take.wav", 3.0, 44_100), ModelIdentity("m", "1", "0" * 64, "cpu"),
        beats=(Beat(0.5, 1, 1, 0.9), Beat(1.0, 1, 2, 0.8), Beat(1.5, 2, 1, 0.7)),
        dynamics=(Dynamic(0.5, 0, "p", 0.5),), beat_levels=("p", "p", "f"),
    )  # fmt: skip


# --- audio entry


_KINDS = (
    ("WAV", "PCM_16"), ("WAV", "FLOAT"), ("FLAC", "PCM_16"), ("AIFF", "PCM_24"), ("OGG", "VORBIS"),
    ("MP3", "MPEG_LAYER_III"), ("W64", "PCM_16"), ("AU", "PCM_16"), ("CAF", "PCM_16"),
)  # fmt: skip


def _audio_seeds() -> list[bytes]:
    tone = (0.3 * np.sin(np.arange(4_000) / 9.0)).astype(np.float32)
    found = []
    for kind, subtype in _KINDS:
        sink = io.BytesIO()
        sf.write(sink, tone, 22_050, format=kind, subtype=subtype)
        found.append(sink.getvalue())
    return found


@cache
def _scratch() -> Path:
    return Path(tempfile.mkdtemp(prefix="mezzoforte-fuzz-"))


def feed_audio(data: bytes) -> None:
    path = _scratch() / "take.wav"
    path.write_bytes(data)
    try:
        measured = audio.measure(path, longest_s=LONGEST_S)
    except AudioError as e:
        if "Traceback" in str(e) or not str(e).endswith("."):
            raise Broken(f"a message that is none: {e}") from e
        return
    if not np.isfinite(measured.level_dbfs) or measured.n_frames_native <= 0:
        raise Broken(f"accepted, but {measured}")
    if measured.duration_s > LONGEST_S + 3:
        raise Broken(f"{measured.duration_s} s were let through")


# --- scores and performances


def _told(error: ScoreError) -> None:
    """A refusal is whole sentences and no exception of another's."""
    if "Traceback" in str(error) or not str(error).endswith("."):
        raise Broken(f"a message that is none: {error}") from error


def feed_score(data: bytes, name: str) -> None:
    """Read; if it is a score, mark it densely and take the marks out again."""
    try:
        source = open_score(data, name)
        score = parse_score(source)
    except ScoreError as e:
        _told(e)
        return
    if len(score.measures) > MOST_BARS:
        return
    unfold.written(score)
    try:
        clean = write_score.unmarked(source)
        marked = write_score.marked(source, dense_plan(score))
        back = write_score.unmarked(open_score(marked, name))
    except ScoreError as e:
        _told(e)
        return
    if not same_music(open_score(back, name), open_score(clean, name)):
        raise Broken("marked and cleaned is not what it was")


def feed_notes(data: bytes) -> None:
    try:
        notes = played.from_bytes(data, "take.mid")
    except ScoreError as e:
        _told(e)
        return
    if not np.isfinite([notes.onset_s, notes.offset_s]).all() or (notes.offset_s <= notes.onset_s).any():
        raise Broken("notes at no time")
    if not ((notes.velocity > 0) & (notes.velocity < 128) & (notes.pitch >= 0) & (notes.pitch < 128)).all():
        raise Broken("notes that no piano has")


def _midi_seeds() -> list[bytes]:
    right = mido.MidiTrack(
        [mido.MetaMessage("time_signature", numerator=3), mido.MetaMessage("set_tempo", tempo=600_000)]
    )
    left = mido.MidiTrack([mido.Message("control_change", control=64, value=100)])
    for track, pitch in ((right, 72), (left, 48), (right, 76), (right, 79)):
        track.append(mido.Message("note_on", note=pitch, velocity=70, time=10))
        track.append(mido.Message("note_off", note=pitch, time=480))
    file = io.BytesIO()
    mido.MidiFile(tracks=[right, left], ticks_per_beat=480).save(file=file)
    whole = file.getvalue()
    return [whole, b"RIFF\x00\x00\x00\x00RMIDdata\x00\x00\x00\x00" + whole]


def _musicxml_seeds() -> list[bytes]:
    bars = [make.two_staves(1, first=True, before=make.REPEAT_START, after=make.ending("1", "start"))]
    bars.append(make.two_staves(2, before=make.sound(dacapo="yes", tempo="90"), after=make.ending("1", "stop", True)))
    sign = "      <direction><direction-type>{}</direction-type></direction>\n"
    begun = sign.format("<dynamics><p/></dynamics>") + sign.format('<wedge type="crescendo" number="1"/>')
    bars.append(make.two_staves(3, before=begun, after=sign.format('<wedge type="stop" number="1"/>')))
    return [make.plain(2), make.score(bars)]


# --- JSON


def feed_card(data: bytes) -> None:
    with contextlib.suppress(ValueError, MezzoforteError):
        parse_card(data.decode("utf-8", "replace"))


def feed_analysis(data: bytes) -> None:
    try:
        analysis = from_json(data.decode("utf-8", "replace"))
    except (ValueError, MezzoforteError):
        return
    with contextlib.suppress(ValueError):  # numbers that are none are refused when they are written
        if from_json(analysis.to_json()).to_json() != analysis.to_json():
            raise Broken("what is written is not what was read")


def feed_corrections(data: bytes) -> None:
    with contextlib.suppress(CorrectionError):
        corrections_from_json(data.decode("utf-8", "replace"))


def feed_store(data: bytes) -> None:
    state, kept = State.of(data), Kept.of(data)
    if kept is not None:
        kept.to_bytes()
    if state is not None:
        state.to_bytes()


def _store_seeds() -> list[bytes]:
    none = np.zeros(0, np.float32)
    state = State("a", "/a.wav", "1:1", "x", "done", key="k", options=asdict(Options()))
    return [Kept(_small_analysis(), Outline(0.1, none, none), 2).to_bytes(), state.to_bytes()]


def feed_manifest(data: bytes) -> None:
    path = _scratch() / "list.csv"
    path.write_bytes(data)
    try:
        rows, _ = read_manifest(str(path), Options())
    except MezzoforteError:
        return
    if any("\0" in row.recording for row in rows):
        raise Broken("a name that no file system takes")


# --- the network


def _osc_seeds() -> list[bytes]:
    transfer = make_transfer(_small_analysis(), 5)
    return [transfer.begin, *transfer.chunks, transfer.end, encode("/piano/live/loudness", 1.0, 2.0)]


def feed_osc(data: bytes) -> None:
    with contextlib.suppress(BadPacketError):
        decode(data)
    with contextlib.suppress(BadPacketError):
        StreamDecoder().feed(data)
    receiver = Receiver()
    receiver.receive(_osc_seeds_cached()[0])
    receiver.receive(data)
    for packet in _osc_seeds_cached():
        receiver.receive(packet)


@cache
def _osc_seeds_cached() -> tuple[bytes, ...]:
    return tuple(_osc_seeds())


PORT, TOKEN = 7777, "t" * 43


@cache
def _bridge() -> tuple[Any, asyncio.AbstractEventLoop, list[str]]:
    from bridge.api.app import make_app
    from bridge.api.guard import Guard
    from bridge.api.jobs import Jobs
    from bridge.api.limits import Limits
    from bridge.api.models import Models
    from bridge.api.player import Player
    from bridge.api.store import Store
    from bridge.api.uploads import Uploads

    home, limits, asked = _scratch(), Limits(), list[str]()
    for folder in ("jobs", "uploads"):
        (home / folder).mkdir(exist_ok=True)

    async def runner(request: dict[str, Any], progress: Any) -> dict[str, Any]:
        asked.append(str(request))
        return {"state": "failed", "error": {"code": "none", "message": "none", "advice": ""}}

    jobs = Jobs(Store(home / "jobs", limits.kept_jobs), runner, limits.waiting_jobs)
    player = Player(home / "uploads", lambda task: runner(task, None))
    app = make_app(jobs, Uploads(home / "uploads", limits), player, limits, Models(None), lambda: None)
    return Guard(app, PORT, TOKEN), asyncio.new_event_loop(), asked


def feed_http(data: bytes) -> None:
    """Bytes of a connection as h11 takes them apart, which the server does too, then the guard and the API."""
    import h11

    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=16 * 1024)
    request, body = None, b""
    try:
        connection.receive_data(data)
        connection.receive_data(b"")
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            else:
                break
    except h11.RemoteProtocolError:
        return
    if request is not None:
        _ask(request, body)


def _ask(request: Any, body: bytes) -> None:
    app, loop, _ = _bridge()
    raw_path, _, query = bytes(request.target).partition(b"?")
    headers = [(bytes(n), bytes(v)) for n, v in request.headers]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": request.method.decode("ascii"),
        "path": raw_path.decode("latin-1"), "raw_path": raw_path, "query_string": query, "headers": headers,
        "root_path": "", "scheme": "http", "server": ("127.0.0.1", PORT), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    statuses: list[int] = []
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    loop.run_until_complete(asyncio.wait_for(app(scope, receive, send), 20.0))
    knows = [v for n, v in headers if n == b"authorization"] == [f"Bearer {TOKEN}".encode()]
    if not statuses or statuses[0] >= 500:
        raise Broken(f"answered with {statuses}")
    if not knows and statuses[0] < 400 and not (raw_path == b"/ping" and request.method == b"GET"):
        raise Broken(f"a stranger was answered with {statuses[0]}")


def _http_seeds() -> list[bytes]:
    known = f"Host: 127.0.0.1:{PORT}\r\nAuthorization: Bearer {TOKEN}\r\n".encode()
    job = json.dumps({"recording": "0" * 32, "score": None}).encode()
    posts = [
        (b"/v1/analyse", b"application/json", job),
        (b"/v1/play", b"application/json", b'{"recording": "x", "from_s": 1}'),
        (b"/v1/recording?suffix=.wav", b"application/octet-stream", b"RIFF" + struct.pack("<I", 36) + b"WAVE"),
    ]  # fmt: skip
    paths = (b"/ping", b"/v1/openapi.json", b"/v1/job/" + b"0" * 32, b"/v1/job/x/plan?policy=keep")
    found = [b"GET " + path + b" HTTP/1.1\r\n" + known + b"\r\n" for path in paths]
    found.append(b"GET /ping HTTP/1.1\r\nHost: evil.com\r\nOrigin: http://evil.com\r\n\r\n")
    for path, kind, body in posts:
        head = b"POST " + path + b" HTTP/1.1\r\n" + known + b"Content-Type: " + kind
        found.append(head + b"\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body)
    return found


def _cards() -> list[bytes]:
    return [path.read_bytes() for path in sorted(MODELS_FOLDER.glob("mezzoforte*.json"))]


_SCORE_PROMISE = "ScoreError in whole sentences, or a score that is itself again after marks went in and out"

TARGETS = {
    "audio": Target("AudioError in whole sentences, or a level and a length", feed_audio, _audio_seeds),
    "midi": Target("ScoreError in whole sentences, or notes at a time with a pitch", feed_notes, _midi_seeds),
    "midi-score": Target(_SCORE_PROMISE, lambda data: feed_score(data, "t.mid"), _midi_seeds),
    "musicxml": Target(_SCORE_PROMISE, lambda data: feed_score(data, "t.musicxml"), _musicxml_seeds),
    "mscx": Target(
        _SCORE_PROMISE, lambda data: feed_score(data, "t.mscx"), lambda: [make.mscx(2), make.mscx(2, "4.20")]
    ),
    "mxl": Target(
        _SCORE_PROMISE, lambda data: feed_score(data, "t.mxl"),
        lambda: [make.zipped({"META-INF/container.xml": make.container(), "score.xml": make.plain(1)})],
    ),
    "mscz": Target(
        _SCORE_PROMISE, lambda data: feed_score(data, "t.mscz"), lambda: [make.zipped({"t.mscx": make.mscx(1)})]
    ),
    "card": Target("ValueError, ModelError or a card", feed_card, _cards),
    "analysis": Target(
        "ValueError or an analysis that writes what it read", feed_analysis,
        lambda: [_small_analysis().to_json().encode()],
    ),
    "corrections": Target(
        "CorrectionError or corrections", feed_corrections,
        lambda: [b'{"corrections": 1, "tempo": "double", "pins": [{"time_s": 1.5, "position": 1}]}'],
    ),
    "store": Target("None or a record", feed_store, _store_seeds),
    "manifest": Target(
        "one sentence or rows", feed_manifest,
        lambda: [b"recording,score,quality\na.wav,b.mid,fast\n", b"recording;name\na;b\n"],
    ),
    "osc": Target("BadPacketError or messages; the next good packet is understood", feed_osc, _osc_seeds),
    "http": Target("no 5xx, and nothing below 400 for strangers", feed_http, _http_seeds),
}  # fmt: skip

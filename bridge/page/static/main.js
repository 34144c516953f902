// The page: puts its parts together. All state that matters lies with the bridge; what the user does is written there.

import * as bridge from "./bridge.js";
import { Lane } from "./lane.js";
import * as models from "./model.js";
import { Outline } from "./outline.js";
import { Player } from "./player.js";
import { errorText, Queue, stateText } from "./queue.js";
import { Sheet } from "./score.js";
import { clock, lowerBound } from "./view.js";
import * as words from "./words.js";

const { t } = words;
const $ = id => document.getElementById(id);
const SAVE_MS = 250, POLL_MS = 2000, NUDGE_S = 0.01, GAIN = 0.95;
const VALUES = ["ppp", "pp", "p", "mp", "mf", "f", "ff", "fff"];
const COMMAND = "mezzoforte open";

let about = null, queue = null, lane = null, sheet = null;
let work = null, state = null;  // `state` is what is known of the open, finished work
let down = null;

const player = new Player(() => follow(true));

// ---- what the user is told ----

function say(text, isError = false) {
    $("status").textContent = text;
    $("status").style.color = isError ? "var(--accent)" : "";
}

function told(error) {
    say(errorText({ message: error.message, advice: error.advice }), true);
}

function failed(error) {
    if (!error) {
        if (down)
            backAgain();
        return;
    }
    if (error.code !== "gone" && error.code !== "unauthorised") {
        told(error);
        return;
    }
    if (!down)
        down = setInterval(check, POLL_MS);
    banner(error.code === "gone" ? t("The bridge is not running. Start it with:")
                                 : t("The bridge was started anew. Open its page again; this one then goes on, too:"));
}

function banner(text) {
    $("banner").hidden = false;
    $("banner-text").textContent = text;
    $("banner-command").hidden = false;
    $("banner-command").textContent = COMMAND;
}

async function check() {
    if (await bridge.alive())
        queue.refresh().catch(failed);
}

function backAgain() {
    clearInterval(down);
    down = null;
    $("banner").hidden = true;
    say(t("The bridge is there again."));
    if (state?.unsaved)
        save();
    if (state)
        bridge.get(`/v1/works/${state.id}`).then(({ work: now }) => {
            const at = player.time;
            player.open(now.sound);
            player.time = at;
        }).catch(failed);
}

// ---- one recording ----

function openWork(found) {
    const before = work;
    work = found;
    $("nothing").hidden = Boolean(work);
    if (!work) {
        closeState();
        $("state").hidden = $("open").hidden = true;
        return;
    }
    bridge.remember(work.id);
    const done = work.state === "done";
    $("state").hidden = done;
    if (!done) {
        closeState();
        $("open").hidden = true;
        $("state-name").textContent = work.name;
        $("state-text").textContent = stateText(work);
        $("state-progress").hidden = work.state !== "running";
        $("state-progress").value = work.progress;
        const busy = work.state === "queued" || work.state === "running";
        $("state-cancel").hidden = !busy;
        $("state-again").hidden = busy;
        return;
    }
    if (state?.id !== work.id)
        loadState(work).catch(failed);
    else if (before?.sound !== work.sound && !down)
        player.open(work.sound);
}

function closeState() {
    state?.outline.close();
    state = null;
    player.audio.pause();
    sheet.close();
}

async function loadState(from) {
    closeState();
    const next = {
        id: from.id, name: from.name, history: null, revision: 0, heard: new Map(), proposal: null, taps: [], selected: null,
        range: null, unsaved: false, policy: "keep", density: 0,
        outline: new Outline(from.id, from.about.scales, () => {
            lane.overStale = true;
            lane.redraw();
        }),
    };
    state = next;
    player.open(from.sound);
    const kept = await bridge.get(`/v1/works/${from.id}/corrections`);
    if (state !== next)
        return;
    next.history = new models.History(kept.corrections);
    next.revision = kept.revision;
    next.file = kept.file;
    await hear(kept.corrections);
    if (state !== next)
        return;
    next.density = heardNow().planned?.policies.keep.default ?? 0;
    $("open").hidden = false;
    $("name").textContent = from.score ? `${from.name} · ${from.score}` : from.name;
    render(true);
    const at = bridge.placeIn(from.id);
    if (at !== null) {
        player.time = at;
        lane.follow(at);
    }
    $("score-section").hidden = !from.score;
    $("score-error").hidden = true;
    if (from.score)
        try {
            await sheet.open(from.id);
            drawMarks();
            follow(false);
        } catch (error) {
            if (state !== next)
                return;
            if (error.code === "gone" || error.code === "unauthorised")
                failed(error);
            $("score-error").hidden = false;
            $("score-error").textContent = errorText(error);
        }
}

// What is heard under corrections; the bridge keeps it, and so does this page.
async function hear(said) {
    const here = state, key = models.beatsKey(said);
    if (!here.heard.has(key)) {
        const found = await bridge.post(`/v1/works/${here.id}/heard`, { corrections: { ...said, marks: undefined } });
        here.heard.set(key, found);
        if (here.heard.size > 30)
            here.heard.delete([...here.heard.keys()].find(k => k !== key));
    }
    return here.heard.get(key);
}

const said = () => state.history.present;
const heardNow = () => state.heard.get(models.beatsKey(said()));

function render(fresh = false) {
    const heard = heardNow();
    state.model = models.build(heard, said(), state.policy, state.density);
    const chosen = state.selected;
    state.selected = chosen && state.model.marks.find(m => m.kind === chosen.kind && m.value === chosen.value
                                                          && Math.abs(m.time_s - chosen.time_s) < 1e-3) || null;
    if (state.proposal) {
        const proposed = models.build(state.proposal.heard, state.proposal.said, state.policy, state.density);
        state.model.old = state.model.beats;
        Object.assign(state.model, { beats: proposed.beats, bars: proposed.bars });
    }
    state.model.outline = (from, to, width) => state.outline.at(from, to, width);
    state.model.gain = GAIN;
    state.model.selection = state.range;
    player.beats = state.model.beats;
    player.loop = state.range;
    lane.show(state.model, fresh);
    const error = heard.plan_error;
    $("warnings").replaceChildren(...[...(error ? [errorText(error)] : []), ...state.model.warnings.map(w => t(w))].map(text => {
        const item = document.createElement("li");
        item.textContent = text;
        return item;
    }));
    controls(heard);
    drawMarks();
    follow(false);
}

function controls(heard) {
    const history = state.history, past = Boolean(state.proposal);
    $("undo").disabled = !history.canUndo || past;
    $("redo").disabled = !history.canRedo || past;
    const scored = Boolean(state.model.places);
    for (const id of ["twice", "halved", "offbeat", "shift", "metre"])
        $(id).disabled = scored;  // with a score, the score says what a beat and a bar is
    $("preview").hidden = !past;
    $("taps-done").hidden = !state.taps.length;
    $("metre").value = said().beats_per_bar ?? "";
    const steps = heard.planned?.policies[state.policy].densities;
    $("density-frame").hidden = $("policy-frame").hidden = !steps;
    if (steps) {
        $("density").max = steps.length - 1;
        $("density").value = state.density;
        $("density-name").textContent = `${t("{n} marks", { n: steps[state.density].marks.length })}`;
        $("density").setAttribute("aria-valuetext", $("density-name").textContent);
    }
    $("saved").textContent = state.file ? t("Your corrections are saved in {file}, beside the recording.", { file: state.file })
                                        : t("Your corrections are saved on this computer; take them home below if you like.");
}

// ---- corrections ----

function commit(next) {
    state.history.push(next);
    render();
    save();
    bridge.tell({ changed: state.id });
}

let saving = null;

function save() {
    const here = state;
    here.unsaved = true;
    clearTimeout(saving);
    saving = setTimeout(async () => {
        try {
            const kept = await bridge.post(`/v1/works/${here.id}/corrections`,
                                           { corrections: here.history.present, revision: here.revision });
            here.revision = kept.revision;
            here.file = kept.file;
            here.unsaved = JSON.stringify(kept.corrections) === JSON.stringify(here.history.present) ? false : here.unsaved;
            here.unsaved = false;
            document.body.dataset.saved = String(here.revision);
            bridge.tell({ saved: here.id });
        } catch (error) {
            if (error.code === "stale") {
                say(t("Another window has changed this recording: its corrections are shown now."), true);
                loadState(work).catch(failed);
            } else
                failed(error);
        }
    }, SAVE_MS);
}

// Beats are not moved without being asked: what would be heard is shown first.
async function propose(next, why) {
    if (models.beatsKey(next) === models.beatsKey(said()))
        return;
    const here = state;
    say(t("Listening again with your correction…"));
    try {
        const heard = await hear(next);
        if (state !== here)
            return;
        here.proposal = { said: next, heard, why };
        render();
        const changes = state.model.beats.filter(b => !state.model.old.some(o => Math.abs(o.time_s - b.time_s) < 0.005
                                                                                 && o.position === b.position)).length;
        $("preview-text").textContent = `${why}: ${t("beats that would change: {n}", { n: changes })}`;
        say("");
    } catch (error) {
        here.taps = [];
        failed(error);
        render();
    }
}

function accept() {
    const proposal = state.proposal;
    state.proposal = null;
    state.taps = [];
    commit(proposal.said);
    say(t("Taken: {what}", { what: proposal.why }));
}

function refuse() {
    state.proposal = null;
    state.taps = [];
    render();
    say(t("Dropped."));
}

async function travel(back) {
    if (!state || state.proposal)
        return;
    const history = state.history;
    if (back ? !history.canUndo : !history.canRedo)
        return;
    if (back)
        history.undo();
    else
        history.redo();
    try {
        await hear(history.present);
        render();
        save();
    } catch (error) {
        if (back)
            history.redo();
        else
            history.undo();
        failed(error);
    }
}

const beatHere = () => models.nearestBeat(state.model.beats, player.time);

function moveBeat(beat, time) {
    const position = beat.position === 1 ? { position: 1 } : {};
    const pin = { time_s: models.rounded(Math.max(0, Math.min(time, state.model.duration - 0.05))), ...position };
    return propose(models.withPin(said(), pin, beat.time_s, state.model.beats), t("a beat moved to {time}", { time: clock(pin.time_s, 2) }));
}

function barHere() {
    const beat = beatHere();
    if (!beat)
        return;
    const time = Math.abs(beat.time_s - player.time) < 0.3 ? beat.time_s : player.time;
    propose(models.withPin(said(), { time_s: models.rounded(time), position: 1 }, null, state.model.beats),
            t("a bar begins at {time}", { time: clock(time, 2) }));
}

function tap() {
    if (!player.playing) {
        player.toggle().catch(() => {});
        say(t("Tap T on every beat while the recording plays, then press Enter."));
        return;
    }
    state.taps.push(player.time);
    say(t("{n} beats tapped", { n: state.taps.length }));
    controls(heardNow());
}

function takeTaps() {
    const taps = state.taps;
    if (taps.length < 2) {
        state.taps = [];
        render();
        return;
    }
    player.audio.pause();
    propose(models.withTaps(said(), taps), t("{n} beats tapped", { n: taps.length }));
}

// ---- marks ----

const asRemoved = m => ({ do: "remove", kind: m.kind, value: m.value, time_s: models.rounded(m.time_s) });
const asAdded = (m, value = m.value, by = 0) => ({
    do: "add", kind: m.kind, value, time_s: models.rounded(Math.max(0, m.time_s + by)),
    ...(m.kind === "hairpin" ? { end_s: models.rounded(m.end_s + by) } : {}),
});
const editable = m => m && (m.kind === "hairpin" || VALUES.includes(m.value));

function edit(edits, then) {
    state.selected = then ?? null;
    commit(models.withMark(said(), edits));
}

function louder(mark, by) {
    if (!editable(mark))
        return;
    const signs = state.model.places ? VALUES : about.levels;
    const value = mark.kind === "hairpin" ? (mark.value === "crescendo" ? "diminuendo" : "crescendo")
                                          : signs[Math.max(0, Math.min(signs.length - 1, signs.indexOf(mark.value) + by))];
    if (value && value !== mark.value)
        edit([asRemoved(mark), asAdded(mark, value)], { ...mark, value });
}

function moveMark(mark, by) {
    if (!editable(mark))
        return;
    const time_s = models.snapped(Math.max(0, mark.time_s + by), state.model);
    if (Math.abs(time_s - mark.time_s) > 1e-3)
        edit([asRemoved(mark), asAdded(mark, mark.value, time_s - mark.time_s)], { ...mark, time_s });
    else
        render();
}

function removeMark(mark) {
    if (!mark)
        return;
    if (!editable(mark)) {
        say(t("Accents and sforzati are changed in the score."));
        return;
    }
    edit([asRemoved(mark)]);
}

function addMark() {
    const value = $("new-value").value, time = player.time;
    if (value === "crescendo" || value === "diminuendo") {
        const next = models.nearestBeat(state.model.beats, time + 2)?.time_s ?? time + 2;
        const [a, b] = state.range ?? [time, Math.max(next, time + 0.5)];
        edit([{ do: "add", kind: "hairpin", value, time_s: models.rounded(a), end_s: models.rounded(b) }],
             { kind: "hairpin", value, time_s: models.snapped(a, state.model) });
        return;
    }
    edit([{ do: "add", kind: "dynamic", value, time_s: models.rounded(time) }],
         { kind: "dynamic", value, time_s: models.snapped(time, state.model) });
}

function select(mark) {
    state.selected = mark;
    state.model.selected = mark;
    lane.redraw();
    drawMarks();
}

function drawMarks() {
    if (!state)
        return;
    state.model.selected = state.selected;
    const focused = document.activeElement?.closest?.("#marks") ? document.activeElement.dataset.name : null;
    $("marks").replaceChildren(...state.model.marks.map(markRow));
    if (focused)
        $("marks").querySelector(`[data-name="${CSS.escape(focused)}"]`)?.focus();
    if (sheet.told)
        sheet.show(state.model.marks, state.selected);
}

function markRow(mark) {
    const row = document.createElement("tr");
    row.classList.toggle("chosen", mark === state.selected);
    const where = `${mark.bar}${mark.beat ? ` · ${Math.round(mark.beat * 100) / 100}` : ""}`;
    const go = button(where, `${t("Bar")} ${where}: ${mark.value}`, () => {
        player.time = mark.time_s;
        select(mark);
    });
    go.dataset.name = `go ${mark.kind} ${mark.time_s}`;
    const sign = document.createElement("span");
    sign.className = "sign";
    sign.textContent = { crescendo: "<", diminuendo: ">", accent: ">" }[mark.value] ?? mark.value;
    if (mark.value.length > 4)
        sign.setAttribute("aria-label", t(mark.value));
    sign.setAttribute("role", "img");
    sign.ariaLabel ??= mark.value;
    const cells = [go, clock(mark.time_s, 2), sign,
                   mark.said ? t("by hand") : mark.clearness ? words.clearness(mark.clearness) : `${Math.round(100 * mark.confidence)} %`,
                   words.reason(mark.reason), ""];
    cells.forEach((content, i) => {
        const cell = document.createElement("td");
        cell.append(content);
        if (i === 5 && editable(mark)) {
            const name = `${mark.kind === "hairpin" ? t(mark.value) : mark.value}, ${t("Bar")} ${mark.bar}`;
            const more = mark.kind === "hairpin" ? [["⇄", "turn round", () => louder(mark, 1)]]
                                                 : [["▲", "louder", () => louder(mark, 1)], ["▼", "softer", () => louder(mark, -1)]];
            const moves = [["←", "move to the left", () => stepMark(mark, -1)], ["→", "move to the right", () => stepMark(mark, 1)]];
            for (const [text, what, act] of [...more, ...moves, ["✕", "remove", () => removeMark(mark)]])
                cell.append(button(text, `${t(what)}: ${name}`, act));
        }
        row.append(cell);
    });
    return row;
}

function stepMark(mark, by) {
    const places = state.model.places;
    if (places) {
        const onsets = places.data.onsets, k = lowerBound(onsets, mark.written - 1e-6, o => o) + by;
        if (onsets[k] !== undefined)
            moveMark(mark, places.timeNear(places.measureAt(onsets[k]), onsets[k], mark.time_s) - mark.time_s);
        return;
    }
    const beats = state.model.beats, k = lowerBound(beats, mark.time_s - 1e-6, b => b.time_s) + by;
    if (beats[k])
        moveMark(mark, beats[k].time_s - mark.time_s);
}

function button(text, name, act) {
    const made = document.createElement("button");
    made.textContent = text;
    made.setAttribute("aria-label", name);
    made.addEventListener("click", act);
    return made;
}

// ---- listening ----

function follow(event) {
    if (!state?.model)
        return;
    const time = player.time, here = models.whereIs(time, state.model);
    lane.time = time;
    if (player.playing)
        lane.follow(time);
    lane.redraw();
    $("clock").textContent = clock(time, 1);
    const slider = $("lane");
    slider.setAttribute("aria-valuemax", String(Math.round(state.model.duration * 10) / 10));
    slider.setAttribute("aria-valuenow", String(Math.round(time * 10) / 10));
    if (!player.playing || event)
        slider.setAttribute("aria-valuetext", t("{time}, bar {bar}, beat {beat}", { time: clock(time, 1), bar: here.bar, beat: here.beat }));
    if (state.model.places && sheet.told) {
        const { written } = state.model.places.at(time);
        document.body.dataset.bar = here.bar;
        sheet.at(written, player.playing || Boolean(event));
    }
    $("play").setAttribute("aria-pressed", String(player.playing));
    $("play").textContent = t(player.playing ? "Pause" : "Play");
    $("half").setAttribute("aria-pressed", String(player.half));
    if (player.failed && !down)
        say(t("This browser cannot play this kind of file; everything else works. Convert it to FLAC, OGG or MP3 to hear it."), true);
    if (player.playing) {
        cancelAnimationFrame(follow.asked);
        follow.asked = requestAnimationFrame(() => follow(false));
    }
}

function press(id, value) {
    $(id).setAttribute("aria-pressed", String(value));
}

const actions = {
    play: () => player.toggle().catch(() => follow(true)),
    half: () => (player.half = !player.half),
    loop() {
        player.looping = !player.looping;
        if (player.looping && !state.range) {
            const { from, to } = lane.view;
            range([from, to]);
        }
        press("loop", player.looping);
    },
    click() {
        player.setClicks(!player.clicks);
        press("click", player.clicks);
    },
    "zoom-in": () => lane.zoom(0.5),
    "zoom-out": () => lane.zoom(2),
    "zoom-all": () => lane.all(),
    undo: () => travel(true),
    redo: () => travel(false),
    "bar-here": barHere,
    tap,
    "taps-done": takeTaps,
    earlier: () => nudge(-NUDGE_S),
    later: () => nudge(NUDGE_S),
    twice: () => propose(models.withTempo(said(), "double"), t("Twice as many beats")),
    halved: () => propose(models.withTempo(said(), "half"), t("Half as many beats")),
    offbeat: () => propose({ ...said(), offbeat: !said().offbeat }, t("Half a beat over")),
    shift() {
        const [from, to] = state.range ?? [0, Infinity];
        propose(models.shifted(said(), state.model.beats, from, to), t("Bars one beat later"));
    },
    forget: () => propose(models.withoutBeats(said()), t("Forget all corrections of beats")),
    accept: () => state.proposal && accept(),
    refuse: () => state.proposal && refuse(),
    "add-mark": addMark,
};

function nudge(by) {
    const base = state.proposal ? state.model.beats : null;
    const beat = base ? models.nearestBeat(base, player.time) : beatHere();
    if (beat)
        moveBeat(beat, beat.time_s + by);
}

function range(pair) {
    state.range = pair && pair[1] - pair[0] > 0.02 ? pair.map(models.rounded) : null;
    state.model.selection = state.range;
    player.loop = state.range;
    lane.redraw();
}

function stepBeat(by, bars) {
    const list = bars ? state.model.bars : state.model.beats, time = player.time;
    const k = by > 0 ? lowerBound(list, time + 1e-3, b => b.time_s) : lowerBound(list, time - 1e-3, b => b.time_s) - 1;
    player.time = list[k]?.time_s ?? (by > 0 ? state.model.duration : 0);
    lane.follow(player.time);
}

const KEYS = {
    " ": ["play"], h: ["half"], l: ["loop"], k: ["click"], "+": ["zoom-in"], "=": ["zoom-in"], "-": ["zoom-out"], 0: ["zoom-all"],
    b: ["bar-here"], t: ["tap"], m: ["add-mark"],
};

function onKey(event) {
    if (!state?.model || $("open").hidden)
        return;
    const tag = event.target.tagName, control = event.ctrlKey || event.metaKey;
    const typing = tag === "INPUT" || tag === "SELECT" || tag === "TEXTAREA";
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (control && (key === "z" || key === "y")) {
        event.preventDefault();
        travel(key === "z" && !event.shiftKey);
        return;
    }
    if (typing || control)
        return;
    const pressing = tag === "BUTTON" || tag === "A" || tag === "SUMMARY" || tag === "LABEL";
    if (pressing && (key === " " || key === "Enter"))
        return;
    if (event.repeat && key === "t")
        return;
    if (act(key, event))
        event.preventDefault();
}

function act(key, event) {
    const mark = state.selected, sideways = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
    const inSight = event.target === $("lane") || event.target === document.body || event.target === $("work") || event.target === $("score");
    if (key in KEYS && !event.altKey)
        actions[KEYS[key][0]]();
    else if (sideways && event.altKey)
        nudge(sideways * NUDGE_S);
    else if (sideways && inSight && mark && event.ctrlKey === false && event.shiftKey)
        stepMark(mark, sideways);
    else if (sideways && inSight)
        stepBeat(sideways, event.shiftKey);
    else if ((key === "ArrowUp" || key === "ArrowDown") && inSight && mark)
        louder(mark, key === "ArrowUp" ? 1 : -1);
    else if ((key === "PageUp" || key === "PageDown") && event.target === $("lane"))
        stepBeat(key === "PageDown" ? 1 : -1, true);
    else if (key === "Home" && event.target === $("lane"))
        player.time = 0;
    else if (key === "End" && event.target === $("lane"))
        player.time = state.model.duration;
    else if ((key === "Delete" || key === "Backspace") && mark)
        removeMark(mark);
    else if (key === "Enter" && state.proposal)
        accept();
    else if (key === "Enter" && state.taps.length)
        takeTaps();
    else if (key === "Escape")
        escape();
    else
        return false;
    return true;
}

function escape() {
    if (state.proposal)
        refuse();
    else if (state.taps.length) {
        state.taps = [];
        controls(heardNow());
    } else if (state.selected)
        select(null);
    else
        range(null);
}

// ---- taking home ----

async function takeHome(format) {
    say(t("Writing…"));
    try {
        if (state.unsaved)
            await new Promise(resolve => setTimeout(resolve, 2 * SAVE_MS));
        if (format === "corrections") {
            const data = new Blob([JSON.stringify(said(), null, 1)], { type: "application/json" });
            download({ name: `${state.name.replace(/\.[^.]*$/, "")}.corrections.json`, data });
        } else {
            const steps = heardNow().planned?.policies[state.policy].densities;
            download(await bridge.file(`/v1/works/${state.id}/take`, {
                format, density: steps?.[state.density].name ?? "normal", policy: state.policy,
                with_audio: format === "html" && $("with-audio").checked,
            }));
        }
        say(t("Saved."));
    } catch (error) {
        failed(error);
    }
}

function download({ name, data }) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(data);
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

const FORMAT_NAMES = {
    score: "the marked score", html: "report", corrections: "corrections", midi: "MIDI", dawproject: "DAWproject", click: "click track",
    json: "JSON", csv: "CSV", labels: "Audacity labels", jams: "JAMS", svl: "Sonic Visualiser", daw: "Ardour and REAPER", png: "picture",
};

function formatButtons() {
    const order = Object.keys(FORMAT_NAMES), known = new Set(["score", "corrections", ...about.formats.map(f => f.name)]);
    const names = [...order.filter(n => known.has(n)), ...[...known].filter(n => !order.includes(n))];
    $("formats").replaceChildren(...names.map(name => {
        const made = document.createElement("button");
        made.dataset.format = name;
        made.textContent = t(FORMAT_NAMES[name] ?? name);
        made.addEventListener("click", () => takeHome(name));
        return made;
    }));
}

// ---- the beginning ----

function inLanguage(code) {
    localStorage.setItem("mezzoforte-language", words.choose(code));
    $("language").value = words.current();
    for (const option of $("metre").options)
        option.textContent = option.value || t("as heard");
    for (const option of $("new-value").options)
        option.textContent = option.value.length > 4 ? t(option.value) : option.value;
    $("lane").setAttribute("aria-label", t("Place in the recording"));
    $("score").setAttribute("aria-label", t("Score"));
    formatButtons();
    keyList();
    queue?.draw();
    if (work)
        openWork(work);
    if (state?.model)
        render();
}

function keyList() {
    const rows = [...document.querySelectorAll("button[data-key]")].map(b => [b.dataset.key, t(b.dataset.text)]);
    rows.push(["← →", t("beat by beat")], ["Shift+← →", t("bar by bar; or moves the chosen mark")], ["↑ ↓", t("the chosen mark louder or softer")],
              ["Delete", t("removes the chosen mark")]);
    $("keys").replaceChildren(...rows.flatMap(([key, what]) => {
        const dt = document.createElement("dt"), dd = document.createElement("dd");
        dt.textContent = key;
        dd.textContent = what;
        return [dt, dd];
    }));
}

function theme(choice) {
    localStorage.setItem("mezzoforte-theme", choice);
    const dark = choice === "dark" || (choice === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    $("theme").value = choice;
    lane?.recolour();
}

function options(select, values) {
    select.append(...values.map(value => {
        const option = document.createElement("option");
        option.value = option.textContent = value;
        return option;
    }));
}

function wire() {
    for (const [id, action] of Object.entries(actions))
        $(id).addEventListener("click", () => {
            if (state?.model) {
                action();
                follow(true);
            }
        });
    document.addEventListener("keydown", onKey);
    $("metre").addEventListener("change", () => {
        const count = Number($("metre").value) || null;
        propose(models.metred(said(), state.model.beats, count, count ? state.range : null), t("Beats in a bar"));
    });
    $("density").addEventListener("input", () => {
        state.density = Number($("density").value);
        render();
    });
    $("policy").addEventListener("change", () => {
        state.policy = $("policy").value;
        render();
    });
    $("language").addEventListener("change", () => inLanguage($("language").value));
    $("theme").addEventListener("change", () => theme($("theme").value));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => theme($("theme").value));
    $("banner-again").addEventListener("click", check);
    $("state-cancel").addEventListener("click", () => bridge.post(`/v1/works/${work.id}/cancel`).then(() => queue.refresh()).catch(failed));
    $("state-again").addEventListener("click", () => bridge.post(`/v1/works/${work.id}/start`).then(() => queue.refresh()).catch(failed));
    $("files").addEventListener("change", () => {
        queue.add([...$("files").files], $("best").checked);
        $("files").value = "";
    });
    const over = on => event => {
        event.preventDefault();
        $("drop").classList.toggle("over", on);
    };
    document.addEventListener("dragover", over(true));
    document.addEventListener("dragleave", over(false));
    document.addEventListener("drop", event => {
        over(false)(event);
        if (event.dataTransfer.files.length)
            queue.add([...event.dataTransfer.files], $("best").checked);
    });
    let wait = null;
    addEventListener("resize", () => {
        clearTimeout(wait);
        wait = setTimeout(() => sheet.resized(), 120);
    });
    addEventListener("beforeunload", event => {
        if (state?.unsaved)
            event.preventDefault();
    });
    bridge.hear(message => {
        if (message.saved && message.saved === state?.id && !state.unsaved && !state.proposal)
            loadState(work).catch(failed);
    });
}

async function start() {
    bridge.begin(() => queue ? queue.refresh().catch(failed) : location.reload());
    lane = new Lane($("lane"), $("all"), {
        seek(time) {
            player.time = Math.min(time, lane.duration);
            range(null);
        },
        range, select, moveBeat, moveMark,
    });
    sheet = new Sheet($("score"), written => {
        if (!state?.model.places)
            return;
        const places = state.model.places, time = places.timeNear(places.measureAt(written), written, player.time);
        if (time !== null) {
            player.time = time;
            lane.follow(time);
        }
    }, mark => select(mark));
    theme(localStorage.getItem("mezzoforte-theme") ?? "auto");
    options($("metre"), ["1", "2", "3", "4", "5", "6", "7", "8", "9", "12"]);
    try {
        about = await bridge.get("/v1/page");
    } catch (error) {
        const gone = error.code === "gone" || error.code === "unauthorised";
        banner(gone ? t("This page needs the address that this command opens:") : error.message);
        $("banner-again").addEventListener("click", () => location.reload());
        return;
    }
    words.setTable(about.words);
    options($("language"), words.all());
    for (const option of $("language").options)
        option.textContent = { en: "English", de: "Deutsch", fr: "Français", es: "Español", zh: "中文" }[option.value] ?? option.value;
    options($("new-value"), [...VALUES, "crescendo", "diminuendo"]);
    $("new-value").value = "mf";
    queue = new Queue($("queue"), openWork, say, failed);
    queue.current = bridge.asked || null;
    $("best").checked = about.quality === "best";
    wire();
    inLanguage(localStorage.getItem("mezzoforte-language") ?? navigator.language);
    document.body.dataset.ready = "yes";
}

start();

// Corrections of beats and bars. None is made without being shown first: a proposal is taken or dropped.

import { $, app, hear, heardNow, render, said, whenRendered } from "./app.js";
import { range } from "./listen.js";
import * as models from "./model.js";
import { commit } from "./save.js";
import { errorText, failed, say } from "./tell.js";
import { clock } from "./view.js";
import { t, told } from "./words.js";

export const NUDGE_S = 0.01;
const AT_BEAT_S = 0.3;

async function propose(next, why) {
    if (models.beatsKey(next) === models.beatsKey(said())) {
        app.open.taps = [];
        render();
        return;
    }
    const here = app.open;
    say(t("Listening again with your correction…"));
    try {
        const heard = await hear(next);
        if (app.open !== here)
            return;
        here.proposal = { said: next, why, heard };
        render();
        const { beats, old } = here.model;
        const changes = beats.filter(b => !old.some(o => Math.abs(o.time_s - b.time_s) < 0.005 && o.position === b.position)).length;
        $("preview-text").textContent = `${why}: ${t("beats that would change: {n}", { n: changes })}`;
        say("");
    } catch (error) {
        here.taps = [];
        failed(error);
        render();
    }
}

export function accept() {
    const proposal = app.open.proposal;
    if (!proposal)
        return;
    Object.assign(app.open, { proposal: null, taps: [] });
    commit(proposal.said);
    say(t("Taken: {what}", { what: proposal.why }));
}

export function refuse() {
    if (!app.open.proposal)
        return;
    Object.assign(app.open, { proposal: null, taps: [] });
    render();
    say(t("Dropped."));
}

const beatHere = () => models.nearestBeat(app.open.model.beats, app.player.time);

export function moveBeat(beat, time) {
    const { duration, beats } = app.open.model;
    const pin = { time_s: models.rounded(Math.max(0, Math.min(time, duration - 0.05))), ...(beat.position === 1 ? { position: 1 } : {}) };
    return propose(models.withPin(said(), pin, beat.time_s, beats), t("a beat moved to {time}", { time: clock(pin.time_s, 2) }));
}

export function nudge(by) {
    const beat = beatHere();
    if (beat)
        moveBeat(beat, beat.time_s + by);
}

export function barHere() {
    const beat = beatHere();
    if (!beat)
        return;
    const time = Math.abs(beat.time_s - app.player.time) < AT_BEAT_S ? beat.time_s : app.player.time;
    propose(models.withPin(said(), { time_s: models.rounded(time), position: 1 }, null, app.open.model.beats),
            t("a bar begins at {time}", { time: clock(time, 2) }));
}

// These hold for the selected passage, or everywhere.
export const twice = () => propose(models.withTempo(said(), "double", app.open.range), t("Twice as many beats"));
export const halved = () => propose(models.withTempo(said(), "half", app.open.range), t("Half as many beats"));
export const offbeat = () => propose(models.withOffbeat(said(), app.open.range), t("Half a beat over"));
export const shift = () => propose(models.shifted(said(), app.open.model.beats, app.open.range), t("Bars one beat later"));
export const metre = count => propose(models.metred(said(), count, app.open.range), t("Beats in a bar"));
export const forget = () => propose(models.withoutBeats(said()), t("Forget all corrections of beats"));

// ---- tapping along ----

export function tap() {
    const { open, player } = app;
    if (!player.playing) {
        player.toggle().catch(() => {});
        say(t("Tap T on every beat while the recording plays, then press Enter."));
        return;
    }
    open.taps.push(player.time);
    say(t("{n} beats tapped", { n: open.taps.length }));
    controls();
}

export function takeTaps() {
    const taps = app.open.taps;
    if (taps.length < 2) {
        dropTaps();
        return;
    }
    app.player.audio.pause();
    propose(models.withTaps(said(), taps), t("{n} beats tapped", { n: taps.length }));
}

export function dropTaps() {
    app.open.taps = [];
    controls();
}

// ---- what was said ----

const SAID = {
    double: () => t("Twice as many beats"), half: () => t("Half as many beats"), offbeat: () => t("Half a beat over"),
    metre: n => `${t("Beats in a bar")}: ${n}`,
    shift: n => n === 1 ? t("Bars one beat later") : t("Bars {n} beats later", { n }),
    taps: n => t("{n} beats tapped", { n }),
    bar: (_, time) => t("a bar begins at {time}", { time }), beat: (_, time) => t("a beat is at {time}", { time }),
};

function inWords({ kind, value, from_s, to_s }) {
    const text = SAID[kind](value, from_s === undefined ? "" : clock(from_s, 2));
    return to_s === undefined ? text : `${text} (${clock(from_s, 1)} – ${to_s === null ? "…" : clock(to_s, 1)})`;
}

function list() {
    const all = models.statements(said());
    $("said-frame").hidden = !all.length;
    $("said-title").textContent = t("What you said of beats and bars: {n}", { n: all.length });
    $("said").replaceChildren(...all.map(statement => {
        const item = document.createElement("li"), text = inWords(statement), button = document.createElement("button");
        button.textContent = "✕";
        button.setAttribute("aria-label", `${t("remove")}: ${text}`);
        button.addEventListener("click", () => propose(statement.without, `${t("remove")}: ${text}`));
        item.append(text, " ", button);
        return item;
    }));
}

// What is unsure, with a button that shows what would follow, or the place in question; nothing is changed before it is accepted.
function doubted({ text, remedy, corrections }) {
    const item = document.createElement("li"), words = t(text, remedy.values), button = document.createElement("button");
    button.textContent = t("Show");
    button.setAttribute("aria-label", `${t("Show")}: ${words}`);
    button.addEventListener("click", () => {
        if (Object.keys(corrections).length)
            propose({ ...said(), ...corrections }, words);
        else
            showPlace(seconds(remedy.values.first), seconds(remedy.values.last));
    });
    item.append(words, " ", button);
    return item;
}

const seconds = text => text.split(":").reduce((sum, part) => 60 * sum + Number(part), 0);

function showPlace(from, to) {
    range([from, to]);
    app.player.time = from;
    app.lane.set(from - 1, to + 1);
    $("lane").focus();
}

function controls() {
    const { model, proposal, taps } = app.open;
    for (const id of ["twice", "halved", "offbeat", "shift", "metre"])
        $(id).disabled = Boolean(model.places);  // with a score, the score says what a beat and a bar is
    $("preview").hidden = !proposal;
    $("taps-done").hidden = !taps.length;
    $("metre").value = said().beats_per_bar ?? "";
}

whenRendered(() => {
    controls();
    list();
    const { plan_error: error } = heardNow(), warnings = app.open.model.warnings;
    $("warnings").replaceChildren(...[...(error ? [errorText(error)] : []), ...warnings.map(told)].map(text => {
        const item = document.createElement("li");
        item.textContent = text;
        return item;
    }), ...app.open.model.doubts.map(doubted));
});

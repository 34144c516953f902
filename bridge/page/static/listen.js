// Listening: where the cursor is, in the waveform and in the score, and how it moves.

import { $, app, whenRendered } from "./app.js";
import * as models from "./model.js";
import { isDown, say } from "./tell.js";
import { clock, lowerBound } from "./view.js";
import { t } from "./words.js";

const SHORTEST_LOOP_S = 0.02;

// Shows the present time; `moved` when somebody put the cursor there, not the playing alone.
export function follow(moved) {
    const { open, player, lane, sheet } = app;
    if (!open?.model)
        return;
    const time = player.time, { model } = open, here = models.whereIs(time, model);
    lane.time = time;
    if (player.playing)
        lane.follow(time);
    lane.redraw();
    $("clock").textContent = clock(time, 1);
    tellPlace(time, here, model, moved || !player.playing);
    if (model.places && sheet.told)
        sheet.at(model.places.at(time).written, player.playing || Boolean(moved));
    press("play", player.playing);
    $("play").textContent = t(player.playing ? "Pause" : "Play");
    press("half", player.half);
    if (player.failed && !isDown())
        say(t("This browser cannot play this kind of file; everything else works. Convert it to FLAC, OGG or MP3 to hear it."), true);
    if (player.playing) {
        cancelAnimationFrame(follow.asked);
        follow.asked = requestAnimationFrame(() => follow(false));
    }
}

function tellPlace(time, { bar, beat }, model, inWords) {
    const slider = $("lane");
    document.body.dataset.bar = bar;
    slider.setAttribute("aria-valuemax", String(Math.round(model.duration * 10) / 10));
    slider.setAttribute("aria-valuenow", String(Math.round(time * 10) / 10));
    if (inWords)
        slider.setAttribute("aria-valuetext", t("{time}, bar {bar}, beat {beat}", { time: clock(time, 1), bar, beat }));
}

const press = (id, value) => $(id).setAttribute("aria-pressed", String(value));

export const play = () => app.player.toggle().catch(() => follow(true));

export function half() {
    app.player.half = !app.player.half;
    press("half", app.player.half);
}

export function loop() {
    const { player, lane, open } = app;
    player.looping = !player.looping;
    if (player.looping && !open.range)
        range([lane.view.from, lane.view.to]);
    press("loop", player.looping);
}

export function clicks() {
    app.player.setClicks(!app.player.clicks);
    press("click", app.player.clicks);
}

export function seek(time) {
    app.player.time = Math.min(time, app.lane.duration);
    range(null);
}

export function range(pair) {
    const { open, player, lane } = app;
    if (!open?.model)
        return;
    open.range = pair && pair[1] - pair[0] > SHORTEST_LOOP_S ? pair.map(models.rounded) : null;
    open.model.selection = player.loop = open.range;
    lane.redraw();
}

// To the next beat or bar line, or the last one.
export function step(by, bars) {
    const { open: { model }, player, lane } = app;
    const list = bars ? model.bars : model.beats, time = player.time;
    const k = by > 0 ? lowerBound(list, time + 1e-3, b => b.time_s) : lowerBound(list, time - 1e-3, b => b.time_s) - 1;
    player.time = list[k]?.time_s ?? (by > 0 ? model.duration : 0);
    lane.follow(player.time);
}

// A place of the score that was chosen there: of its passes the one nearest to the cursor.
export function seekWritten(written) {
    const { open, player, lane } = app, places = open?.model?.places;
    const time = places ? places.timeNear(places.measureAt(written), written, player.time) : null;
    if (time === null)
        return;
    player.time = time;
    lane.follow(time);
}

whenRendered(() => follow(false));

// One recording on show: while it waits or is heard, and once it is there to be looked at.

import { $, app, hear, render } from "./app.js";
import * as bridge from "./bridge.js";
import { History } from "./history.js";
import { follow } from "./listen.js";
import { draw } from "./marks.js";
import * as models from "./model.js";
import { Outline } from "./outline.js";
import { stateText } from "./queue.js";
import { save } from "./save.js";
import { errorText, failed, isDown, isGone } from "./tell.js";

// Shows a work of the list, or that none is chosen.
export function show(work) {
    const before = app.work;
    app.work = work;
    const done = work?.state === "done";
    $("nothing").hidden = Boolean(work);
    $("state").hidden = !work || done;
    if (!done) {
        close();
        $("open").hidden = true;
        if (work) {
            bridge.remember(work.id);
            showState(work);
        }
        return;
    }
    bridge.remember(work.id);
    if (app.open?.id !== work.id)
        load().catch(failed);
    else if (before?.sound !== work.sound && !isDown())
        app.player.open(work.sound);
}

function showState(work) {
    const busy = work.state === "queued" || work.state === "running";
    $("state-name").textContent = work.name;
    $("state-text").textContent = stateText(work);
    $("state-progress").hidden = work.state !== "running";
    $("state-progress").value = work.progress;
    $("state-cancel").hidden = !busy;
    $("state-again").hidden = busy;
}

function close() {
    app.open?.outline.close();
    app.open = null;
    app.player.audio.pause();
    app.sheet.close();
}

// Opens the chosen work.
async function load() {
    const work = app.work;
    close();
    const next = {
        id: work.id, name: work.name, history: null, revision: 0, heard: new Map(), proposal: null, taps: [], selected: null,
        range: null, unsaved: false, tried: null, file: "",
        outline: new Outline(work.id, work.about.scales, () => {
            app.lane.overStale = true;
            app.lane.redraw();
        }),
    };
    app.open = next;
    app.player.open(work.sound);
    $("open").hidden = false;
    $("heard").hidden = true;
    $("name").textContent = work.score ? `${work.name} · ${work.score}` : work.name;
    app.lane.show(models.soundOf(next.outline, work.about.duration_s), true);  // what it sounds like is there at once
    await learn(next);
    if (app.open !== next)
        return;
    $("heard").hidden = false;
    render();
    const at_s = bridge.placeIn(work.id);
    if (at_s !== null) {
        app.player.time = at_s;
        app.lane.follow(at_s);
    }
    await loadScore(work, next);
}

// What was said of a work, and what is heard then.
async function learn(open) {
    const kept = await bridge.get(`/v1/works/${open.id}/corrections`);
    const history = await History.of(open.id, kept.corrections);
    if (app.open !== open)
        return;
    Object.assign(open, { history, revision: kept.revision, file: kept.file });
    await hear(history.present);
}

// Another window has said something else: that is shown.
export async function renew() {
    const open = app.open;
    Object.assign(open, { proposal: null, taps: [], unsaved: false });
    await learn(open);
    if (app.open === open)
        render();
}

async function loadScore(work, here) {
    $("score-section").hidden = !work.score;
    $("score-error").hidden = true;
    if (!work.score)
        return;
    try {
        await app.sheet.open(work.id);
        draw();
        follow(false);
    } catch (error) {
        if (app.open !== here)
            return;
        if (isGone(error))
            failed(error);
        $("score-error").hidden = false;
        $("score-error").textContent = errorText(error);
    }
}

// After the bridge was away: what was not saved is saved, and the recording is played from its new address.
export async function again() {
    const open = app.open;
    if (!open)
        return;
    const { work } = await bridge.get(`/v1/works/${open.id}`), at = app.player.time;
    app.player.open(work.sound);
    app.player.time = at;
    if (open.unsaved) {
        open.revision = (await bridge.get(`/v1/works/${open.id}/corrections`)).revision;
        save();
    }
}

export const end = what => bridge.post(`/v1/works/${app.work.id}/${what}`).then(() => app.queue.refresh()).catch(failed);

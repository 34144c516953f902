// Every change: remembered for undo, shown, and written down by the bridge at once.

import { $, app, hear, render, said, whenRendered } from "./app.js";
import * as bridge from "./bridge.js";
import * as models from "./model.js";
import { failed, say } from "./tell.js";
import { t } from "./words.js";

export const SAVE_MS = 250;
let waiting = null, renew = () => {};

// `act` shows what another window has said of the work on show.
export function onChangedElsewhere(act) {
    renew = act;
    bridge.hear(message => {
        const open = app.open;
        if (message.saved && message.saved === open?.id && !open.unsaved && !open.proposal)
            renew();
    });
}

export function commit(next) {
    app.open.history.push(next);
    render();
    save();
}

export function save() {
    const here = app.open;
    here.unsaved = true;
    clearTimeout(waiting);
    waiting = setTimeout(() => write(here), SAVE_MS);
}

async function write(here) {
    const written = here.history.present;
    try {
        const kept = await bridge.post(`/v1/works/${here.id}/corrections`, { corrections: written, revision: here.revision });
        Object.assign(here, { revision: kept.revision, file: kept.file, unsaved: here.history.present !== written });
        document.body.dataset.saved = String(here.revision);
        bridge.tell({ saved: here.id });
    } catch (error) {
        if (error.code === "stale") {
            say(t("Another window has changed this recording: its corrections are shown now."), true);
            renew();
        } else
            failed(error);
    }
}

// Resolves when everything is written down, or after a second.
export async function written() {
    for (let i = 0; i < 10 && app.open?.unsaved; i++)
        await new Promise(resolve => setTimeout(resolve, 100));
}

export async function travel(back) {
    const history = app.open?.history;
    if (!history || app.open.proposal || !(back ? history.canUndo : history.canRedo))
        return;
    history.go(back ? -1 : 1);
    try {
        await hear(history.present);
        render();
        save();
    } catch (error) {
        history.go(back ? 1 : -1);
        failed(error);
    }
}

whenRendered(() => {
    const { history, proposal, file } = app.open;
    $("undo").disabled = !history.canUndo || Boolean(proposal);
    $("redo").disabled = !history.canRedo || Boolean(proposal);
    $("saved").textContent = file ? t("Your corrections are saved in {file}, beside the recording.", { file })
                                  : t("Your corrections are saved on this computer; take them home below if you like.");
});

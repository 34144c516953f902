// The page: puts its parts together. All state that matters lies with the bridge; what the user does is written there.

import { $, app, heardNow } from "./app.js";
import * as beats from "./beats.js";
import * as bridge from "./bridge.js";
import * as keys from "./keys.js";
import { Lane } from "./lane.js";
import * as listen from "./listen.js";
import * as marks from "./marks.js";
import { Player } from "./player.js";
import { Queue } from "./queue.js";
import { onChangedElsewhere } from "./save.js";
import { Sheet } from "./score.js";
import * as settings from "./settings.js";
import { askBy, banner, check, failed, isGone, onReturn, say } from "./tell.js";
import * as weights from "./weights.js";
import { t, setTable } from "./words.js";
import * as work from "./work.js";

const METRES = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "12"], RESIZED_MS = 120;

function wireMarks() {
    marks.wire();
    for (const [name, taken] of [["input", false], ["change", true]])
        $("density").addEventListener(name, () => marks.tryDensity(heardNow(), Number($("density").value), taken));
    $("policy").addEventListener("change", () => marks.choosePolicy($("policy").value));
}

function wireFiles() {
    const add = files => app.queue.add([...files], { quality: $("best").checked ? "best" : "fast", model: weights.chosen() });
    $("files").addEventListener("change", () => {
        add($("files").files);
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
            add(event.dataTransfer.files);
    });
}

function wire() {
    keys.wire();
    wireMarks();
    wireFiles();
    $("metre").addEventListener("change", () => beats.metre(Number($("metre").value) || null));
    $("banner-again").addEventListener("click", check);
    $("state-cancel").addEventListener("click", () => work.end("cancel"));
    $("state-again").addEventListener("click", () => work.end("start"));
    let wait = null;
    addEventListener("resize", () => {
        clearTimeout(wait);
        wait = setTimeout(() => app.sheet.resized(), RESIZED_MS);
    });
    addEventListener("beforeunload", event => {
        if (app.open?.unsaved)
            event.preventDefault();
    });
    onChangedElsewhere(() => work.renew().catch(failed));
    onReturn(work.again);
    askBy(() => app.queue.refresh().catch(failed));
}

async function start() {
    bridge.begin(() => app.queue ? app.queue.refresh().catch(failed) : location.reload());
    app.player = new Player(() => listen.follow(true));
    app.lane = new Lane($("lane"), $("all"), {
        seek: listen.seek, range: listen.range, select: marks.select, moveBeat: beats.moveBeat, moveMark: marks.move,
    });
    app.sheet = new Sheet($("score"), listen.seekWritten, marks.select);
    settings.colours();
    try {
        app.about = await bridge.get("/v1/page");
    } catch (error) {
        banner(isGone(error) ? t("This page needs the address that this command opens:") : error.message);
        $("banner-again").addEventListener("click", () => location.reload());
        return;
    }
    setTable(app.about.words);
    $("metre").append(...METRES.map(count => new Option(count, count)));
    $("new-value").append(...marks.CHOICES.map(value => new Option(value, value)));
    $("new-value").value = "mf";
    app.queue = new Queue($("queue"), work.show, say, failed);
    app.queue.current = bridge.asked || null;
    $("best").checked = app.about.quality === "best";
    weights.wire();
    wire();
    settings.languages();
    document.body.dataset.ready = "yes";
}

start();

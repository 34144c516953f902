// The list of recordings: what waits, runs, is done; dropping of files.

import { get, post, send } from "./bridge.js";
import { errorText } from "./tell.js";
import { t } from "./words.js";
import { clock } from "./view.js";

const SCORES = [".musicxml", ".xml", ".mxl", ".mscx", ".mscz", ".mid", ".midi"];
const suffix = name => (name.match(/\.[A-Za-z0-9]+$/)?.[0] ?? "").toLowerCase();
const stem = name => name.slice(0, name.length - suffix(name).length).toLowerCase();
const QUICK_MS = 400, SLOW_MS = 4000;

// Recordings with their scores: by name where that agrees, else a single score goes with a single recording.
export function paired(files) {
    const scores = files.filter(f => SCORES.includes(suffix(f.name)));
    const recordings = files.filter(f => !SCORES.includes(suffix(f.name)));
    const taken = new Set();
    const pairs = recordings.map(recording => {
        let score = scores.find(s => !taken.has(s) && stem(s.name) === stem(recording.name));
        if (!score && recordings.length === 1 && scores.length === 1)
            score = scores[0];
        if (score)
            taken.add(score);
        return { recording, score: score ?? null };
    });
    return { pairs, left: scores.filter(s => !taken.has(s)) };
}

export class Queue {
    constructor(list, open, say, failed) {
        Object.assign(this, { list, open, say, failed, works: [], current: null, sending: [] });
        this.#watch();
    }

    async #watch() {
        for (;;) {
            try {
                await this.refresh();
            } catch (error) {
                this.failed(error);
            }
            const busy = this.works.some(w => w.state === "queued" || w.state === "running");
            await new Promise(resolve => setTimeout(resolve, busy && !document.hidden ? QUICK_MS : SLOW_MS));
        }
    }

    async refresh() {
        this.works = (await get("/v1/works")).works;
        this.failed(null);
        this.draw();
        this.open(this.works.find(w => w.id === this.current) ?? null);
    }

    choose(id) {
        this.current = id;
        this.draw();
        this.open(this.works.find(w => w.id === id) ?? null);
    }

    // `how` the recordings are heard: {quality, model}.
    async add(files, how) {
        const { pairs, left } = paired([...files]);
        for (const score of left)
            this.say(t("{name}: a score needs its recording; drop both together", { name: score.name }));
        for (const { recording, score } of pairs) {
            const line = { name: recording.name, share: 0 };
            this.sending.push(line);
            this.draw();
            try {
                const made = await this.#send(recording, score, how, line);
                this.sending = this.sending.filter(l => l !== line);
                await this.refresh();
                if (!this.current || pairs.length === 1)
                    this.choose(made.work.id);
            } catch (error) {
                this.sending = this.sending.filter(l => l !== line);
                this.failed(error.code === "gone" ? error : null);
                this.say(`${recording.name}: ${errorText(error)}`, true);
                this.draw();
            }
        }
    }

    async #send(recording, score, how, line) {
        const progress = share => {
            line.share = share;
            this.draw();
        };
        const sent = await send(`/v1/recording?suffix=${encodeURIComponent(suffix(recording.name))}`, recording, progress);
        const body = { recording: { upload: sent.upload }, name: recording.name, ...how };
        if (score) {
            const page = await send(`/v1/score?suffix=${encodeURIComponent(suffix(score.name))}`, score, () => {});
            Object.assign(body, { score: { upload: page.upload }, score_name: score.name });
        }
        return post("/v1/works", body);
    }

    draw() {
        const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
        const items = this.sending.map(line => this.#sendingLine(line));
        items.push(...this.works.map(work => this.#line(work)));
        this.list.replaceChildren(...items);
        if (focused)
            this.list.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
    }

    #sendingLine({ name, share }) {
        const item = document.createElement("li");
        item.append(text("strong", name), text("p", t("Sending…")), bar(share, name));
        return item;
    }

    #line(work) {
        const item = document.createElement("li");
        const name = text("button", work.name);
        name.className = "name";
        name.dataset.id = `open ${work.id}`;
        name.setAttribute("aria-current", String(work.id === this.current));
        name.addEventListener("click", () => this.choose(work.id));
        item.append(name);
        if (work.score)
            item.append(text("p", work.score));
        item.append(text("p", stateText(work)));
        if (work.state === "running")
            item.append(bar(work.progress, work.name));
        const busy = work.state === "queued" || work.state === "running";
        const button = text("button", t(busy ? "Cancel" : "Delete"));
        button.setAttribute("aria-label", `${t(busy ? "Cancel" : "Delete")}: ${work.name}`);
        button.dataset.id = `end ${work.id}`;
        button.addEventListener("click", async () => {
            if (!busy && !confirm(t("Delete this analysis? Files that you opened by their path stay.")))
                return;
            try {
                await post(`/v1/works/${work.id}/${busy ? "cancel" : "delete"}`);
                if (!busy && this.current === work.id)
                    this.current = null;
                await this.refresh();
            } catch (error) {
                this.failed(error);
            }
        });
        item.append(button);
        return item;
    }
}

export function stateText(work) {
    if (work.state === "queued")
        return t("Waiting for other analyses") + (work.waiting_before ? ` (${work.waiting_before})` : "");
    if (work.state === "running") {
        const left = work.progress > 0.05 ? work.running_s / work.progress * (1 - work.progress) : null;
        const percent = `${Math.round(100 * work.progress)} %`;
        return left === null ? `${t("Listening")} ${percent}` : `${t("Listening")} ${percent}, ${t("about {time} left", { time: clock(left) })}`;
    }
    if (work.state === "done")
        return work.about ? clock(work.about.duration_s) : t("ready");
    if (work.state === "cancelled")
        return t("cancelled");
    return errorText(work.error);
}

function bar(share, name) {
    const progress = document.createElement("progress");
    progress.max = 1;
    progress.value = share;
    progress.setAttribute("aria-label", name);
    return progress;
}

function text(tag, content) {
    const made = document.createElement(tag);
    made.textContent = content;
    return made;
}

// The engraved score: pages built from plain data element by element, a cursor and the marks drawn over them.

import { get } from "./bridge.js";
import { lowerBound } from "./view.js";

const LEVEL_WIDTH = 13;  // half a level's, with room around it, in units of the page
const SVG = "http://www.w3.org/2000/svg";
const TAGS = new Set(["svg", "g", "defs", "use", "path", "rect", "line", "polyline", "polygon", "ellipse", "circle",
                      "text", "tspan", "title", "desc"]);

function element([tag, attributes, children]) {
    if (!TAGS.has(tag))
        return document.createTextNode("");
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes))
        if (!/^on/i.test(name) && (name !== "href" || value.startsWith("#")))
            made.setAttribute(name, value);
    for (const child of children)
        made.append(typeof child === "string" ? child : element(child));
    return made;
}

const make = (tag, attributes) => element([tag, attributes, []]);

export class Sheet {
    constructor(frame, seek, choose) {
        Object.assign(this, { frame, seek, choose, pages: [], marks: [], told: null });
        this.seen = new IntersectionObserver(entries => {
            for (const entry of entries)
                if (entry.isIntersecting)
                    this.#load(Number(entry.target.dataset.page));
        }, { root: frame, rootMargin: "600px" });
        frame.addEventListener("click", event => this.#clicked(event));
    }

    async open(work) {
        this.close();
        this.work = work;
        this.width = this.frame.clientWidth < 560 ? 700 : 2100;
        const told = await get(`/v1/works/${work}/picture?width=${this.width}`);
        if (this.work !== work)
            return;
        this.told = told;
        this.starts = new Map(told.measures.map(([written, , id], i) => [i, { written, id }]));
        for (let n = 1; n <= told.pages; n++) {
            const page = document.createElement("div");
            page.className = "sheet";
            page.dataset.page = n;
            this.frame.append(page);
            this.pages.push({ page, svg: null, over: null });
            this.seen.observe(page);
        }
        await this.#load(1);
    }

    close() {
        this.seen.disconnect();
        this.frame.replaceChildren();
        Object.assign(this, { pages: [], told: null, work: null, spots: new Map() });
    }

    async #load(n) {
        const slot = this.pages[n - 1];
        if (!slot || slot.waiting || slot.svg)
            return;
        slot.waiting = true;
        const work = this.work;
        try {
            const { page } = await get(`/v1/works/${work}/picture/${n}?width=${this.width}`);
            if (this.work !== work)
                return;
            slot.svg = element(page);
            slot.svg.setAttribute("aria-hidden", "true");
            slot.svg.removeAttribute("id");
            slot.over = make("svg", { class: "over" });
            slot.page.append(slot.svg, slot.over);
            this.draw();
        } finally {
            slot.waiting = false;
        }
    }

    // Where a written position is: {page, x, top, bottom} in the page's own units; null before that page is there.
    spot(written) {
        if (!this.told || !this.told.places.length)
            return null;
        const places = this.told.places;
        const k = Math.max(0, lowerBound(places, written + 1e-6, p => p[0]) - 1);
        const here = this.#of(places[k]), next = places[k + 1] && this.#of(places[k + 1]);
        if (!here)
            return null;
        const share = places[k + 1] ? Math.min(1, Math.max(0, (written - places[k][0]) / (places[k + 1][0] - places[k][0]))) : 0;
        const same = next && next.page === here.page && next.top === here.top;
        const end = same ? next.x : here.right;
        return { ...here, x: here.x + (end - here.x) * share };
    }

    #of([, n, id]) {
        if (this.spots.has(id))
            return this.spots.get(id);
        const slot = this.pages[n - 1], note = slot?.svg && document.getElementById(id);
        if (!note)
            return null;
        const frame = slot.svg.getBoundingClientRect();
        const unit = slot.svg.viewBox.baseVal.width / frame.width;
        if (!(frame.width > 0))
            return null;
        slot.unit = unit;
        const box = (note.querySelector(".notehead") ?? note).getBoundingClientRect();
        const system = note.closest(".system"), staves = [...note.closest(".measure").querySelectorAll(":scope > .staff")];
        const around = system.getBoundingClientRect();
        const lines = staves.map(s => (s.querySelector("path") ?? s).getBoundingClientRect());
        const lasts = staves.map(s => [...s.children].filter(c => c.tagName === "path").at(-1)?.getBoundingClientRect() ?? lines[0]);
        const y = v => (v - frame.top) * unit;
        const spot = {
            page: n, x: (box.left + box.width / 2 - frame.left) * unit, right: (around.right - frame.left) * unit,
            left: (around.left - frame.left) * unit, top: y(lines[0].top), bottom: y(lasts.at(-1).bottom),
            between: staves.length > 1 ? (y(lasts[0].bottom) + y(lines[1].top)) / 2 : y(lasts[0].bottom) + 30,
        };
        this.spots.set(id, spot);
        return spot;
    }

    resized() {
        this.spots = new Map();
        this.draw();
    }

    show(marks, selected) {
        Object.assign(this, { marks, selected });
        this.draw();
    }

    draw() {
        for (const slot of this.pages) {
            if (!slot.svg)
                continue;
            const { width, height } = slot.svg.viewBox.baseVal;
            slot.over.setAttribute("viewBox", `0 0 ${width} ${height}`);
            slot.over.replaceChildren();
        }
        for (const mark of this.marks)
            this.#mark(mark);
        this.cursor = null;
        if (this.written !== undefined)
            this.at(this.written, false);
    }

    #mark(mark) {
        const from = mark.written === undefined ? null : this.spot(mark.written);
        if (!from)
            return;
        const name = `mark ${mark === this.selected ? "chosen" : ""}`, y = from.between;
        const put = (page, made) => {
            made.addEventListener("click", event => {
                event.stopPropagation();
                this.choose(mark);
            });
            this.pages[page - 1].over.append(made);
        };
        if (mark.kind !== "hairpin") {
            const text = make("text", { x: from.x, y: y + 5, class: name, "text-anchor": "middle" });
            text.textContent = mark.value === "accent" ? ">" : mark.value;
            put(from.page, text);
            return;
        }
        const to = this.spot(mark.endWritten);
        if (!to)
            return;
        const levels = this.marks.filter(m => m.kind !== "hairpin").map(m => m.written);
        const room = written => levels.some(w => Math.abs(w - written) < 1e-3) ? LEVEL_WIDTH : 0;
        const left = from.x + room(mark.written), right = to.x - room(mark.endWritten);
        const wedge = (page, x1, x2, yy) => {
            const [tip, open] = mark.value === "crescendo" ? [x1, x2] : [x2, x1];
            const made = make("polyline", { class: name, points: `${open},${yy - 5} ${tip},${yy} ${open},${yy + 5}` });
            put(page, made);
        };
        if (to.page === from.page && to.top === from.top)
            wedge(from.page, left, Math.max(right, left + 8), y);
        else {
            wedge(from.page, left, Math.max(from.right, left + 8), y);
            wedge(to.page, to.left, Math.max(right, to.left + 8), to.between);
        }
    }

    // The cursor at a written position; `follow` scrolls it into sight.
    at(written, follow = true) {
        this.written = written;
        const spot = this.spot(written);
        if (!spot)
            return;
        const slot = this.pages[spot.page - 1];
        this.cursor ??= make("rect", { class: "cursor", width: 2.5 });
        if (this.cursor.parentNode !== slot.over)
            slot.over.append(this.cursor);
        this.cursor.setAttribute("x", spot.x - 1);
        this.cursor.setAttribute("y", spot.top - 8);
        this.cursor.setAttribute("height", spot.bottom - spot.top + 16);
        if (!follow)
            return;
        const frame = this.frame.getBoundingClientRect(), page = slot.svg.getBoundingClientRect();
        const top = page.top + (spot.top - 20) / slot.unit, bottom = page.top + (spot.bottom + 20) / slot.unit;
        if (top < frame.top || bottom > frame.bottom)
            this.frame.scrollTop += top - frame.top - 10;
    }

    #clicked(event) {
        const note = event.target.closest?.(".note, .rest, .chord");
        const known = note && this.told?.places.find(([, , id]) => id === note.id || note.querySelector(`#${CSS.escape(id)}`));
        if (known) {
            this.seek(known[0]);
            return;
        }
        let best = null;
        const slot = this.pages[Number(event.target.closest?.(".sheet")?.dataset.page) - 1];
        if (!slot?.svg)
            return;
        const frame = slot.svg.getBoundingClientRect(), unit = slot.svg.viewBox.baseVal.width / frame.width;
        const x = (event.clientX - frame.left) * unit, y = (event.clientY - frame.top) * unit;
        for (const place of this.told.places) {
            const spot = place[1] === Number(slot.page.dataset.page) && this.#of(place);
            if (!spot)
                continue;
            const away = Math.abs(spot.x - x) + 5 * Math.max(0, spot.top - y, y - spot.bottom);
            if (best === null || away < best.away)
                best = { away, written: place[0] };
        }
        if (best)
            this.seek(best.written);
    }
}

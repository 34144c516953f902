// The picture of the recording: drawing, scrolling, zooming, dragging of beats and marks, selecting.

import { boxOf, draw, ink, lowerBound, sharpen, STRIP } from "./view.js";

const CLOSEST_S = 0.05, GRIP_PX = 6;

export class Lane {
    constructor(canvas, overview, events) {
        Object.assign(this, { canvas, overview, events, model: null, view: { from: 0, to: 30 }, time: 0 });
        canvas.addEventListener("wheel", event => this.#wheel(event), { passive: false });
        canvas.addEventListener("pointerdown", event => this.#down(event));
        canvas.addEventListener("pointermove", event => this.#hover(event));
        overview.addEventListener("pointerdown", event => this.#overDown(event));
        new ResizeObserver(() => this.redraw()).observe(canvas.parentElement);
        this.recolour();
    }

    recolour() {
        this.colours = ink(document.documentElement);
        this.over = null;
        this.redraw();
    }

    // `fresh`: another recording than before.
    show(model, fresh = false) {
        this.model = model;
        this.over = null;
        if (fresh)
            this.view = { from: 0, to: Math.min(Math.max(model.duration, 1), 20) };
        this.redraw();
    }

    get duration() {
        return Math.max(this.model?.duration ?? 1, 0.1);
    }

    set(from, to) {
        const span = Math.min(Math.max(to - from, CLOSEST_S), this.duration);
        const first = Math.min(Math.max(0, from), this.duration - span);
        this.view = { from: first, to: first + span };
        this.redraw();
    }

    zoom(factor, around = this.time) {
        const { from, to } = this.view;
        const at = around >= from && around <= to ? around : (from + to) / 2;
        this.set(at - (at - from) * factor, at + (to - at) * factor);
    }

    all() {
        this.set(0, this.duration);
    }

    // Brings a time into sight; while playing, in good time.
    follow(time) {
        const { from, to } = this.view, span = to - from;
        if (time < from || time > to - 0.08 * span)
            this.set(time - 0.1 * span, time + 0.9 * span);
    }

    redraw() {
        this.asked ??= requestAnimationFrame(() => {
            this.asked = null;
            this.paint();
        });
    }

    paint() {
        if (!this.model || !this.canvas.clientWidth)
            return;
        const width = this.canvas.clientWidth, height = this.canvas.clientHeight;
        const context = sharpen(this.canvas, width, height);
        draw(context, width, height, this.view, this.model, this.colours);
        const x = (this.time - this.view.from) / (this.view.to - this.view.from) * width;
        context.fillStyle = this.colours.accent;
        context.fillRect(x - 1, 0, 2, height);
        context.beginPath();
        context.moveTo(x - 6, 0);
        context.lineTo(x + 6, 0);
        context.lineTo(x, 9);
        context.fill();
        this.#paintOverview();
        Object.assign(this.canvas.dataset, { from: this.view.from, to: this.view.to, time: this.time });
    }

    #paintOverview() {
        const width = this.overview.clientWidth, height = this.overview.clientHeight;
        const ratio = window.devicePixelRatio || 1;
        if (!this.over || this.over.width !== Math.round(width * ratio) || this.overStale) {
            this.over ??= document.createElement("canvas");
            this.over.style.width = `${width}px`;
            const context = sharpen(this.over, width, height);
            this.#whole(context, width, height);
            this.shown = "";
        }
        const [from, to, cursor] = [this.view.from, this.view.to, this.time].map(t => Math.round(t / this.duration * width));
        const shown = `${from} ${to} ${cursor} ${width}`;
        if (shown === this.shown)
            return;
        this.shown = shown;
        const context = sharpen(this.overview, width, height);
        context.drawImage(this.over, 0, 0, width, height);
        context.strokeStyle = context.fillStyle = this.colours.accent;
        context.lineWidth = 2;
        context.strokeRect(from + 1, 1, Math.max(3, to - from - 2), height - 2);
        context.fillRect(cursor - 1, 0, 2, height);
    }

    #whole(context, width, height) {
        context.fillStyle = this.colours.paper;
        context.fillRect(0, 0, width, height);
        const found = this.model.outline?.(0, this.duration, width);
        this.overStale = !found;
        if (!found)
            return;
        context.fillStyle = this.colours.wave;
        const perPixel = this.duration / width / found.hop_s;
        for (let px = 0; px < width; px++) {
            let low = 127, high = -128;
            for (let i = Math.floor(px * perPixel); i < (px + 1) * perPixel; i++) {
                low = Math.min(low, found.points[2 * i] ?? 127);
                high = Math.max(high, found.points[2 * i + 1] ?? -128);
            }
            const scale = (this.model.gain || 1) * height / 256;
            if (high >= low)
                context.fillRect(px, height / 2 - high * scale, 1, Math.max(1, (high - low) * scale));
        }
    }

    timeAt(event) {
        const box = this.canvas.getBoundingClientRect();
        return this.view.from + (event.clientX - box.left) / box.width * (this.view.to - this.view.from);
    }

    #wheel(event) {
        if (!this.model)
            return;
        event.preventDefault();
        const span = this.view.to - this.view.from;
        if (event.ctrlKey || event.metaKey)
            this.zoom(Math.exp(event.deltaY / 300), this.timeAt(event));
        else {
            const pixels = (Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.deltaY);
            const step = pixels / this.canvas.clientWidth * span;
            this.set(this.view.from + step, this.view.to + step);
        }
    }

    // What lies under the pointer: a mark in the strip below, a beat near its line, or nothing.
    #under(event) {
        const box = this.canvas.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
        const toX = t => (t - this.view.from) / (this.view.to - this.view.from) * box.width;
        if (y > box.height - STRIP) {
            const mark = this.model.marks.findLast(m => {
                const b = boxOf(m, box.height, toX);
                return x >= b.x - 3 && x <= b.x + b.width + 3;
            });
            return mark ? { mark } : {};
        }
        const beats = this.model.beats, k = lowerBound(beats, this.timeAt(event), b => b.time_s);
        const near = [beats[k - 1], beats[k]].filter(Boolean).sort((a, b) => Math.abs(toX(a.time_s) - x) - Math.abs(toX(b.time_s) - x))[0];
        const grip = near && near.position === 1 || y > box.height - STRIP - 60;
        return near && grip && Math.abs(toX(near.time_s) - x) <= GRIP_PX ? { beat: near } : {};
    }

    #hover(event) {
        if (!this.model || event.buttons)
            return;
        const { beat, mark } = this.#under(event);
        this.canvas.style.cursor = beat ? "ew-resize" : mark ? "grab" : "text";
    }

    #down(event) {
        if (!this.model || event.button !== 0)
            return;
        this.canvas.focus();
        this.canvas.setPointerCapture(event.pointerId);
        const start = this.timeAt(event), { beat, mark } = this.#under(event), startX = event.clientX;
        let moved = false, last = start;
        const was = beat ? beat.time_s : mark ? { time_s: mark.time_s, end_s: mark.end_s } : null;
        if (mark)
            this.events.select(mark);
        const move = e => {
            last = this.timeAt(e);
            moved ||= Math.abs(e.clientX - startX) > 3;
            if (!moved)
                return;
            if (beat) {
                this.model.dragged = beat;
                beat.time_s = last;
            } else if (mark) {
                mark.time_s = was.time_s + last - start;
                if (mark.end_s !== null)
                    mark.end_s = was.end_s + last - start;
            } else
                this.events.range([Math.max(0, Math.min(start, last)), Math.min(this.duration, Math.max(start, last))]);
            this.redraw();
        };
        const end = e => {
            for (const [name, handler] of [["pointermove", move], ["pointerup", end], ["pointercancel", end]])
                this.canvas.removeEventListener(name, handler);
            this.model.dragged = null;
            if (beat)
                beat.time_s = was;
            if (mark)
                Object.assign(mark, was);
            this.redraw();
            if (e.type === "pointercancel")
                return;
            if (!moved && !mark)
                this.events.seek(start);
            else if (moved && beat)
                this.events.moveBeat(beat, last);
            else if (moved && mark)
                this.events.moveMark(mark, last - start);
        };
        this.canvas.addEventListener("pointermove", move);
        this.canvas.addEventListener("pointerup", end);
        this.canvas.addEventListener("pointercancel", end);
    }

    #overDown(event) {
        if (!this.model)
            return;
        this.overview.setPointerCapture(event.pointerId);
        const go = e => {
            const box = this.overview.getBoundingClientRect();
            const at = (e.clientX - box.left) / box.width * this.duration, half = (this.view.to - this.view.from) / 2;
            this.set(at - half, at + half);
        };
        const end = () => {
            this.overview.removeEventListener("pointermove", go);
            this.overview.removeEventListener("pointerup", end);
        };
        go(event);
        this.overview.addEventListener("pointermove", go);
        this.overview.addEventListener("pointerup", end);
    }
}

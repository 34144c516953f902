// Drawing of a stretch of a recording: outline, loudness, beats, bars, levels and hairpins, on a canvas.
// Times are seconds; the outline is drawn `gain` times as high as it is. What is unsure is drawn with less ink.

export const RULER = 22, STRIP = 46;

export function ink(element) {
    const style = getComputedStyle(element);
    const get = name => style.getPropertyValue(name).trim();
    return {
        paper: get("--paper"), text: get("--text"), faint: get("--faint"), wave: get("--wave"), loud: get("--loud"),
        beat: get("--beat"), accent: get("--accent"), select: get("--select"),
    };
}

// First index whose key is not less than `value`.
export function lowerBound(list, value, key) {
    let a = 0, b = list.length;
    while (a < b) {
        const m = (a + b) >> 1;
        if (key(list[m]) < value)
            a = m + 1;
        else
            b = m;
    }
    return a;
}

export function clock(s, digits = 0) {
    const sign = s < 0 ? "-" : "";
    s = Math.abs(s);
    const minutes = Math.floor(s / 60), rest = (s - 60 * minutes).toFixed(digits);
    return `${sign}${minutes}:${rest.padStart(digits ? 3 + digits : 2, "0")}`;
}

// `view`: {from, to}; `model`: {duration, outline(from, to, width), loudness, beats, bars, marks, old, pins, selection,
// selected, dragged}. `bars` are {time_s, number}; `old` are beats that a proposal would replace.
export function draw(context, width, height, view, model, colours) {
    const x = t => (t - view.from) / (view.to - view.from) * width;
    context.fillStyle = colours.paper;
    context.fillRect(0, 0, width, height);
    if (model.selection) {
        context.fillStyle = colours.select;
        const a = x(model.selection[0]), b = x(model.selection[1]);
        context.fillRect(a, 0, Math.max(1, b - a), height);
    }
    const area = { top: RULER, bottom: height - STRIP };
    outline(context, width, area, view, model, colours);
    loudness(context, width, area, view, model, colours);
    ruler(context, width, view, model, colours, x);
    if (model.old)
        beats(context, width, area, view, model.old, colours.faint, x, 0.4);
    beats(context, width, area, view, model.beats, model.old ? colours.accent : colours.beat, x, 1, model.dragged);
    pins(context, area, view, model, colours, x);
    marks(context, width, height, view, model, colours, x);
}

// What is there for certain, because somebody said so.
function pins(context, area, view, model, colours, x) {
    const all = model.pins ?? [];
    context.fillStyle = colours.accent;
    for (let i = lowerBound(all, view.from, t => t); i < all.length && all[i] <= view.to; i++) {
        context.beginPath();
        context.arc(x(all[i]), area.bottom, 3.5, 0, 2 * Math.PI);
        context.fill();
    }
}

function outline(context, width, area, view, model, colours) {
    const found = model.outline && model.outline(view.from, view.to, width);
    if (!found)
        return;
    const middle = (area.top + area.bottom) / 2, scale = (area.bottom - area.top) / 2 / 128 * (model.gain || 1);
    const perPixel = (view.to - view.from) / width / found.hop_s;
    context.fillStyle = colours.wave;
    for (let px = 0; px < width; px++) {
        const at = view.from / found.hop_s + px * perPixel - found.first;
        let low = 127, high = -128;
        const last = Math.max(at + perPixel, at + 1);
        for (let i = Math.floor(at); i < last; i++) {
            if (i < 0 || 2 * i + 1 >= found.points.length)
                continue;
            low = Math.min(low, found.points[2 * i]);
            high = Math.max(high, found.points[2 * i + 1]);
        }
        if (high >= low) {
            // Whole pixels and one rectangle at a time: a path of them all takes a browser ten times as long.
            const top = Math.round(middle - high * scale);
            context.fillRect(px, top, 1, Math.max(1, Math.round(middle - low * scale) - top));
        }
    }
}

function loudness(context, width, area, view, model, colours) {
    const { hop_s, values, peak } = model.loudness;
    if (!values.length || !(peak > 0))
        return;
    const height = (area.bottom - area.top) * 0.95, perPixel = (view.to - view.from) / width / hop_s;
    context.fillStyle = colours.loud;
    let before = null;
    for (let px = 0; px < width; px++) {
        const at = view.from / hop_s + px * perPixel, y = Math.round(area.bottom - valueAt(values, at, perPixel) / peak * height);
        if (at >= 0 && at <= values.length - 1) {
            // As with the outline: rectangles, since a line with so many corners takes a browser far longer.
            const top = Math.min(y, before ?? y);
            context.fillRect(px, top - 1, 1, Math.max(2, Math.abs(y - (before ?? y)) + 1));
            before = y;
        }
    }
}

// The largest value of a pixel, or one between two values where they lie further apart than pixels.
function valueAt(values, at, perPixel) {
    const k = Math.max(0, Math.min(values.length - 1, Math.floor(at)));
    if (perPixel <= 1)
        return values[k] + ((values[k + 1] ?? values[k]) - values[k]) * (at - k);
    let largest = 0;
    for (let i = k; i < Math.min(values.length, at + perPixel); i++)
        largest = Math.max(largest, values[i]);
    return largest;
}

const STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600];

function ruler(context, width, view, model, colours, x) {
    const step = STEPS.find(s => s / (view.to - view.from) * width >= 80) || 1200;
    const digits = step < 1 ? Math.min(3, Math.ceil(-Math.log10(step))) : 0;
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "top";
    context.fillStyle = colours.faint;
    context.textAlign = "left";
    for (let t = Math.ceil(view.from / step) * step; t <= Math.min(view.to, model.duration); t += step) {
        context.fillRect(x(t), RULER - 4, 1, 4);
        context.fillText(clock(t, digits), x(t) + 3, RULER + 1);
    }
    context.fillStyle = colours.text;
    context.font = "bold 12px system-ui, sans-serif";
    context.textAlign = "center";
    let free = -Infinity;
    const bars = model.bars;
    for (let i = lowerBound(bars, view.from, b => b.time_s); i < bars.length && bars[i].time_s <= view.to; i++) {
        const at = x(bars[i].time_s), room = context.measureText(bars[i].number).width + 8;
        if (at - room / 2 < free)
            continue;
        context.fillText(bars[i].number, at, 4);
        free = at + room / 2;
    }
}

function beats(context, width, area, view, list, colour, x, strength, dragged) {
    const first = lowerBound(list, view.from, b => b.time_s), last = lowerBound(list, view.to, b => b.time_s);
    const room = width / Math.max(1, last - first);
    context.fillStyle = colour;
    for (let i = first; i < last; i++) {
        const beat = list[i], down = beat.position === 1;
        if (!down && room < 3)
            continue;
        const height = area.bottom - area.top;
        const top = down ? area.top : area.bottom - height * 0.22;
        context.globalAlpha = strength * (0.3 + 0.7 * beat.confidence);
        const wide = (down ? 1.6 : 1) * (dragged === beat ? 2.5 : 1);
        context.fillRect(x(beat.time_s) - wide / 2, top, wide, area.bottom - top + (down ? 4 : 0));
        if (room >= 9)
            context.fillRect(x(beat.time_s) - 2.5, area.bottom - 1, 5, 5);
    }
    context.globalAlpha = 1;
}

// Where a mark is drawn: {x, y, width, height}; the strip under the outline belongs to the marks.
export function boxOf(mark, height, x) {
    const y = height - STRIP + 8;
    if (mark.kind === "hairpin")
        return { x: x(mark.time_s), y, width: Math.max(8, x(mark.end_s) - x(mark.time_s)), height: 30 };
    const width = 8 + 9 * String(mark.value).length;
    return { x: x(mark.time_s) - width / 2, y, width, height: 30 };
}

function marks(context, width, height, view, model, colours, x) {
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 1.5;
    const near = time => Math.round(100 * time);
    const levels = new Map(model.marks.filter(m => m.kind !== "hairpin").map(m => [near(m.time_s), m]));
    const room = time => levels.has(near(time)) ? boxOf(levels.get(near(time)), height, x).width / 2 : 0;
    for (const mark of model.marks) {
        const end = mark.kind === "hairpin" ? mark.end_s : mark.time_s;
        if (mark.time_s === null || end < view.from || mark.time_s > view.to)
            continue;
        const box = boxOf(mark, height, x), middle = box.y + box.height / 2;
        const chosen = mark === model.selected;
        context.globalAlpha = chosen ? 1 : 0.4 + 0.6 * mark.confidence;
        context.fillStyle = context.strokeStyle = chosen ? colours.accent : colours.text;
        if (mark.kind === "hairpin") {
            const left = box.x + room(mark.time_s), right = Math.max(left + 6, box.x + box.width - room(mark.end_s));
            const [tip, open] = mark.value === "crescendo" ? [left, right] : [right, left];
            context.beginPath();
            context.moveTo(open, middle - 7);
            context.lineTo(tip, middle);
            context.lineTo(open, middle + 7);
            context.stroke();
        } else {
            context.font = "italic bold 19px 'Times New Roman', Times, 'FreeSerif', serif";
            const at = Math.max(box.width / 2, Math.min(width - box.width / 2, x(mark.time_s)));  // whole at the edges, too
            context.fillText(mark.value === "accent" ? ">" : mark.value, at, middle);
        }
        if (chosen)
            context.strokeRect(box.x - 2, box.y, box.width + 4, box.height);
    }
    context.globalAlpha = 1;
}

// What an analysis says, as `draw` takes it.
export function modelOf(analysis) {
    const values = analysis.loudness.ntot_sone;
    let peak = 0;
    for (const value of values)
        peak = Math.max(peak, value);
    const bars = analysis.beats.filter(b => b.position === 1).map(b => ({ time_s: b.time_s, number: String(b.bar) }));
    const dynamics = analysis.dynamics.map(d => ({ kind: "dynamic", value: d.level, time_s: d.time_s, end_s: null,
                                                   confidence: d.confidence }));
    const hairpins = analysis.hairpins.map(h => ({ kind: "hairpin", value: h.kind, time_s: h.start_s, end_s: h.end_s,
                                                   confidence: h.confidence }));
    return {
        duration: analysis.source.duration_s, loudness: { hop_s: analysis.loudness.hop_s, values, peak },
        beats: analysis.beats, bars, marks: [...dynamics, ...hairpins].sort((a, b) => a.time_s - b.time_s),
    };
}

// A canvas as sharp as the screen; returns its context in CSS pixels.
export function sharpen(canvas, width, height) {
    const ratio = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
    }
    const context = canvas.getContext("2d", { alpha: false });
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    return context;
}

// From what was heard and what the user said to what is drawn and listed. Nothing here touches the page.

import { lowerBound, modelOf } from "./view.js";

export const NOTHING_SAID = Object.freeze({ corrections: 1, tempo: "same", offbeat: false, pins: [] });
const TICKS = 480;
const SAME_PLACE = 1e-3;  // quarters; browsers round the time that they play

// The written position (quarters) that is played at a time, and back.
export class Places {
    constructor(data) {
        this.data = data;
    }

    static #interp(value, xs, ys) {
        const k = lowerBound(xs, value, x => x);
        if (k <= 0)
            return ys[0];
        if (k >= xs.length)
            return ys.at(-1);
        const span = xs[k] - xs[k - 1];
        return span > 0 ? ys[k - 1] + (ys[k] - ys[k - 1]) * (value - xs[k - 1]) / span : ys[k];
    }

    // {measure, offset, written}: index of the written measure, quarters from its start, quarters from the page's start.
    at(time) {
        const { times_s, positions, starts, measures, measure_starts, measure_lengths } = this.data;
        const played = Places.#interp(time, times_s, positions);
        const n = Math.max(0, Math.min(measures.length - 1, lowerBound(starts, played + SAME_PLACE, s => s) - 1));
        const measure = measures[n], offset = Math.max(0, Math.min(measure_lengths[measure], played - starts[n]));
        return { measure, offset, written: measure_starts[measure] + offset };
    }

    // When a written position is played the first time, null where it is not. The end of a measure belongs to it.
    timeOf(measure, written) {
        const n = this.data.measures.indexOf(measure);
        if (n < 0)
            return null;
        const played = this.data.starts[n] + written - this.data.measure_starts[measure];
        return Places.#interp(played, this.data.positions, this.data.times_s);
    }

    // Of several passes, the one nearest to `near`.
    timeNear(measure, written, near) {
        let best = null;
        this.data.measures.forEach((m, n) => {
            if (m !== measure)
                return;
            const played = this.data.starts[n] + written - this.data.measure_starts[measure];
            const time = Places.#interp(played, this.data.positions, this.data.times_s);
            if (best === null || Math.abs(time - near) < Math.abs(best - near))
                best = time;
        });
        return best;
    }

    measureAt(written) {
        const starts = this.data.measure_starts;
        return Math.max(0, lowerBound(starts, written + 1e-9, s => s) - 1);
    }

    // The struck moment of the page that is nearest to a time.
    onsetNear(time) {
        const { written } = this.at(time), onsets = this.data.onsets;
        const k = lowerBound(onsets, written, o => o);
        const near = [onsets[k - 1], onsets[k]].filter(o => o !== undefined);
        return near.sort((a, b) => Math.abs(a - written) - Math.abs(b - written))[0] ?? written;
    }

    // Quarters inside the measure as a beat of it, from 1.
    beatOf(measure, offset) {
        return 1 + (this.data.measure_offsets[measure] + offset) / this.data.beat_quarters[measure];
    }

    bars() {
        const { measures, starts, numbers, positions, times_s } = this.data;
        return measures.map((m, n) => ({ time_s: Places.#interp(starts[n], positions, times_s), number: numbers[m] }));
    }
}

// `tried` is a density that is being looked at and not yet said.
export function build(heard, corrections, tried = null) {
    const model = modelOf(heard.analysis);
    const places = heard.places ? new Places(heard.places) : null;
    if (places) {
        model.beats = heard.analysis.score.beats;
        model.bars = places.bars();
    }
    const policy = heard.planned?.policies[corrections.existing ?? "keep"];
    const named = policy?.densities.findIndex(d => d.name === (tried ?? corrections.density)) ?? -1;
    model.density = named < 0 ? policy?.default ?? 0 : named;
    const step = policy?.densities[model.density];
    model.densityName = step?.name ?? "";
    const found = step ? step.marks.map(m => planned(m, places)).filter(m => m.time_s !== null) : model.marks;
    model.places = places;
    model.marks = changed(found.map(m => ({ ...m, ours: true })), corrections.marks ?? [], model);
    for (const mark of model.marks)
        place(mark, model);
    model.warnings = [...heard.analysis.warnings.filter(w => !places || !/beats/.test(w)), ...(heard.planned?.warnings ?? [])];
    return model;
}

function planned(mark, places) {
    const end = mark.end_tick === undefined ? null : mark.end_tick / TICKS;
    const last = end === null ? 0 : Math.max(mark.measure, places.measureAt(end - 1e-6));
    return {
        kind: mark.kind, value: mark.value, time_s: mark.time_s, written: mark.tick / TICKS, endWritten: end,
        end_s: end === null ? null : places.timeOf(last, end) ?? mark.time_s, confidence: mark.confidence,
        clearness: mark.clearness, reason: mark.reason,
    };
}

// The rules of `runtime.decode.said_marks` and `runtime.marks.said`: what is taken out is the nearest of its kind.
function changed(list, edits, model) {
    let marks = list;
    const reach = reachOf(model.beats);
    for (const edit of edits) {
        if (edit.do === "remove") {
            const away = m => m.kind === edit.kind ? Math.abs(m.time_s - edit.time_s) + (m.value === edit.value ? 0 : reach / 100)
                                                   : Infinity;
            const nearest = marks.reduce((best, m) => away(m) < away(best ?? {}) || !best ? m : best, null);
            if (nearest && away(nearest) <= reach)
                marks = marks.filter(m => m !== nearest);
            continue;
        }
        const time = snapped(edit.time_s, model);
        const mark = { kind: edit.kind, value: edit.value, time_s: time, end_s: null, confidence: 1, said: true };
        if (edit.kind === "hairpin") {
            mark.end_s = snapped(edit.end_s, model);
            if (!(mark.end_s > mark.time_s))
                continue;
            if (!model.places)
                marks = marks.filter(m => m.kind !== "hairpin" || m.time_s >= mark.end_s || m.end_s <= mark.time_s);
        } else
            marks = marks.filter(m => m.kind !== "dynamic" || Math.abs(m.time_s - time) > 1e-3);
        marks = [...marks, mark];
    }
    return marks.slice().sort((a, b) => a.time_s - b.time_s);
}

function reachOf(beats) {
    const steps = beats.slice(1).map((b, i) => b.time_s - beats[i].time_s).sort((a, b) => a - b);
    return steps.length ? 2 * steps[steps.length >> 1] : 1;
}

// Where a mark can stand: on a struck note of the page, or on a beat.
export function snapped(time, model) {
    if (model.places) {
        const written = model.places.onsetNear(time);
        return model.places.timeNear(model.places.measureAt(written), written, time) ?? time;
    }
    return nearestBeat(model.beats, time)?.time_s ?? time;
}

export function nearestBeat(beats, time) {
    const k = lowerBound(beats, time, b => b.time_s);
    const near = [beats[k - 1], beats[k]].filter(Boolean);
    return near.sort((a, b) => Math.abs(a.time_s - time) - Math.abs(b.time_s - time))[0] ?? null;
}

// Bar and beat of a mark, and where it stands on the page.
function place(mark, model) {
    if (model.places) {
        if (mark.written === undefined) {
            mark.written = model.places.onsetNear(mark.time_s);
            mark.endWritten = mark.kind === "hairpin" ? model.places.onsetNear(mark.end_s) : null;
        }
        const measure = model.places.measureAt(mark.written);
        mark.bar = model.places.data.numbers[measure];
        mark.beat = model.places.beatOf(measure, mark.written - model.places.data.measure_starts[measure]);
        return;
    }
    const beat = nearestBeat(model.beats, mark.time_s);
    mark.bar = beat ? String(beat.bar) : "";
    mark.beat = beat ? beat.position : 1;
}

export function whereIs(time, model) {
    if (model.places) {
        const { measure, offset } = model.places.at(time);
        return { bar: model.places.data.numbers[measure], beat: Math.floor(model.places.beatOf(measure, offset) + SAME_PLACE) };
    }
    const k = lowerBound(model.beats, time + 1e-6, b => b.time_s) - 1;
    return k < 0 ? { bar: "", beat: "" } : { bar: String(model.beats[k].bar), beat: model.beats[k].position };
}

// Corrections of beats. Each takes what was said so far and returns what is said then.

const SAME_S = 0.03;

export function withPin(said, pin, insteadOf = null, beats = []) {
    const reach = intervalAt(beats, insteadOf ?? pin.time_s) * 0.35;
    const stays = p => Math.abs(p.time_s - pin.time_s) >= Math.max(SAME_S, Math.min(reach, 0.1)) &&
        (insteadOf === null || Math.abs(p.time_s - insteadOf) >= SAME_S);
    return { ...said, pins: sorted([...said.pins.filter(stays), pin]) };
}

export function withTaps(said, taps) {
    const times = taps.slice().sort((a, b) => a - b).filter((t, i, all) => i === 0 || t - all[i - 1] > SAME_S);
    const first = times[0] - SAME_S, last = times.at(-1) + SAME_S;
    const outside = said.pins.filter(p => p.time_s < first || p.time_s > last);
    return { ...said, pins: sorted([...outside, ...times.map(t => ({ time_s: rounded(t) }))]) };
}

// Every bar line one beat later, in the selection or from beginning to end.
export function shifted(said, beats, from, to) {
    const pins = [];
    beats.forEach((beat, i) => {
        if (beat.position === 1 && beat.time_s >= from && beat.time_s <= to && beats[i + 1])
            pins.push({ time_s: rounded(beats[i + 1].time_s), position: 1 });
    });
    return { ...said, pins: mixed(said.pins, pins) };
}

// Bars of `count` beats, in the selection (its first beat is a first beat), or in everything.
export function metred(said, beats, count, selection) {
    if (!selection) {
        const next = { ...said };
        delete next.beats_per_bar;
        return count ? { ...next, beats_per_bar: count, pins: said.pins.filter(p => (p.position ?? 1) <= count) } : next;
    }
    const inside = beats.filter(b => b.time_s >= selection[0] && b.time_s <= selection[1]);
    const pins = inside.map((b, i) => ({ time_s: rounded(b.time_s), position: 1 + i % count }));
    const before = said.pins.filter(p => p.time_s < selection[0] || p.time_s > selection[1]);
    return { ...said, pins: mixed(before, pins) };
}

export function withTempo(said, factor) {
    const power = { half: -1, same: 0, double: 1 }[said.tempo] + (factor === "double" ? 1 : -1);
    return Math.abs(power) > 1 ? said : { ...said, tempo: power < 0 ? "half" : power > 0 ? "double" : "same" };
}

export function withoutBeats(said) {
    const { marks, density, existing, tuning_hz } = said;
    return { ...NOTHING_SAID, marks, density, existing, tuning_hz };
}

export function withMark(said, edits) {
    return { ...said, marks: [...(said.marks ?? []), ...edits] };
}

// What is said of beats and bars alone: marks are put in without hearing anew.
export const ofBeats = said => ({ ...said, marks: undefined, density: undefined, existing: undefined });
export const beatsKey = said => canonical(ofBeats(said));

// The same text for what says the same.
export function canonical(value) {
    if (Array.isArray(value))
        return `[${value.map(canonical).join()}]`;
    if (value === null || typeof value !== "object")
        return JSON.stringify(value);
    const names = Object.keys(value).sort().filter(n => !isNothing(value[n]));
    return `{${names.map(n => `${n}:${canonical(value[n])}`).join()}}`;
}

const isNothing = value => value === undefined || value === null || (Array.isArray(value) && !value.length);

export const isSame = (a, b) => a.kind === b.kind && a.value === b.value && Math.abs(a.time_s - b.time_s) < 1e-3;
export const rounded = t => Math.round(t * 1e4) / 1e4;

function mixed(before, pins) {
    return sorted([...before.filter(p => pins.every(q => Math.abs(p.time_s - q.time_s) >= SAME_S)), ...pins]);
}

function sorted(pins) {
    return pins.slice().sort((a, b) => a.time_s - b.time_s);
}

function intervalAt(beats, time) {
    const k = Math.max(1, Math.min(beats.length - 1, lowerBound(beats, time, b => b.time_s)));
    return beats.length > 1 ? beats[k].time_s - beats[k - 1].time_s : 0.5;
}

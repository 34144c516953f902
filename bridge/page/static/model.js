// From what was heard and what the user said to what is drawn and listed. Nothing here touches the page.

import { lowerBound, modelOf } from "./view.js";

export const NOTHING_SAID = Object.freeze({ corrections: 1, tempo: "same", offbeat: false, pins: [] });
const TICKS = 480, GAIN = 0.95;
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

export const outlined = outline => ({ gain: GAIN, outline: (from, to, width) => outline.at(from, to, width) });

// A recording of which nothing but its sound is known.
export function soundOf(outline, duration) {
    return { ...outlined(outline), duration, loudness: { hop_s: 1, values: [], peak: 0 }, beats: [], bars: [], marks: [] };
}

// `tried` is a density that is being looked at and not yet said.
export function build(heard, corrections, tried = null) {
    const model = modelOf(heard.analysis);
    const places = heard.places ? new Places(heard.places) : null;
    if (places)
        model.bars = places.bars();
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
    model.doubts = places ? [] : heard.analysis.doubts ?? [];
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

const SAME_S = 0.03, SHIFTS = 16;

export function withPin(said, pin, insteadOf = null, beats = []) {
    const reach = intervalAt(beats, insteadOf ?? pin.time_s) * 0.35;
    const stays = p => Math.abs(p.time_s - pin.time_s) >= Math.max(SAME_S, Math.min(reach, 0.1)) &&
        (insteadOf === null || Math.abs(p.time_s - insteadOf) >= SAME_S);
    return { ...said, pins: sorted([...said.pins.filter(stays), pin]) };
}

// Between the taps there are no other beats; what was said of them before is gone.
export function withTaps(said, taps) {
    const times = taps.slice().sort((a, b) => a - b).filter((t, i, all) => i === 0 || t - all[i - 1] > SAME_S);
    const first = times[0] - SAME_S, last = times.at(-1) + SAME_S, outside = p => p.time_s < first || p.time_s > last;
    const rows = [...(said.taps ?? []).filter(outside), ...times.map(t => ({ time_s: rounded(t) }))];
    return { ...said, pins: said.pins.filter(outside), taps: sorted(rows) };
}

// Every bar one beat later: all of them, or those of a selection, which the bar lines on both sides of it bound.
export function shifted(said, beats, selection) {
    if (!selection)
        return { ...said, shift_beats: ((said.shift_beats ?? 0) + 1) % SHIFTS };
    const [from, to] = selection, downbeats = beats.map((_, i) => i).filter(i => beats[i].position === 1);
    const inside = downbeats.filter(i => beats[i].time_s >= from && beats[i].time_s <= to && beats[i + 1]);
    if (!inside.length)
        return said;
    const bounds = [downbeats.findLast(i => beats[i].time_s < from), downbeats.find(i => beats[i].time_s > to)];
    const pins = [...bounds.filter(i => i !== undefined), inside[0] + 1].map(i => ({ time_s: rounded(beats[i].time_s), position: 1 }));
    return { ...said, pins: mixed(said.pins, sorted(pins)) };
}

// Bars of `count` beats (null: as heard), in the selection or in everything.
export function metred(said, count, selection) {
    if (selection)
        return withPassage(said, selection, { beats_per_bar: count ?? undefined });
    return { ...said, beats_per_bar: count ?? undefined, pins: said.pins.filter(p => !count || (p.position ?? 1) <= count) };
}

const POWERS = { half: -1, same: 0, double: 1 };

// Twice or half as many beats than there are now; null where that would be a factor of 4.
function timesTwo(before, factor) {
    const power = POWERS[before ?? "same"] + POWERS[factor];
    return Math.abs(power) > 1 ? null : Object.keys(POWERS).find(name => POWERS[name] === power);
}

export function withTempo(said, factor, selection) {
    const before = selection ? passageOf(said, selection)?.tempo : said.tempo, tempo = timesTwo(before, factor);
    if (tempo === null)
        return said;
    return selection ? withPassage(said, selection, { tempo }) : { ...said, tempo };
}

export function withOffbeat(said, selection) {
    return selection ? withPassage(said, selection, { offbeat: !passageOf(said, selection)?.offbeat }) : { ...said, offbeat: !said.offbeat };
}

const passageOf = (said, [from, to]) => said.passages?.find(p => p.start_s === from && p.end_s === to);

// Something more of a passage; one of which nothing is said any more goes.
function withPassage(said, [start_s, end_s], change) {
    const before = passageOf(said, [start_s, end_s]), now = { start_s, end_s, ...before, ...change };
    const says = now.beats_per_bar || now.offbeat || (now.tempo ?? "same") !== "same";
    return { ...said, passages: [...(said.passages ?? []).filter(p => p !== before), ...(says ? [now] : [])] };
}

export function withoutBeats(said) {
    const { marks, density, existing, tuning_hz } = said;
    return { ...NOTHING_SAID, marks, density, existing, tuning_hz };
}

// What was said of beats, one by one: {kind, value, from_s, to_s} and what is said `without` it.
export function statements(said) {
    const all = [], tapped = said.taps ?? [];
    if (said.tempo !== "same")
        all.push({ kind: said.tempo, without: { ...said, tempo: "same" } });
    if (said.offbeat)
        all.push({ kind: "offbeat", without: { ...said, offbeat: false } });
    if (said.beats_per_bar)
        all.push({ kind: "metre", value: said.beats_per_bar, without: { ...said, beats_per_bar: undefined } });
    if (said.shift_beats)
        all.push({ kind: "shift", value: said.shift_beats, without: { ...said, shift_beats: undefined } });
    for (const passage of said.passages ?? []) {
        const without = change => withPassage(said, [passage.start_s, passage.end_s], change);
        const where = { from_s: passage.start_s, to_s: passage.end_s ?? null };
        if ((passage.tempo ?? "same") !== "same")
            all.push({ kind: passage.tempo, ...where, without: without({ tempo: "same" }) });
        if (passage.offbeat)
            all.push({ kind: "offbeat", ...where, without: without({ offbeat: false }) });
        if (passage.beats_per_bar)
            all.push({ kind: "metre", value: passage.beats_per_bar, ...where, without: without({ beats_per_bar: undefined }) });
    }
    if (tapped.length)
        all.push({ kind: "taps", value: tapped.length, from_s: tapped[0].time_s, to_s: tapped.at(-1).time_s,
                   without: { ...said, taps: [] } });
    for (const pin of said.pins)
        all.push({ kind: pin.position === 1 ? "bar" : "beat", from_s: pin.time_s,
                   without: { ...said, pins: said.pins.filter(p => p !== pin) } });
    return all;
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

const isNothing = value => [undefined, null, false, 0, "same"].includes(value) || (Array.isArray(value) && !value.length);

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

// What the parts of the page share: themselves, the work that is chosen, and what is known of it once it is open.

import * as models from "./model.js";
import { post } from "./bridge.js";

export const $ = id => document.getElementById(id);

// `open` is what is known of the finished work on show: {id, name, history, revision, heard, proposal, taps, selected,
// range, unsaved, model, outline}; null while there is none.
export const app = { about: null, queue: null, lane: null, sheet: null, player: null, work: null, open: null };

const STATES_KEPT = 30;
const drawers = [];

// Called after every change of what is known, with what was heard.
export const whenRendered = draw => drawers.push(draw);

export const said = () => app.open.history.present;
export const heardNow = () => app.open.heard.get(models.beatsKey(said()));

// What is heard under corrections; the bridge keeps it, and so does this page.
export async function hear(corrections) {
    const here = app.open, key = models.beatsKey(corrections);
    if (!here.heard.has(key)) {
        const found = await post(`/v1/works/${here.id}/heard`, { corrections: models.ofBeats(corrections) });
        here.heard.set(key, found);
        if (here.heard.size > STATES_KEPT)
            here.heard.delete([...here.heard.keys()].find(k => k !== key));
    }
    return here.heard.get(key);
}

export function render() {
    const open = app.open, heard = heardNow(), chosen = open.selected;
    open.model = models.build(heard, said(), open.tried);
    open.selected = chosen && open.model.marks.find(m => models.isSame(m, chosen)) || null;
    if (open.proposal) {
        const proposed = models.build(open.proposal.heard, open.proposal.said);
        Object.assign(open.model, { old: open.model.beats, beats: proposed.beats, bars: proposed.bars });
    }
    Object.assign(open.model, models.outlined(open.outline));
    open.model.pins = [...said().pins, ...(said().taps ?? [])].map(pin => pin.time_s).sort((a, b) => a - b);
    open.model.selection = open.range;
    app.player.beats = open.model.beats;
    app.player.loop = open.range;
    app.lane.show(open.model);
    for (const draw of drawers)
        draw(heard);
}

// The waveform's outline in tiles: what is in sight is fetched from the bridge, a bounded number of tiles is kept.

import { bytes } from "./bridge.js";

const POINTS = 4096, KEPT = 160;

export class Outline {
    constructor(work, scales, changed) {
        Object.assign(this, { work, scales, changed, tiles: new Map(), waiting: new Set(), stop: new AbortController() });
    }

    close() {
        this.stop.abort();
        this.tiles.clear();
    }

    // What `draw` asks: points of the coarsest scale that has one per pixel, or of a coarser one until they are there.
    at(from, to, width) {
        const perPixel = (to - from) / width;
        let best = this.scales.findLastIndex(scale => scale.hop_s <= perPixel);
        if (best < 0)
            best = 0;
        let shown = null;
        for (let k = best; k < this.scales.length; k++) {
            const found = this.#range(k, from, to, k === best || k === this.scales.length - 1);
            if (found) {
                shown = found;
                break;
            }
        }
        return shown;
    }

    #range(k, from, to, fetch) {
        const { hop_s, points } = this.scales[k];
        const first = Math.max(0, Math.floor(from / hop_s)), last = Math.min(points, Math.ceil(to / hop_s) + 1);
        const a = Math.floor(first / POINTS), b = Math.floor(Math.max(first, last - 1) / POINTS);
        const tiles = [];
        for (let n = a; n <= b; n++) {
            const tile = this.tiles.get(`${k}.${n}`);
            if (tile) {
                this.tiles.delete(`${k}.${n}`);
                this.tiles.set(`${k}.${n}`, tile);
            } else if (fetch)
                this.#fetch(k, n);
            tiles.push(tile);
        }
        if (tiles.some(tile => !tile))
            return null;
        if (tiles.length === 1)
            return { hop_s, first: a * POINTS, points: tiles[0] };
        const joined = new Int8Array(2 * POINTS * tiles.length);
        tiles.forEach((tile, i) => joined.set(tile, 2 * POINTS * i));
        const size = 2 * POINTS * (tiles.length - 1) + tiles.at(-1).length;
        return { hop_s, first: a * POINTS, points: joined.subarray(0, size) };
    }

    async #fetch(k, n) {
        const name = `${k}.${n}`;
        if (this.waiting.has(name))
            return;
        this.waiting.add(name);
        try {
            const address = `/v1/works/${this.work}/peaks?scale=${k}&from=${n * POINTS}&to=${(n + 1) * POINTS}`;
            this.tiles.set(name, new Int8Array(await bytes(address, this.stop.signal)));
            while (this.tiles.size > KEPT)
                this.tiles.delete(this.tiles.keys().next().value);
            this.changed();
        } catch {
            // asked for again when it is drawn next; that the bridge is gone is told elsewhere
        } finally {
            this.waiting.delete(name);
        }
    }
}

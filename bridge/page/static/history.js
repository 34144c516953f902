// Undo and redo without limit, also after the page was loaded again: the browser keeps every state of a work.

import { canonical } from "./model.js";

const STATES = "states", PLACES = "places";

// The browser's store; null where it has none (private windows of some browsers): then undo lasts as long as the page.
const store = new Promise(resolve => {
    try {
        const asked = indexedDB.open("mezzoforte", 1);
        asked.onupgradeneeded = () => {
            asked.result.createObjectStore(STATES);
            asked.result.createObjectStore(PLACES);
        };
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = asked.onblocked = () => resolve(null);
    } catch {
        resolve(null);
    }
});

const rowsOf = (work, from = 0) => IDBKeyRange.bound([work, from], [work, Infinity]);
const result = request => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
});

async function change(act) {
    const database = await store;
    if (!database)
        return;
    const transaction = database.transaction([STATES, PLACES], "readwrite");
    act(transaction.objectStore(STATES), transaction.objectStore(PLACES));
}

// Forgets all works but these.
export async function forgetOthers(works) {
    const database = await store, kept = new Set(works);
    if (!database)
        return;
    const known = await result(database.transaction(PLACES).objectStore(PLACES).getAllKeys());
    const gone = known.filter(work => !kept.has(work));
    if (gone.length)
        await change((states, places) => {
            for (const work of gone) {
                states.delete(rowsOf(work));
                places.delete(work);
            }
        });
}

export class History {
    constructor(work, states, at) {
        Object.assign(this, { work, states, at });
    }

    // What this browser knows of a work whose corrections are `now`; they may have been changed elsewhere since.
    static async of(work, now) {
        const database = await store;
        let states = [], at = -1;
        if (database) {
            const transaction = database.transaction([STATES, PLACES]);
            [states, at] = await Promise.all([result(transaction.objectStore(STATES).getAll(rowsOf(work))),
                                              result(transaction.objectStore(PLACES).get(work))]);
        }
        const key = canonical(now);
        if (states[at] && canonical(states[at]) === key)
            return new History(work, states, at);
        const known = states.findLastIndex(state => canonical(state) === key);
        if (known >= 0)
            return new History(work, states, known);
        const made = new History(work, states.slice(0, (at ?? -1) + 1), at ?? -1);
        made.push(now);
        return made;
    }

    get present() {
        return this.states[this.at];
    }

    get canUndo() {
        return this.at > 0;
    }

    get canRedo() {
        return this.at + 1 < this.states.length;
    }

    push(state) {
        this.states = [...this.states.slice(0, this.at + 1), state];
        const at = ++this.at;
        change((states, places) => {
            states.delete(rowsOf(this.work, at));
            states.put(state, [this.work, at]);
            places.put(at, this.work);
        });
    }

    go(by) {
        this.at = Math.max(0, Math.min(this.states.length - 1, this.at + by));
        change((_, places) => places.put(this.at, this.work));
    }
}

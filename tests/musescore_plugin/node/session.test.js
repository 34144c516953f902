"use strict";
const test = require("node:test");
const assert = require("node:assert");
const { load, plain, table, dynamic, mark, plan } = require("./load.js");
const [Table, Plan, Session, Client, Texts, Launch] = ["table", "plan", "session", "client", "texts", "launch"].map((n) => load(n + ".js"));

const LIB = { propose: Plan.propose, edits: Plan.edits, canTick: Plan.canTick, canRemove: Plan.canRemove, choiceOf: Plan.choiceOf,
              placeOf: Plan.placeOf, timeOf: Plan.timeOf, deaf: Plan.deaf, forBridge: Table.forBridge };
const job = (state, revision = 1, more = {}) => ({ job: { id: "a", state, revision, progress: 0.5, waiting_before: 0, error: null, ...more } });

// A host whose score is `score.table`, and a client that answers only when told to.
function stage() {
    const score = { table: table(), applied: [], undone: [], fails: false };
    const asked = [];
    const ask = (name) => (...args) => asked.push({ name, args: args.slice(0, -1), done: args[args.length - 1] });
    const client = { analyse: ask("analyse"), job: ask("job"), plan: ask("plan"), cancel: ask("cancel"), play: ask("play"), page: ask("page"), closed: false,
                     close() { this.closed = true; } };
    const session = Session.makeSession({
        connect: () => client,
        read: () => Table.finish(JSON.parse(JSON.stringify(score.table)), ""),
        apply: (t, changes) => {
            if (score.fails) throw new Error("no");
            score.applied.push(changes);
            changes.add.forEach((r) => score.table.marks.push(mark(r.kind, r.value, r.place.tick, r.place.end_tick || r.place.tick, true)));
            return { steps: 1, silenced: 0 };
        },
        undo: (steps) => score.undone.push(steps),
        changed: () => {},
    }, LIB);
    const next = () => asked.shift();
    const reachReview = () => {
        session.start("/a.wav");
        next().done(null, job("queued"));
        next().done(null, job("running", 2));
        next().done(null, job("done", 3));
        next().done(null, { fingerprint: session.table.fingerprint, ...plan([dynamic(0, "p")], [dynamic(0, "p"), dynamic(1920, "f")]) });
    };
    return { score, asked, client, session, next, reachReview };
}

test("from the recording to the marks", () => {
    const s = stage();
    s.reachReview();
    assert.strictEqual(s.session.state, "review");
    s.session.apply({});
    assert.strictEqual(s.session.state, "applied");
    assert.strictEqual(s.score.applied[0].add.length, 1);
    s.session.undo();
    assert.deepStrictEqual(s.score.undone, [1]);
});

test("answers that come after cancelling or closing are not listened to", () => {
    for (const end of ["cancel", "close"]) {
        const s = stage();
        s.session.start("/a.wav");
        s.next().done(null, job("running"));
        const late = s.next();
        s.session[end]();
        late.done(null, job("done", 9));
        assert.strictEqual(s.session.state, end === "cancel" ? "idle" : "closed");
        assert.deepStrictEqual(s.asked.map((a) => a.name), ["cancel"]);
    }
});

test("nothing is written when the score changed after the analysis", () => {
    const s = stage();
    s.reachReview();
    s.score.table.notes[0][2] += 1;
    s.session.apply({});
    assert.strictEqual(s.session.state, "failed");
    assert.strictEqual(s.session.error.code, "score_changed");
    assert.strictEqual(s.score.applied.length, 0);
});

test("a plan for another score is refused", () => {
    const s = stage();
    s.session.start("/a.wav");
    s.next().done(null, job("done"));
    s.next().done(null, { fingerprint: "other", ...plan([]) });
    assert.strictEqual(s.session.error.code, "other_score");
});

test("a bridge that dies at any moment ends the run without a mark", () => {
    const dead = { code: "no_bridge", message: "x", advice: "" };
    for (let answered = 0; answered < 3; answered++) {
        const s = stage();
        s.session.start("/a.wav");
        for (let i = 0; i < answered; i++) s.next().done(null, job(i ? "done" : "running", i + 1));
        s.next().done(dead, null);
        assert.strictEqual(s.session.state, "failed");
        s.session.apply({});
        assert.strictEqual(s.score.applied.length, 0);
    }
});

test("a failed write is told and can be tried again from a new analysis", () => {
    const s = stage();
    s.reachReview();
    s.score.fails = true;
    s.session.apply({});
    assert.deepStrictEqual([s.session.state, s.session.error.code], ["failed", "apply"]);
});

test("another density needs no new answer, another policy does, and a late one is not listened to", () => {
    const s = stage();
    s.reachReview();
    assert.strictEqual(s.session.counts().add, 1);
    s.session.set("step", 1);
    assert.strictEqual(s.session.counts().add, 2);
    assert.strictEqual(s.asked.length, 0);
    s.session.setPolicy("replace");
    s.session.setPolicy("skip");
    const [first, second] = [s.next(), s.next()];
    assert.deepStrictEqual([first.args, second.args], [["a", "replace"], ["a", "keep"]]);
    const answer = (value) => ({ fingerprint: s.session.table.fingerprint, ...plan([], [dynamic(0, value)]) });
    second.done(null, answer("ff"));
    first.done(null, answer("pp"));
    assert.strictEqual(s.session.proposal.rows[0].value, "ff"); // at the density that was chosen
});

test("after adding, the list shows what is there, and a second visit has nothing to do", () => {
    const s = stage();
    s.reachReview();
    s.session.apply({});
    assert.deepStrictEqual([s.session.state, s.session.added, s.session.removed], ["applied", 1, 0]);
    assert.deepStrictEqual(plain(s.session.proposal.rows.map((r) => r.status)), ["there"]);
    s.reachReview();
    assert.deepStrictEqual(plain(s.session.counts()), { add: 0, remove: 0, deaf: 0 });
    s.session.set("step", 1); // more marks on top of what was accepted
    assert.deepStrictEqual(plain(s.session.counts()), { add: 1, remove: 0, deaf: 0 });
});

test("all and none tick what can be added and take nothing away", () => {
    const s = stage();
    s.score.table.marks = [mark("dynamic", "ff", 5760, 5760, true)];
    s.reachReview();
    s.session.tickAll(false);
    assert.deepStrictEqual(plain(s.session.counts()), { add: 0, remove: 0, deaf: 0 });
    s.session.tickAll(true);
    assert.deepStrictEqual(plain(s.session.counts()), { add: 1, remove: 0, deaf: 0 });
    s.session.tick(1, true);
    assert.deepStrictEqual(plain(s.session.counts()), { add: 1, remove: 1, deaf: 0 });
});

test("listening to a row plays the recording from a second before it", () => {
    const s = stage();
    s.reachReview();
    s.session.listen({ kind: "dynamic", tick: 1920 }, () => {});
    assert.deepStrictEqual(plain(s.next().args), ["/a.wav", 1, 6]);
    s.session.listen({ kind: "hairpin", tick: 0, end_tick: 7200 }, () => {});
    assert.deepStrictEqual(plain(s.next().args), ["/a.wav", 0, 10.5]);
});

test("where the bridge's computer is mute, the page is named that plays the place; other failures are told", () => {
    const s = stage();
    s.reachReview();
    let got = null;
    const listen = () => s.session.listen({ kind: "dynamic", tick: 1920 }, (error, answer) => { got = [error, answer]; });
    listen();
    s.next().done({ code: "no_sound", message: "m", advice: "" }, null);
    const asked = s.next();
    assert.deepStrictEqual([asked.name, ...asked.args], ["page", "/a.wav", 1]);
    asked.done(null, "http://127.0.0.1:5/page");
    assert.deepStrictEqual(plain(got), [null, { page: "http://127.0.0.1:5/page" }]);
    listen();
    s.next().done({ code: "bad_recording", message: "m", advice: "" }, null);
    assert.strictEqual(got[0].code, "bad_recording");
});

test("a second start while one runs is ignored", () => {
    const s = stage();
    s.session.start("/a.wav");
    s.session.start("/b.wav");
    assert.strictEqual(s.asked.length, 1);
});

test("a thousand progress reports answered in place do not overflow the stack", () => {
    let n = 0;
    const client = { analyse: (p, t, f, done) => done(null, job("running", 0)), plan: (id, policy, done) => done({ code: "x" }, null),
                     job: (id, after, done) => done(null, job(++n < 20000 ? "running" : "failed", n)) };
    const session = Session.makeSession({ connect: () => client, read: () => Table.finish(table(), ""), changed: () => {} }, LIB);
    session.start("/a.wav");
    assert.strictEqual(session.state, "failed");
});

function fakeRequest(status, text) {
    return { readyState: 0, headers: {}, open(m, u) { this.url = u; }, setRequestHeader(k, v) { this.headers[k] = v; }, abort() {},
             send(body) { this.body = body; this.readyState = 4; this.status = status; this.responseText = text; } };
}

test("the client sends the token, JSON and nothing else, and only to this computer", () => {
    const made = [];
    const client = Client.makeClient(() => { made.push(fakeRequest(202, "{}")); return made.at(-1); }, { port: 5, token: "t" }, true);
    client.analyse("/a.wav", null, "f", () => {});
    assert.strictEqual(made[0].url, "http://127.0.0.1:5/v1/analyse");
    assert.deepStrictEqual({ ...made[0].headers }, { Authorization: "Bearer t", "Content-Type": "application/json" });
});

test("the page's address carries token, work and place where only the page reads them", () => {
    let got = "";
    const answer = fakeRequest(201, '{"work":{"id":"w"}}');
    Client.makeClient(() => answer, { port: 5, token: "t" }, true).page("/a.wav", 2.5, (error, url) => { got = url; });
    assert.deepStrictEqual([answer.url, answer.body], ["http://127.0.0.1:5/v1/works", '{"recording":{"path":"/a.wav"}}']);
    assert.strictEqual(got, "http://127.0.0.1:5/page#token=t&work=w&at=2.5");
});

test("every kind of bad answer becomes an error for people", () => {
    for (const [status, text, code] of [[0, "", "no_bridge"], [401, "", "refused"], [200, "<html>", "bad_answer"],
        [422, '{"error":{"code":"bad_recording","message":"m","advice":""}}', "bad_recording"], [500, "null", "bad_answer"]]) {
        let got = null;
        Client.makeClient(() => fakeRequest(status, text), { port: 5, token: "t" }, true).ping((e) => { got = e; });
        assert.strictEqual(got.code, code);
        assert.ok(got.message);
    }
});

test("a connection file that is not ours is no connection", () => {
    for (const text of ["", "{}", "[]", "null", '{"protocol":2,"port":1}', '{"protocol":2,"port":99999,"token":"x"}'])
        assert.strictEqual(Client.readConnection(text), null);
    assert.strictEqual(Client.readConnection('{"protocol":2,"port":8,"token":"x"}').port, 8);
    assert.deepStrictEqual(plain(Client.readConnection('{"protocol":1,"port":8,"token":"x"}')), { other: true });
});

test("a text is looked up by its English, also for a country's language, and stays English for others", () => {
    assert.strictEqual(Texts.lookup("Add", "de_AT"), "Hinzufügen");
    assert.strictEqual(Texts.lookup("Add", "sv_SE"), "Add");
});

test("sentences of the bridge are said in other languages with their values", () => {
    const said = (text) => Texts.lookup(text, "de_DE");
    assert.strictEqual(said("no marks in bars 3-5, 9: not played in the recording"), "keine Zeichen in Takt 3-5, 9: in der Aufnahme nicht gespielt");
    assert.strictEqual(said("the recording sounds 2 semitones lower than the score"), "die Aufnahme klingt 2 Halbtöne tiefer als die Partitur");
    assert.strictEqual(said("something that nobody has translated"), "something that nobody has translated");
});

test("reasons are said as the command line says them, in every language", () => {
    const { execFileSync } = require("node:child_process");
    const script = "import json,sys; from runtime.words import marks as w; from runtime.words.table import table; t=table();"
        + "print(json.dumps([[w.reason(k,v,l) for k in t['reasons'] for v in json.loads(sys.argv[1])]"
        + "+[w.clearness(c,l) for c in t['clearness']] for l in ['en','de_AT','fr','es','zh_CN','sv']]))";
    const values = [0.3, 1, 2.5].map((n) => ({ steps: n, bars: n, db: n, first_bar: "5", last_bar: String(5 + Math.floor(n)), level: "p" }));
    const root = require("node:path").join(__dirname, "../../..");
    const python = process.env.PYTHON || "python3";
    const said = JSON.parse(execFileSync(python, ["-c", script, JSON.stringify(values)], { cwd: root }).toString());
    const here = ["en", "de_AT", "fr", "es", "zh_CN", "sv"].map((l) => Object.keys(Texts.Words.MARKS.reasons)
        .flatMap((k) => values.map((v) => Texts.reason(k, v, l))).concat(Object.keys(Texts.Words.MARKS.clearness).map((c) => Texts.clearness(c, l))));
    assert.deepStrictEqual(plain(here), said);
});

test("the start command survives spaces and quotes", () => {
    const launch = Launch.read(JSON.stringify({ program: "/my app/it's", arguments: ["-m", "bridge.serve"], folder: "/a b" }));
    const { execFileSync } = require("node:child_process");
    const line = Launch.detachedShell(launch)[1].replace("nohup ", "printf '[%s]' ").replace(/>\/dev.*$/, "").replace("cd '/a b' && ", "");
    assert.strictEqual(execFileSync("/bin/sh", ["-c", line]).toString(), "[/my app/it's][-m][bridge.serve]");
    assert.strictEqual(Launch.read("nonsense"), null);
});

test("file addresses become paths", () => {
    assert.strictEqual(Launch.localPath("file:///home/a%20b.wav"), "/home/a b.wav");
    assert.strictEqual(Launch.localPath("file:///C:/a.wav"), "C:/a.wav");
    assert.strictEqual(Launch.localPath("/plain.wav"), "/plain.wav");
});

// The course of one analysis, from reading the score to undoing the marks. All that it needs is handed in:
//   host.read(again)       -> note table (again: only to look whether it changed)
//   host.apply(edits)      -> {steps, silenced, late}    late: hairpins to be added when the window is closed
//   host.undo(steps)       -> whether they were taken back
//   host.connect()         -> client or null     host.changed()    called after every change of the session
//   lib                    -> {propose, edits, canTick, canRemove, choiceOf, placeOf, timeOf, deaf, forBridge}
// States: idle, analysing, review, applied, failed, closed.

function makeSession(host, lib) {
    var session = {
        state: "idle", progress: 0, waiting: 0, error: null, job: "", table: null, plan: null, proposal: null,
        policy: "skip", step: 0, earlier: "keep", sort: "place", choices: {}, path: "", steps: 0, client: null,
        added: 0, removed: 0, tempos: 0, late: [], stuck: false
    };
    var run = 0; // answers to anything but the latest run are not listened to

    function change(values) {
        for (var name in values)
            session[name] = values[name];
        host.changed(session);
    }

    function fail(error) {
        change({ state: "failed", error: error });
    }

    session.start = function (path) {
        if (session.state === "analysing" || session.state === "closed")
            return;
        run += 1;
        var mine = run;
        var client = host.connect();
        if (!client)
            return fail({ code: "no_bridge", message: "the bridge is not running", advice: "Start the bridge" });
        var table;
        try {
            table = host.read();
        } catch (e) {
            return fail({ code: "score", message: "the score cannot be read", advice: String(e) });
        }
        change({ state: "analysing", progress: 0, waiting: 0, error: null, client: client, table: table, job: "",
                 path: path, plan: null, proposal: null, choices: {}, steps: 0, late: [], stuck: false });
        client.analyse(path, lib.forBridge(table), table.fingerprint, function (error, answer) {
            if (mine !== run)
                return;
            if (error)
                return fail(error);
            change({ job: answer.job.id });
            follow(mine, answer.job);
        });
    };

    // Reads the job until it has ended. A loop rather than recursion: headless answers come at once.
    function follow(mine, first) {
        var next = first;
        var looping = false;
        function step(job) {
            next = job;
            if (looping)
                return;
            looping = true;
            while (next && mine === run) {
                var current = next;
                next = null;
                if (current.state === "queued" || current.state === "running") {
                    change({ progress: current.progress, waiting: current.waiting_before });
                    session.client.job(current.id, current.revision, function (error, answer) {
                        if (mine !== run)
                            return;
                        if (error)
                            fail(error);
                        else
                            step(answer.job);
                    });
                } else {
                    ended(mine, current);
                }
            }
            looping = false;
        }
        step(first);
    }

    function ended(mine, job) {
        if (job.state === "cancelled")
            return change({ state: "idle", job: "" });
        if (job.state !== "done")
            return fail(job.error || { code: "failed", message: "the analysis failed", advice: "" });
        fetchPlan(mine, true);
    }

    // Another policy is another plan of the same job; every density is in it.
    function fetchPlan(mine, first) {
        var policy = session.policy === "skip" ? "keep" : "replace";
        session.client.plan(session.job, policy, function (error, plan) {
            if (mine !== run)
                return;
            if (error)
                return fail(error);
            if (plan.fingerprint !== session.table.fingerprint)
                return fail({ code: "other_score", message: "the answer belongs to another score", advice: "" });
            session.plan = plan;
            if (first || session.step >= plan.densities.length)
                session.step = plan["default"];
            review({ state: "review", progress: 1 });
        });
    }

    function propose(table) {
        return lib.propose(table, session.plan, session, lib.placeOf);
    }

    // Whether there is a list to choose from; a choice after adding goes on from there.
    function open() {
        return session.state === "review" || session.state === "applied";
    }

    function review(values) {
        session.proposal = propose(session.table);
        change(values || {});
    }

    session.cancel = function () {
        if (session.state !== "analysing")
            return;
        run += 1;
        if (session.job)
            session.client.cancel(session.job, function () {});
        change({ state: "idle", job: "" });
    };

    session.setPolicy = function (policy) {
        session.policy = policy;
        if (!open())
            return;
        run += 1; // an answer to the choice before is late
        fetchPlan(run, false);
    };

    // Density, order and what becomes of our earlier marks need no new answer.
    session.set = function (name, value) {
        session[name] = value;
        if (open())
            review({ state: "review" });
    };

    session.tick = function (index, yes) {
        var row = session.proposal && session.proposal.rows[index];
        if (!open() || !row || !(lib.canTick(row) || lib.canRemove(row)))
            return;
        session.choices[lib.choiceOf(row)] = yes;
        review({ state: "review" });
    };

    session.tickAll = function (yes) {
        if (!open())
            return;
        session.proposal.rows.filter(lib.canTick).forEach(function (row) { session.choices[lib.choiceOf(row)] = yes; });
        review({ state: "review" });
    };

    // What "Add" would do now: {add, remove} as counts, and `deaf`, the notes that would not follow.
    session.counts = function () {
        if (session.state !== "review" || session.policy === "compare")
            return { add: 0, remove: 0, deaf: 0 };
        var edits = lib.edits(session.proposal);
        return { add: edits.add.length, remove: edits.remove.length, deaf: lib.deaf(session.table, edits.add).length };
    };

    // Looks at the score again first: what was planned for other music is not written.
    session.apply = function (options) {
        if (session.state !== "review")
            return;
        var table;
        try {
            table = host.read(true);
        } catch (e) {
            return fail({ code: "score", message: "the score cannot be read", advice: String(e) });
        }
        if (table.fingerprint !== session.table.fingerprint)
            return fail({ code: "score_changed", message: "the score was changed after the analysis",
                          advice: "Run the analysis again" });
        var changes = session.policy === "compare" ? { add: [], remove: [] } : lib.edits(propose(table), table.declined);
        if (session.policy === "compare")
            changes.declined = table.declined;
        changes.tempos = options && options.tempo ? session.plan.tempos : null;
        changes.deaf = options && options.resetVelocities ? lib.deaf(table, changes.add) : [];
        try {
            var done = host.apply(table, changes);
            session.table = host.read(true);
            session.choices = {};
            var late = done.late || [];
            review({ state: "applied", steps: done.steps, added: changes.add.length - late.length, late: late, stuck: false,
                     removed: changes.remove.length, tempos: done.silenced || 0 });
        } catch (e) {
            fail({ code: "apply", message: "the marks could not be written; the score is as it was", advice: String(e) });
        }
    };

    // Hairpins that wait for the window to close and are still wanted.
    session.waitingHairpins = function () {
        return session.late.filter(function (late) {
            return session.proposal.rows.some(function (row) { return row.key === late.key && row.checked; });
        });
    };

    session.undo = function () {
        if (session.state !== "applied" || !session.steps)
            return;
        if (host.undo(session.steps) === false)
            return change({ stuck: true });
        session.table = host.read(true);
        review({ state: "review", steps: 0, late: [] });
    };

    // The score was changed by other means: look at it again.
    session.again = function () {
        if (!open())
            return;
        session.table = host.read(true);
        review({ state: "review" });
    };

    // Plays the recording around a row of the list, or names the page that does where the bridge's computer is mute;
    // done(error, {playing_s} or {page}).
    session.listen = function (row, done) {
        var from = session.plan && lib.timeOf(session.plan.curve, row.tick);
        if (from === null)
            return done({ code: "not_played", message: "this place is not played in the recording", advice: "" }, null);
        var to = row.kind === "hairpin" ? lib.timeOf(session.plan.curve, row.end_tick) : null;
        var begin = Math.max(0, from - 1);
        session.client.play(session.path, begin, Math.max(6, (to || from) - from + 3), function (error, answer) {
            if (!error || error.code !== "no_sound")
                return done(error, answer);
            session.client.page(session.path, begin, function (worse, url) { done(worse, worse ? null : { page: url }); });
        });
    };

    session.hush = function () {
        session.client.hush(function () {});
    };

    session.close = function () {
        run += 1;
        if (session.client)
            session.client.close();
        if (session.state === "analysing" && session.job)
            session.client.cancel(session.job, function () {});
        session.state = "closed";
    };

    return session;
}

// The course of one analysis, from reading the score to undoing the marks. All that it needs is handed in:
//   host.read()            -> note table         host.apply(edits) -> {steps}      host.undo(steps)
//   host.connect()         -> client or null     host.changed()    called after every change of the session
//   lib                    -> {propose, edits, carryOver, placeOf, forBridge}
// States: idle, analysing, review, applied, failed, closed.

function makeSession(host, lib) {
    var session = {
        state: "idle", progress: 0, waiting: 0, error: null, job: "", table: null, plan: null, proposal: null,
        policy: "skip", density: "normal", steps: 0, client: null, added: 0, removed: 0
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
                 plan: null, proposal: null, steps: 0 });
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
        fetchPlan(mine);
    }

    // Another density or policy is another plan of the same job.
    function fetchPlan(mine) {
        var policy = session.policy === "skip" ? "keep" : "replace";
        session.client.plan(session.job, session.density, policy, function (error, plan) {
            if (mine !== run)
                return;
            if (error)
                return fail(error);
            if (plan.fingerprint !== session.table.fingerprint)
                return fail({ code: "other_score", message: "the answer belongs to another score", advice: "" });
            session.plan = plan;
            session.proposal = lib.propose(session.table, plan, session.policy, lib.placeOf);
            change({ state: "review", progress: 1 });
        });
    }

    function choose(name, value) {
        session[name] = value;
        if (session.state !== "review")
            return;
        run += 1; // an answer to the choice before is late
        fetchPlan(run);
    }

    session.cancel = function () {
        if (session.state !== "analysing")
            return;
        run += 1;
        if (session.job)
            session.client.cancel(session.job, function () {});
        change({ state: "idle", job: "" });
    };

    session.setPolicy = function (policy) { choose("policy", policy); };
    session.setDensity = function (density) { choose("density", density); };

    session.tick = function (index, checked) {
        var row = session.proposal && session.proposal.rows[index];
        if (row && row.status !== "skip") {
            row.checked = checked;
            change({});
        }
    };

    // Looks at the score again first: what was planned for other music is not written.
    session.apply = function (options) {
        if (session.state !== "review")
            return;
        var table;
        try {
            table = host.read();
        } catch (e) {
            return fail({ code: "score", message: "the score cannot be read", advice: String(e) });
        }
        if (table.fingerprint !== session.table.fingerprint)
            return fail({ code: "score_changed", message: "the score was changed after the analysis",
                          advice: "Run the analysis again" });
        var fresh = lib.propose(table, session.plan, session.policy, lib.placeOf);
        lib.carryOver(fresh.rows, session.proposal.rows);
        var changes = session.policy === "compare" ? { add: [], remove: [] } : lib.edits(fresh);
        changes.tempos = options && options.tempo ? session.plan.tempos : null;
        changes.resetVelocities = !!(options && options.resetVelocities);
        try {
            var done = host.apply(table, changes);
            change({ state: "applied", steps: done.steps, added: changes.add.length, removed: changes.remove.length });
        } catch (e) {
            fail({ code: "apply", message: "the marks could not be written; the score is as it was", advice: String(e) });
        }
    };

    session.undo = function () {
        if (session.state !== "applied" || !session.steps)
            return;
        host.undo(session.steps);
        change({ state: "review", steps: 0 });
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

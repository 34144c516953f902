// Speaks to the bridge. The request object and the clock come from outside, so that Node can test it and headless
// runs can wait for answers in place (sync: the callback is called before the function returns).

var PROTOCOL = 2;
var WAIT_S = 10;

// The connection file's text as {port, token}, {other: true} for a bridge of another version, or null.
function readConnection(text) {
    try {
        return connectionOf(JSON.parse(text));
    } catch (e) {
        return null;
    }
}

function connectionOf(data) {
    if (!data || !(data.port > 0 && data.port < 65536) || typeof data.token !== "string")
        return null;
    return data.protocol === PROTOCOL ? { port: data.port, token: data.token } : { other: true };
}

function makeClient(newRequest, connection, sync) {
    var open = [];
    var closed = false;

    // done(error, answer); error is null or {code, message, advice}.
    function request(method, path, body, done) {
        var xhr = newRequest();
        open.push(xhr);
        var finished = false;
        function finish() {
            if (finished || xhr.readyState !== 4)
                return;
            finished = true;
            var at = open.indexOf(xhr);
            if (at >= 0)
                open.splice(at, 1);
            if (closed)
                return; // a late answer must not reach the score
            var answer = null;
            try {
                answer = JSON.parse(xhr.responseText);
            } catch (e) {
            }
            if (xhr.status >= 200 && xhr.status < 300 && answer !== null)
                done(null, answer);
            else
                done(problem(xhr.status, answer), null);
        }
        xhr.onreadystatechange = finish;
        try {
            xhr.open(method, "http://127.0.0.1:" + connection.port + path, !sync);
            xhr.setRequestHeader("Authorization", "Bearer " + connection.token);
            if (method === "POST")
                xhr.setRequestHeader("Content-Type", "application/json");
            xhr.send(method === "POST" ? JSON.stringify(body || {}) : undefined);
        } catch (e) {
            finished = true;
            done(problem(0, null), null);
            return;
        }
        if (sync)
            finish();
    }

    return {
        ping: function (done) { request("GET", "/ping", null, done); },
        analyse: function (path, score, fingerprint, done) {
            request("POST", "/v1/analyse", { recording: { path: path }, score: score, fingerprint: fingerprint }, done);
        },
        job: function (id, after, done) {
            request("GET", "/v1/job/" + id + "?wait=" + WAIT_S + "&after=" + after, null, done);
        },
        plan: function (id, policy, done) { request("GET", "/v1/job/" + id + "/plan?policy=" + policy, null, done); },
        // Plays a few seconds of a recording on this computer.
        play: function (path, from_s, seconds, done) {
            request("POST", "/v1/play", { recording: { path: path }, from_s: from_s, seconds: seconds }, done);
        },
        // The address of the page, open at a place of a recording.
        page: function (path, at_s, done) {
            request("POST", "/v1/works", { recording: { path: path } }, function (error, answer) {
                done(error, error ? "" : "http://127.0.0.1:" + connection.port + "/page#token=" + connection.token + "&work="
                     + answer.work.id + "&at=" + at_s);
            });
        },
        hush: function (done) { request("POST", "/v1/play", {}, done); },
        cancel: function (id, done) { request("POST", "/v1/job/" + id + "/cancel", {}, done); },
        // Nothing that is still under way will be heard of.
        close: function () {
            closed = true;
            open.slice().forEach(function (xhr) { xhr.abort(); });
            open = [];
        }
    };
}

function problem(status, answer) {
    if (answer && answer.error && typeof answer.error.message === "string")
        return answer.error;
    if (status === 0)
        return { code: "no_bridge", message: "the bridge does not answer", advice: "Start the bridge" };
    if (status === 401 || status === 403)
        return { code: "refused", message: "the bridge refused this plugin", advice: "Start the bridge again" };
    return { code: "bad_answer", message: "the bridge's answer cannot be read", advice: "Update the plugin or the bridge" };
}

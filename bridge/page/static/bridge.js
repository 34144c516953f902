// Speaks to the bridge. The token comes in the address's fragment, and is taken out of the address at once.

export class Failed extends Error {
    constructor(code, message, advice) {
        super(message);
        this.code = code;
        this.advice = advice;
    }
}

const KEY = "mezzoforte-token";
const channel = "BroadcastChannel" in window ? new BroadcastChannel("mezzoforte") : null;
let token = "";
let onToken = () => {};
export let asked = "";
let askedAt_s = null;

export function begin(whenTold) {
    const given = new URLSearchParams(location.hash.slice(1));
    asked = given.get("work") ?? sessionStorage.getItem("mezzoforte-work") ?? "";
    askedAt_s = given.has("at") ? Number(given.get("at")) : null;
    token = given.get("token") ?? sessionStorage.getItem(KEY) ?? "";
    if (location.hash)
        history.replaceState(null, "", location.pathname);
    sessionStorage.setItem(KEY, token);
    addEventListener("hashchange", () => location.reload());  // another address of this page was put in its window
    onToken = whenTold;
    channel?.addEventListener("message", event => {
        if (typeof event.data?.token === "string" && event.data.token !== token) {
            token = event.data.token;
            sessionStorage.setItem(KEY, token);
            onToken();
        }
    });
    if (given.get("token"))
        tell({ token });  // windows that were open before the bridge was started anew go on with this one
}

export const tell = message => channel?.postMessage(message);
export const hear = listener => channel?.addEventListener("message", event => listener(event.data));
// The place that the address asked for, once.
export function placeIn(work) {
    const at = work === asked ? askedAt_s : null;
    askedAt_s = work === asked ? null : askedAt_s;
    return at;
}

export const remember = work => sessionStorage.setItem("mezzoforte-work", work);

async function request(method, path, body, type, signal) {
    const headers = { Authorization: `Bearer ${token}` };
    if (method === "POST")
        headers["Content-Type"] = type;
    let answer;
    try {
        answer = await fetch(path, { method, headers, body, signal, cache: "no-store", referrerPolicy: "no-referrer" });
    } catch (error) {
        if (error.name === "AbortError")
            throw error;
        throw new Failed("gone", "the bridge is not running", "");
    }
    if (answer.ok)
        return answer;
    let said = { code: "strange", message: "the bridge's answer cannot be read", advice: "" };
    try {
        said = (await answer.json()).error;
    } catch {
        // an answer without words
    }
    throw new Failed(said.code, said.message, said.advice);
}

export const get = async (path, signal) => (await request("GET", path, undefined, "", signal)).json();
export const post = async (path, body = {}, signal) =>
    (await request("POST", path, JSON.stringify(body), "application/json", signal)).json();
export const bytes = async (path, signal) => (await request("GET", path, undefined, "", signal)).arrayBuffer();

export async function file(path, body) {
    const answer = await request("POST", path, JSON.stringify(body), "application/json");
    return { name: decodeURIComponent(answer.headers.get("X-Name") ?? "mezzoforte"), data: await answer.blob() };
}

// Sends a file with progress, which fetch does not tell.
export function send(path, data, progress) {
    return new Promise((resolve, reject) => {
        const xhr = new XMLHttpRequest();
        xhr.open("POST", path);
        xhr.setRequestHeader("Authorization", `Bearer ${token}`);
        xhr.setRequestHeader("Content-Type", "application/octet-stream");
        xhr.upload.addEventListener("progress", e => e.lengthComputable && progress(e.loaded / e.total));
        xhr.addEventListener("load", () => {
            let said = {};
            try {
                said = JSON.parse(xhr.responseText);
            } catch {
                // told below
            }
            if (xhr.status === 201)
                resolve(said);
            else
                reject(new Failed(said.error?.code ?? "strange", said.error?.message ?? "the bridge's answer cannot be read",
                                  said.error?.advice ?? ""));
        });
        xhr.addEventListener("error", () => reject(new Failed("gone", "the bridge is not running", "")));
        xhr.send(data);
    });
}

// Whether a bridge answers at all; it may be a new one that knows another token.
export async function alive() {
    try {
        return (await fetch("/ping", { cache: "no-store" })).ok;
    } catch {
        return false;
    }
}

// node webmscore.cjs IN.mscz OUT.musicxml: what MuseScore 4's engine makes of a file. Run where webmscore is installed.
"use strict";
delete globalThis.fetch; // else it looks for its own parts on the network
const fs = require("node:fs");
const { createRequire } = require("node:module");
const WebMscore = createRequire(process.cwd() + "/")("webmscore");

(async () => {
    await WebMscore.ready;
    const score = await WebMscore.load("mscz", fs.readFileSync(process.argv[2]));
    fs.writeFileSync(process.argv[3], await score.saveXml());
    process.exit(0);
})().catch((error) => {
    console.error(error);
    process.exit(1);
});

// Plays the recording; clicks on the beats; a loop.

const AHEAD_S = 0.15, EVERY_MS = 40, BAR_HZ = 1760, BEAT_HZ = 1175;

export class Player {
    constructor(changed) {
        this.audio = new Audio();
        this.audio.preload = "metadata";  // of an hour, the browser would keep far more than it needs
        this.audio.preservesPitch = true;
        this.changed = changed;
        this.beats = [];
        this.loop = null;
        this.looping = false;
        this.clicks = false;
        this.clicked = -1;
        for (const event of ["play", "pause", "seeked", "ratechange", "error", "ended"])
            this.audio.addEventListener(event, () => this.#happened(event));
    }

    open(address) {
        this.audio.src = address;
        this.audio.playbackRate = 1;
        this.loop = null;
        this.failed = false;
    }

    get time() {
        return this.audio.currentTime;
    }

    set time(t) {
        this.audio.currentTime = Math.max(0, t);
        this.clicked = -1;
        this.changed();
    }

    get playing() {
        return !this.audio.paused;
    }

    get half() {
        return this.audio.playbackRate !== 1;
    }

    set half(yes) {
        this.audio.preservesPitch = true;
        this.audio.playbackRate = yes ? 0.5 : 1;
    }

    async toggle() {
        if (this.playing)
            this.audio.pause();
        else {
            if (this.looping && this.loop && (this.time < this.loop[0] || this.time >= this.loop[1]))
                this.time = this.loop[0];
            await this.audio.play();
        }
    }

    setClicks(yes) {
        this.clicks = yes;
        if (yes)
            this.context ??= new AudioContext();
        this.context?.resume();
    }

    #happened(event) {
        this.failed = event === "error" || (this.failed && event !== "play");
        clearInterval(this.timer);
        this.clicked = -1;
        if (this.playing)
            this.timer = setInterval(() => this.#tick(), EVERY_MS);
        this.changed();
    }

    #tick() {
        const now = this.time;
        if (this.looping && this.loop && now >= this.loop[1]) {
            this.time = this.loop[0];
            return;
        }
        if (!this.clicks || !this.context)
            return;
        const rate = this.audio.playbackRate;
        for (let i = this.#next(Math.max(now, this.clicked + 1e-4)); i < this.beats.length; i++) {
            const beat = this.beats[i];
            if (beat.time_s > now + AHEAD_S * rate)
                break;
            this.#sound(this.context.currentTime + Math.max(0, beat.time_s - now) / rate, beat.position === 1);
            this.clicked = beat.time_s;
        }
    }

    #next(time) {
        let a = 0, b = this.beats.length;
        while (a < b) {
            const m = (a + b) >> 1;
            if (this.beats[m].time_s < time)
                a = m + 1;
            else
                b = m;
        }
        return a;
    }

    #sound(at, down) {
        const tone = this.context.createOscillator(), gain = this.context.createGain();
        tone.frequency.value = down ? BAR_HZ : BEAT_HZ;
        gain.gain.setValueAtTime(down ? 0.5 : 0.3, at);
        gain.gain.exponentialRampToValueAtTime(0.001, at + 0.05);
        tone.connect(gain).connect(this.context.destination);
        tone.start(at);
        tone.stop(at + 0.06);
    }
}

// The one file that speaks WebSocket: authentication, resume, event numbers without holes, subscriptions kept over reconnects,
// pings for latency and for noticing a dead line. It draws nothing; live.js puts what arrives into stores.

/** @typedef {"off" | "connecting" | "live" | "waiting"} StreamState `waiting`: closed, the next attempt is timed */

const pingEveryMilliseconds = 2_000;
/** No frame at all for this long, pongs included, means that the line is dead though nobody said so. */
const silenceLimitMilliseconds = 9_000;
/** A connection that has not said hello by now is given up and tried anew. */
const helloLimitMilliseconds = 8_000;
const firstDelayMilliseconds = 400;
const longestDelayMilliseconds = 15_000;
/** The server takes 500 instruments a socket; a frame carries fewer so that it stays small. */
const subscribeChunk = 100;

/** Every other code (1001 going away, 4408 too late, 4413 too slow a reader) means: try again. */
const closeCodes = { unauthorised: 4401, tooMany: 4429 };

/** What the end of a session means in words, from the reason of a 4401 close. @param {string} reason */
function unauthorisedWords(reason) {
  if (/expired/i.test(reason)) return "Your session has expired, please log in again.";
  if (/absent/i.test(reason)) return "Please log in.";
  return "This session is not valid any more, please log in again.";
}

/**
 * The wait before attempt number `attempt` (0 first): doubling, at most 15 s, spread by half so that a restarted server is not stormed.
 * @param {number} attempt
 * @param {number} chance 0 to 1
 */
export function reconnectDelay(attempt, chance) {
  const full = Math.min(longestDelayMilliseconds, firstDelayMilliseconds * 2 ** Math.min(attempt, 16));
  return Math.round(full * (0.5 + chance / 2));
}

/**
 * @param {object} edges
 * @param {() => any} edges.open makes a new WebSocket
 * @param {() => string | null} edges.token empty in single-user mode, where nobody needs one; null when nobody is there
 * @param {(message: any) => void} edges.onMessage every frame that pages care for, events already in order
 * @param {(state: StreamState) => void} edges.onState
 * @param {(words: string) => void} edges.onUnauthorised
 * @param {(sample: { roundTrip: number, offset: number }) => void} [edges.onPong]
 * @param {() => number} [edges.now]
 * @param {() => number} [edges.random]
 * @param {(job: () => void, milliseconds: number) => any} [edges.setTimer]
 * @param {(timer: any) => void} [edges.clearTimer]
 */
export function createStream(edges) {
  const now = edges.now ?? Date.now;
  const random = edges.random ?? Math.random;
  const setTimer = edges.setTimer ?? ((job, milliseconds) => setTimeout(job, milliseconds));
  const clearTimer = edges.clearTimer ?? ((timer) => clearTimeout(timer));

  /** @type {any} */
  let socket = null;
  /** @type {StreamState} */
  let state = "off";
  let attempt = 0;
  /** @type {any} */
  let retryTimer = null;
  /** @type {any} */
  let pulseTimer = null;
  let lastFrameAt = 0;
  /** Number of the last event that was applied; null before the first snapshot. @type {number | null} */
  let seq = null;
  let snapshotAsked = false;

  /** How many parts of the page want an instrument. @type {Map<string, number>} */
  const wanted = new Map();
  /** @type {string | null} */
  let depthOf = null;
  /** @type {{ instrument: string, interval: string } | null} */
  let chartOf = null;
  let hidden = false;

  /** @param {StreamState} next */
  function become(next) {
    if (state === next) return;
    state = next;
    edges.onState(next);
  }

  /** @param {object} message */
  function send(message) {
    if (state === "live" && socket) socket.send(JSON.stringify(message));
  }

  function connect() {
    clearTimer(retryTimer);
    retryTimer = null;
    const token = edges.token();
    if (token === null) return edges.onUnauthorised(unauthorisedWords("absent"));
    become("connecting");
    const mine = edges.open();
    socket = mine;
    lastFrameAt = now();
    mine.onopen = () => {
      if (mine !== socket) return;
      mine.send(JSON.stringify(seq === null ? { type: "auth", token } : { type: "auth", token, resume: seq }));
    };
    mine.onmessage = (/** @type {{ data: any }} */ frame) => {
      if (mine === socket && typeof frame.data === "string") receive(frame.data);
    };
    mine.onclose = (/** @type {{ code: number, reason: string }} */ closed) => {
      if (mine === socket) ended(closed.code, closed.reason);
    };
    pulse();
  }

  /** Pings while live; gives up on a line that stays silent. */
  function pulse() {
    clearTimer(pulseTimer);
    pulseTimer = setTimer(() => {
      if (!socket) return;
      const limit = state === "live" ? silenceLimitMilliseconds : helloLimitMilliseconds;
      if (now() - lastFrameAt > limit) {
        const dead = socket;
        ended(1006, "silence");
        dead.close();
        return;
      }
      send({ type: "ping", t: now() });
      pulse();
    }, pingEveryMilliseconds);
  }

  /** @param {number} code @param {string} reason */
  function ended(code, reason) {
    socket = null;
    snapshotAsked = false;
    clearTimer(pulseTimer);
    if (code === closeCodes.unauthorised) {
      become("off");
      edges.onUnauthorised(unauthorisedWords(reason));
      return;
    }
    become("waiting");
    const wait = code === closeCodes.tooMany ? longestDelayMilliseconds : reconnectDelay(attempt, random());
    attempt += 1;
    retryTimer = setTimer(connect, wait);
  }

  /** @param {string} text */
  function receive(text) {
    lastFrameAt = now();
    let message;
    try {
      message = JSON.parse(text);
    } catch (_notJSON) {
      edges.onMessage({ type: "error", error: "unreadable_frame", detail: "A message of the live feed could not be read." });
      return;
    }
    switch (message.type) {
      case "hello":
        attempt = 0;
        become("live");
        // A server that counts lower than we do has begun anew: what we know is of another life.
        if (seq !== null && message.seq < seq) {
          seq = null;
          askForSnapshot();
        }
        repeatWishes();
        send({ type: "ping", t: now() });
        edges.onMessage(message);
        break;
      case "snapshot":
        seq = message.seq;
        snapshotAsked = false;
        edges.onMessage(message);
        break;
      case "event":
        if (seq === null || message.seq <= seq) break;
        if (message.seq > seq + 1) {
          // A hole: the snapshot will hold this event too.
          askForSnapshot();
          break;
        }
        seq = message.seq;
        edges.onMessage(message);
        break;
      case "pong": {
        const roundTrip = now() - message.t;
        edges.onPong?.({ roundTrip, offset: message.at - (message.t + roundTrip / 2) });
        break;
      }
      default:
        edges.onMessage(message);
    }
  }

  function askForSnapshot() {
    if (snapshotAsked) return;
    snapshotAsked = true;
    send({ type: "snapshot" });
  }

  /** After each hello: a new socket knows nothing of what the page watches. */
  function repeatWishes() {
    if (hidden) send({ type: "rate", hidden: true });
    const instruments = [...wanted.keys()];
    for (let from = 0; from < instruments.length; from += subscribeChunk) {
      send({ type: "subscribe", instruments: instruments.slice(from, from + subscribeChunk) });
    }
    if (depthOf) send({ type: "depth", instrument: depthOf });
    if (chartOf) send({ type: "candles", ...chartOf });
  }

  return {
    state: () => state,
    start() {
      if (state === "off") connect();
    },
    /** Ends for good: no reconnect, nothing remembered of the user. */
    stop() {
      clearTimer(retryTimer);
      clearTimer(pulseTimer);
      const last = socket;
      socket = null;
      seq = null;
      attempt = 0;
      snapshotAsked = false;
      wanted.clear();
      depthOf = null;
      chartOf = null;
      become("off");
      last?.close(1000, "");
    },
    /** Tries at once instead of waiting, when the browser says that the network is back. */
    retryNow() {
      if (state === "waiting") connect();
    },
    /** Watches instruments until the returned function is called; counted, so two parts may want the same. @param {string[]} instruments */
    subscribe(instruments) {
      const mine = [...new Set(instruments)];
      const added = mine.filter((key) => !wanted.has(key));
      for (const key of mine) wanted.set(key, (wanted.get(key) ?? 0) + 1);
      for (let from = 0; from < added.length; from += subscribeChunk) {
        send({ type: "subscribe", instruments: added.slice(from, from + subscribeChunk) });
      }
      let done = false;
      return () => {
        if (done) return;
        done = true;
        const gone = [];
        for (const key of mine) {
          const left = (wanted.get(key) ?? 0) - 1;
          if (left > 0) wanted.set(key, left);
          else if (wanted.delete(key)) gone.push(key);
        }
        if (gone.length > 0) send({ type: "unsubscribe", instruments: gone });
      };
    },
    /** @param {string | null} instrument */
    depth(instrument) {
      if (instrument === depthOf) return;
      depthOf = instrument;
      send({ type: "depth", instrument });
    },
    /** @param {string | null} instrument @param {string} [interval] */
    candles(instrument, interval = "minute") {
      chartOf = instrument === null ? null : { instrument, interval };
      send({ type: "candles", instrument, interval });
    },
    /** A hidden tab gets fewer quotes; on return everything is asked for again. @param {boolean} isHidden */
    setHidden(isHidden) {
      if (isHidden === hidden) return;
      hidden = isHidden;
      send({ type: "rate", hidden });
      if (!hidden && seq !== null) askForSnapshot();
    },
    askForSnapshot,
  };
}

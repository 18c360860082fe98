// The one animation frame. Everything that draws asks here; a job asked for ten times before the frame runs once.
// A hidden tab gets no frames, so nothing is painted in it.

/**
 * @param {(callback: () => void) => unknown} requestFrame
 * @param {(error: unknown) => void} report what to do with a job that throws; the other jobs of the frame still run
 */
export function createPainter(requestFrame, report) {
  /** @type {Set<() => void>} */
  let queue = new Set();
  let asked = false;

  function frame() {
    asked = false;
    const jobs = queue;
    queue = new Set();
    for (const job of jobs) {
      try {
        job();
      } catch (error) {
        report(error);
      }
    }
  }

  return {
    /** @param {() => void} job */
    paint(job) {
      queue.add(job);
      if (asked) return;
      asked = true;
      requestFrame(frame);
    },
    /** Forgets a job whose page went away. @param {() => void} job */
    forget: (job) => void queue.delete(job),
  };
}

const painter = createPainter(
  (callback) => globalThis.requestAnimationFrame(callback),
  (error) => globalThis.reportError(error),
);
export const paint = painter.paint;
export const forget = painter.forget;

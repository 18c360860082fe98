// Reports a run of `node --test` as one line per test, in the form that run.py prints and counts.

/** @param {AsyncIterable<any>} source */
export default async function* lines(source) {
  for await (const { type, data } of source) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    // Those that a word on the command line left out.
    if (data.skip !== undefined) continue;
    // A file that cannot be loaded fails as a test of its own name; a file that passed is not a test.
    if (type === "test:pass" && data.details?.type === "suite") continue;
    yield `${type === "test:pass" ? "ok  " : "FAIL"} ${data.name}\n`;
    if (type === "test:fail") {
      yield `     ${String(data.details.error?.cause?.stack ?? data.details.error?.message).replaceAll("\n", "\n     ")}\n`;
    }
  }
}

#!/usr/bin/env python3
"""Runs the tests of the browser side: unit tests in Node, then flows in Chromium against a running server.

The server is named by TRADEHOUSE_URL; TRADEHOUSE_SETUP_URL is its first-run address, when it has no owner yet. Without a server the
browser tests are skipped, and said to be. `run.py WORD` runs only tests whose sentence contains the word.
"""

import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def unit(word):
    """Runs node --test and passes its lines through; gives (passed, failed)."""
    files = sorted(str(path) for path in (HERE / "unit").glob("*.test.mjs"))
    command = ["node", "--test", "--test-reporter", str(HERE / "unit" / "lines.mjs")]
    if word:
        command += ["--test-name-pattern", word]
    done = subprocess.run(command + files, cwd=HERE, text=True, capture_output=True)
    passed = failed = 0
    for line in done.stdout.splitlines():
        print(line, flush=True)
        passed += line.startswith("ok  ")
        failed += line.startswith("FAIL")
    if done.returncode != 0 and failed == 0:
        print("FAIL the unit tests could not be run\n" + done.stderr)
        failed = 1
    return passed, failed


def browser(word):
    """Runs the browser tests; gives (passed, failed)."""
    if not os.environ.get("TRADEHOUSE_URL"):
        print("skip the browser tests: TRADEHOUSE_URL names no server")
        return 0, 0
    sys.path.insert(0, str(HERE / "browser"))
    import accessibility  # noqa: F401  (each import adds its tests, in this order)
    import trading  # noqa: F401
    import sessions  # noqa: F401
    import trouble  # noqa: F401
    import house

    return house.run(word)


def main():
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    passed = failed = 0
    for part in (unit, browser):
        good, bad = part(word)
        passed += good
        failed += bad
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

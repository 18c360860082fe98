#!/usr/bin/env python3
"""Runs the tests of the browser side: unit tests in Node, then flows in Chromium against a running server.

`run.py --binary PATH` starts a house of its own on an empty folder. Without it the server is named by TRADEHOUSE_URL, and
TRADEHOUSE_SETUP_URL is its first-run address, when it has no owner yet. Without any server the browser tests are skipped, and said to
be. `run.py WORD` runs only tests whose sentence contains the word.
"""

import argparse
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile

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


@contextlib.contextmanager
def own_house(binary):
    """A house on an empty folder for the browser tests, ended afterwards."""
    if not binary:
        yield
        return
    # Many accounts come from one address here, so the rates are off; cheap passwords, because they are not what is tested.
    settings = ["registration=open", "rate_limits=off", "mode=test", "password_cost=4", "sockets_per_user=50"]
    flags = [word for setting in settings for word in ("--set", setting)]
    with tempfile.TemporaryDirectory() as folder:
        command = [binary, "serve", "--data", folder + "/data", "--listen", "127.0.0.1:0", *flags]
        with open(folder + "/log", "w", encoding="utf-8") as log:
            server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            for line in server.stdout:
                words = line.split()
                if words[:2] == ["set", "up"]:
                    os.environ["TRADEHOUSE_SETUP_URL"] = words[-1]
                if words[:1] == ["listening"]:
                    os.environ["TRADEHOUSE_URL"] = words[-1]
                    break
            yield
        finally:
            server.terminate()
            server.wait(timeout=60)
            troubles = [line for line in open(folder + "/log", encoding="utf-8") if '"level":"error"' in line]
            if troubles or server.returncode != 0:
                print(f"FAIL the house had troubles (exit {server.returncode})\n" + "".join(troubles[:20]))
                raise SystemExit(1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary")
    parser.add_argument("word", nargs="?", default="")
    options = parser.parse_args()
    passed = failed = 0
    with own_house(options.binary):
        for part in (unit, browser):
            good, bad = part(options.word)
            passed += good
            failed += bad
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

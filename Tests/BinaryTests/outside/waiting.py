"""Waiting for what comes by itself, and doing things at once. Times here are how long a test is patient; nothing is judged by them."""

import threading
import time

# How long something may take before a test fails, in seconds.
PATIENCE = 60


def eventually(condition, patience=PATIENCE, pause=0.005):
    """The first true value of `condition`, asked again and again; a failure when none comes in time."""
    end = time.monotonic() + patience
    while True:
        if value := condition():
            return value
        if time.monotonic() > end:
            raise AssertionError("what was waited for did not come")
        time.sleep(pause)


def together(work, count):
    """Runs `work(0)` to `work(count - 1)` as nearly at once as threads can; the first failure is raised."""
    barrier = threading.Barrier(count)
    failures = []

    def run_one(number):
        barrier.wait()
        try:
            work(number)
        except BaseException as failure:  # carried to the test's own thread
            failures.append(failure)

    threads = [threading.Thread(target=run_one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]

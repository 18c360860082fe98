"""How a start grows with what is in the folder. Times are printed and compared with each other, never with a clock of ours."""

import statistics

from outside.starts import interleaved, summary

# Settings as shipped, but for what a test cannot wait for: a thousand passwords at cost 12.
SETTINGS = {"free_megabytes": "0", "ballast_megabytes": "64"}


def test_a_thousand_users_cost_no_more_time_and_memory_than_none(binary, tmp_path, figure):
    rounds = 7
    empty, full = interleaved(binary, tmp_path, rounds, settings=SETTINGS)
    figure(summary("start, empty folder", empty))
    figure(summary("start, 1,000 users", full))
    noise = max(start.seconds for start in empty) - min(start.seconds for start in empty)
    allowed = 1.5 * statistics.median(start.seconds for start in empty) + noise
    assert statistics.median(start.seconds for start in full) <= allowed
    weight = statistics.median(start.kilobytes for start in empty)
    assert weight < 40 * 1024
    heavier = statistics.median(start.kilobytes for start in full) - weight
    assert heavier < 4 * 1024, f"a thousand users nobody asked for weigh {heavier} kB"

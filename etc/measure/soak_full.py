"""A full disk, again and again: orders are refused with 503 `storage_full`, reads go on, space is freed, orders are taken again, nothing
that was acknowledged is lost, and it is the same process all the while.

Three disks: one whose free space falls below the limit of the settings; one that is really full; and one on which no file may grow beyond
a length, so that writes come out short. The first two need the right to mount a file system in memory and are passed over without it.
"""

import argparse
import resource
import sys
import time

from common import add_binary, work_folder

from outside.full_disk import MEGABYTE, FullDisk, MayNotMount, fill, small_disk
from outside.house import House, run

SETTINGS = {
    "starting_capital": "10000000000",
    "segment_megabytes": "1",
    "short_retention": "on",
    "retention_seconds": "2",
    "compaction_kilobytes": "16",
}


def below_the_limit(binary, folder, rounds):
    with small_disk(folder / "small", 96) as disk:
        house = House(binary, disk / "data", settings=SETTINGS | {"free_megabytes": "32", "ballast_megabytes": "8"})
        return worn(house, rounds, lambda: fill(disk / "filler", 16 * MEGABYTE), (disk / "filler").unlink)


def really_full(binary, folder, rounds):
    with small_disk(folder / "small", 64) as disk:
        house = House(binary, disk / "data", settings=SETTINGS | {"free_megabytes": "0", "ballast_megabytes": "8"})
        return worn(house, rounds, lambda: fill(disk / "filler", 0), (disk / "filler").unlink)


def short_writes(binary, folder, rounds):
    house = House(binary, folder / "short" / "data", settings=SETTINGS)
    house.data.parent.mkdir()

    def limit(value):
        resource.prlimit(house.pid, resource.RLIMIT_FSIZE, (value, resource.RLIM_INFINITY))

    return worn(house, rounds, lambda: limit(200_001), lambda: limit(resource.RLIM_INFINITY))


def worn(house, rounds, fill_up, free):
    """So many times full and free again."""
    try:
        disk = FullDisk(house)
        for _ in range(rounds):
            disk.fill_and_free(fill_up, free)
        disk.end()
        checked = run(house.binary, "check", "--data", house.data, "--quiet")
        assert checked.code == 0, checked
        return f"{rounds} times full, {disk.refused} orders refused, {len(disk.acknowledged)} taken, none lost, no restart"
    except AssertionError:
        print("\n".join(house.stderr[-10:]), file=sys.stderr)
        raise
    finally:
        house.end()


def main():
    parser = argparse.ArgumentParser(prog="etc/soak full", description=__doc__)
    add_binary(parser)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--keep", help="a new folder that is not removed, to look at afterwards")
    options = parser.parse_args()
    with work_folder(options.keep) as folder:
        for name, scenario in (("below the limit", below_the_limit), ("really full", really_full), ("short writes", short_writes)):
            started = time.monotonic()
            try:
                told = scenario(options.binary, folder, options.rounds)
            except MayNotMount as reason:
                print(f"{name}: passed over, mounting is not allowed here: {reason}")
                continue
            except AssertionError as failure:
                print(f"FAILED {name}: {failure}", file=sys.stderr)
                return 1
            print(f"{name}: {told}, {time.monotonic() - started:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

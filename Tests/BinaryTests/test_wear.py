"""The house under wear, in short: killed at chosen moments, copied while it works, on a full disk, with more books awake than files may be
open. Much longer: `etc/soak kill`, `copy`, `full`, `active`.
"""

import os
import resource
from pathlib import Path

import pytest
from outside.books import Rows, check_answers
from outside.copy_rounds import TOOLS, CopyRounds
from outside.full_disk import MEGABYTE, FullDisk, MayNotMount, fill, small_disk
from outside.house import run
from outside.kill_rounds import KillRounds
from outside.people import order, register
from outside.waiting import together

# Money enough that funds never decide; everything that is forgotten is forgotten soon.
SETTINGS = {
    "starting_capital": "10000000000",
    "segment_megabytes": "1",
    "short_retention": "on",
    "retention_seconds": "2",
    "compaction_kilobytes": "4",
    "open_files": "4",
}


def test_killed_at_a_new_segment_a_replaced_file_an_old_segment_and_in_a_start_nothing_is_lost(make_house, chance, figure):
    rounds = KillRounds(make_house(settings=SETTINGS), chance)
    for moment in ("segment", "replacement", "release", "start"):
        rounds.round(moment)
    for user, book in rounds.finish().items():
        check_answers(Rows(rounds.house.data, user), *book)
    struck = ", ".join(f"{count} {name}" for name, count in sorted(rounds.struck.items()))
    figure(f"kill: 4 chosen moments, {rounds.acknowledged} orders, none lost; struck: {struck}")


def test_a_copy_of_the_running_folder_has_what_was_acknowledged_before_it_began(make_house, tmp_path, chance, figure):
    # The retention is longer than any of these copies takes, on any machine.
    rounds = CopyRounds(make_house(settings=SETTINGS | {"retention_seconds": "60"}), tmp_path, chance)
    try:
        copies = [rounds.round(tool) for tool in TOOLS for _ in range(2)]
    finally:
        rounds.stop()
    assert all(copy.newer >= 0 for copy in copies)
    figure(f"copy: 2 copies each by {', '.join(TOOLS)}, {rounds.acknowledged} orders, none missing")


def worn_out(house, fill_up, free):
    disk = FullDisk(house)
    for _ in range(2):
        disk.fill_and_free(fill_up, free)
    disk.end()
    checked = run(house.binary, "check", "--data", house.data, "--quiet")
    assert checked.code == 0, checked
    return f"2 times full, {disk.refused} orders refused, {len(disk.acknowledged)} taken, none lost"


@pytest.mark.parametrize(
    ("name", "megabytes", "settings", "leaving"),
    [
        ("below the limit", 96, {"free_megabytes": "32", "ballast_megabytes": "8"}, 16 * MEGABYTE),
        ("really full", 64, {"free_megabytes": "0", "ballast_megabytes": "8"}, 0),
    ],
)
def test_a_full_disk_refuses_orders_and_takes_them_again(make_house, tmp_path, figure, name, megabytes, settings, leaving):
    try:
        with small_disk(tmp_path / "small", megabytes) as disk:
            house = make_house(settings=SETTINGS | settings)
            house.data = disk / "data"
            told = worn_out(house, lambda: fill(disk / "filler", leaving), (disk / "filler").unlink)
    except MayNotMount as reason:
        pytest.skip(f"may not mount a small disk: {reason}")
    figure(f"full disk, {name}: {told}")


def test_writes_that_come_out_short_refuse_orders_and_nothing_else(make_house, figure):
    house = make_house(settings=SETTINGS)

    def limit(soft):
        resource.prlimit(house.pid, resource.RLIMIT_FSIZE, (soft, resource.RLIM_INFINITY))

    told = worn_out(house, lambda: limit(200_001), lambda: limit(resource.RLIM_INFINITY))
    figure(f"short writes: {told}")


def test_more_books_awake_than_files_may_be_open_are_all_served(make_house, figure):
    house = make_house(settings=SETTINGS | {"retention_seconds": "60"}).start()
    people = [None] * 120

    def trade(share):
        with house.connect() as connection:
            for number in range(share, len(people), 8):
                people[number] = register(house, f"user{number}@example.com", connection=connection)
                for turn in range(3):
                    body = order("SBIN", client_order_id=f"active-{turn}")
                    connection.post("/api/paper-trading/orders", body, token=people[number].token).expect(201)

    together(trade, 8)
    for person in people:
        assert len(person.get("/api/paper-trading/orders?limit=100")["orders"]) == 3
    names = [os.readlink(entry) for entry in Path(f"/proc/{house.pid}/fd").iterdir()]
    own = [name for name in names if name.startswith(f"{house.data}/") and "/journal/" not in name and not name.endswith("/LOCK")]
    assert len(own) <= 4, own
    figure(f"active: {len(people)} books awake, {len(own)} of 4 data files open afterwards")

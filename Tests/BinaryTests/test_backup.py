"""Backups from outside: made while people trade, killed in the middle, rehearsed, refused where they would do harm."""

import json
import shutil
import signal
import subprocess
import threading
from datetime import datetime, timezone


from outside.house import plain_environment, run
from outside.people import all_orders, make_owner, order, register
from outside.seal import is_sealed
from outside.waiting import eventually


def place(person, connection, symbol="INFY"):
    return connection.post("/api/paper-trading/orders", order(symbol, quantity=1))


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_backup_of_a_serving_house_has_every_acknowledged_order(binary, house, make_house, tmp_path):
    owner = make_owner(house)
    people = [owner] + [register(house, f"p{number}@example.com") for number in range(3)]
    acknowledged = {person.id: [] for person in people}
    before = {}
    stop = threading.Event()

    def trade(person):
        with person.connect() as connection:
            while not stop.is_set():
                answer = place(person, connection)
                acknowledged[person.id].append(answer.json["order_id"])

    threads = [threading.Thread(target=trade, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    try:
        eventually(lambda: all(len(ids) > 20 for ids in acknowledged.values()))
        before = {user: list(ids) for user, ids in acknowledged.items()}
        target = tmp_path / "backups" / "hot"
        made = run(binary, "backup", target, "--data", house.data, "--json")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert made.code == 0, made
    report = json.loads(made.stdout)
    assert report["verdict"] == "verified" and report["users"] == 4 and report["accounts"] == 4 and report["troubles"] == []
    assert report["bytes"] > 10_000 and report["seconds"] >= 0
    mark = (target / "BACKUP.json").read_text()
    assert is_sealed(mark.rstrip("\n")) and json.loads(mark)["verdict"] == "verified"
    assert not (target / "LOCK").exists() and not list(target.rglob("master.key"))

    verified = run(binary, "verify", target)
    assert verified.code == 0 and verified.stdout.splitlines()[-1].startswith("Complete"), verified

    scratch = tmp_path / "scratch" / "data"
    frozen = contents(target)
    rehearsed = run(binary, "restore", target, "--into", scratch, "--json")
    assert rehearsed.code == 0 and json.loads(rehearsed.stdout)["verdict"] == "verified", rehearsed
    assert contents(target) == frozen, "a backup is only read"

    restored = make_house("scratch").start()
    for person in people:
        with restored.connect() as connection:
            token = connection.get("/api/auth/user", headers={"X-Session-Token": person.token})
            assert token.status == 401, "no login comes back with a backup"
            login = connection.post("/api/auth/login", {"email": person.email, "password": person.password}).expect(200).json
        with restored.connect(login["session_token"]) as connection:
            ids = {row["order_id"] for row in all_orders(connection)}
        missing = [number for number in before[person.id] if number not in ids]
        assert not missing


def test_a_backup_killed_in_the_middle_is_no_backup(binary, make_house, tmp_path):
    house = make_house().start()
    make_owner(house)
    assert house.stop() == 0
    target = tmp_path / "backups" / "cut"
    unfinished = tmp_path / "backups" / "cut.incomplete"
    made = 0
    for files in (4_000, 16_000, 64_000):
        # So many files that the copy takes a while; more of them for a machine that copies faster than the signal comes.
        while made < files:
            folder = house.data / "quarantine" / f"x{made // 100}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{made}.bytes").write_bytes(b"x" * 4096)
            made += 1
        process = subprocess.Popen([str(binary), "backup", str(target), "--data", str(house.data)], env=plain_environment())
        eventually(lambda: unfinished.exists() or process.poll() is not None, pause=0.0005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if not target.exists():
            break
        shutil.rmtree(target)
    assert unfinished.exists()
    again = run(binary, "backup", target, "--data", house.data)
    assert again.code == 2 and "cut.incomplete" in again.sentences[0], again
    shutil.rmtree(unfinished)
    assert run(binary, "backup", target, "--data", house.data).code == 0


def test_places_where_a_copy_would_do_harm_are_refused(binary, house, tmp_path):
    make_owner(house)
    eventually(lambda: contents(house.data / "users"))
    backup = tmp_path / "good"
    assert run(binary, "backup", backup, "--data", house.data).code == 0
    live = contents(house.data / "users")
    link = tmp_path / "link"
    link.symlink_to(house.data)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter").write_text("x")
    for target in [house.data, house.data / "inner", house.data.parent, link / "inner", tmp_path / "full", house.data / "paper"]:
        made = run(binary, "backup", target, "--data", house.data)
        assert made.code == 2 and len(made.sentences) == 1, (target, made)
        rehearsed = run(binary, "restore", backup, "--into", target)
        assert rehearsed.code == 2 and len(rehearsed.sentences) == 1, (target, rehearsed)
    for inside in [backup, backup / "inner"]:
        assert run(binary, "restore", backup, "--into", inside).code == 2
    assert contents(house.data / "users") == live
    assert run(binary, "backup", tmp_path / "x", "--data", tmp_path / "full").code == 2
    assert run(binary, "backup", "--data", house.data).code == 2
    assert run(binary, "restore", tmp_path / "nothing", "--into", tmp_path / "y").code == 1


def test_a_damaged_folder_gives_a_copy_that_says_so(binary, make_house, tmp_path):
    house = make_house().start()
    person = make_owner(house)
    with person.connect() as connection:
        for _ in range(5):
            place(person, connection).expect(201)
    assert house.stop() == 0
    trades = house.data / "paper" / person.id / f"user_{person.id}_paper_trades.jsonl"
    bad = bytearray(trades.read_bytes())
    bad[len(bad) // 2] ^= 1
    trades.write_bytes(bad)
    # The journal explains the damage, so the next start would mend it and the copy is proven all the same.
    assert run(binary, "backup", tmp_path / "explained", "--data", house.data).code == 0
    for segment in (house.data / "journal").glob("*.jsonl"):
        lines = [line for line in segment.read_bytes().splitlines(True) if b'"k":"tx"' not in line]
        segment.write_bytes(b"".join(lines))
    made = run(binary, "backup", tmp_path / "bad", "--data", house.data)
    assert made.code == 1, made
    assert not (tmp_path / "bad").exists() and (tmp_path / "bad.unverified").is_dir()
    assert any(person.id in line for line in made.stdout.splitlines()), made
    verified = run(binary, "verify", tmp_path / "bad.unverified", "--json")
    assert verified.code == 1 and json.loads(verified.stdout)["verdict"] == "damaged"
    assert run(binary, "restore", tmp_path / "bad.unverified", "--into", tmp_path / "try").code == 1


def test_a_copy_by_other_tools_is_verified_against_its_start(binary, house, tmp_path):
    person = make_owner(house)
    with person.connect() as connection:
        for _ in range(3):
            place(person, connection).expect(201)
    started = datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")
    copy = tmp_path / "copy"
    shutil.copytree(house.data, copy)
    first = run(binary, "verify", copy)
    assert first.code == 0 and "--started" in first.stdout, first
    assert "Complete" in run(binary, "verify", copy, "--started", started).stdout
    report = json.loads(run(binary, "verify", copy, "--started", started, "--json").stdout)
    assert report["complete"] is True and report["books"] == 1 and report["trades"] == 3
    assert run(binary, "verify", copy, "--started", "yesterday").code == 2


def test_the_check_counts_what_is_there(binary, house, tmp_path):
    person = make_owner(house)
    with person.connect() as connection:
        for _ in range(3):
            place(person, connection).expect(201)
        funds = connection.get("/api/paper-trading/funds").expect(200).json["funds"]
    found = run(binary, "check", "--data", house.data, "--json")
    report = json.loads(found.stdout)
    assert found.code == 0 and report["verdict"] == "proven" and report["closed_books"] == []
    assert (report["users"], report["books"], report["orders"], report["trades"]) == (1, 1, 3, 3)
    assert report["segments"] == 1 and report["journal_bytes"] > 0 and report["window_seconds"] >= 0
    assert funds, "the house served all the time"
    text = run(binary, "check", "--data", house.data).stdout
    assert "1 books proven, nothing amiss." in text


def test_a_house_backs_itself_up_while_it_serves(binary, make_house, tmp_path):
    folder = tmp_path / "kept"
    house = make_house(settings={"backup_folder": str(folder), "backup_hours": "1", "backup_keep": "2"}).start()
    person = make_owner(house)
    event = eventually(lambda: next((event for event in house.events if "backup_made" in str(event)), None))
    assert event["level"] == "info"
    (made,) = [path for path in folder.iterdir()]
    assert made.name.startswith("backup-2") and made.name.endswith("Z")
    assert json.loads((made / "BACKUP.json").read_text())["verdict"] == "verified"
    assert run(binary, "verify", made).code == 0
    state = person.get("/api/admin/backups")
    assert state["verdict"] == "verified" and state["alert"] is False
    assert state["enabled"] is True and state["last"]["folder"] == made.name and state["every_hours"] == 1
    house.restart()
    assert [path.name for path in folder.iterdir()] == [made.name], "the next one is due in an hour"
    assert person.get("/api/admin/backups")["last_verified"] == state["last_verified"]


def test_a_folder_for_backups_that_cannot_be_is_refused_at_start(binary, tmp_path):
    data = tmp_path / "h" / "data"
    for folder in [data / "backups", tmp_path / "h", data]:
        done = run(binary, "serve", "--data", data, "--set", f"backup_folder={folder}", "--check")
        assert done.code == 2 and "backup_folder" in done.sentences[0], done

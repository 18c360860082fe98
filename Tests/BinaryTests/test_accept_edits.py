"""`tradehouse check --accept-edits`: a hand edit is shown, refused when it does not add up, and served once it is accepted."""

import json

from outside.house import run
from outside.people import make_owner, order


def test_a_hand_edit_is_shown_accepted_and_served(binary, make_house):
    house = make_house().start()
    person = make_owner(house)
    with person.connect() as connection:
        for quantity in (5, 3):
            connection.post("/api/paper-trading/orders", order("INFY", "BUY", quantity, order_type="LIMIT", price=1)).expect(201)
    folder = house.data / "paper" / person.id
    file = folder / f"user_{person.id}_paper_orders.jsonl"
    meta = folder / f"user_{person.id}_paper_meta.jsonl"

    def accept(*more):
        return run(binary, "check", "--accept-edits", person.id, "--data", house.data, *more)

    running = accept()
    assert running.code != 0 and "in use by another Tradehouse" in running.stderr, running
    assert house.stop() == 0
    assert accept("--yes").stdout == f"{person.id} default: nothing was edited.\n"

    # Cash alone cannot be edited.
    whole = meta.read_text()
    cash = json.loads(whole.splitlines()[-1])["cash"]
    meta.write_text(whole.replace(f'"cash":"{cash}"', '"cash":"123"'))
    refused = accept("--yes")
    assert refused.code == 2 and "REFUSED: it does not add up: cash is 123" in refused.stdout, refused
    assert not (house.data / "quarantine").exists()
    meta.write_text(whole)

    lines = file.read_text().splitlines(True)
    assert '"tag":' in lines[-1]
    tag = json.loads(lines[-1])["tag"]
    lines[-1] = lines[-1].replace(f'"tag":{json.dumps(tag)}', '"tag":"by hand"')
    file.write_text("".join(lines))
    shown = accept()
    assert shown.code == 1 and f'tag {json.dumps(tag)} -> "by hand"' in shown.stdout, shown
    assert f"user_{person.id}_paper_orders.jsonl:{len(lines)}: " in shown.stdout
    assert file.read_text() == "".join(lines)
    made = accept("--yes")
    assert made.code == 0, made
    kept = list((house.data / "quarantine").glob(f"*-edited-{person.id}"))
    assert len(kept) == 1 and (kept[0] / file.name).read_text() == "".join(lines)

    assert run(binary, "check", "--data", house.data).code == 0
    assert run(binary, "prove", person.id, "--data", house.data).code == 0
    entries = [json.loads(line) for day in sorted((house.data / "audit").glob("*.jsonl")) for line in day.read_text().splitlines()]
    repairs = [entry for entry in entries if entry.get("act") == "repair"]
    assert len(repairs) == 1 and repairs[0]["actor"] == "console" and len(repairs[0]["detail"]["digest"]) == 64
    house.start()
    with person.connect() as connection:
        text = connection.get("/api/paper-trading/orders").expect(200).body.decode()
        assert "by hand" in text
        connection.post("/api/paper-trading/orders", order("TCS", "BUY", 1, order_type="LIMIT", price=1)).expect(201)


def test_who_and_what_is_not_there_is_said(binary, make_house):
    house = make_house().start()
    make_owner(house)
    assert house.stop() == 0
    for arguments in [
        ["--accept-edits", "NOBODY"],
        ["--accept-edits", "../x"],
        ["--accept-edits", "NOBODY", "--book", "a/b"],
        ["--yes"],
        ["--book", "swing"],
        ["--accept-edits", "NOBODY", "--json"],
    ]:
        made = run(binary, "check", *arguments, "--data", house.data)
        assert made.code == 2 and len(made.sentences) == 1, (arguments, made)

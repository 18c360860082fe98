"""`tradehouse prove` and the proof over HTTP: the same lines, the same verdict, and a changed figure is found."""

import json

from outside.house import run
from outside.people import make_owner, order, register
from outside.seal import seal


def proof_of(binary, house, person):
    return run(binary, "prove", person.id, "--data", house.data, "--json")


def test_a_balance_is_walked_from_the_opening_to_now_beside_the_server(binary, house):
    person = make_owner(house)
    with person.connect() as connection:
        for side, symbol, quantity in [("BUY", "INFY", 5), ("SELL", "INFY", 2), ("SELL", "TCS", 1)]:
            connection.post("/api/paper-trading/orders", order(symbol, side, quantity)).expect(201)
        connection.post("/api/paper-trading/orders", order("TCS", "BUY", 1, order_type="LIMIT", price=100)).expect(201)
        told = connection.get("/api/paper-trading/proof?limit=1000").expect(200).json
    made = proof_of(binary, house, person)
    assert made.code == 0, made
    report = json.loads(made.stdout)
    assert report["adds_up"] is True and told["adds_up"] is True and len(report["epochs"]) == 1
    epoch = report["epochs"][0]
    assert [line["cause"] for line in epoch["lines"]] == [line["cause"] for line in told["lines"]]
    assert [line.get("trade_id") for line in told["lines"]] == [line["trade_id"] for line in epoch["lines"]]
    assert [float(line["balance"]) for line in epoch["lines"]] == [float(line["balance"]) for line in told["lines"]]
    assert all(line["at"] for line in epoch["lines"])
    text = run(binary, "prove", person.id, "--data", house.data).stdout
    assert text.splitlines()[-1] == f"{person.id} default: it adds up."
    assert "opening capital  100000  balance 100000" in text and "sell 1 NSE:TCS" in text
    assert "proceeds and margin of the short position in NSE:TCS" in text


def test_epochs_that_resets_ended_are_walked_too(binary, house):
    person = make_owner(house)
    with person.connect() as connection:
        for _ in range(3):
            connection.post("/api/paper-trading/orders", order("INFY")).expect(201)
        connection.post("/api/paper-trading/reset", {"capital": 50000}).expect(200)
        connection.post("/api/paper-trading/orders", order("INFY")).expect(201)
    report = json.loads(proof_of(binary, house, person).stdout)
    assert [(epoch["epoch"], epoch["is_over"], epoch["opening"]) for epoch in report["epochs"]] == [(1, True, 100000), (2, False, 50000)]
    assert [line["cause"] for line in report["epochs"][0]["lines"]] == ["opening", *["buy", "charges"] * 3]
    assert [line["cause"] for line in report["epochs"][1]["lines"]] == ["reset", "buy", "charges"]
    assert report["adds_up"] is True


def test_a_figure_that_somebody_forged_with_its_checksum_is_found(binary, make_house):
    house = make_house().start()
    person = make_owner(house)
    with person.connect() as connection:
        connection.post("/api/paper-trading/orders", order("INFY")).expect(201)
    assert house.stop() == 0
    meta = house.data / "paper" / person.id / f"user_{person.id}_paper_meta.jsonl"
    lines = meta.read_text().splitlines(True)
    figures = json.loads(lines[-1])
    forged = lines[-1].rstrip("\n").replace(f'"cash":"{figures["cash"]}"', '"cash":"99999999"')
    meta.write_text("".join(lines[:-1]) + seal(forged))
    made = run(binary, "prove", person.id, "--data", house.data)
    assert made.code == 1 and "DIFFERENT: cash is recorded as 99999999" in made.stdout, made
    assert run(binary, "check", "--data", house.data).code == 1


def test_who_and_what_is_not_there_is_said(binary, house):
    make_owner(house)
    bela = register(house, "bela@example.com")
    for arguments in [["NOBODY"], [bela.id], ["../x"], [], [bela.id, "more"]]:
        made = run(binary, "prove", *arguments, "--data", house.data)
        assert made.code == 2 and len(made.sentences) == 1, (arguments, made)

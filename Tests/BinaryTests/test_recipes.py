"""Every recipe of etc/docs/data-format.md, run as it stands there on a folder that a house made, beside what the house says."""

import json
import re
import shutil
import subprocess
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from conftest import ROOT
from outside.house import plain_environment
from outside.people import all_orders, make_owner, order, register
from outside.waiting import eventually

DOCUMENT = ROOT / "etc" / "docs" / "data-format.md"


def recipes():
    """The recipes by their questions."""
    section = DOCUMENT.read_text().split("## Recipes\n", 1)[1].split("\n## ", 1)[0]
    return dict(re.findall(r"\*\*(.+?)\*\*\n\n```sh\n(.+?)\n```", section, re.DOTALL))


class Kitchen:
    """A house that was traded in, and a shell with the variables of the recipes."""

    def __init__(self, house):
        self.house = house
        self.owner = make_owner(house)
        self.bela = register(house, "Bela@example.com")
        with self.bela.connect() as connection:
            for side, symbol, quantity in [("BUY", "INFY", 5), ("SELL", "INFY", 2), ("SELL", "TCS", 1), ("BUY", "SBIN", 3), ("SELL", "SBIN", 3)]:
                connection.post("/api/paper-trading/orders", order(symbol, side, quantity)).expect(201)
            resting = order("TCS", "BUY", 1, order_type="LIMIT", price=100)
            self.resting = connection.post("/api/paper-trading/orders", resting).expect(201).json["order_id"]
            connection.patch(f"/api/paper-trading/orders/{self.resting}", {"price": 101}).expect(200)
            gone = connection.post("/api/paper-trading/orders", resting).expect(201).json["order_id"]
            connection.delete(f"/api/paper-trading/orders/{gone}").expect(200)
            self.orders = all_orders(connection)
            self.funds = connection.get("/api/paper-trading/funds").expect(200).json["funds"]
            self.positions = connection.get("/api/paper-trading/positions").expect(200).json["positions"]
            self.trades = connection.get("/api/orders/trades").expect(200).json
            self.proof = connection.get("/api/paper-trading/proof?limit=1000").expect(200).json
        with self.owner.connect() as connection:
            connection.post("/api/paper-trading/orders", order("INFY")).expect(201)
            self.users = connection.get("/api/admin/users").expect(200).json["users"]
        folder = house.data / "paper" / self.bela.id
        meta = folder / f"user_{self.bela.id}_paper_meta.jsonl"
        eventually(lambda: meta.exists() and meta.read_text().count("\n") == 1 + 9)
        eventually(lambda: (house.data / "users" / f"{self.bela.id}.json").exists())
        self.day = datetime.now(timezone.utc).date().isoformat()
        audit = house.data / "audit" / f"{self.day}.jsonl"
        eventually(lambda: audit.exists() and audit.read_text().count("place_order") == 8)

    def run(self, command):
        variables = {
            "D": str(self.house.data),
            "U": self.bela.id,
            "B": f"{self.house.data}/paper/{self.bela.id}/user_{self.bela.id}_paper",
            "DAY": self.day,
            "EMAIL": "bela@EXAMPLE.com",
            "O": self.resting,
        }
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=plain_environment(variables), timeout=60)
        assert done.stderr == "", done.stderr
        return done.stdout

    def rows(self, command):
        return [json.loads(line, parse_float=Decimal) for line in self.run(command).splitlines()]


# What each recipe must give, by its question.
CHECKS = {}


def answers(question):
    def add(check):
        CHECKS[question] = check
        return check

    return add


@answers("What has a user in funds?")
def funds(kitchen, command):
    (row,) = kitchen.rows(command)
    for ours, theirs in [("available_funds", "available_funds"), ("realized_pnl", "realized_pnl"), ("virtual_capital", "virtual_capital")]:
        assert round(Decimal(row[ours]), 2) == kitchen.funds[theirs], ours
    figures = {figure["figure"]: figure["recorded"] for figure in kitchen.proof["figures"] if figure["subject"] is None}
    assert (row["cash"], row["reserved_funds"], row["invested_funds"]) == (figures["cash"], figures["reserved"], figures["invested"])


@answers("Which positions are open?")
def positions(kitchen, command):
    found = {row["symbol"]: (row["quantity"], Decimal(row["average_price"])) for row in kitchen.rows(command)}
    assert found == {row["tradingsymbol"]: (row["quantity"], Decimal(str(row["average_price"]))) for row in kitchen.positions}
    assert sorted(found) == ["INFY", "TCS"]


@answers("What is the state of every order?")
def states(kitchen, command):
    found = [(row["order_id"], row["status"], row["filled_quantity"]) for row in kitchen.rows(command)]
    told = [(row["order_id"], row["status"], row["filled_quantity"]) for row in kitchen.orders]
    assert sorted(found) == sorted(told) and len(found) == 7


@answers("Which orders work at this moment, of everybody?")
def working(kitchen, command):
    assert [(row["u"], row["order_id"], row["status"]) for row in kitchen.rows(command)] == [(kitchen.bela.id, kitchen.resting, "OPEN")]


@answers("Which trades did a user make on a day (UTC)?")
def trades(kitchen, command):
    found = {row["trade_id"] for row in kitchen.rows(command)}
    assert found == {line["trade_id"] for line in kitchen.proof["lines"] if "trade_id" in line} and len(found) == 5


@answers("What is the cash by the trades alone?")
def cash(kitchen, command):
    assert float(kitchen.run(command)) == pytest.approx(float(kitchen.proof["closing"]))


@answers("How many orders were placed on each day (UTC), of everybody?")
def per_day(kitchen, command):
    assert sum(row["orders"] for row in kitchen.rows(command)) == len(kitchen.orders) + 1


@answers("Who has the most orders and trades?")
def busiest(kitchen, command):
    rows = kitchen.rows(command)
    assert [row["u"] for row in rows] == [kitchen.bela.id, kitchen.owner.id]
    assert [row["trades"] for row in rows] == [5, 1] and rows[0]["acts"] == 9


@answers("Whose files are the largest, in KiB?")
def largest(kitchen, command):
    sizes = [line.split("\t") for line in kitchen.run(command).splitlines()]
    assert {path.rsplit("/", 1)[1] for _, path in sizes} == {kitchen.bela.id, kitchen.owner.id}
    assert all(int(size) > 0 for size, _ in sizes)


@answers("Which accounts are there?")
def accounts(kitchen, command):
    found = {(row["u"], row["email"], row["role"], row["disabled"]) for row in kitchen.rows(command)}
    assert found == {(user["user_id"], user["email"], user["role"], user["disabled"]) for user in kitchen.users}


@answers("Whose e-mail address is this?")
def by_email(kitchen, command):
    assert kitchen.run(command).split() == [kitchen.bela.id]


@answers("Who is logged in, and until when?")
def logins(kitchen, command):
    rows = kitchen.rows(command)
    assert sorted(row["u"] for row in rows) == sorted([kitchen.bela.id, kitchen.owner.id])
    assert all(row["ip"] == "127.0.0.1" and row["expires"] > row["created"] for row in rows)


@answers("Who logged in on a day (UTC)?")
def logins_of_day(kitchen, command):
    assert {(row["u"], row["ok"]) for row in kitchen.rows(command)} == {(kitchen.bela.id, True), (kitchen.owner.id, True)}


@answers("What did a user do, by the audit?")
def audit(kitchen, command):
    acts = [row["act"] for row in kitchen.rows(command)]
    assert acts[0] == "register" and acts.count("place_order") == 7 and acts.count("modify_order") == acts.count("cancel_order") == 1


@answers("What did a user do, by the journal?")
def journal(kitchen, command):
    rows = kitchen.rows(command)
    assert [row["v"] for row in rows if row["k"] == "tx"] == list(range(1, 10))
    assert sum(row["trades"] for row in rows) == 5 and [row["seq"] for row in rows] == sorted(row["seq"] for row in rows)


@answers("What happened to one order, by the journal?")
def one_order(kitchen, command):
    rows = kitchen.rows(command)
    assert len(rows) == 2 and all(row["o"] == [{"status": "OPEN", "filled_quantity": 0}] for row in rows)


@answers("Since when does the journal have every act?")
def since(kitchen, command):
    assert kitchen.run(command).startswith(kitchen.day)


@answers("What did the server refuse?")
def refused(kitchen, command):
    assert kitchen.run(command) == ""


@answers("Are a file's checksums right, with python3 and nothing else?")
def checksums(kitchen, command):
    assert kitchen.run(command) == ""
    meta = kitchen.house.data / "paper" / kitchen.bela.id / f"user_{kitchen.bela.id}_paper_meta.jsonl"
    copy = meta.with_name("copy.bytes")
    shutil.copyfile(meta, copy)
    bad = bytearray(copy.read_bytes())
    bad[len(bad) // 2] ^= 1
    copy.write_bytes(bad)
    assert "is damaged" in kitchen.run(command.replace("${B}_meta.jsonl", str(copy)))
    copy.unlink()


def test_every_recipe_has_a_check_and_every_check_a_recipe():
    assert set(recipes()) == set(CHECKS)
    assert len(recipes()) >= 19


def test_every_recipe_gives_what_the_house_says(make_house):
    if shutil.which("jq") is None:
        pytest.fail("the recipes need jq; etc/test installs it")
    kitchen = Kitchen(make_house(settings={"rate_limits": "off"}).start())
    for question, command in recipes().items():
        try:
            CHECKS[question](kitchen, command)
        except AssertionError as failure:
            raise AssertionError(f"{question}\n{command}\n{failure}") from failure

"""Bringing the old books in: every shape of every recorded clean set, a set of our own, the ways it refuses, and what the people see
afterwards.
"""

import hashlib
import json
from decimal import Decimal

import pytest
from conftest import shared

from outside.books import Rows, check_files, units
from outside.house import run, run_measured
from outside.legacy_export import CAPITAL, LegacyExport
from outside.people import PASSWORD, all_orders, make_owner, order, register

SMALL = ["small/relaxed", "small/canonical", "small/v1", "small/dump"]
MANY = ["multiuser/relaxed", "multiuser/canonical", "multiuser/dump"]
LARGE = ["large/relaxed", "large/canonical", "large/dump"]


@pytest.fixture
def data(tmp_path):
    return tmp_path / "house" / "data"


@pytest.fixture
def migrate(binary, data, tmp_path):
    """Runs `tradehouse migrate` into the data folder; the report is read as JSON."""

    def command(source, *arguments):
        report = tmp_path / "report.json"
        outcome = run(binary, "migrate", "--from", source, "--data", data, "--report", report, *arguments)
        outcome.report = json.loads(report.read_text(), parse_float=Decimal) if report.exists() else None
        return outcome

    return command


def check_report(account, expected):
    """One account's report against an `expected.json`."""
    assert account["accepted"] == expected["counts"] and account["rejected"] == 0
    figures = account["figures"]
    assert figures["orders_by_status"] == expected["orders_by_status"]
    assert figures["order_ids_sha256"] == expected["order_ids_sha256"]
    tolerance = max(1, expected["counts"]["paper_trades"] // 1000) * Decimal("0.01")

    def same(value, wanted, name):
        assert abs(Decimal(str(value)) - Decimal(str(wanted))) <= tolerance, (name, value, wanted)

    same(figures["buy_value"], expected["buy_value"], "buys")
    same(figures["sell_value"], expected["sell_value"], "sells")
    same(figures["capital_minus_buys_plus_sells"], expected["cash_identity"]["capital_minus_buys_plus_sells"], "cash")
    same(figures["available_plus_reserved_by_legacy_engine"], expected["cash_identity"]["available_plus_reserved"], "legacy cash")
    same(figures["realised_by_average_cost"], expected["realized_pnl_signed_average_cost"], "realised")
    same(figures["realised_by_legacy_engine"], expected["realized_pnl_as_the_legacy_engine_counts"], "legacy realised")
    for name, wanted in expected["meta"].items():
        same(figures["legacy_meta"][name], wanted, name)
    for name, wanted in expected["stats_as_the_legacy_formula_gives"].items():
        same(figures["statistics_by_legacy_formula"][name], wanted, name)
    told = [[row[name] for name in ("symbol", "exchange", "product", "quantity")] for row in figures["open_positions"]]
    assert told == [row[:4] for row in expected["open_positions"]]
    for row, wanted in zip(figures["open_positions"], expected["open_positions"]):
        same(row["average_cost"], wanted[5], "average cost of " + wanted[0])
    assert account["offset_minutes"] == expected["date_fields_are_local_time_of_utc_offset_minutes"]


def check_books(data, user, expected):
    """What lies in the files afterwards, read without the product, against the same `expected.json`."""
    rows = Rows(data, user)
    funds, positions = check_files(rows)
    orders = rows.last_orders
    counts = {"paper_orders": len(orders), "paper_positions": len(positions), "paper_trades": len(rows.trades), "paper_meta": 1}
    assert counts == expected["counts"]
    assert hashlib.sha256("\n".join(sorted(orders)).encode()).hexdigest() == expected["order_ids_sha256"]
    by_status = {}
    for row in orders.values():
        by_status[row["status"]] = by_status.get(row["status"], 0) + 1
    assert by_status == expected["orders_by_status"]
    tolerance = max(1, len(rows.trades) // 1000) * 10**6
    for side, name in (("BUY", "buy_value"), ("SELL", "sell_value")):
        total = sum(units(row["price"]) * units(row["quantity"]) // 10**8 for row in rows.trades if row["action"] == side)
        assert abs(total - units(str(expected[name]))) <= tolerance, name
    assert abs(funds.cash - units(str(expected["cash_identity"]["capital_minus_buys_plus_sells"]))) <= tolerance
    assert abs(funds.realised - units(str(expected["realized_pnl_signed_average_cost"]))) <= tolerance
    held = {(key.symbol, key.exchange, key.product): position.quantity for key, position in positions.items()}
    assert held == {tuple(row[:3]): row[3] * 10**8 for row in expected["open_positions"]}


def paper(folder):
    """Every file below `paper/` with its content."""
    return {path: path.read_bytes() for path in (folder / "paper").rglob("*") if path.is_file()}


@pytest.mark.parametrize("folder", SMALL)
def test_the_small_set_comes_in_whole(migrate, data, folder):
    source = shared(f"legacy/{folder}")
    expected = json.loads(shared("legacy/small/expected.json").read_text())
    outcome = migrate(source)
    assert outcome.code == 0 and outcome.report["outcome"] == "imported", outcome
    (account,) = outcome.report["accounts"]
    assert account["user"] == "default"
    check_report(account, expected)
    check_books(data, "default", expected)


@pytest.mark.parametrize("folder", MANY)
def test_the_set_of_three_users_comes_in_whole(migrate, data, folder):
    source = shared(f"legacy/{folder}")
    outcome = migrate(source)
    assert outcome.code == 0, outcome
    accounts = {account["user"]: account for account in outcome.report["accounts"]}
    assert set(accounts) == {"ZX1234", "ZX5678", "default"}
    for user, account in accounts.items():
        expected = json.loads(shared(f"legacy/multiuser/expected-user_{user}.json").read_text())
        check_report(account, expected)
        check_books(data, user, expected)


@pytest.mark.parametrize("folder", LARGE)
def test_fifty_thousand_orders_come_in_whole_and_in_little_memory(binary, data, tmp_path, folder, figure):
    source = shared(f"legacy/{folder}")
    expected = json.loads(shared("legacy/large/expected.json").read_text())
    report = tmp_path / "report.json"
    outcome = run_measured(binary, "migrate", "--from", source, "--data", data, "--report", report)
    assert outcome.code == 0, outcome
    figure(f"migrate {folder}: 50,001 orders in {outcome.seconds:.2f} s, {outcome.peak_kilobytes / 1024:.0f} MB at most")
    assert outcome.peak_kilobytes < 200 * 1024
    check_report(json.loads(report.read_text(), parse_float=Decimal)["accounts"][0], expected)
    check_books(data, "default", expected)


def test_all_shapes_of_a_set_give_the_same_rows(binary, tmp_path):
    rows = []
    for number, folder in enumerate(SMALL):
        data = tmp_path / str(number) / "data"
        assert run(binary, "migrate", "--from", shared(f"legacy/{folder}"), "--data", data).code == 0
        book = Rows(data, "default")
        rows.append(
            [
                [{name: value for name, value in row.items() if name not in ("t", "crc")} for row in getattr(book, kind)]
                for kind in ("orders", "positions", "trades")
            ]
        )
    assert all(other == rows[0] for other in rows)


# A set of our own, so that nothing above is needed to know that it works.


@pytest.fixture
def export(tmp_path, pytestconfig):
    made = LegacyExport(seed=pytestconfig.seed)
    made.folder = made.write(tmp_path / "export")
    return made


def check_own(data, user, export):
    rows = Rows(data, user)
    funds, positions = check_files(rows)
    assert set(rows.last_orders) == export.ids
    assert len(rows.trades) == len(export.trades)
    assert (funds.capital, funds.cash) == (CAPITAL * 10**8, export.cash)
    held = {(key.symbol, key.exchange, key.product): position.quantity for key, position in positions.items()}
    assert held == {key: position.quantity for key, position in export.open_positions.items()}
    first = export.orders[0]
    row = rows.last_orders[first["order_id"]]
    # The old date said 5:30 hours too much; the row says what the clocks of the world said.
    assert row["order_timestamp"] < first["order_timestamp"]["$date"]
    assert {row["tag"] for row in rows.last_orders.values()} == {document["tag"] for document in export.orders}


def test_an_export_of_our_own_comes_in_whole(migrate, data, export, binary):
    outcome = migrate(export.folder)
    assert outcome.code == 0, outcome
    (account,) = outcome.report["accounts"]
    assert account["accepted"]["paper_orders"] == 60 and account["offset_minutes"] == 330
    assert account["figures"]["order_ids_sha256"] == export.order_ids_digest
    check_own(data, "default", export)
    assert run(binary, "check", "--data", data).code == 0


def test_twice_changes_nothing(migrate, data, export):
    assert migrate(export.folder).code == 0
    before = paper(data)
    again = migrate(export.folder)
    assert again.code == 0 and again.report["accounts"][0]["outcome"] == "identical", again
    assert paper(data) == before


def test_a_dry_run_into_a_folder_that_is_not_there_makes_none(migrate, data, export):
    outcome = migrate(export.folder, "--dry-run")
    assert outcome.code == 0 and outcome.report["dry_run"] is True and outcome.report["accounts"]
    assert not data.exists()


def test_a_dry_run_tells_everything_and_writes_no_book(migrate, data, export):
    outcome = migrate(export.folder, "--dry-run")
    assert outcome.code == 0 and outcome.report["dry_run"] is True
    assert outcome.report["accounts"][0]["accepted"]["paper_orders"] == 60
    assert [path for path in data.rglob("*.jsonl") if "paper" in path.parts] == []
    assert migrate(export.folder).code == 0
    check_own(data, "default", export)


def test_the_source_is_only_read(migrate, export):
    for path in export.folder.iterdir():
        path.chmod(0o400)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in export.folder.iterdir()}
    assert migrate(export.folder).code == 0
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in export.folder.iterdir()} == before


def test_a_target_that_holds_other_books_is_refused_with_four(migrate, data, export, tmp_path):
    assert migrate(export.folder).code == 0
    before = paper(data)
    other = LegacyExport(seed=99, orders=10).write(tmp_path / "other")
    refused = migrate(other)
    assert refused.code == 4 and refused.report["accounts"][0]["code"] == "E_TARGET_EXISTS", refused
    assert paper(data) == before
    merged = migrate(other, "--merge")
    assert merged.code == 0, merged
    assert len(Rows(data, "default").last_orders) == 70
    check_files(Rows(data, "default"))


def test_a_bad_line_refuses_all_with_four_and_partly_comes_in_with_three(migrate, data, export):
    path = export.folder / "paper_orders.json"
    bad = export.orders[-1] | {"quantity": "many"}
    path.write_text(path.read_text() + json.dumps(bad) + "\n")
    refused = migrate(export.folder)
    assert refused.code == 4 and not (data / "paper" / "default").exists(), refused
    (reject,) = refused.report["rejects"]
    assert (reject["file"], reject["line"], reject["code"], reject["field"]) == ("paper_orders.json", 61, "E_TYPE", "quantity")
    partly = migrate(export.folder, "--partial")
    assert partly.code == 3, partly
    check_own(data, "default", export)


def test_a_source_that_is_none_is_told(migrate, tmp_path, data):
    for source in (tmp_path / "nowhere", tmp_path):
        outcome = migrate(source)
        assert outcome.code in (1, 2) and len(outcome.sentences) == 1, outcome
        assert not (data / "paper" / "default").exists()


def test_a_report_that_cannot_be_written_is_told(binary, export, data, tmp_path):
    outcome = run(binary, "migrate", "--from", export.folder, "--data", data, "--report", tmp_path / "no" / "such" / "folder.json")
    assert outcome.code == 1 and len(outcome.sentences) == 1, outcome


def test_the_owner_sees_the_imported_books_and_hands_them_over(migrate, make_house, export):
    assert migrate(export.folder).code == 0
    house = make_house().start()
    owner = make_owner(house)
    heir = register(house, "heir@example.com")
    traded = register(house, "traded@example.com")
    with traded.connect() as connection:
        connection.post("/api/paper-trading/orders", order()).expect(201)
    with owner.connect() as connection:
        seen = connection.get("/api/admin/legacy-books").expect(200).json
        assert seen["exists"] is True
        assert seen["counts"] == {"orders": 60, "positions": len(export.open_positions), "trades": len(export.trades)}
        assert connection.post("/api/admin/legacy-books/hand-over", {"user_id": "NOBODY"}).expect(404).json["error"] == "unknown_user"
        refused = connection.post("/api/admin/legacy-books/hand-over", {"user_id": traded.id}).expect(409).json
        assert refused["error"] == "book_has_traded"
        connection.post("/api/admin/legacy-books/hand-over", {"user_id": heir.id}).expect(200)
        assert connection.get("/api/admin/legacy-books").json["exists"] is False
        again = connection.post("/api/admin/legacy-books/hand-over", {"user_id": owner.id}).expect(404).json
        assert again["error"] == "nothing_to_hand_over"
    for _ in range(2):
        with heir.connect() as connection:
            assert {row["order_id"] for row in all_orders(connection)} == export.ids
            positions = connection.get("/api/paper-trading/positions").json["positions"]
            assert len(positions) == len(export.open_positions)
        house.restart()
    # The heir goes on trading on the old books.
    with heir.connect() as connection:
        connection.post("/api/paper-trading/orders", order("SBIN", "SELL", 1)).expect(201, 409)
    assert house.stop() == 0
    rows = Rows(house.data, heir.id)
    check_files(rows)
    assert export.ids < set(rows.last_orders)


def test_books_imported_for_a_user_are_that_users(binary, migrate, make_house, export, data):
    made = run(binary, "user", "add", "--data", data, "--email", "zx@example.com", "--id", "ZX1234", "--password-stdin", stdin=PASSWORD)
    assert made.code == 0
    assert migrate(export.folder, "--user", "zx1234").code == 0
    house = make_house().start()
    other = register(house, "other@example.com")
    with house.connect() as connection:
        connection.token = connection.post("/api/auth/login", {"email": "zx@example.com", "password": PASSWORD}).expect(200).json["token"]
        assert {row["order_id"] for row in all_orders(connection)} == export.ids
        old = connection.get("/api/paper-trading/trades").json
        assert old["total_trades"] == len(export.trades)
    with other.connect() as connection:
        assert all_orders(connection) == []


def test_single_user_mode_sits_at_the_imported_books(migrate, make_house, export):
    assert migrate(export.folder).code == 0
    house = make_house(settings={"mode": "single-user", "password_cost": "12"}).start()
    with house.connect() as connection:
        assert {row["order_id"] for row in all_orders(connection)} == export.ids


def test_prefixed_collections_go_to_their_users(migrate, data, tmp_path):
    folder = tmp_path / "many"
    exports = {}
    for number, user in enumerate(("ZX1", "ZX2", "default")):
        exports[user] = LegacyExport(seed=number, orders=15)
        exports[user].write(folder, prefix=f"user_{user}_")
    outcome = migrate(folder)
    assert outcome.code == 0, outcome
    for user, export in exports.items():
        check_own(data, user, export)

"""The list of instruments from the command line: imported as a whole or not at all, and served by the next start."""

import gzip

from outside.house import run
from outside.people import make_owner

DUMP = """instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange
139276,544,INFY,INFOSYS,0.0,,0.0,0.05,1,EQ,BSE,BSE
15368706,60034,GOLD26DEC130000CE,GOLD,0.0,2026-12-29,130000.0,0.5,100,CE,MCX-OPT,MCX
"""


def import_list(binary, data, path, text):
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return run(binary, "instruments", "import", path, "--data", data)


def test_a_dump_is_imported_and_shown(binary, tmp_path):
    data = tmp_path / "data"
    taken = import_list(binary, data, tmp_path / "dump.csv.gz", DUMP)
    assert taken.code == 0, taken
    assert taken.stdout == "2 instruments of BSE, MCX imported, 0 are gone; the list has 2.\n"
    shown = run(binary, "instruments", "show", "--data", data)
    assert shown.stdout.splitlines()[:2] == ["BSE 1", "MCX 1"]
    found = run(binary, "instruments", "show", "--search", "gold", "--data", data)
    assert found.stdout == "MCX:GOLD26DEC130000CE CE tick 0.5 lot 100 until 2026-12-29 GOLD\n"


def test_a_wrong_line_is_named_and_nothing_is_taken(binary, tmp_path):
    data = tmp_path / "data"
    assert import_list(binary, data, tmp_path / "dump.csv", DUMP).code == 0
    refused = import_list(binary, data, tmp_path / "wrong.csv", DUMP.replace("BSE,BSE", "BSE,bse"))
    assert refused.code == 1
    assert refused.stderr.strip() == 'tradehouse: wrong.csv, line 2, column `exchange`: "bse" cannot be one.'
    assert run(binary, "instruments", "show", "--data", data).stdout.splitlines()[:2] == ["BSE 1", "MCX 1"]
    assert run(binary, "instruments", "show", "--data", tmp_path / "none").code == 2
    assert run(binary, "instruments", "import", "--data", data).code == 2


def test_the_next_start_serves_the_list(binary, make_house, tmp_path):
    house = make_house()
    assert import_list(binary, house.data, tmp_path / "dump.csv", DUMP).code == 0
    house.start()
    person = make_owner(house)
    with person.connect() as connection:
        found = connection.get("/api/market/instruments?search=INFY").expect(200).json["instruments"]
        assert [(one["i"], one["quoted"]) for one in found] == [("NSE:INFY", True), ("BSE:INFY", False)]
        watched = connection.get("/api/market/watch?instruments=BSE:INFY,NSE:INFY,NSE:NONE").expect(200).json["quotes"]
        assert [(one["i"], one["quoted"]) for one in watched] == [("BSE:INFY", False), ("NSE:INFY", True)]
        assert watched[0]["ltp"] is None and watched[0]["stale"] is True
        order = {"exchange": "BSE", "tradingsymbol": "INFY", "transaction_type": "BUY", "quantity": 1, "product": "MIS", "order_type": "MARKET"}
        assert connection.post("/api/paper-trading/orders", order).expect(409).json["error"] == "no_price"
        listed = connection.get("/api/market/instruments/MCX").expect(200).json
        assert listed["count"] == 1 and listed["instruments"][0]["expiry"] == "2026-12-29"


def test_a_running_server_keeps_its_list(binary, house, tmp_path):
    refused = import_list(binary, house.data, tmp_path / "dump.csv", DUMP)
    assert refused.code == 1 and "in use" in refused.stderr
    person = make_owner(house)
    with person.connect() as connection:
        found = connection.get("/api/market/instruments?search=INFY").expect(200).json["instruments"]
        assert [(one["i"], one["quoted"]) for one in found] == [("NSE:INFY", True)]

"""Candles from the command line: imported as a whole or not at all, served to everybody by the next start, splits on request."""

from outside.house import run
from outside.people import make_owner, register

DAYS = "date,open,high,low,close,volume\n" + "".join(f"2026-01-{day},2000,2010,1990,2005,100\n" for day in (12, 13)) + "2026-01-14,400,402,398,401,500\n"
SPLIT = "exchange,tradingsymbol,day,factor\nNSE,INFY,2026-01-14,0.2\n"


def place(path, text):
    path.write_text(text)
    return path


def test_imported_candles_are_everybodys_after_the_next_start(binary, make_house, tmp_path):
    house = make_house()
    taken = run(binary, "candles", "import", place(tmp_path / "INFY.csv", DAYS), "--data", house.data)
    assert taken.code == 0 and taken.stdout == "3 candles of NSE:INFY, day, imported; no gaps.\n", taken
    known = run(binary, "candles", "actions", place(tmp_path / "splits.csv", SPLIT), "--data", house.data)
    assert known.code == 0 and known.stdout == "1 splits and bonus issues are known now.\n", known
    house.start()
    asked = {"symbol": "INFY", "from_date": "2026-01-12", "to_date": "2026-01-14"}
    for person in (make_owner(house), register(house, "ben@example.com")):
        with person.connect() as connection:
            plain = connection.post("/api/market/historical", asked).expect(200).json["data"]
            assert [bar["close"] for bar in plain] == [2005, 2005, 401]
            adjusted = connection.post("/api/market/historical", {**asked, "adjusted": True}).expect(200).json["data"]
            assert [(bar["close"], bar["volume"]) for bar in adjusted] == [(401, 500), (401, 500), (401, 500)]


def test_a_damaged_file_is_set_aside_and_the_server_goes_on(binary, make_house, tmp_path):
    house = make_house()
    assert run(binary, "candles", "import", place(tmp_path / "INFY.csv", DAYS), "--data", house.data).code == 0
    stored = house.data / "candles/NSE/INFY/day/2026.csv"
    stored.write_bytes(stored.read_bytes().replace(b"2005", b"2006", 1))
    house.start()
    with make_owner(house).connect() as connection:
        asked = {"symbol": "INFY", "from_date": "2026-01-12", "to_date": "2026-01-14"}
        connection.post("/api/market/historical", asked).expect(200)
        connection.get("/api/market/status").expect(200)
    assert not stored.exists()
    assert [path.name for path in (house.data / "quarantine").glob("*-candles/*")] == ["2026.csv"]


def test_what_is_wrong_is_named_and_nothing_is_taken(binary, tmp_path):
    data = tmp_path / "data"
    refused = run(binary, "candles", "import", place(tmp_path / "INFY.csv", DAYS + "2026-01-15,1,1,2,1,1\n"), "--data", data)
    assert refused.code == 1
    assert refused.stderr.strip() == "tradehouse: INFY.csv, line 5, column `high`: high and low do not enclose open and close."
    assert not (data / "candles").exists()
    for words in (["import"], ["dance"], ["import", "x.csv", "--interval", "week"], ["import", "x.csv", "--labels", "middle"]):
        assert run(binary, "candles", *words, "--data", data).code == 2, words

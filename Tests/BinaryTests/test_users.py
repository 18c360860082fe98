"""Accounts without a browser: `tradehouse user`."""

import pytest

from outside.house import run
from outside.people import PASSWORD, make_owner, order, register
from outside.seal import is_sealed


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "house" / "data"


@pytest.fixture
def user(binary, folder):
    """Runs `tradehouse user …` on the folder."""

    def command(*arguments, stdin=""):
        return run(binary, "user", *arguments, "--data", folder, stdin=stdin)

    return command


def add(user, email, *more):
    return user("add", "--email", email, *more, "--password-stdin", stdin=PASSWORD + "\n")


def test_an_account_added_at_the_console_logs_in(user, make_house):
    made = add(user, "Asha@example.com", "--name", "Asha", "--id", "zx1234")
    assert made.code == 0 and made.stdout == "ZX1234\tAsha@example.com\ttrader\n"
    house = make_house().start()
    assert house.setup_token, "a trader is no owner"
    with house.connect() as connection:
        answer = connection.post("/api/auth/login", {"email": "asha@EXAMPLE.com", "password": PASSWORD}).expect(200).json
    assert (answer["user_id"], answer["name"], answer["role"]) == ("ZX1234", "Asha", "trader")


def test_an_owner_added_at_the_console_needs_no_set_up(user, make_house):
    assert add(user, "owner@example.com", "--role", "owner").code == 0
    second = add(user, "other@example.com", "--role", "owner")
    assert second.code == 2 and "owner" in second.sentences[0]
    house = make_house().start()
    assert house.setup_token is None
    with house.connect() as connection:
        assert connection.get("/api/setup/status").json["setup_needed"] is False


def test_an_id_is_made_when_none_is_given(user):
    made = add(user, "some@example.com")
    number = made.stdout.split("\t")[0]
    assert len(number) == 10 and number[0] == "U" and number.isalnum() and number.isupper()


def test_the_list_tells_everybody(user):
    for number in range(3):
        assert add(user, f"u{number}@example.com", "--id", f"USER{number}").code == 0
    assert user("disable", "--id", "USER1").code == 0
    assert user("role", "--id", "USER2", "--role", "viewer").code == 0
    rows = [line.split("\t") for line in user("list").stdout.splitlines()]
    assert [row[:4] for row in rows] == [
        ["USER0", "u0@example.com", "trader", "active"],
        ["USER1", "u1@example.com", "trader", "disabled"],
        ["USER2", "u2@example.com", "viewer", "active"],
    ]


def test_a_disabled_account_is_shut_out_until_it_is_enabled(user, make_house):
    house = make_house().start()
    person = register(house, "off@example.com")
    assert house.stop() == 0
    assert user("disable", "--id", person.id).stdout == f"{person.id} is disabled.\n"
    house.start()
    with person.connect() as connection:
        connection.get("/api/auth/user").expect(401)
        body = {"email": person.email, "password": PASSWORD}
        assert connection.post("/api/auth/login", body).expect(403).json["error"] == "account_disabled"
        wrong = connection.post("/api/auth/login", {**body, "password": "not the password"}).expect(401).json
        assert wrong["error"] == "invalid_credentials", "only who knows the password may learn that the account is off"
    assert house.stop() == 0
    assert user("enable", "--id", person.id).stdout == f"{person.id} is active.\n"
    house.start()
    with house.connect() as connection:
        connection.post("/api/auth/login", {"email": person.email, "password": PASSWORD}).expect(200)


def test_a_viewer_looks_and_does_not_trade(user, make_house):
    assert add(user, "looks@example.com", "--role", "viewer").code == 0
    house = make_house().start()
    with house.connect() as connection:
        body = {"email": "looks@example.com", "password": PASSWORD}
        connection.token = connection.post("/api/auth/login", body).expect(200).json["session_token"]
        connection.get("/api/paper-trading/portfolio").expect(200)
        body = {"exchange": "NSE", "tradingsymbol": "INFY", "transaction_type": "BUY", "quantity": 1, "order_type": "MARKET"}
        assert connection.post("/api/paper-trading/orders", body).expect(403).json["error"] == "viewer_may_not_trade"


REFUSED = {
    "an address that is none": (["add", "--email", "nobody", "--password-stdin"], PASSWORD),
    "a password too short": (["add", "--email", "a@example.com", "--password-stdin"], "short"),
    "a password too long": (["add", "--email", "a@example.com", "--password-stdin"], "x" * 257),
    "a password too common": (["add", "--email", "a@example.com", "--password-stdin"], "password1"),
    "no password": (["add", "--email", "a@example.com", "--password-stdin"], None),
    "a password on the command line": (["add", "--email", "a@example.com", "--password", "x"], PASSWORD),
    "no way for the password": (["add", "--email", "a@example.com"], PASSWORD),
    "an id that is none": (["add", "--email", "a@example.com", "--id", "../x", "--password-stdin"], PASSWORD),
    "a reserved id": (["add", "--email", "a@example.com", "--id", "default", "--password-stdin"], PASSWORD),
    "a role that is none": (["add", "--email", "a@example.com", "--role", "king", "--password-stdin"], PASSWORD),
    "disable nobody": (["disable", "--id", "NOBODY"], ""),
    "enable nobody": (["enable", "--id", "NOBODY"], ""),
    "a role for nobody": (["role", "--id", "NOBODY", "--role", "viewer"], ""),
    "no role": (["role", "--id", "NOBODY"], ""),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_is_refused_with_a_sentence(user, what):
    arguments, stdin = REFUSED[what]
    outcome = user(*arguments, stdin="" if stdin is None else stdin + "\n")
    assert outcome.code == 2 and len(outcome.sentences) == 1, outcome
    assert user("list").stdout == ""


def test_address_and_id_are_taken_once(user):
    assert add(user, "one@example.com", "--id", "ONE").code == 0
    assert "e-mail" in add(user, "ONE@example.com").sentences[0]
    assert "id" in add(user, "two@example.com", "--id", "one").sentences[0]
    assert len(user("list").stdout.splitlines()) == 1


def test_the_owner_cannot_be_shut_out(user, make_house):
    house = make_house().start()
    owner = make_owner(house)
    assert house.stop() == 0
    assert user("disable", "--id", owner.id).code == 2
    assert user("role", "--id", owner.id, "--role", "viewer").code == 2


def test_a_running_server_keeps_its_folder(user, house):
    for arguments in (["list"], ["disable", "--id", "X"], ["add", "--email", "a@example.com", "--password-stdin"]):
        outcome = user(*arguments, stdin=PASSWORD + "\n")
        assert outcome.code == 1 and len(outcome.sentences) == 1, outcome


def test_what_the_console_did_stands_in_the_audit(user, folder):
    assert add(user, "a@example.com", "--id", "AUDITED").code == 0
    assert user("disable", "--id", "AUDITED").code == 0
    lines = [line for path in sorted((folder / "audit").glob("*.jsonl")) for line in path.read_text().splitlines()]
    assert all(map(is_sealed, lines))
    text = "\n".join(lines)
    assert '"actor":"console"' in text and "disable_user" in text and PASSWORD not in text


def test_a_deleted_account_is_gone_and_its_id_is_never_given_again(user, make_house, binary, folder):
    house = make_house().start()
    owner = make_owner(house)
    gone = register(house, "gone@example.com")
    with gone.connect() as connection:
        connection.post("/api/paper-trading/orders", order("INFY")).expect(201)
    assert house.stop() == 0
    asked = user("delete", gone.id)
    assert asked.code == 2 and "--yes" in asked.sentences[0]
    assert user("delete", gone.id, "--yes").stdout == f"{gone.id} is deleted.\n"
    assert gone.id not in user("list").stdout
    assert user("delete", gone.id, "--yes").code == 2
    assert user("delete", owner.id, "--yes").code == 2, "the owner's account stays"
    assert add(user, "other@example.com", "--id", gone.id).code == 2, "the id is never given again"
    assert add(user, "gone@example.com").code == 0, "the address is free"
    assert run(binary, "check", "--data", folder).code == 0
    house.start()
    with gone.connect() as connection:
        connection.get("/api/auth/user").expect(401)

"""People and their logins: the first owner, who may come in by what, and how a login ends."""

import uuid

from outside.people import PASSWORD, Person, log_in, make_owner, register
from outside.waiting import together


def test_the_set_up_link_makes_the_owner_once(house):
    token = house.setup_token
    assert house.setup_url == f"http://127.0.0.1:{house.port}/setup?token={token}"
    with house.connect() as connection:
        assert connection.get("/api/setup/status").json["setup_needed"] is True
        body = {"token": str(uuid.uuid4()), "email": "owner@example.com", "password": PASSWORD}
        wrong = connection.post("/api/setup", body).expect(403).json
        assert (wrong["ok"], wrong["error"]) == (False, "setup_token_invalid")
        owner = Person(house, connection.post("/api/setup", {**body, "token": token}).expect(201).json)
        assert owner.role == "owner"
        again = connection.post("/api/setup", {**body, "token": token, "email": "second@example.com"}).expect(409).json
        assert again["error"] == "setup_done"
        assert connection.get("/api/setup/status").json["setup_needed"] is False
    assert [user["role"] for user in owner.get("/api/admin/users")["users"]] == ["owner"]


def test_the_set_up_link_used_twice_at_the_same_moment_makes_one_owner(house):
    answers = []

    def use(number):
        with house.connect() as connection:
            body = {"token": house.setup_token, "email": f"owner{number}@example.com", "password": PASSWORD}
            answers.append(connection.post("/api/setup", body))

    together(use, 8)
    assert sorted(answer.status for answer in answers) == [201] + [409] * 7, answers
    owner = Person(house, next(answer.json for answer in answers if answer.status == 201))
    assert [user["role"] for user in owner.get("/api/admin/users")["users"]] == ["owner"]


def test_the_set_up_link_is_printed_again_until_there_is_an_owner(house):
    first = house.setup_token
    register(house, "trader@example.com")
    house.restart()
    assert house.setup_token and house.setup_token != first
    make_owner(house)
    house.restart()
    assert house.setup_token is None


def test_logins_at_the_same_moment_all_last(house):
    """None of them may write the list of logins over another."""
    register(house, "many@example.com")
    people = []

    def enter(_):
        people.append(log_in(house, "many@example.com"))

    together(enter, 12)
    assert len({person.token for person in people}) == 12
    house.restart()
    for person in people:
        assert person.get("/api/auth/user")["email"] == "many@example.com"


def test_one_address_registered_at_the_same_moment_makes_one_account(house):
    answers = []

    def enter(number):
        with house.connect() as connection:
            email = ["same@example.com", "SAME@Example.com"][number % 2]
            answers.append(connection.post("/api/auth/register", {"email": email, "password": PASSWORD}))

    together(enter, 8)
    assert sorted(answer.status for answer in answers) == [201] + [409] * 7


def test_logging_out_ends_the_login_for_good(house):
    person = register(house, "leaves@example.com")
    other = log_in(house, "leaves@example.com")
    with person.connect() as connection:
        connection.post("/api/auth/logout").expect(200)
        for token in (person.token, person.jwt):
            detail = connection.get("/api/auth/user", token=token).expect(401).json["detail"]
            assert detail.startswith("Authentication required.")
    house.restart()
    with person.connect() as connection:
        connection.get("/api/auth/user").expect(401)
        connection.get("/api/auth/user", token=other.token).expect(200)


def test_both_tokens_open_the_door_in_both_headers(house):
    person = register(house, "doors@example.com")
    with house.connect() as connection:
        for token in (person.token, person.jwt):
            for headers in ({"X-Session-Token": token}, {"Authorization": f"Bearer {token}"}):
                assert connection.get("/api/auth/user", headers=headers).expect(200).json["user_id"] == person.id
        absent = connection.get("/api/auth/user").expect(401).json["detail"]
        wrong = connection.get("/api/auth/user", token=str(uuid.uuid4())).expect(401).json["detail"]
        tampered = connection.get("/api/auth/user", token=person.jwt[:-2] + ("aa" if person.jwt[-2:] != "aa" else "bb")).expect(401)
        assert absent == "Authentication required. Please log in."
        assert wrong == tampered.json["detail"] == "Authentication required. This session is not valid any more, please log in again."

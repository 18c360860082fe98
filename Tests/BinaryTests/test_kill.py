"""Killed in the middle of work, the house loses nothing that it acknowledged. Many more rounds: `etc/soak kill`."""

import subprocess

from outside.books import Rows, check_answers
from outside.house import plain_environment
from outside.kill_rounds import KillRounds
from outside.people import PASSWORD, order, register

# Enough for thousands of orders of a few shares.
SETTINGS = {"starting_capital": "10000000000"}


def test_every_acknowledged_order_outlives_a_kill(make_house, chance, figure):
    rounds = KillRounds(make_house(settings=SETTINGS), chance)
    answers = [rounds.round() for _ in range(5)]
    books = rounds.finish()
    for user, book in books.items():
        check_answers(Rows(rounds.house.data, user), *book)
    figure(f"kill: 5 rounds, {sum(answers)} answers before a kill, {rounds.acknowledged} orders, none lost")


def test_an_account_outlives_a_kill_right_after_its_answer(make_house):
    house = make_house().start()
    people = []
    for number in range(5):
        person = register(house, f"person{number}@example.com")
        people.append(person)
        assert house.kill() == -9
        house.start()
    for person in people:
        assert person.get("/api/auth/user")["email"] == person.email
        with house.connect() as connection:
            connection.post("/api/auth/login", {"email": person.email, "password": PASSWORD}).expect(200)


def test_a_logout_outlives_a_kill_right_after_its_answer(house):
    person = register(house, "gone@example.com")
    with person.connect() as connection:
        connection.post("/api/paper-trading/orders", order()).expect(201)
        connection.post("/api/auth/logout").expect(200)
    house.kill()
    house.start()
    with person.connect() as connection:
        connection.get("/api/auth/user").expect(401)


def test_killed_while_it_starts_it_starts_again(make_house, chance):
    house = make_house(settings=SETTINGS).start()
    person = register(house, "patient@example.com")
    with person.connect() as connection:
        numbers = {connection.post("/api/paper-trading/orders", order("SBIN")).expect(201).json["order_id"] for _ in range(50)}
    house.kill()
    for _ in range(10):
        started = subprocess.Popen(house.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=plain_environment())
        try:
            started.wait(chance.random() * 0.03)
        except subprocess.TimeoutExpired:
            pass
        started.kill()
        started.wait()
    house.start()
    found = person.get("/api/paper-trading/orders?limit=1000")["orders"]
    assert {row["order_id"] for row in found} == numbers

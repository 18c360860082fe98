"""What must never be written in clear: passwords, tokens, and what a request carried. Looked for by grep in everything the house
leaves behind.
"""

import hashlib
import json
import uuid
from urllib.parse import quote

from outside.people import order, register
from outside.websocket import WebSocket


def test_no_secret_is_in_any_file_or_line(house):
    """Every way in which a secret can come in is used once, right or wrong; then everything is searched for all of them."""
    secrets = {
        "password": "Xk7 the very secret pass phrase",
        "wrong password": "Qz9 a wrong pass phrase here",
        "set-up token": house.setup_token,
        "unknown token": str(uuid.uuid4()),
        "garbage token": "garbage-" + uuid.uuid4().hex,
    }
    person = register(house, "quiet@example.com", secrets["password"])
    secrets |= {"session token": person.token, "JWT": person.jwt}
    with house.connect() as connection:
        wrong = secrets["wrong password"]
        connection.post("/api/auth/login", {"email": person.email, "password": wrong}).expect(401)
        connection.post("/api/auth/login", {"email": "nobody@example.com", "password": wrong}).expect(401)
        connection.post("/api/auth/register", {"email": person.email, "password": wrong}).expect(409)
        connection.post("/api/auth/login", {"email": person.email, "password": [wrong]}).expect(400)
        connection.post("/api/auth/login", body=b'{"password":"' + wrong.encode() + b'"').expect(400)
        for name in ("session token", "JWT", "unknown token", "garbage token"):
            token = secrets[name]
            connection.get("/api/auth/user", token=token)
            connection.get("/api/auth/user", headers={"Authorization": f"Bearer {token}"})
            connection.get(f"/api/auth/status?token={quote(token)}").expect(200)
            connection.get(f"/api/nothing/{quote(token)}", token=token).expect(404)
            connection.post("/api/paper-trading/orders", order(token=token), token=person.token).expect(422)
            with WebSocket(house.port) as socket:
                socket.send({"type": "auth", "token": token})
                if name in ("session token", "JWT"):
                    socket.receive_until(lambda message: message["type"] == "snapshot")
                else:
                    assert socket.closed_with() == 4401
        placed = connection.post("/api/paper-trading/orders", order("SBIN", "BUY", 2), token=person.token).expect(201).json
        body = {"token": secrets["set-up token"], "email": "own@example.com", "password": secrets["password"]}
        connection.post("/api/setup", body).expect(201)
        connection.get("/callback?request_token=" + secrets["garbage token"], headers={"Accept": "text/html"})
    assert house.stop() == 0
    left = {f"file {path}": path.read_bytes() for path in house.data.parent.rglob("*") if path.is_file()}
    left["standard error"] = "\n".join(house.stderr).encode()
    left["standard output"] = "\n".join(line for line in house.stdout if not line.startswith("set up your house:")).encode()
    assert any(placed["order_id"].encode() in content for content in left.values()), "the search itself finds nothing"
    for name, secret in secrets.items():
        for where, content in left.items():
            assert secret.encode() not in content, f"the {name} is in {where}"


def test_the_old_names_of_a_session_file_hold_no_clear_token(house):
    person = register(house, "five@example.com")
    assert house.stop() == 0
    document = json.loads((house.data / "sessions" / f"{person.id}.json").read_text())
    assert document["session_token"] == "sha256:" + hashlib.sha256(person.token.encode()).hexdigest()
    assert (document["user_id"], document["access_token"]) == (person.id, None)
    assert document["user_name"] and document["login_time"]


def test_an_unknown_user_and_a_wrong_password_get_the_same_answer(house):
    register(house, "known@example.com")
    with house.connect() as connection:
        answers = [
            connection.post("/api/auth/login", {"email": email, "password": "not the right one"})
            for email in ("known@example.com", "no@example.com")
        ]
    assert answers[0].status == answers[1].status == 401
    assert answers[0].body == answers[1].body


def test_errors_tell_no_path_and_no_other_user(house):
    person = register(house, "curious@example.com")
    other = register(house, "hidden@example.com")
    with person.connect() as connection:
        for target in (
            "/api/admin/users",
            f"/api/paper-trading/orders/{other.id}",
            "/api/%2e%2e/users",
            f"/users/{other.id}.json",
            "/../users",
        ):
            answer = connection.get(target)
            assert answer.status in (403, 404, 400), target
            for word in (str(house.data), other.id, other.email, ".swift", "Storage"):
                assert word not in answer.text

"""PostgreSQL, Redis and SQLite as `bench_storage` measures them: each with its own way to be asked for durable rows.

A run is `(writers, seconds)` and gives rows per second, p50 and p99 in milliseconds.
"""

import csv
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

from outside.waiting import eventually

SETTINGS = {
    "listen_addresses": "''",
    "shared_buffers": "512MB",
    "max_wal_size": "16GB",
    "min_wal_size": "2GB",
    "checkpoint_timeout": "60min",
    "logging_collector": "off",
    "log_min_messages": "error",
}

FOUR_TABLES = """
CREATE TABLE orders (id bigserial PRIMARY KEY, who integer NOT NULL, status text, body text);
CREATE TABLE trades (id bigserial PRIMARY KEY, order_id bigint NOT NULL, body text);
CREATE TABLE positions (who integer, symbol text, quantity integer, body text, PRIMARY KEY (who, symbol));
CREATE TABLE meta (who integer PRIMARY KEY, v integer NOT NULL, body text);
CREATE TABLE acts (id bigserial PRIMARY KEY, body text);
"""


def percentile(sorted_values, share):
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]


def parts(size):
    """The bytes of an order over its four rows, about as ours share them."""
    order = size * 45 // 100
    trade = size * 20 // 100
    position = size * 20 // 100
    return tuple("x" * part for part in (order, trade, position, size - order - trade - position))


def session(leader):
    """All processes of a server that began a session: each of PostgreSQL's has a group of its own."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # Behind the name in brackets: state, parent, group, session.
            if int((entry / "stat").read_text().rsplit(")", 1)[1].split()[3]) == leader:
                found.append(int(entry.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def pause_all(leader):
    for process in session(leader):
        os.kill(process, signal.SIGSTOP)


def resume_all(leader):
    for process in session(leader):
        os.kill(process, signal.SIGCONT)


class Postgres:
    """A server of its own on a folder of its own; never as root, which it refuses."""

    def __init__(self, folder, size, most):
        self.folder = folder / "postgres"
        self.size = size
        self.most = most
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        if not programs:
            raise SystemExit("PostgreSQL is not installed")
        self.programs = programs[-1]
        self.user = {}
        if os.geteuid() == 0:
            postgres = pwd.getpwnam("postgres")
            self.user = {"user": postgres.pw_uid, "group": postgres.pw_gid, "extra_groups": []}
            # Its user has to reach the folder.
            os.chmod(folder, 0o711)

    def __enter__(self):
        self.folder.mkdir()
        if self.user:
            os.chown(self.folder, self.user["user"], self.user["group"])
        data = self.folder / "data"
        self.check("initdb", "-D", data, "-U", "bench", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        settings = SETTINGS | {"unix_socket_directories": f"'{self.folder}'", "max_connections": str(self.most + 20)}
        sets = [part for key, value in settings.items() for part in ("-c", f"{key}={value.strip(chr(39))}")]
        self.process = subprocess.Popen(
            [self.programs / "postgres", "-D", data, *sets],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "server.log").open("wb"),
            cwd="/",
            start_new_session=True,
            **self.user,
        )
        try:
            eventually(lambda: self.run_program("pg_isready", "-h", self.folder, "-U", "bench", "-d", "postgres", check=False).returncode == 0)
            self.sql(FOUR_TABLES)
            # Segments that were used before are overwritten instead of made, as in a server that runs for long.
            for _ in range(24):
                self.sql("CREATE TABLE once (x int); DROP TABLE once; SELECT pg_switch_wal();")
            self.sql("CHECKPOINT")
        except BaseException:
            self.stop()
            raise
        order, trade, position, meta = parts(self.size)
        self.scripts = {
            "insert": self.script("insert", f"INSERT INTO acts (body) VALUES ('{'x' * self.size}');\n"),
            "four": self.script(
                "four",
                "\\set who :client_id\n"
                "BEGIN;\n"
                f"INSERT INTO orders (who, status, body) VALUES (:who, 'COMPLETE', '{order}');\n"
                f"INSERT INTO trades (order_id, body) VALUES (currval('orders_id_seq'), '{trade}');\n"
                f"INSERT INTO positions (who, symbol, quantity, body) VALUES (:who, 'RELIANCE', 10, '{position}')\n"
                "  ON CONFLICT (who, symbol) DO UPDATE SET quantity = positions.quantity + 10, body = excluded.body;\n"
                f"INSERT INTO meta (who, v, body) VALUES (:who, 1, '{meta}')\n"
                "  ON CONFLICT (who) DO UPDATE SET v = meta.v + 1, body = excluded.body;\n"
                "COMMIT;\n",
            ),
        }
        return self

    def __exit__(self, *_):
        self.stop()

    def pause(self):
        """Stands still, so that nothing it does by itself disturbs another's run."""
        pause_all(self.process.pid)

    def resume(self):
        resume_all(self.process.pid)

    def stop(self):
        self.resume()
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)

    def script(self, name, text):
        path = self.folder / f"{name}.sql"
        path.write_text(text)
        path.chmod(0o644)
        return path

    def run_program(self, name, *arguments, check=True, stdin=""):
        done = subprocess.run(
            [self.programs / name, *map(str, arguments)], input=stdin, capture_output=True, text=True, check=False, cwd=self.folder, **self.user
        )
        if check and done.returncode != 0:
            raise SystemExit(f"{name}: {done.stderr.strip()}")
        return done

    def check(self, name, *arguments):
        return self.run_program(name, *arguments)

    def sql(self, text):
        return self.run_program("psql", "-h", self.folder, "-U", "bench", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-qAt", stdin=text).stdout

    def measured(self, name, writers, seconds):
        for path in self.folder.glob("log.*"):
            path.unlink()
        # Its clock runs while it connects, which takes longer than a run when there are many: then it counts instead.
        length = ("-T", max(1, round(seconds))) if writers < 256 else ("-t", max(4, round(6_000 * seconds / writers)))
        self.run_program(
            "pgbench", "-h", self.folder, "-U", "bench", "-n", "-M", "prepared", "-f", self.scripts[name],
            "-c", writers, "-j", min(2, writers), *length, "-l", "--log-prefix", "log", "postgres",
        )  # fmt: skip
        # client, number, microseconds, script, and when it ended: seconds, microseconds.
        lines = [line.split() for path in self.folder.glob("log.*") for line in path.read_text().splitlines()]
        ends = [int(line[4]) * 1_000_000 + int(line[5]) for line in lines]
        waits = sorted(int(line[2]) for line in lines)
        span = (max(ends) - min(end - int(line[2]) for end, line in zip(ends, lines))) / 1e6
        return len(lines) / span, percentile(waits, 0.5) / 1000, percentile(waits, 0.99) / 1000

    def insert(self, writers, seconds):
        return self.measured("insert", writers, seconds)

    def four(self, writers, seconds):
        return self.measured("four", writers, seconds)


class Redis:
    """A server that syncs its log before it answers."""

    def __init__(self, folder, size):
        self.folder = folder / "redis"
        self.size = size

    def __enter__(self):
        self.folder.mkdir()
        self.socket = self.folder / "socket"
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder), "--save", "", "--daemonize", "no"]
            + ["--appendonly", "yes", "--appendfsync", "always", "--auto-aof-rewrite-percentage", "0", "--maxclients", "4000"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            eventually(self.socket.exists)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def pause(self):
        """As `Postgres.pause`."""
        pause_all(self.process.pid)

    def resume(self):
        resume_all(self.process.pid)

    def stop(self):
        self.process.kill()
        self.process.wait(30)

    def ask(self, writers, count):
        done = subprocess.run(
            ["redis-benchmark", "-s", str(self.socket), "-c", str(writers), "-n", str(count), "-d", str(self.size), "-r", "1000000"]
            + ["-t", "set", "--csv"],
            capture_output=True,
            text=True,
            check=True,
        )
        row = next(row for row in csv.DictReader(done.stdout.splitlines()) if row["test"] == "SET")
        return float(row["rps"]), float(row["p50_latency_ms"]), float(row["p99_latency_ms"])

    def run(self, writers, seconds):
        # It counts requests, not seconds: a short run says how many are about enough.
        rate, _, _ = self.ask(writers, max(200, 4 * writers))
        return self.ask(writers, max(200, 4 * writers, round(rate * seconds)))


class Sqlite:
    """A database in the asking process. Its writers take turns, so one of them is all that counts."""

    def __init__(self, folder, size):
        self.folder = folder / "sqlite"
        self.folder.mkdir()
        self.size = size

    def measured(self, seconds, act):
        path = self.folder / "acts.db"
        database = sqlite3.connect(path, isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.executescript(FOUR_TABLES.replace("bigserial PRIMARY KEY", "integer PRIMARY KEY"))
        for number in range(200):
            act(database, number)
        waits = []
        begin = now = time.perf_counter_ns()
        end = begin + int(seconds * 1e9)
        while now < end:
            act(database, len(waits))
            done = time.perf_counter_ns()
            waits.append(done - now)
            now = done
        database.close()
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        waits.sort()
        return len(waits) / ((now - begin) / 1e9), percentile(waits, 0.5) / 1e6, percentile(waits, 0.99) / 1e6

    def insert(self, writers, seconds):
        body = "x" * self.size
        return self.measured(seconds, lambda database, _: database.execute("INSERT INTO acts (body) VALUES (?)", (body,)))

    def four(self, writers, seconds):
        order, trade, position, meta = parts(self.size)

        def act(database, number):
            database.execute("BEGIN IMMEDIATE")
            made = database.execute("INSERT INTO orders (who, status, body) VALUES (1, 'COMPLETE', ?)", (order,)).lastrowid
            database.execute("INSERT INTO trades (order_id, body) VALUES (?, ?)", (made, trade))
            database.execute(
                "INSERT INTO positions (who, symbol, quantity, body) VALUES (1, 'RELIANCE', 10, ?)"
                " ON CONFLICT (who, symbol) DO UPDATE SET quantity = quantity + 10, body = excluded.body",
                (position,),
            )
            database.execute(
                "INSERT INTO meta (who, v, body) VALUES (1, 1, ?) ON CONFLICT (who) DO UPDATE SET v = v + 1, body = excluded.body", (meta,)
            )
            database.execute("COMMIT")

        return self.measured(seconds, act)

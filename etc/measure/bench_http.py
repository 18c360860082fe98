"""The house beside nginx, on this machine, in turns: each server alone on core 0, the load on core 1.

Two requests: an authenticated `GET /api/paper-trading/funds`, and a `POST` of a market order that is on disk before it is answered. nginx
answers both with a fixed body of the same size and writes nothing. The load generator tops out first at many connections, so requests
per CPU second of the server tell more than requests per second. Rates are switched off; passwords are cheap and not measured.
"""

import argparse
import json
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

from common import add_binary, machine, table, work_folder

from outside.house import House, cpu_seconds, free_port
from outside.http import Connection, encoded
from outside.people import order, register
from outside.waiting import eventually

# People who order in turns, so that the books of none grow beyond what a busy day makes.
PEOPLE = 64
SYMBOLS = ("SBIN", "INFY", "TCS", "RELIANCE", "WIPRO", "NTPC", "ITC", "ONGC")
SERVER_CORE, LOAD_CORE = "0", "1"

# wrk's script: one request a turn, for one person after the other; what it counted as one line of JSON at the end.
GET_SCRIPT = """
local tokens = {%(tokens)s}
local turn = 0
function request()
  turn = turn + 1
  return wrk.format("GET", "%(path)s", {["X-Session-Token"] = tokens[turn %% #tokens + 1]})
end
"""
POST_SCRIPT = """
local tokens = {%(tokens)s}
local bodies = {%(bodies)s}
local turn = 0
function request()
  turn = turn + 1
  local id = "%(run)s-" .. turn
  local body = bodies[turn %% #bodies + 1] .. '"client_order_id":"' .. id .. '"}'
  return wrk.format("POST", "%(path)s", {["X-Session-Token"] = tokens[turn %% #tokens + 1], ["Content-Type"] = "application/json"}, body)
end
"""
DONE_SCRIPT = """
function done(summary, latency, requests)
  io.write(string.format('\\nRESULT {"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"bad":%d,"broken":%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
"""

NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  default_type application/json;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location = {get_path} {{ return 200 '{get_body}'; }}
    location = {post_path} {{ return 201 '{post_body}'; }}
  }}
}}
"""

GET_PATH, POST_PATH = "/api/paper-trading/funds", "/api/paper-trading/orders"


class Nginx:
    """nginx with one worker that answers from memory."""

    name = "nginx"

    def __init__(self, folder, bodies):
        self.folder = folder
        self.port = free_port()
        for name in ("body", "proxy", "fastcgi", "uwsgi", "scgi"):
            (folder / name).mkdir()
        (folder / "nginx.conf").write_text(
            NGINX.format(
                folder=folder,
                port=self.port,
                get_path=GET_PATH,
                post_path=POST_PATH,
                get_body=bodies[GET_PATH],
                post_body=bodies[POST_PATH],
            )
        )
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        self.process = subprocess.Popen(["taskset", "-c", SERVER_CORE, program, "-c", str(folder / "nginx.conf"), "-p", str(folder)])
        eventually(self.answers)

    def answers(self):
        try:
            with Connection(self.port) as connection:
                return connection.get(GET_PATH).status == 200
        except ConnectionError:
            return False

    @property
    def cpu(self):
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return sum(cpu_seconds(pid) for pid in (self.process.pid, *children))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


class Measured:
    """The house with its people, under the same questions as nginx."""

    name = "tradehouse"

    def __init__(self, binary, folder):
        settings = {"starting_capital": "10000000000"}
        self.house = House(binary, folder / "data", settings=settings, prefix=["taskset", "-c", SERVER_CORE]).start()
        self.port = self.house.port
        self.people = [register(self.house, f"user{number}@example.com") for number in range(PEOPLE)]

    def bodies(self):
        """Real answers, whose sizes nginx copies."""
        with self.people[0].connect() as connection:
            placed = connection.post(POST_PATH, order("SBIN", client_order_id="size-0123456789")).expect(201)
            return {POST_PATH: placed.text, GET_PATH: connection.get(GET_PATH).expect(200).text}

    @property
    def cpu(self):
        return cpu_seconds(self.house.pid)

    def stop(self):
        code = self.house.stop()
        assert code == 0, f"the house ended with {code}"


def scripts(folder, people):
    """wrk's scripts; each run gets its own for orders, so that no client id comes twice."""
    tokens = ",".join(f'"{person.token}"' for person in people)

    def script(path, run):
        if path == GET_PATH:
            text = GET_SCRIPT % {"tokens": tokens, "path": path}
        else:
            starts = []
            for number in range(2 * len(SYMBOLS)):
                body = encoded(order(SYMBOLS[number // 2], ("BUY", "SELL")[number % 2]))
                starts.append("'" + body.decode()[:-1] + ",'")
            text = POST_SCRIPT % {"tokens": tokens, "path": path, "run": run, "bodies": ",".join(starts)}
        place = folder / f"{run}.lua"
        place.write_text(text + DONE_SCRIPT)
        return place

    return script


def load(server, path, connections, seconds, script):
    """One run: what wrk counted, and the CPU seconds the server used meanwhile."""
    before = server.cpu
    done = subprocess.run(
        ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(script)]
        + [f"http://127.0.0.1:{server.port}{path}"],
        capture_output=True,
        check=True,
        text=True,
    )
    used = server.cpu - before
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    result = json.loads(line.removeprefix("RESULT "))
    if result["bad"] or result["broken"]:
        raise SystemExit(f"{server.name} {path}: {result['bad']} refused and {result['broken']} broken of {result['requests']} requests")
    result["per_second"] = result["requests"] / (result["microseconds"] / 1e6)
    result["per_cpu_second"] = result["requests"] / used
    return result


def main():
    parser = argparse.ArgumentParser(prog="etc/bench http", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_binary(parser)
    parser.add_argument("--seconds", type=int, default=3, help="of each run")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", default="1,16,64")
    options = parser.parse_args()
    counts = [int(text) for text in options.connections.split(",")]
    print(machine())
    results = {}
    with work_folder() as folder:
        house = Measured(options.binary, folder)
        nginx_folder = folder / "nginx"
        nginx_folder.mkdir()
        bodies = house.bodies()
        nginx = Nginx(nginx_folder, bodies)
        script = scripts(folder, house.people)
        sizes = ", ".join(f"{path.rsplit('/', 1)[1]} {len(body.encode())} bytes" for path, body in bodies.items())
        started = time.monotonic()
        try:
            for server in (nginx, house):
                load(server, GET_PATH, 16, 1, script(GET_PATH, f"warm-{server.name}"))
            for number in range(options.rounds):
                for path in (GET_PATH, POST_PATH):
                    for count in counts:
                        # The order changes with the round: neither always comes first.
                        for server in (nginx, house) if number % 2 else (house, nginx):
                            run = f"r{number}-{count}-{server.name[0]}{path[-1]}"
                            result = load(server, path, count, options.seconds, script(path, run))
                            results.setdefault((path, count, server.name), []).append(result)
        finally:
            nginx.stop()
            house.stop()
    print(f"{options.rounds} rounds of {options.seconds} s, medians; bodies: {sizes}; {time.monotonic() - started:.0f} s in all")
    print(report(results, counts))
    return 0


def report(results, counts):
    rows = []
    for path, name in ((GET_PATH, "GET funds"), (POST_PATH, "POST order")):
        for count in counts:
            found = {}
            for server in ("nginx", "tradehouse"):
                runs = results[(path, count, server)]
                found[server] = {key: statistics.median(run[key] for run in runs) for key in ("per_second", "per_cpu_second", "p50", "p99")}
                figures = found[server]
                rows.append(
                    (
                        f"{name}, {count} conn., {server}",
                        f"{figures['per_second']:,.0f}",
                        f"{figures['per_cpu_second']:,.0f}",
                        f"{figures['p50'] / 1000:.2f}",
                        f"{figures['p99'] / 1000:.2f}",
                    )
                )
            own, other = found["tradehouse"], found["nginx"]
            rows.append(
                (
                    "  tradehouse / nginx",
                    f"{own['per_second'] / other['per_second']:.2f}",
                    f"{own['per_cpu_second'] / other['per_cpu_second']:.2f}",
                    f"{own['p50'] / max(1, other['p50']):.2f}",
                    f"{own['p99'] / max(1, other['p99']):.2f}",
                )
            )
    return table(("request", "per second", "per CPU second", "p50 ms", "p99 ms"), rows)


if __name__ == "__main__":
    sys.exit(main())

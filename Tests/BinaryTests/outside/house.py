"""The binary as a process: started on a data folder of its own, watched by what it prints, stopped in order or killed."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from .http import Connection
from .waiting import PATIENCE, eventually

# Settings of a house in a test: cheap passwords, no rates, nothing held in reserve on the tester's disk.
TEST_SETTINGS = {
    "mode": "test",
    "password_cost": "4",
    "rate_limits": "off",
    "registration": "open",
    "free_megabytes": "0",
    "ballast_megabytes": "0",
}


def plain_environment(more=()):
    """The environment without anything that would configure a house."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("TRADEHOUSE_")}
    kept.update(dict(more))
    return kept


class StartFailure(Exception):
    """The binary ended before it listened."""

    def __init__(self, code, stdout, stderr):
        super().__init__(f"ended with {code}: {stderr[-2000:]}")
        self.code = code
        self.stdout = stdout
        self.stderr = stderr


class House:
    """One life of the server after another on the same folder.

    `data` is made by the house. Everything it prints in all its lives is in `stdout` and `stderr`, as lines.
    """

    def __init__(self, binary, data, settings=(), arguments=(), environment=(), prefix=(), defaults=TEST_SETTINGS):
        self.binary = str(binary)
        self.data = Path(data)
        self.settings = {**dict(defaults), **dict(settings)}
        self.arguments = list(arguments)
        self.environment = dict(environment)
        self.prefix = list(prefix)
        self.process = None
        self.port = None
        self.setup_token = None
        self.setup_url = None
        self.stdout = []
        self.stderr = []
        self.started_at = None
        self.listening_at = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.end()

    @property
    def command(self):
        pairs = [f"{key}={value}" for key, value in self.settings.items()]
        sets = [part for pair in pairs for part in ("--set", pair)]
        return [*self.prefix, self.binary, "serve", "--data", str(self.data), "--listen", "127.0.0.1:0", *sets, *self.arguments]

    def start(self):
        """Starts and waits until it listens."""
        assert self.process is None, "it runs already"
        self.port = None
        self.setup_token = None
        lives_before = len(self.stdout), len(self.stderr)
        self.started_at = time.perf_counter()
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=plain_environment(self.environment),
        )
        listening = threading.Event()
        self.readers = [
            threading.Thread(target=self.read_output, args=(self.process.stdout, listening), daemon=True),
            threading.Thread(target=self.read_errors, args=(self.process.stderr,), daemon=True),
        ]
        for reader in self.readers:
            reader.start()
        if not listening.wait(PATIENCE) or self.port is None:
            self.process.kill()
            code = self.finish()
            raise StartFailure(code, "\n".join(self.stdout[lives_before[0] :]), "\n".join(self.stderr[lives_before[1] :]))
        return self

    def read_output(self, stream, listening):
        for line in stream:
            text = line.decode().rstrip("\n")
            self.stdout.append(text)
            if match := re.fullmatch(r"set up your house: (\S+/setup\?token=(\S+))", text):
                self.setup_url, self.setup_token = match.groups()
            elif match := re.fullmatch(r"listening http://\S+:(\d+)", text):
                self.listening_at = time.perf_counter()
                self.port = int(match.group(1))
                listening.set()
        listening.set()

    def read_errors(self, stream):
        for line in stream:
            self.stderr.append(line.decode("utf-8", "backslashreplace").rstrip("\n"))

    @property
    def pid(self):
        return self.process.pid

    @property
    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, with_signal=signal.SIGTERM):
        """Stops in order; the exit code."""
        self.process.send_signal(with_signal)
        return self.finish()

    def kill(self):
        """Ends the process as a power cut would end it, as far as the process can tell."""
        self.process.kill()
        return self.finish()

    def finish(self):
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("the house did not end") from None
        for reader in self.readers:
            reader.join(PATIENCE)
        self.process.stdout.close()
        self.process.stderr.close()
        self.process = None
        return code

    def end(self):
        """Whatever state it is in, it is gone afterwards."""
        if self.process is not None:
            self.process.kill()
            self.finish()

    def restart(self):
        assert self.stop() == 0, self.stderr[-5:]
        return self.start()

    def connect(self, token=None):
        return Connection(self.port, token=token)

    @property
    def events(self):
        """What it logged, as JSON; lines that are none are in `sentences`."""
        return [json.loads(line) for line in self.stderr if line.startswith("{")]

    @property
    def sentences(self):
        return [line for line in self.stderr if line and not line.startswith("{")]

    def wait_for_event(self, name, patience=PATIENCE):
        """The first event of this name, once it is there."""
        return eventually(lambda: next((event for event in self.events if event["event"] == name), None), patience)

    def files(self):
        """Every regular file of the data folder."""
        return [path for path in sorted(self.data.rglob("*")) if path.is_file()]


class Outcome:
    """How a command ended."""

    def __init__(self, code, stdout, stderr, seconds=None, peak_kilobytes=None):
        self.code = code
        self.stdout = stdout
        self.stderr = stderr
        self.seconds = seconds
        self.peak_kilobytes = peak_kilobytes

    @property
    def sentences(self):
        """Lines of standard error that are not log lines."""
        return [line for line in self.stderr.splitlines() if line and not line.startswith("{")]

    def __repr__(self):
        return f"<exit {self.code}\nstdout: {self.stdout[-1500:]}\nstderr: {self.stderr[-1500:]}>"


def run(binary, *arguments, stdin="", environment=(), patience=PATIENCE, **more):
    """A command that ends by itself."""
    done = subprocess.run(
        [str(binary), *map(str, arguments)],
        input=stdin.encode(),
        capture_output=True,
        timeout=patience,
        env=plain_environment(environment),
        check=False,
        **more,
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


# A small process between the tester and the command: the system counts the peak of whoever started a process as the process's own.
WITNESS = """
import json, os, sys, time
report, command = int(sys.argv[1]), sys.argv[2:]
os.set_inheritable(report, False)
start = time.perf_counter()
_, status, usage = os.wait4(os.posix_spawn(command[0], command, os.environ), 0)
os.write(report, json.dumps([os.waitstatus_to_exitcode(status), time.perf_counter() - start, usage.ru_maxrss]).encode())
"""


def run_measured(binary, *arguments, patience=300):
    """A command with its time and its peak of resident memory."""
    read_end, write_end = os.pipe()
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", WITNESS, str(write_end), str(binary), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=patience,
            env=plain_environment(),
            pass_fds=[write_end],
            check=True,
        )
        code, seconds, peak = json.loads(os.read(read_end, 4096))
    finally:
        os.close(read_end)
        os.close(write_end)
    return Outcome(code, done.stdout.decode(), done.stderr.decode(), seconds, peak)


def free_port():
    """A port of the loopback that nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        return chosen.getsockname()[1]


def resident_kilobytes(pid):
    """Resident memory of a process now."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no such process")


def cpu_seconds(pid):
    """Processor time of all threads of a process, to the nanosecond where the kernel counts it."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def descriptor_count(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))

"""What the measurements share: the way to the client and the process control of the outside tests, a folder that goes away, and the
machine they ran on.
"""

import contextlib
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "BinaryTests"))


def add_binary(parser):
    """The option that every measurement has."""
    parser.add_argument("--binary", required=True, type=Path, help="the release binary")


@contextlib.contextmanager
def work_folder(keep=None):
    """An empty folder on a real disk: a file system in memory makes every sync free. Removed afterwards unless it is to be kept."""
    if keep:
        path = Path(keep)
        path.mkdir(parents=True)
        yield path
        return
    path = Path(tempfile.mkdtemp(prefix="tradehouse-", dir=os.environ.get("TRADEHOUSE_BENCH_DIR", "/var/tmp")))
    try:
        yield path
    finally:
        shutil.rmtree(path)


def machine():
    """One line about where this ran; figures of two machines do not compare."""
    model = next(
        (line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), ""
    )
    return f"{os.cpu_count()} cores {model or platform.machine()}, Linux {platform.release()}"


def table(head, rows):
    """Rows as text in columns; numbers to the right."""
    lines = [head, *rows]
    widths = [max(len(str(line[column])) for line in lines) for column in range(len(head))]

    def text(line):
        cells = [str(cell).ljust(width) if index == 0 else str(cell).rjust(width) for index, (cell, width) in enumerate(zip(line, widths))]
        return "  ".join(cells).rstrip()

    return "\n".join([text(head), "  ".join("-" * width for width in widths), *map(text, rows)])

"""What happens in a data folder while a house works in it: names as they are made, told by the kernel, and what a killed process left
half done.
"""

import ctypes
import json
import os
import select
import struct
import time
from pathlib import Path

IN_CREATE, IN_MOVED_TO = 0x100, 0x80
KINDS = {"segment": IN_CREATE, "replacement": IN_CREATE}

libc = ctypes.CDLL(None, use_errno=True)


class Watch:
    """New segments in `journal/` and files being replaced in the users' folders, from now on."""

    def __init__(self, data):
        self.data = Path(data)
        self.descriptor = libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        if self.descriptor < 0:
            raise OSError(ctypes.get_errno(), "inotify")
        self.folders = {}
        self.add(self.data / "journal", "segment")
        for folder in (self.data / "paper").glob("*"):
            self.add(folder, "replacement")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.descriptor)

    def add(self, folder, kind):
        if folder.is_dir():
            number = libc.inotify_add_watch(self.descriptor, os.fsencode(folder), IN_CREATE)
            if number < 0:
                raise OSError(ctypes.get_errno(), f"watch {folder}")
            self.folders[number] = kind

    def wait_for(self, kind, patience):
        """Whether a name of this kind came in time."""
        end = time.monotonic() + patience
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.descriptor], [], [], left)[0]:
                return False
            data, at = os.read(self.descriptor, 65536), 0
            while at < len(data):
                number, _, _, length = struct.unpack_from("iIII", data, at)
                name = data[at + 16 : at + 16 + length].rstrip(b"\0")
                at += 16 + length
                if self.folders.get(number) != kind:
                    continue
                if name.startswith(b".tmp-") if kind == "replacement" else name.endswith(b".jsonl") and not name.startswith(b"."):
                    return True
        return False


def unfinished(data):
    """What the last process of this folder was at when it ended, as a list of words; a trace may also be that it had just finished."""
    data = Path(data)
    found = []
    segments = sorted(path for path in (data / "journal").glob("*.jsonl"))
    if segments and not any(line.startswith(b'{"b":') for line in segments[-1].read_bytes().splitlines()):
        found.append("rotation")
    if next(data.glob("journal/.tmp-*"), None) is not None:
        found.append("index")
    for folder in data.glob("paper/*"):
        if next(folder.glob(".tmp-*"), None) is not None or len(bases(folder)) > 1:
            found.append("compaction")
            break
    return found


def bases(folder):
    """The different acts up to which the files of a default book are folded."""
    found = set()
    for path in folder.glob("user_*_paper_*.jsonl"):
        with path.open("rb") as file:
            line = file.readline()
        try:
            head = json.loads(line)
        except ValueError:
            continue
        if path.name.count(".") == 1 and "base_v" in head:
            found.add(head["base_v"])
    return found

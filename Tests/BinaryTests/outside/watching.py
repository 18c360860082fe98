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

IN_CREATE, IN_DELETE = 0x100, 0x200

libc = ctypes.CDLL(None, use_errno=True)


class Watch:
    """Segments that come and go in `journal/` and files being replaced in the users' folders, from now on."""

    def __init__(self, data):
        self.data = Path(data)
        self.descriptor = libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        if self.descriptor < 0:
            raise OSError(ctypes.get_errno(), "inotify")
        self.folders = {}
        self.add(self.data / "journal", "journal", IN_CREATE | IN_DELETE)
        for folder in (self.data / "paper").glob("*"):
            self.add(folder, "book", IN_CREATE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.descriptor)

    def add(self, folder, place, events):
        if folder.is_dir():
            number = libc.inotify_add_watch(self.descriptor, os.fsencode(folder), events)
            if number < 0:
                raise OSError(ctypes.get_errno(), f"watch {folder}")
            self.folders[number] = place

    @staticmethod
    def kind(place, events, name):
        """What a name that came or went in a folder tells."""
        if place == "book":
            return "replacement" if name.startswith(b".tmp-") else None
        if not name.endswith(b".jsonl") or name.startswith(b"."):
            return None
        return "release" if events & IN_DELETE else "segment"

    def wait_for(self, kind, patience):
        """Whether a `segment` was made, the `replacement` of a file begun or the `release` of a segment done in time."""
        end = time.monotonic() + patience
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.descriptor], [], [], left)[0]:
                return False
            data, at = os.read(self.descriptor, 65536), 0
            while at < len(data):
                number, events, _, length = struct.unpack_from("iIII", data, at)
                name = data[at + 16 : at + 16 + length].rstrip(b"\0")
                at += 16 + length
                if self.kind(self.folders.get(number), events, name) == kind:
                    return True
        return False


class Traces:
    """What a folder shows of work that a killed process was at: compared with how the folder was before."""

    def __init__(self, data):
        self.data = Path(data)
        self.newest = max(self.segments(), default=None)
        self.oldest = min(self.segments(), default=None)
        self.mixed = self.mixed_books()

    def segments(self):
        return [path.name for path in self.data.glob("journal/*.jsonl") if not path.name.startswith(".")]

    def mixed_books(self):
        """Books whose files are not folded up to the same act: some of them were replaced, some not."""
        return {folder.name for folder in self.data.glob("paper/*") if len(bases(folder)) > 1}

    def since(self):
        """Words for what was under way at the end, or just over; `segments` and `released` for what went well before."""
        found = []
        newest = max(self.segments(), default=None)
        if newest != self.newest:
            found.append("segments")
            lines = (self.data / "journal" / newest).read_bytes().splitlines()
            if not any(line.startswith(b'{"b":') for line in lines):
                found.append("rotation")
        if min(self.segments(), default=None) != self.oldest:
            found.append("released")
        if next(self.data.glob("journal/.tmp-*"), None) is not None:
            found.append("index")
        if next(self.data.glob("paper/*/.tmp-*"), None) is not None or self.mixed_books() - self.mixed:
            found.append("replacement")
        return found


def bases(folder):
    """The different acts up to which the files of a default book are folded."""
    found = set()
    for path in folder.glob("user_*_paper_*.jsonl"):
        # Archives have a number before the suffix and keep to other rules.
        if path.name.count(".") > 1:
            continue
        try:
            with path.open("rb") as file:
                found.add(json.loads(file.readline())["base_v"])
        except (ValueError, KeyError, FileNotFoundError):
            continue
    return found

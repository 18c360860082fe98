"""Runs the model and the exchange in Swift against each other on random scripts, and stops at the first difference.

Each process of a few takes seed after seed, gives some scripts at a time to the program, and compares line by line. A script whose answers differ
is made short, by leaving out lines and making numbers simple as long as they still differ, and printed with both answers. Exit 1 then.
"""

import argparse
import multiprocessing
import os
import re
import subprocess
import sys
import time
from collections import Counter

import generate
import model

SCRIPTS_AT_ONCE = 20
SECONDS_TO_SHRINK = 20
DIED = "the program ended with"


def engine_answers(binary, lines):
    """The program's answers, and how it died, if it did."""
    environment = {**os.environ, "SWIFT_DETERMINISTIC_HASHING": "1"}
    done = subprocess.run([binary], input="\n".join(lines) + "\n", capture_output=True, text=True, env=environment)
    answers = done.stdout.splitlines()
    if done.returncode != 0:
        answers.append(f"{DIED} {done.returncode}: {done.stderr.strip()[-300:]}")
    return answers


def model_answers(lines, session=None):
    session = session or model.Session()
    return [session.answer(line) for line in lines]


def difference(binary, lines):
    """Where the answers first differ, with both; None if they do not, or the lines are no script."""
    try:
        ours = model_answers(lines)
    except (ValueError, KeyError, IndexError, AttributeError):
        return None
    theirs = engine_answers(binary, lines)
    if theirs and theirs[-1].startswith(DIED):
        return len(lines) - 1, ours[-1], theirs[-1]
    for index, answer in enumerate(ours):
        if index >= len(theirs) or theirs[index] != answer:
            return index, answer, theirs[index] if index < len(theirs) else "(nothing)"
    return None


def shrink(binary, lines):
    """A short script that still differs."""
    deadline = time.monotonic() + SECONDS_TO_SHRINK

    def differs(candidate):
        found = difference(binary, candidate) if time.monotonic() < deadline else None
        return candidate[: found[0] + 1] if found else None

    lines = differs(lines) or lines
    before = None
    while before != lines and time.monotonic() < deadline:
        before = lines
        size = max(1, len(lines) // 2)
        while size >= 1:
            start = 1
            while start < len(lines):
                shorter = differs(lines[:start] + lines[start + size :])
                if shorter:
                    lines = shorter
                else:
                    start += size
            size //= 2
        for index in range(len(lines)):
            for line in simpler(lines, index):
                changed = differs(lines[:index] + [line] + lines[index + 1 :])
                if changed:
                    lines = changed
                    break
            if index >= len(lines) - 1:
                break
    return lines


def simpler(lines, index):
    """Forms of a line with one thing made simple."""
    words = lines[index].split(" ")
    if index > 0:
        yield " ".join([lines[index - 1].split(" ")[0], *words[1:]])
    if words[1] == "tick":
        for place in (5, 6):
            if words[place] != "-":
                yield " ".join([*words[:place], "-", *words[place + 1 :]])
                if "," in words[place]:
                    yield " ".join([*words[:place], words[place].rsplit(",", 1)[0], *words[place + 1 :]])
        if words[4] != "0":
            yield " ".join([*words[:4], "0", *words[5:]])
    if words[1] == "book" and words[3] != "plain":
        yield " ".join([*words[:3], "plain"])
    line = lines[index]
    for number in re.finditer(r"(?<![\w.])\d+(\.\d+)?", line):
        if number.start() == 0:
            continue
        text = number.group()
        for easy in ("1", "10", "100", text.split(".")[0], text[:-1].rstrip(".")):
            if easy.strip("0.") and len(easy) <= len(text) and easy != text:
                yield line[: number.start()] + easy + line[number.end() :]


def work(binary, first, step, commands, checked, answers_to):
    """Takes the seeds first, first + step, … until so many commands were compared."""
    session = model.Session(checked=checked)
    compared = seeds = 0
    seed = first
    while compared < commands:
        scripts = []
        for _ in range(SCRIPTS_AT_ONCE):
            scripts.append((seed, generate.script(seed)))
            seed += step
        ours = [model_answers(lines, session) for _, lines in scripts]
        if binary:
            theirs = engine_answers(binary, [line for _, lines in scripts for line in lines])
            start = 0
            for (its_seed, lines), answers in zip(scripts, ours):
                if theirs[start : start + len(lines)] != answers:
                    answers_to.put(("difference", its_seed))
                    return
                start += len(lines)
        compared += sum(len(lines) for _, lines in scripts)
        seeds += len(scripts)
    answers_to.put(("done", compared, seeds, session.outcomes, session.rules, session.codes, session.situations))


def run(options):
    started = time.monotonic()
    answers_to = multiprocessing.Queue()
    share = -(-options.commands // options.workers)
    workers = [
        multiprocessing.Process(target=work, args=(options.binary, options.seed + n, options.workers, share, options.checked, answers_to))
        for n in range(options.workers)
    ]
    for worker in workers:
        worker.start()
    compared = seeds = 0
    counts = [Counter(), Counter(), Counter(), Counter()]
    different = []
    for _ in workers:
        answer = None
        while answer is None:
            try:
                answer = answers_to.get(timeout=1)
            except Exception:
                if any(worker.exitcode not in (None, 0) for worker in workers):
                    sys.exit("a process of the comparison died")
        if answer[0] == "difference":
            different.append(answer[1])
            break
        compared += answer[1]
        seeds += answer[2]
        for total, part in zip(counts, answer[3:]):
            total.update(part)
    for worker in workers:
        if different:
            worker.terminate()
        worker.join()
    if different:
        tell_difference(options.binary, different[0])
        return False
    seconds = time.monotonic() - started
    for title, count in zip(("outcome", "fill rule", "end of an order", "situation"), counts):
        print(f"{title}:")
        for name, number in sorted(count.items()):
            print(f"  {number:9}  {name}")
    against = "compared" if options.binary else "checked, without the program"
    print(f"{compared} commands of {seeds} scripts {against}, seeds {options.seed} on, {compared / seconds:.0f} a second, no difference")
    return True


def tell_difference(binary, seed):
    lines = generate.script(seed)
    if difference(binary, lines) is None:
        print(f"seed {seed} differs only after other scripts: the program keeps something beyond `book`")
        return
    lines = shrink(binary, lines)
    found = difference(binary, lines)
    if found is None:
        print(f"seed {seed}: the short story differed once and does not any more:\n" + "\n".join(lines))
        return
    index, ours, theirs = found
    print(f"seed {seed} differs; the short story:\n")
    for line in lines[: index + 1]:
        print(f"    {line}")
    print(f"\n  model   {ours}\n  engine  {theirs}\n\noutcome | fills | orders | cash available held invested realised charges | positions")


def self_check():
    """The model's own arithmetic, on numbers worked out by hand or published."""
    assert [model.half_up(n, 10) for n in (4, 5, 14, 15, -4, -5, -15)] == [0, 1, 1, 2, 0, -1, -2]
    assert [model.up(n, 10) for n in (0, 1, 10, 11)] == [0, 1, 1, 2]
    for text in ("0", "1", "0.00000001", "-12.5", "1000000000.00000001"):
        assert model.show(model.parse(text)) == text, text
    terms = model.Terms("charged")
    # Worked examples of the broker's rates; the stamp duty of 2.118525 is 2 rupees, that of 0.3 nothing.
    for product, side, value, total in [
        ("CNC", model.BUY, "14123.5", "16.65180364"),
        ("CNC", model.SELL, "14123.5", "14.65180364"),
        ("MIS", model.BUY, "10000", "3.91406"),
        ("MIS", model.SELL, "10200", "6.5423412"),
        ("MIS", model.SELL, "141235", "64.19178641"),
    ]:
        assert model.show(terms.charges(product, side, model.parse(value))) == total, (product, side, value)
    quote = model.Quote(0, 100, 1, [(99, 5), (98, 5), (98, 7), (97, 1)], [(100, 1), (0, 9), (101, 4)])
    assert quote.bids == [(99, 5), (98, 5)] and quote.asks == [(100, 1), (101, 4)]
    assert [quote.displayed(model.BUY, price) for price in (100, 99, 98, 97)] == [0, 5, 5, None]
    assert not model.Quote(0, 100, 1, [(100, 5)], [(100, 5)]).bids
    print("the model's arithmetic holds")


def main():
    parser = argparse.ArgumentParser(prog="etc/fuzz engine", description=__doc__)
    parser.add_argument("--binary", help=argparse.SUPPRESS)
    parser.add_argument("--commands", type=int, default=1_000_000, help="how many commands to compare; 1,000,000 without it")
    parser.add_argument("--seed", type=int, default=1, help="the first seed; 1 without it")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes at once; as many as cores without it")
    parser.add_argument("--self-check", action="store_true", help="the model alone: its arithmetic, and that its books add up after every line")
    options = parser.parse_args()
    options.checked = options.self_check
    if options.self_check:
        self_check()
        options.binary = None
    elif not options.binary:
        parser.error("--binary or --self-check")
    sys.exit(0 if run(options) else 1)


if __name__ == "__main__":
    main()

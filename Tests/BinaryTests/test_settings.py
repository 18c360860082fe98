"""What the command line, the environment and the file decide; and how a start that cannot be says so: one sentence, an exit code,
no stack.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
from conftest import ROOT

from outside.house import Outcome, StartFailure, plain_environment, run
from outside.people import register
from outside.seal import seal

CONFIGURATION = ROOT / "etc" / "tradehouse.conf"


def refused(outcome, code, *words):
    """The command ended with `code` and said why in one sentence."""
    assert outcome.code == code, outcome
    assert len(outcome.sentences) == 1, outcome
    sentence = outcome.sentences[0]
    assert sentence.startswith("tradehouse: "), sentence
    for word in words:
        assert word in sentence, (word, sentence)
    for trace in ("Fatal error", "Stack dump", "Backtrace", "0x0000", ".swift:", "PlatformFailure", "Swift."):
        assert trace not in outcome.stderr, outcome
    return sentence


def start_refused(house, code, *words):
    with pytest.raises(StartFailure) as failure:
        house.start()
    ended = failure.value
    assert "listening" not in ended.stdout
    return refused(Outcome(ended.code, ended.stdout, ended.stderr), code, *words)


# Wrong usage.

WRONG = {
    "a command that does not exist": (["sell-everything"], "sell-everything"),
    "an option that does not exist": (["serve", "--lissten", "1"], "--lissten"),
    "an option without its value": (["serve", "--data"], "--data"),
    "a flag with a value": (["serve", "--check=yes"], "--check"),
    "a word too many": (["serve", "now"], "now"),
    "a setting that does not exist": (["serve", "--set", "colour=red"], "colour"),
    "a setting without a value": (["serve", "--set", "market"], "market"),
    "a word that a setting does not take": (["serve", "--set", "registration=maybe"], "open, invite, closed"),
    "a number that is none": (["serve", "--set", "session_hours=ten"], "session_hours"),
    "a number below its limit": (["serve", "--set", "session_hours=0"], "720"),
    "a number above its limit": (["serve", "--set", "session_hours=721"], "720"),
    "an amount that is none": (["serve", "--set", "starting_capital=1e5"], "starting_capital"),
    "an amount of nothing": (["serve", "--set", "starting_capital=0"], "starting_capital"),
    "an address that is none": (["serve", "--listen", "here"], "listen"),
    "a port that is none": (["serve", "--listen", "127.0.0.1:70000"], "listen"),
    "a market that does not exist": (["serve", "--set", "market=moon"], "simulated"),
    "a replay without a tape": (["serve", "--set", "market=replay:"], "replay"),
    "a replay at no speed": (["serve", "--set", "market=replay:x@0"], "replay"),
    "a cheap password outside a test": (["serve", "--set", "password_cost=4"], "password_cost"),
    "a password too costly": (["serve", "--set", "password_cost=17"], "password_cost"),
    "single-user beyond loopback": (["serve", "--set", "mode=single-user", "--listen", "0.0.0.0:0"], "loopback"),
    "single-user beyond loopback in version six": (["serve", "--set", "mode=single-user", "--listen", "[::]:0"], "loopback"),
    "production without encryption": (["serve", "--set", "mode=production"], "behind_proxy"),
    "a migration from nowhere named": (["migrate", "--data", "x"], "--from"),
    "a migration to nowhere named": (["migrate", "--from", "x"], "--data"),
    "a migration for an impossible user": (["migrate", "--from", "x", "--data", "x", "--user", "../x"], "--user"),
    "a migration with an impossible offset": (["migrate", "--from", "x", "--data", "x", "--offset-minutes", "9999"], "--offset-minutes"),
    "a check of nothing named": (["check"], "--data"),
    "a rule pack that is not there": (["serve", "--check", "--set", "rules=none.txt"], "none.txt"),
    "rules of a day that is none": (["rules", "show", "--on", "2026-02-30"], "2026-02-30"),
    "rules without a verb": (["rules"], "show"),
    "a user command without a verb": (["user"], "add"),
    "a user command with a wrong verb": (["user", "promote"], "promote"),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_usage_stops_with_a_sentence_and_two(binary, tmp_path, what):
    arguments, word = WRONG[what]
    refused(run(binary, *arguments, cwd=tmp_path), 2, word)
    assert list(tmp_path.iterdir()) == [], "something was written"


def test_no_command_prints_the_list_and_two(binary):
    bare = run(binary)
    assert bare.code == 2 and "serve" in bare.stdout
    asked = run(binary, "help")
    assert asked.code == 0 and asked.stdout == bare.stdout


@pytest.mark.parametrize("command", ["serve", "migrate", "user", "check", "rules"])
def test_every_command_tells_its_options(binary, command):
    told = run(binary, command, "--help")
    assert told.code == 0 and told.stdout.startswith(f"usage: tradehouse {command}") and told.stderr == ""


def test_the_version_is_told(binary):
    told = run(binary, "version")
    assert told.code == 0 and told.stdout.startswith("tradehouse ") and told.stdout.count("\n") == 1


def test_check_of_settings_starts_nothing(binary, tmp_path):
    told = run(binary, "serve", "--check", "--data", tmp_path / "data")
    assert told.code == 0 and told.stderr == ""
    assert not (tmp_path / "data").exists()


def test_the_shipped_configuration_is_in_order(binary, tmp_path):
    assert run(binary, "serve", "--check", "--config", CONFIGURATION, cwd=tmp_path).code == 0
    # With every line that only shows a default switched on, nothing changes and everything is understood.
    lines = CONFIGURATION.read_text().splitlines()
    shown = [line[1:] if line[:1] == "#" and line[1:2].isalpha() and " = " in line else line for line in lines]
    on = tmp_path / "all.conf"
    on.write_text("\n".join(line.rstrip() for line in shown) + "\n")
    settings = {line.split("=")[0].strip() for line in shown if line[:1].isalpha()}
    assert len(settings) > 25
    told = run(binary, "serve", "--check", "--config", on)
    assert told.code == 0, told


FILES = {
    "a key that does not exist": ("market = off\ncolour = red\n", "line 2"),
    "a line that is no setting": ("\n# well\nmarket off\n", "line 3"),
    "a value that is not allowed": ("session_hours = -1 # an hour ago\n", "line 1"),
    "bytes that are no text": (b"market = \xff\xfe\n", "UTF-8"),
}


@pytest.mark.parametrize("what", FILES)
def test_a_wrong_line_of_the_file_is_named(binary, tmp_path, what):
    content, word = FILES[what]
    path = tmp_path / "my.conf"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    refused(run(binary, "serve", "--check", "--config", path), 2, word, str(path))


PACKS = {
    "a kind that does not exist": ("# mine\n2026-04-01 vat NFO 5%\n", "line 2, kind"),
    "a number that is none": ("2026-04-01 gst * 18", "line 1, rate"),
    "hours that run into one another": ("2027-01-01 opening NSE/equity preopen-entry 09:00-09:20\n", "line 1, times"),
    "bytes that are no text": (b"2026-04-01 gst * \xff\n", "UTF-8"),
    "too much": ("#" * 300_000, "262144"),
}


@pytest.mark.parametrize("what", PACKS)
def test_a_wrong_rule_pack_stops_the_start_and_is_named(binary, tmp_path, what):
    content, word = PACKS[what]
    path = tmp_path / "rules.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    refused(run(binary, "serve", "--check", "--set", f"rules={path}"), 2, word, str(path))
    refused(run(binary, "rules", "check", path), 2, word, str(path))


def test_rules_of_a_day_are_shown_with_the_owners_over_them(binary, tmp_path):
    mine = tmp_path / "rules.txt"
    mine.write_text("2026-04-01  brokerage  NFO/options  15    # my broker\n2026-11-23  holiday  NSE  General election\n")
    assert run(binary, "serve", "--check", "--set", f"rules={mine}").code == 0
    told = run(binary, "rules", "check", mine)
    assert told.code == 0 and ": 2 rules over the " in told.stdout
    march = run(binary, "rules", "show", "--on", "2026-03-31", "--exchange", "nfo", "--rules", mine).stdout
    april = run(binary, "rules", "show", "--on", "2026-04-01", "--exchange", "nfo", "--rules", mine).stdout
    assert "stt sell 0.1%" in march and "stt sell 0.15%" not in march and "brokerage       NFO/options         20" in march
    assert "stt sell 0.15%" in april and "# my broker  # line 1 of the owner's file" in april
    assert "CRYPTO" not in april and "General election" in run(binary, "rules", "show", "--on", "2026-06-01", "--rules", mine).stdout
    # What is shown can be read again.
    shown = tmp_path / "shown.txt"
    shown.write_text(run(binary, "rules", "show", "--on", "2026-06-01").stdout)
    assert run(binary, "rules", "check", shown).code == 0


def test_a_file_that_is_not_there_is_named(binary, tmp_path):
    refused(run(binary, "serve", "--config", tmp_path / "none.conf", cwd=tmp_path), 2, "none.conf")
    refused(run(binary, "serve", "--config", tmp_path, cwd=tmp_path), 2, str(tmp_path))


def test_flag_wins_over_environment_over_file_over_default(make_house, tmp_path):
    path = tmp_path / "my.conf"
    path.write_text("registration = closed\n")
    by_file = ["--config", str(path)]
    wanted = [
        ("invite", [], {}, {}),
        ("closed", by_file, {}, {}),
        ("open", by_file, {"TRADEHOUSE_REGISTRATION": "open"}, {}),
        ("invite", by_file, {"TRADEHOUSE_REGISTRATION": "open"}, {"registration": "invite"}),
    ]
    for number, (value, arguments, environment, settings) in enumerate(wanted):
        house = make_house(f"life{number}", arguments=arguments, environment=environment, settings=settings, defaults={})
        with house, house.connect() as connection:
            assert connection.get("/api/setup/status").json["registration"] == value


def test_a_wrong_value_in_the_environment_is_named(binary, tmp_path):
    outcome = run(binary, "serve", "--check", environment={"TRADEHOUSE_REGISTRATION": "perhaps"}, cwd=tmp_path)
    refused(outcome, 2, "TRADEHOUSE_REGISTRATION", "perhaps")


def test_a_name_in_the_environment_that_is_no_setting_stops_the_start(binary, tmp_path):
    outcome = run(binary, "serve", "--check", environment={"TRADEHOUSE_MARKT": "off"}, cwd=tmp_path)
    refused(outcome, 2, "TRADEHOUSE_MARKT", "markt")


@pytest.mark.parametrize("verb", [["list"], ["disable", "--id", "ANNA"], ["role", "--id", "ANNA", "--role", "viewer"]])
def test_a_mistyped_folder_is_said_and_not_made(binary, tmp_path, verb):
    outcome = run(binary, "user", *verb, "--data", tmp_path / "typo", cwd=tmp_path)
    refused(outcome, 2, "typo", "--data")
    assert not (tmp_path / "typo").exists()


def test_help_of_a_command_is_the_same_both_ways(binary, tmp_path):
    for command in ("serve", "migrate", "user", "check"):
        one, other = (run(binary, *words, cwd=tmp_path) for words in (["help", command], [command, "--help"]))
        assert one.code == other.code == 0 and one.stdout == other.stdout and "usage" in one.stdout
    refused(run(binary, "help", "dance", cwd=tmp_path), 2, "dance")
    refused(run(binary, "version", "--short", cwd=tmp_path), 2, "--short")


def test_a_house_open_to_the_network_gives_an_address_to_open_and_says_what_is_missing(make_house):
    with make_house(arguments=["--listen", "0.0.0.0:0"]) as house:
        printed = "\n".join(house.stdout)
        assert "http://127.0.0.1:" in printed and "http://0.0.0.0" not in printed
        assert "without encryption" in printed


def test_nothing_is_looked_up_in_the_current_folder(binary, tmp_path):
    for name in ("tradehouse.conf", "etc/tradehouse.conf", ".tradehouse"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("registration = nonsense\n")
    assert run(binary, "serve", "--check", cwd=tmp_path).code == 0


# The world says no.


def test_a_port_in_use_is_told(make_house):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        start_refused(make_house(arguments=["--listen", address]), 1, address)


def test_a_second_server_on_the_folder_is_told_and_the_first_goes_on(make_house, house, binary):
    second = make_house()
    assert second.data == house.data
    start_refused(second, 1, "in use")
    with house.connect() as connection:
        connection.get("/health").expect(200)
    refused(run(binary, "user", "list", "--data", house.data), 1, "in use")
    refused(run(binary, "migrate", "--from", house.data, "--data", house.data), 1)
    assert house.stop() == 0
    second.start()


def test_a_foreign_folder_is_left_alone(make_house):
    for name, path in (("a file", "notes.txt"), ("a folder", "thesis/chapter-1.txt")):
        house = make_house(name)
        foreign = house.data / path
        foreign.parent.mkdir(parents=True)
        foreign.write_text("mine")
        start_refused(house, 1)
        assert [file.read_text() for file in house.files()] == ["mine"]


def test_a_folder_of_placeholders_counts_as_empty(make_house):
    house = make_house()
    house.data.mkdir()
    for name in ("README", ".gitkeep"):
        (house.data / name).write_text("Here will be data.\n")
    house.start()
    assert (house.data / "README").exists()


def test_a_data_path_that_is_a_file_is_told(make_house):
    house = make_house()
    house.data.write_text("a file")
    start_refused(house, 1, "data")
    inner = make_house("inner")
    inner.data = house.data / "data"
    start_refused(inner, 1)


def test_a_folder_of_a_newer_format_is_left_alone(make_house):
    house = make_house().start()
    assert house.stop() == 0
    text = (house.data / "FORMAT.json").read_text()
    assert '"ver":1' in text
    (house.data / "FORMAT.json").write_text(seal(text.replace('"ver":1', '"ver":9')))
    before = {path: path.read_bytes() for path in house.files()}
    start_refused(house, 1)
    assert {path: path.read_bytes() for path in house.files()} == before


def test_a_damaged_folder_mark_is_told(make_house):
    house = make_house().start()
    assert house.stop() == 0
    path = house.data / "FORMAT.json"
    path.write_text(path.read_text().replace('"ver":1', '"ver":2'))
    start_refused(house, 1, "FORMAT.json")


def test_a_folder_that_may_not_be_written_is_told(binary):
    if os.geteuid() == 0:
        reachable = all(parent.stat().st_mode & 0o001 for parent in Path(binary).resolve().parents)
        if not reachable or shutil.which("setpriv") is None:
            pytest.skip("as root this needs setpriv and a binary that others may run")
        prefix = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    else:
        prefix = []
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o555)
        done = subprocess.run(
            [*prefix, str(binary), "serve", "--listen", "127.0.0.1:0", "--data", f"{folder}/data"],
            capture_output=True,
            timeout=60,
            env=plain_environment(),
            check=False,
        )
        refused(Outcome(done.returncode, done.stdout.decode(), done.stderr.decode()), 1)
        assert os.listdir(folder) == []
        os.chmod(folder, 0o755)


def test_a_tape_that_is_not_there_is_told(make_house, tmp_path):
    start_refused(make_house(settings={"market": f"replay:{tmp_path}/none.csv"}), 1, "none.csv")


def test_a_tape_that_is_none_is_told(make_house, tmp_path):
    (tmp_path / "RELIANCE.csv").write_text("when,what\nnow,much\n")
    start_refused(make_house(settings={"market": f"replay:{tmp_path}/RELIANCE.csv"}), 1, "RELIANCE.csv")


def test_a_master_key_that_is_none_is_told(make_house, tmp_path):
    key = tmp_path / "key"
    key.write_text("not a key")
    start_refused(make_house(environment={"TRADEHOUSE_MASTER_KEY_FILE": str(key)}), 1, "key")


def test_the_master_key_is_outside_the_data_and_for_its_owner_alone(house):
    key = house.data.parent / "etc" / "master.key"
    assert key.stat().st_mode & 0o777 == 0o600
    text = key.read_text().strip()
    for path in house.files():
        assert text not in path.read_bytes().decode("latin-1"), path


def test_files_and_folders_are_for_their_owner_alone(make_house):
    house = make_house().start()
    register(house, "own@example.com")
    assert house.stop() == 0
    for path in [house.data, *house.data.rglob("*")]:
        mode = path.stat().st_mode & 0o777
        assert mode == (0o700 if path.is_dir() else 0o600), f"{path} has mode {mode:o}"

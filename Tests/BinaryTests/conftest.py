"""What the tests of the binary share: the binary itself, houses that end with their test, and the recorded data beside the project."""

import os
import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
pytest.register_assert_rewrite("outside.books", "outside.http", "outside.kill_rounds", "outside.trading")

from outside.house import House  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("TRADEHOUSE_SHARED", ROOT.parent / "shared"))


def pytest_addoption(parser):
    parser.addoption("--binary", help="the release binary under test; the newest build of this checkout when not given")
    parser.addoption("--seed", type=int, help="the seed of everything random; another one each time when not given")


def pytest_configure(config):
    found = [ROOT / ".build" / kind / "tradehouse" for kind in ("release", "debug")]
    named = config.getoption("--binary")
    path = Path(named).resolve() if named else next((path for path in found if path.is_file()), None)
    if path is None or not path.is_file():
        raise pytest.UsageError("there is no binary; build it, or name it by --binary PATH")
    config.binary = path
    config.seed = config.getoption("--seed") or random.SystemRandom().randrange(1, 2**32)


def pytest_report_header(config):
    return f"binary: {config.binary}, --seed {config.seed}"


def pytest_terminal_summary(terminalreporter, config):
    if figures := getattr(config, "figures", []):
        terminalreporter.section("measured, not judged")
        for line in figures:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def binary(pytestconfig):
    """The path of the binary under test."""
    return pytestconfig.binary


@pytest.fixture
def chance(pytestconfig, request):
    """Chance from the printed seed, another one for each test."""
    return random.Random(f"{pytestconfig.seed}/{request.node.name}")


@pytest.fixture(scope="session")
def figure(pytestconfig):
    """Notes a measured figure for the end of the run."""
    pytestconfig.figures = []
    return pytestconfig.figures.append


@pytest.fixture
def make_house(binary, tmp_path):
    """Makes houses on folders of their own; all of them are gone after the test."""
    houses = []

    def make(name="house", **more):
        house = House(binary, tmp_path / name / "data", **more)
        house.data.parent.mkdir(exist_ok=True)
        houses.append(house)
        return house

    yield make
    for house in houses:
        house.end()


@pytest.fixture
def house(make_house):
    """A house in test mode on an empty folder, listening."""
    return make_house().start()


def shared(path):
    """A folder or file of the recorded data beside the project; the test is skipped when it is not there."""
    found = SHARED / "fixtures" / path
    if not found.exists():
        pytest.skip(f"needs ../shared/fixtures/{path}")
    return found

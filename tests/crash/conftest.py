"""Kills -9 at random moments. `--kills N` in all, shared by the tests of this folder; the seed is printed."""
import os
import random
import sys

import pytest

TESTS = 6  # that share the kills


def pytest_addoption(parser):
    parser.addoption("--kills", type=int, default=50)
    parser.addoption("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))


@pytest.fixture
def kills(request):
    return max(1, request.config.getoption("--kills") // TESTS)


@pytest.fixture
def rng(request):
    seed = request.config.getoption("--seed")
    print(f"--seed {seed}", file=sys.stderr)
    return random.Random(seed)

"""`--kills N`: the number of kills of streams (test_history.py), as many of the work on tables, and
half as many for the rest. The seed is printed.
"""

import os
import random
import sys

import pytest

STREAM_TESTS, OTHER_TESTS, TABLE_TESTS = 4, 8, 5  # that share the kills


def pytest_addoption(parser):
    parser.addoption("--kills", type=int, default=100)
    parser.addoption("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))


@pytest.fixture
def kills(request):
    return max(1, request.config.getoption("--kills") // 2 // OTHER_TESTS)


@pytest.fixture
def table_kills(request):
    return max(1, request.config.getoption("--kills") // TABLE_TESTS)


@pytest.fixture
def stream_kills(request):
    return max(1, request.config.getoption("--kills") // STREAM_TESTS)


@pytest.fixture
def rng(request):
    seed = request.config.getoption("--seed")
    print(f"--seed {seed}", file=sys.stderr)
    return random.Random(seed)

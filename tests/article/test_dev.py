"""What ./dev prints while it works."""

import importlib.machinery
import importlib.util
import io
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def progress_of(lines, is_terminal, seconds_a_line=10):
    loader = importlib.machinery.SourceFileLoader(
        "build_progress", str(ROOT / "tools/build-progress")
    )
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("build_progress", loader)
    )
    loader.exec_module(module)
    out, clock = io.StringIO(), [0.0]
    progress = module.Progress(out, is_terminal, lambda: clock[0])
    for line in lines:
        clock[0] += seconds_a_line
        progress.line(line)
    progress.end()
    return out.getvalue()


def test_a_build_says_how_far_it_is():
    steps = [f"@{done}/40@ Building CXX object {done}.o\n" for done in range(1, 41)]
    lines = progress_of(steps, False).splitlines()
    assert lines[0] == "build: 4 of 40 steps, 40 s, about 6 min 00 s left"
    assert len(lines) == 10 and lines[-1] == "build: 40 of 40 steps, 6 min 40 s"
    shown = progress_of(steps, True)
    assert (
        shown.count("\r\033[K") == 40
        and "build: 20 of 40 steps, 3 min 20 s, about 3 min 20 s left" in shown
    )


def test_a_compilers_messages_are_shown():
    said = progress_of(["@1/2@ a.o\n", "FAILED: b.o\n", "b.cpp:1: error: no\n"], False)
    assert "FAILED: b.o\nb.cpp:1: error: no\n" in said
    assert progress_of(["ninja: no work to do.\n"], True) == "build: up to date\n"


def test_the_entry_names_its_commands():
    shown = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True).stdout
    for word in ("./dev demo", "--count COLUMN", "--keep DIR", "./dev test", "./dev setup"):
        assert word in shown

"""The tutorial as a reader follows it: every block of "Use it", one by one, in one shell, against a
server of its own. Only the port is rewritten, and the build is left out: it made the program under
test. And README's promises to a newcomer.
"""

import os
import pathlib
import re
import signal
import socket
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = ROOT / "build" / os.environ.get("FRESHET_PRESET", "release") / "freshet"
README = (ROOT / "README.md").read_text()
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text()


def blocks():
    section = TUTORIAL.split("\n## Use it\n")[1].split("\n## ")[0]
    return re.findall(r"```(sh|text)\n(.*?)```", section, re.DOTALL)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Shell:
    """One bash, as a reader's terminal: what a block exports, the next one sees."""

    def __init__(self, directory):
        # Only the system's own programs, nothing else of this machine.
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(directory),
            "LC_ALL": "C.UTF-8",
            "AWS_PAGER": "",
        }
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=directory,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, block):
        """The output of a block; each of its lines must succeed."""
        self.process.stdin.write(
            f"set -e\ntrap 'code=$?; echo; echo BLOCK ENDED $code' EXIT\n{block}\ntrap - "
            "EXIT\nset +e\necho\necho BLOCK ENDED 0\n"
        )
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            ended = re.fullmatch(r"BLOCK ENDED (\d+)\n", line)
            if ended:
                assert ended[1] == "0", f"{block}\nended with status {ended[1]}:\n{''.join(lines)}"
                return "".join(lines)
            lines.append(line)
        raise AssertionError(f"the shell ended:\n{''.join(lines)}")

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)


@pytest.fixture
def clone(tmp_path):
    """Looks like a clone after ./dev build. Tests write here and not into the real one."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "release").symlink_to(PROGRAM.parent)
    (tmp_path / "build" / "venv").symlink_to(ROOT / "build" / "venv")
    return tmp_path


def test_every_block_of_the_tutorial_works_exactly_as_printed(clone):
    port, server, outputs = free_port(), None, []
    shell = Shell(clone)
    try:
        for kind, block in blocks():
            block = block.replace("4566", str(port))
            if kind == "text":
                assert outputs[-1].strip().endswith(block.strip()), (
                    f"the tutorial shows\n{block}\nand the commands print\n{outputs[-1]}"
                )
            elif "./dev build" in block:
                assert block.strip() == "./dev build"
            elif "freshet serve" in block:
                words = block.split() + ["--listen", f"127.0.0.1:{port}"]
                server = subprocess.Popen(
                    [str(clone / words[0]), *words[1:]],
                    cwd=clone,
                    stdout=subprocess.PIPE,
                    text=True,
                )
                assert "ready" in server.stdout.readline()
            else:
                outputs.append(shell.run(block))
    finally:
        shell.close()
        if server:
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=60) == 0
    said = "".join(outputs)
    assert (
        "the first row is taken for a header and is not sent, because below 'year' come numbers"
        in said
    )
    assert '\n"Good, the Bad and the Ugly, The",1966,8.8\n' in said, (
        "tail shows rows, each on its line"
    )
    assert "21 created" in said and "21 removed" in said
    assert sorted(path.name for path in clone.iterdir()) == [
        "build",
        "crimes.csv",
        "examples",
        "films.csv",
        "my-lake",
    ]


def test_the_first_screen_says_that_functions_are_trusted():
    assert "Functions are trusted code" in "\n".join(README.split("\n")[:24])


def test_every_path_that_the_first_page_names_exists():
    named = set(re.findall(r"`((?:docs|tests|examples)/[A-Za-z0-9_./-]+|[A-Z]+(?:\.md)?)`", README))
    assert len(named) > 10
    for name in named:
        assert (ROOT / name).exists(), name

"""Two builds of the server side by side: `./dev bench compare REF [CASE...]`.

REF is built once, in a worktree of its own below build/compare, and kept there. Each case starts
both servers on data of their own and loads one after the other, in the order A B B A: what the
machine does meanwhile hits both. A round is one measurement of each. Printed are the medians, the
ratio of this tree to REF (of the medians, and the lowest and highest of a round), the CPU time of
the server a unit, which other programs of the machine disturb less, and, of a case that syncs what
it is sent, its rate as a part of a loop of append + fdatasync of the same bytes, measured right
after each load. The load generator is this tree's for both.
"""

import pathlib
import statistics
import subprocess
import sys

import compare_cases
from server import PROGRAM, ROOT, Server


def add_options(parser):
    parser.add_argument("ref", nargs="?", help="a commit; built below build/compare")
    parser.add_argument(
        "cases", nargs="*", metavar="CASE", help=f"all, or some of {' '.join(compare_cases.CASES)}"
    )
    parser.add_argument("--with", dest="program", help="a built server in the place of REF's")
    parser.add_argument("--rounds", type=int, default=6, help="measurements of each server (6)")
    parser.add_argument("--seconds", type=int, default=3, help="of one measurement (3)")
    parser.add_argument("--rows", type=int, default=2_000_000, help="of the case rows (2000000)")


def run(command, **options):
    subprocess.run([str(part) for part in command], check=True, **options)


def build_of(ref):
    """The server of `ref`, with this tree's fetched packages."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short=7", f"{ref}^{{commit}}"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    tree = ROOT / "build/compare" / commit
    program = tree / "build/release/freshet"
    if program.exists():
        return commit, program
    if not tree.exists():
        run(["git", "worktree", "add", "--detach", tree, commit], cwd=ROOT, stdout=sys.stderr)
    for fetched in ("build/venv", "build/third_party", "web/node_modules"):
        link = tree / fetched
        link.parent.mkdir(exist_ok=True)
        if not link.exists():
            link.symlink_to(ROOT / fetched)
    run(["tools/build", "release", "server"], cwd=tree, stdout=sys.stderr)
    return commit, program


def alternating(rounds):
    """0 1, 1 0, 0 1, ..."""
    for number in range(rounds):
        yield from (0, 1) if number % 2 == 0 else (1, 0)


def measure(case, programs, options):
    """The measurements of each program."""
    servers = [Server(program) for program in programs]
    try:
        for server in servers:
            case.prepare(server, options)
        found = ([], [])
        for turn, which in enumerate(alternating(case.rounds(options))):
            found[which].append(case.measure(servers[which], options, turn))
        return found
    finally:
        for server in servers:
            server.stop()


def report(name, case, reference, current):
    def medians(field):
        return [statistics.median(getattr(one, field) for one in of) for of in (reference, current)]

    rates, costs = medians("rate"), medians("cost")
    ratios = [new.rate / old.rate for old, new in zip(reference, current, strict=True)]
    line = (
        f"{name:<14} {rates[0]:12,.1f} {rates[1]:12,.1f} {case.unit:<10} "
        f"{rates[1] / rates[0]:6.2f} ({min(ratios):.2f} to {max(ratios):.2f})   "
        f"CPU {costs[0] * 1e6:9,.1f} {costs[1] * 1e6:9,.1f} us a {case.work:<7} "
        f"{costs[0] / costs[1]:6.2f}"
    )
    if reference[0].of_raw is not None:
        raw = medians("of_raw")
        line += f"   of append + fdatasync {raw[0]:.2f} {raw[1]:.2f}"
    print(line, flush=True)


def main(options):
    names = options.cases or list(compare_cases.CASES)
    if options.program:
        names = [options.ref, *options.cases] if options.ref else names
        commit, program = "other", pathlib.Path(options.program).resolve()
    elif options.ref:
        commit, program = build_of(options.ref)
    else:
        raise SystemExit("bench: compare with what? Name a commit, or a server by --with")
    unknown = [name for name in names if name not in compare_cases.CASES]
    if unknown:
        raise SystemExit(f"bench: no case {unknown[0]}; there are {' '.join(compare_cases.CASES)}")
    print(f"{'case':<14} {commit:>12} {'this tree':>12} {'':<10} {'ratio':>6}", flush=True)
    for name in names:
        case = compare_cases.CASES[name]
        report(name, case, *measure(case, (program, PROGRAM), options))

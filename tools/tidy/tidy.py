"""The project's own rules as a test over the source: layers, sizes, names, headers alone,
documents.

Each rule is a function that yields findings `path:line: what and what instead`; a rule without a
finding has passed. The last line is `N passed, N failed`.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SRC = ROOT / "src"
FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
FOLDER_FILES_MAX = 25
README_LINES_MAX = 80
FIRST_PAGE_LINES_MAX = 90
PICTURE_BYTES_MAX = 150_000
MAP = ROOT / "docs" / "README.md"
SUBJECT_COLUMNS_MAX = 72
COMMITS_READ = 50  # the newest; what is older cannot be changed any more

LAYERS = {
    "base": 0,
    "io": 1,
    "record": 1,
    "log": 2,
    "objects": 2,
    "meta": 2,
    "sql": 3,
    "flow": 3,
    "duck": 3,
    "orc": 3,
    "jq": 3,
    "sandbox": 3,
    "stream": 4,
    "functions": 4,
    "analytics": 4,
    "delivery": 4,
    "schedule": 4,
    "lake": 4,
    "maintenance": 4,
    "catalog": 4,
    "query": 4,
    "dashboards": 4,
    "identity": 4,
    "monitor": 4,
    "tables": 4,
    "jobs": 4,
    "aws": 5,
    "console": 5,
    "cli": 5,
    "pipeline": 5,
    "app": 6,
}
# Inside a layer only these reach sideways: (from, to).
SIDEWAYS = {
    ("record", "io"),
    ("objects", "meta"),
    ("log", "meta"),
    ("flow", "sql"),
    ("duck", "sql"),
    ("duck", "orc"),
    ("cli", "aws"),
    ("cli", "pipeline"),
    ("pipeline", "aws"),
    ("console", "aws"),
}
# One owner per library: header prefix -> the modules that may include it.
OWNERS = {
    "boost/": {"io", "aws"},
    "sqlite3.h": {"meta"},
    "duckdb": {"duck"},
    "arrow/": {"orc"},
    "simdjson.h": {"aws", "record", "duck", "delivery", "jq"},
    "jv.h": {"jq"},
    "snappy.h": {"delivery", "record"},
    "openssl/": {"base", "io", "aws"},
    "spdlog/": {"base"},
    "nghttp2/": {"io"},
}
UNFINISHED = r"\b(T[O]DO|FIX[M]E|X{3})\b"
BANNED = [
    (r"\bstd::format\b", "fmt::format"),
    (r"\bsystem_clock::now\b", "the Clock (io/clock.h)"),
    (r"\bsteady_clock::now\b", "the Clock, or io::monotonic_now for deadlines"),
    (r"\bsleep_for\b", "a timer of io/core.h"),
    (r"\bthrow\s+[A-Za-z_]", "Result<T>"),
    (r"#include <iostream>", "base/log.h or fmt"),
    (r"\brand\(\)", "a seeded generator"),
    (UNFINISHED, "finish it, or an issue"),
]
# Where a banned name has its one home.
EXEMPT = {
    ("steady_clock::now", "src/sandbox/process.cpp"),
    ("steady_clock::now", "src/io/clock.cpp"),
    ("system_clock::now", "src/io/clock.cpp"),
    ("system_clock::now", "src/base/log.cpp"),
    ("throw an", "src/duck/raise.cpp"),
}
# A boolean is a statement: it has one of these words (is_open, stack_has_room), or begins with a
# verb in the third person (holds).
STATES = {"is", "has", "was", "were", "are", "can", "may", "must", "should", "had", "did", "not"}
# Functions that act and return whether they succeeded: named for the act.
ACTS = {
    "accept",
    "add",
    "append",
    "arm",
    "consume",
    "cut",
    "decode",
    "expand",
    "fill",
    "finish",
    "insert",
    "load",
    "next",
    "note",
    "open",
    "parse",
    "print",
    "push",
    "put",
    "read",
    "receive",
    "replace",
    "reserve",
    "save",
    "skip",
    "take",
    "tick",
    "try",
    "watch",
    "write",
}
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}


# Words that read as riddles (docs/glossary.md), with the plain ones. Held in comments and documents
# below PLAIN; add a folder once it is clean.
RIDDLES = [
    (r"\banew\b", "again"),
    (r"\b(go|goes|going|went) on\b", "continue"),
    (r"\b(stands?|standing|stood)\b(?! for\b)", "is, lies, works, exists"),
    (r"(?<!there )\b(is|are|was|were) no (?!longer\b|more\b)", "is not a"),
    (r"\b(tells?|telling|told)\b", "report, say, notify"),
    (r"\bmeant\b", "intended, selected"),
    (r"\b(comes?|came) again\b", "retry, return"),
    (r"(?<!far )(?<!furthest )(?<!lag )(?<!lags )(?<!ms )(?<!milliseconds )\bbehind\b", "after"),
]
PLAIN = {
    "README.md",
    "ARCHITECTURE.md",
    "docs/",
    "examples/",
    "tests/",
    "tools/",
    "web/",
    "src/analytics/",
    "src/app/",
    "src/aws/",
    "src/base/",
    "src/catalog/",
    "src/cli/",
    "src/console/",
    "src/dashboards/",
    "src/delivery/",
    "src/duck/",
    "src/flow/",
    "src/functions/",
    "src/identity/",
    "src/io/",
    "src/lake/",
    "src/log/",
    "src/meta/",
    "src/monitor/",
    "src/objects/",
    "src/pipeline/",
    "src/query/",
    "src/record/",
    "src/sandbox/",
    "src/schedule/",
    "src/sql/",
    "src/stream/",
    "src/tables/",
}
NOT_PLAIN = {
    "docs/glossary.md",  # lists the riddles
    "tools/tidy/tidy.py",
    "docs/cli.md",  # the program writes these
    "docs/compatibility.md",
}


def tracked(*patterns):
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *patterns],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout.split("\n")
    return [ROOT / line for line in listed if line and (ROOT / line).is_file()]


def sources():
    return [path for path in tracked("src/*") if path.suffix in (".h", ".cpp")]


def name_of(path):
    return str(path.relative_to(ROOT))


def module_of(path):
    return path.relative_to(SRC).parts[0]


def rule_includes_point_down():
    for path in sources():
        module = module_of(path)
        for number, line in enumerate(path.read_text().split("\n"), 1):
            found = re.match(r'#include "([a-z]+)/', line)
            if not found or found[1] not in LAYERS or found[1] == module:
                continue
            other = found[1]
            if module not in LAYERS:
                yield f"{name_of(path)}: module {module} has no layer in tools/tidy"
            elif LAYERS[other] > LAYERS[module]:
                yield (
                    f"{name_of(path)}:{number}: includes upwards ({other} is above {module}); "
                    "state a port instead"
                )
            elif (
                LAYERS[other] == LAYERS[module]
                and (module, other) not in SIDEWAYS
                and LAYERS[module] != 6
            ):
                yield (
                    f"{name_of(path)}:{number}: {module} includes its sibling {other}; state a "
                    "port instead"
                )


def rule_libraries_have_one_owner():
    for path in sources():
        for number, line in enumerate(path.read_text().split("\n"), 1):
            found = re.match(r'#include [<"]([^>"]+)[>"]', line)
            for prefix, owners in OWNERS.items():
                if found and found[1].startswith(prefix) and module_of(path) not in owners:
                    if prefix == "duckdb" and found[1].startswith("duck/"):
                        continue
                    yield (
                        f"{name_of(path)}:{number}: {prefix} belongs to {', '.join(sorted(owners))}"
                    )


def rule_files_and_folders_stay_small():
    folders = {}
    for path in sources():
        lines = path.read_text().count("\n")
        if lines > FILE_LINES_MAX:
            yield f"{name_of(path)}: {lines} lines; at most {FILE_LINES_MAX}: split it by idea"
        folders[path.parent] = folders.get(path.parent, 0) + 1
    for folder, files in folders.items():
        files -= sum(1 for path in folder.glob("*_test.cpp"))
        if files > FOLDER_FILES_MAX:
            yield f"{name_of(folder)}: {files} files; at most {FOLDER_FILES_MAX}: make folders"


def without_texts(line):
    """A line without what its texts and its comment say, so that braces can be counted."""
    line = re.sub(r'"(?:\\.|[^"\\])*"|(?<!\w)\'(?:\\.|[^\'\\])*\'', '""', line)
    return line.split("//")[0].rstrip()


def code_of(text):
    """The lines of a file with empty texts and comments; raw strings are emptied whole."""

    def emptied(found):
        return '""' + "\n" * found[0].count("\n")

    text = re.sub(r'R"(\w*)\(.*?\)\1"', emptied, text, flags=re.S)
    return [without_texts(line) for line in text.split("\n")]


NO_FUNCTION = re.compile(
    r"^(namespace|struct|class|enum|union|extern|template <.*> (struct|class)|if|else|for|while"
    r"|switch|do|try|case|default|return|co_return)\b"
)


def function_spans(lines):
    """Yields (first, last) for each function of clang-formatted code, with its signature.

    A body opens with a line that ends in `{` and closes with `}` in the column of its signature.
    The signature may wrap: it begins after the last line that ended something.
    """
    done = -1  # the last line of the function before: what it holds is a part of it
    for at, line in enumerate(lines):
        if at <= done or not line.endswith("{") or line.endswith("= {"):
            continue
        first = at
        while (
            first > 0 and lines[first - 1].strip() and not re.search(r"[;{}:>]$", lines[first - 1])
        ):
            first -= 1
        signature = " ".join(part.strip() for part in lines[first : at + 1])
        if "(" not in signature or NO_FUNCTION.match(signature):
            continue
        indent = len(lines[first]) - len(lines[first].lstrip())
        closing = " " * indent + "}"
        last = next((i for i in range(at + 1, len(lines)) if lines[i].startswith(closing)), None)
        if last is not None:
            done = last
            yield first, last


def rule_functions_fit_a_screen():
    for path in sources():
        for first, last in function_spans(code_of(path.read_text())):
            if last - first + 1 > FUNCTION_LINES_MAX:
                yield (
                    f"{name_of(path)}:{first + 1}: a function of {last - first + 1} lines; "
                    f"at most {FUNCTION_LINES_MAX}"
                )


def rule_files_are_formatted():
    tool = subprocess.run(["tools/fmt", "--check"], cwd=ROOT, text=True, stdout=subprocess.PIPE)
    for line in tool.stdout.splitlines():
        yield f"{line}: run ./dev fmt"
    if tool.returncode and not tool.stdout:
        yield f"tools/fmt --check ended with {tool.returncode}"


def rule_subjects_of_commits_are_short():
    listed = subprocess.run(
        ["git", "log", "--no-merges", f"-{COMMITS_READ}", "--format=%h %s"],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
    )
    for line in listed.stdout.splitlines():
        commit, subject = line.split(" ", 1)
        if len(subject) > SUBJECT_COLUMNS_MAX:
            yield f"commit {commit}: {len(subject)} columns; at most {SUBJECT_COLUMNS_MAX}"
        if not re.match(r"[a-z0-9_./, -]+: ", subject):
            yield f"commit {commit}: begins with no `area: `"


def booleans_that_are_no_statement(path):
    """Yields (line number, name) of each `bool NAME` that neither states a fact nor names an act.
    `empty` and `await_ready` are the standard's names; `closed` is Arrow's, and those in
    capitals are a library's.
    """
    more = r",\s*(\w+)(?=\s*[,;=])"  # bool a = false, b = false;
    for number, line in enumerate(code_of(path.read_text()), 1):
        found = re.findall(r"\bbool\s+(?:\w+::)*(\w+)\s*([(;={,)]|$)", line)
        if re.match(r"\s*(const )?bool [^()]*;", line):
            found += [(name, ";") for name in re.findall(more, line)]
        for name, after in found:
            first = name.strip("_").split("_")[0]
            words = set(name.strip("_").split("_"))
            if name in ("operator", "empty", "await_ready", "closed") or name[0].isupper():
                continue
            if words & STATES or first.endswith("s"):
                continue
            if after != "(" or not words & ACTS:
                yield number, name


def rule_booleans_are_statements():
    for path in sources():
        for number, name in booleans_that_are_no_statement(path):
            yield (
                f"{name_of(path)}:{number}: bool {name}: make it a statement (is_, has_, was_, "
                "can_, may_, must_, or a verb as in `holds`), or name the act"
            )


def rule_names_say_the_concept():
    for path in tracked("src/*", "web/*", "tools/*"):
        for part in path.relative_to(ROOT).parts:
            if set(re.split(r"[_.\-]", part.lower())) & DRAWERS:
                yield f"{name_of(path)}: '{part}' is a drawer; name the concept"


def rule_banned_words():
    for path in sources():
        for number, line in enumerate(path.read_text().split("\n"), 1):
            code = line if re.search(UNFINISHED, line) else line.split("//")[0]
            for pattern, instead in BANNED:
                if re.search(pattern, code) and not any(
                    re.search(pattern, "std::chrono::" + word) and name_of(path) == home
                    for word, home in EXEMPT
                ):
                    yield f"{name_of(path)}:{number}: {pattern}: use {instead}"


C_COMMENT = r"(?<!:)//[^\n]*|/\*.*?\*/"
HASH_COMMENT = r"(?:^|(?<=\s))#[^\n]*"
COMMENTS = {
    ".h": C_COMMENT,
    ".cpp": C_COMMENT,
    ".ts": C_COMMENT,
    ".tsx": C_COMMENT,
    ".mjs": C_COMMENT,
    ".css": r"/\*.*?\*/",
    ".py": HASH_COMMENT + r'|""".*?"""',
    ".toml": HASH_COMMENT,
    ".yaml": HASH_COMMENT,
    ".test": r"^#[^\n]*",
    ".md": r"^[^\n]+",
    "": HASH_COMMENT,
}


def prose_of(path):
    """Yields (line number, line) of a document's text, or of the comments of a source."""
    text = path.read_text(errors="replace")
    if path.suffix == ".md":
        text = re.sub(r"^```.*?^```", lambda code: "\n" * code[0].count("\n"), text, 0, re.M | re.S)
    for found in re.finditer(COMMENTS[path.suffix], text, re.M | re.S):
        first = text.count("\n", 0, found.start()) + 1
        for number, line in enumerate(found[0].split("\n"), first):
            yield number, re.sub(r"`[^`]*`", "", line)


def rule_words_are_plain():
    for path in tracked():
        name = name_of(path)
        if path.suffix not in COMMENTS or name in NOT_PLAIN:
            continue
        if not any(name.startswith(folder) for folder in PLAIN):
            continue
        for number, line in prose_of(path):
            for riddle, plain in RIDDLES:
                for found in re.finditer(riddle, line, flags=re.I):
                    yield f"{name}:{number}: '{found[0]}': write {plain} (docs/glossary.md)"


def rule_headers_open_well():
    for path in sources():
        text = path.read_text()
        if path.suffix == ".h" and "#pragma once" not in text:
            yield f"{name_of(path)}: no #pragma once"
        if path.suffix == ".h" and not text.startswith("//"):
            yield f"{name_of(path)}: a header opens with what it is"


# What makes an ARN inside a service, because users see it there; elsewhere the rim does.
MAKES_ARNS = {
    "src/analytics/analytics.cpp": "the event for a function, the lines of the log",
    "src/analytics/run/trouble.cpp": "the log stream when none is named",
    "src/functions/functions.cpp": "the texts of errors",
    "src/functions/workers.cpp": "the context of a call",
    "src/schedule/event.cpp": "the scheduled event",
}


def rule_services_know_no_arn():
    """Services name resources by ResourceName; ARNs are text of the rim and of stores."""
    for path in sources():
        if LAYERS.get(module_of(path)) != 4 or path.stem.endswith("_test"):
            continue
        code = "\n".join(line.split("//")[0] for line in path.read_text().splitlines())
        if "arn:aws" in code:
            yield f"{name_of(path)}: an ARN in a service; build it at the rim (base/text/arn.h)"
        elif (
            "base/text/arn.h" in code
            and path.name != "store.cpp"  # columns keep them
            and name_of(path) not in MAKES_ARNS
        ):
            yield f"{name_of(path)}: ARNs are read and made at the rim (src/aws, src/app)"


def rule_modules_have_readmes():
    for module in sorted({module_of(path) for path in sources()}):
        readme = SRC / module / "README.md"
        if not readme.exists():
            yield (
                f"src/{module}/README.md is missing: why it exists, what belongs here, its "
                "invariants"
            )
        elif readme.read_text().count("\n") > README_LINES_MAX:
            yield f"src/{module}/README.md: over {README_LINES_MAX} lines"


def rule_paths_in_documents_exist():
    tops = {path.name for path in ROOT.iterdir()} - {"build", ".git"}
    for path in tracked("*.md"):
        for number, line in enumerate(path.read_text().split("\n"), 1):
            for quoted in re.findall(r"`([A-Za-z0-9_./\-]+)`", line):
                first = quoted.split("/")[0]
                if "/" in quoted and first in tops and not (ROOT / quoted).exists():
                    yield f"{name_of(path)}:{number}: `{quoted}` does not exist"
            for link in links_of(line):
                if not (path.parent / link).exists():
                    yield f"{name_of(path)}:{number}: the link to {link} leads nowhere"


def links_of(line):
    """The targets of Markdown links to files of this repository, without their anchors."""
    found = re.findall(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)", re.sub(r"`[^`]*`", "", line))
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def rule_the_map_lists_every_page():
    """docs/README.md links to each page below docs/ exactly once, and README fits its bound."""
    pages = {path for path in tracked("docs/*.md")} - {MAP}
    links = [
        (MAP.parent / link).resolve()
        for line in MAP.read_text().split("\n")
        for link in links_of(line)
    ]
    for page in sorted(pages):
        if links.count(page) != 1:
            yield f"{name_of(MAP)}: links to {name_of(page)} {links.count(page)} times, not once"
    lines = (ROOT / "README.md").read_text().count("\n")
    if lines > FIRST_PAGE_LINES_MAX:
        yield f"README.md: {lines} lines; at most {FIRST_PAGE_LINES_MAX}: link to a page of docs/"


def rule_pictures_are_small():
    for path in tracked("*.png", "*.jpg", "*.gif"):
        if path.stat().st_size > PICTURE_BYTES_MAX:
            yield f"{name_of(path)}: {path.stat().st_size} bytes; at most {PICTURE_BYTES_MAX}"


def build_folder():
    names = (os.environ.get("FRESHET_PRESET", "release"), "release", "dev")
    folders = [ROOT / "build" / name for name in names]
    return next((folder for folder in folders if (folder / "generated").exists()), folders[0])


def standard_headers():
    """Those that our sources include, where Clang finds them."""
    found = subprocess.run(
        ["clang++-19", "-E", "-x", "c++", "-v", os.devnull],
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ).stderr
    folders = [pathlib.Path(line.strip()) for line in found.split("\n") if line.startswith(" /")]
    folder = next(folder for folder in folders if (folder / "vector").is_file())
    names = set()
    for path in sources():
        names.update(re.findall(r"#include <(\w+)>", path.read_text()))
    return [folder / name for name in sorted(names) if (folder / name).is_file()]


def module_of_headers(name, headers):
    rows = [f'  module "{header}" {{ header "{header}" export * }}\n' for header in headers]
    return f"module {name} {{\n{''.join(rows)}}}\n"


def header_flags():
    return [
        "clang++-19",
        "-std=c++23",
        "-fsyntax-only",
        "-ferror-limit=0",
        "-Wno-pragma-once-outside-header",
        f"-I{SRC}",
        f"-I{build_folder() / 'generated'}",
        f"-I{ROOT / 'build' / 'third_party' / 'duckdb' / 'include'}",
        f"-I{ROOT / 'build' / 'third_party' / 'arrow' / 'include'}",
        "-x",
        "c++",
    ]


def errors_of(command):
    result = subprocess.run(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if result.returncode == 0:
        return []
    errors = [line for line in result.stdout.split("\n") if "error: " in line]
    return [line.removeprefix(f"{ROOT}/") for line in errors] or [f"{command[0]} failed"]


def with_includes(path, found):
    """`path` and all that it includes of ours, in `found`."""
    if path not in found:
        found[path] = path.read_bytes()
        for name in re.findall(rb'#include "([^"]+)"', found[path]):
            for folder in (SRC, build_folder() / "generated"):
                if (folder / name.decode()).is_file():
                    with_includes(folder / name.decode(), found)
    return found


def errors_of_a_module(headers):
    """Of headers that are parts of one Clang module: each is parsed once and sees what it includes.

    Clang keeps the module, and makes it again only when a header changes.
    """
    place = ROOT / "build" / "tidy-modules"
    place.mkdir(parents=True, exist_ok=True)
    table, start = place / "headers.modulemap", place / "start.cpp"
    text = module_of_headers("std [system]", standard_headers())
    text += module_of_headers("freshet", headers)
    # Written only when they change, since Clang looks at their time.
    for path, wanted in ((table, text), (start, f'#include "{headers[0]}"\n')):
        if not path.exists() or path.read_text() != wanted:
            path.write_text(wanted)
    modules = [
        "-fmodules",
        "-fno-implicit-module-maps",
        f"-fmodule-map-file={table}",
        f"-fmodules-cache-path={place / 'cache'}",
    ]
    return errors_of([*header_flags(), *modules, str(start)])


def rule_headers_compile_alone():
    """Those that reach a library whose headers are no modules do so one by one.

    Of these, it remembers which passed, by their content and that of what they include.
    """
    headers = sorted(path for path in sources() if path.suffix == ".h")
    headers += sorted((build_folder() / "generated").rglob("*.h"))
    parts, single, digests = [], [], {}
    for path in headers:
        texts = with_includes(path, {})
        if any(re.search(rb"#include <(duckdb|boost|fmt|gtest|arrow)", t) for t in texts.values()):
            single.append(path)
            texts = b"".join(texts[name] for name in sorted(texts))
            digests[name_of(path)] = hashlib.sha256(texts).hexdigest()
        else:
            parts.append(path)
    memory = ROOT / "build" / "tidy-headers.json"
    passed = json.loads(memory.read_text()) if memory.exists() else {}
    passed = {name: made for name, made in passed.items() if digests.get(name) == made}
    wanted = [path for path in single if name_of(path) not in passed]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        of_module = pool.submit(errors_of_a_module, parts)
        found = pool.map(lambda path: errors_of([*header_flags(), str(path)]), wanted)
        for path, errors in zip(wanted, found):
            yield from errors
            if not errors:
                passed[name_of(path)] = digests[name_of(path)]
        yield from of_module.result()
    if memory.parent.exists():
        memory.write_text(json.dumps(passed))


def main():
    rules = {name[5:]: rule for name, rule in globals().items() if name.startswith("rule_")}
    passed = failed = 0
    for name, rule in rules.items():
        findings = list(rule())
        passed, failed = (passed, failed + 1) if findings else (passed + 1, failed)
        for finding in findings:
            print(f"tidy: {name}: {finding}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

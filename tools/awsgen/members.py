"""What Freshet does with each member of each input: tools/awsgen/members/SERVICE.toml, judged
against the model.

A path names a member and, with dots, the members below it; lists and maps add no step. "*"
stands for any one member, "**" at the end for all that is below. What nothing names is refused.
members/README.md says what the words mean.
"""

import pathlib

try:
    import tomllib
except ImportError:
    import tomli as tomllib

FOLDER = pathlib.Path(__file__).resolve().parent / "members"
LISTS = ("honoured", "kept", "parts")
TABLES = ("ignored", "only", "refused")


class Verdict:
    """`detail`: why it is ignored, the values that are taken, or what does the work of a refused
    member.
    """

    def __init__(self, word, detail=""):
        self.word, self.detail = word, detail

    def __eq__(self, other):
        return (self.word, self.detail) == (other.word, other.detail)


class Table:
    """The rules of one [table]: pattern to verdict."""

    def __init__(self, where, given):
        self.where, self.rules, self.used = where, {}, set()
        unknown = set(given) - set(LISTS) - set(TABLES)
        if unknown:
            raise SystemExit(f"{where}: no such key: {', '.join(sorted(unknown))}")
        for word in LISTS:
            for text in given.get(word, []):
                self.add(text, Verdict(word))
        for word in TABLES:
            for text, detail in given.get(word, {}).items():
                if not detail and word != "refused":
                    raise SystemExit(f"{where}: {text} is {word} without a reason or a value")
                self.add(
                    text, Verdict(word, tuple(map(text_of, detail)) if word == "only" else detail)
                )

    def add(self, text, verdict):
        pattern = tuple(text.split("."))
        if pattern in self.rules:
            raise SystemExit(f"{self.where}: {text} is named twice")
        self.rules[pattern] = verdict

    def find(self, path):
        """The verdict of the most exact rule for this path."""
        fitting = [pattern for pattern in self.rules if fits(pattern, path)]
        if not fitting:
            return None
        self.used.update(fitting)
        return self.rules[
            max(fitting, key=lambda pattern: [{"**": 0, "*": 1}.get(step, 2) for step in pattern])
        ]

    def tells_apart_below(self, path):
        return any(reaches_below(pattern, path) for pattern in self.rules)


def text_of(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def fits(pattern, path):
    for at, step in enumerate(pattern):
        if step == "**":
            return len(path) > at
        if at >= len(path) or step not in ("*", path[at]):
            return False
    return len(pattern) == len(path)


def reaches_below(pattern, path):
    """Whether the pattern distinguishes members below the path."""
    for at, step in enumerate(path):
        if at >= len(pattern) or pattern[at] not in ("*", step):
            return False
    return len(pattern) > len(path) and pattern[len(path)] != "**"


def amend(name, shapes):
    """What S3 does and its model does not say: If-Range (RFC 9110, 13.1.5), and Expires of any
    text.
    """
    if name == "s3":
        shapes["Expires"]["type"] = shapes["ResponseExpires"]["type"] = "string"
        for one in ("GetObjectRequest", "HeadObjectRequest"):
            shapes[one]["members"]["IfRange"] = {
                "shape": "IfMatch",
                "location": "header",
                "locationName": "If-Range",
            }


class Judgement:
    """`model` is amended."""

    def __init__(self, name, model, operations):
        self.path, self.shapes = FOLDER / f"{name}.toml", model["shapes"]
        amend(name, self.shapes)
        if not self.path.exists():
            raise SystemExit(
                f"{self.path} is missing: it says what is done with each member of each input"
            )
        tables = tomllib.loads(self.path.read_text())
        self.refusal = tables.pop("refusal")
        self.every = self.table("every", tables.pop("every", {}))
        self.of_shape = {
            shape: self.table(f"shapes.{shape}", given)
            for shape, given in tables.pop("shapes", {}).items()
        }
        self.tables = {one: self.table(one, given) for one, given in tables.items()}
        self.inputs = {
            one: model["operations"][one].get("input", {}).get("shape") for one in operations
        }
        self.check(operations)

    def table(self, name, given):
        return Table(f"{self.path.name}, [{name}]", given)

    def inner(self, name):
        """The shape that a list or a map is of."""
        while self.shapes[name]["type"] in ("list", "map"):
            name = (self.shapes[name].get("member") or self.shapes[name]["value"])["shape"]
        return name

    def is_structure(self, name):
        return self.shapes[name]["type"] == "structure" and bool(self.shapes[name].get("members"))

    def walk(self, operation):
        """Yields (path, shape, verdict) for each member with one verdict for all that it holds."""
        if self.inputs[operation]:
            scopes = ((self.tables[operation], 0), (self.every, 0))
            yield from self.below(self.inputs[operation], (), scopes, ())

    def below(self, shape, path, scopes, holders):
        """`scopes`: the tables that may speak, the first first, and the depth from which their
        paths count.
        """
        for name, member in self.shapes[shape].get("members", {}).items():
            inner, at = self.inner(member["shape"]), (*path, name)
            if not self.is_structure(inner):
                yield at, inner, self.verdict(at, scopes)
                continue
            found = self.verdict(at, scopes)
            within = scopes
            if found.word == "parts":
                if inner not in self.of_shape or inner in holders:
                    raise SystemExit(
                        f"{self.path.name}: {'.'.join(at)} needs a table [shapes.{inner}] "
                        "that does not hold itself"
                    )
                within = ((scopes[0]), (self.of_shape[inner], len(at)), *scopes[1:])
            if found.word == "parts" or (
                inner not in holders
                and any(table.tells_apart_below(at[depth:]) for table, depth in scopes)
            ):
                yield from self.joined(inner, at, within, (*holders, shape))
            else:
                yield at, inner, self.verdict((*at, "any"), scopes)

    def joined(self, inner, at, scopes, holders):
        """What is below, as one when it has one verdict."""
        parts = list(self.below(inner, at, scopes, holders))
        first = parts[0][2]
        if all(part[2] == first for part in parts) and first.word != "only":
            yield at, inner, first
        else:
            yield from parts

    @staticmethod
    def verdict(path, scopes):
        for table, depth in scopes:
            found = table.find(path[depth:])
            if found:
                return found
        return Verdict("refused")

    def unbuilt(self, operation):
        """[(place, below, values, instead)]: the members of the input that are refused or bounded,
        or hold such.
        """
        tree = {}
        for path, _, verdict in self.walk(operation):
            if verdict.word in ("refused", "only"):
                node = tree
                for step in path[:-1]:
                    node = node.setdefault(step, {})
                node[path[-1]] = verdict
        return self.numbered(tree, self.inputs[operation]) if tree else []

    def numbered(self, tree, shape):
        entries = []
        for place, (name, member) in enumerate(self.shapes[shape]["members"].items()):
            given = tree.get(name)
            if isinstance(given, dict):
                entries.append((place, self.numbered(given, self.inner(member["shape"])), (), ""))
            elif given:
                is_only = given.word == "only"
                entries.append(
                    (place, [], given.detail if is_only else (), "" if is_only else given.detail)
                )
        return entries

    # Mistakes

    def check(self, operations):
        for one in operations:
            if (
                self.inputs[one]
                and self.shapes[self.inputs[one]].get("members")
                and one not in self.tables
            ):
                raise SystemExit(
                    f"{self.path.name}: [{one}] is missing: what is done with its members?"
                )
            self.tables.setdefault(one, self.table(one, {}))
        for one in self.tables:
            if one not in operations:
                raise SystemExit(f"{self.path.name}: [{one}] is not built")
        for one in operations:
            for path, shape, verdict in self.walk(one):
                self.check_member(one, path, shape, verdict)
        for table in (self.every, *self.of_shape.values(), *self.tables.values()):
            for pattern in table.rules:
                if pattern not in table.used:
                    raise SystemExit(
                        f"{table.where}: {'.'.join(pattern)} names no member, or a structure: "
                        "that is named by its members, with .** or in `parts`"
                    )

    def check_member(self, operation, path, shape, verdict):
        where = f"{self.path.name}, {'.'.join(path)} of {operation}"
        if verdict.word == "parts":
            raise SystemExit(
                f"{where} is no structure, or one of one verdict: `parts` does not fit"
            )
        if (
            verdict.word == "only"
            and "enum" in self.shapes[shape]
            and set(verdict.detail) - set(self.shapes[shape]["enum"])
        ):
            raise SystemExit(f"{where}: {', '.join(verdict.detail)} is not a value of it")
        holder = self.inputs[operation]
        for step in path[:-1]:
            holder = self.inner(self.shapes[holder]["members"][step]["shape"])
        if verdict.word == "refused" and path[-1] in self.shapes[holder].get("required", []):
            raise SystemExit(f"{where} must be given and is refused")

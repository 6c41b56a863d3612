"""Which members of its input the handler of an operation reads, from the C++ of src/aws/services.

The handler is found by its registration; from its request the types go along access chains,
declarations, loops and the calls of functions in the same service. Headers of a body
(Content-MD5, checksums) are read by the front.
"""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SERVICES = ROOT / "src/aws/services"
WORDS_NOT_FUNCTIONS = {
    "if",
    "for",
    "while",
    "switch",
    "return",
    "co_return",
    "co_await",
    "catch",
    "sizeof",
    "requires",
    "decltype",
}
CLOSERS = {"(": ")", "{": "}", "[": "]"}
SAME = {"value_or", "value", "held"}  # of an optional
ELEMENT = {"front", "back", "at", "begin", "end"}
NAME = re.compile(r"[A-Za-z_]\w*")
HANDLER = re.compile(r"(?:->|&\w+::)(\w+)\s*(?:<[^>]*>)?\s*[(),]")


def bare(text):
    """Without comments, and with nothing inside literals."""
    return re.sub(
        r"//[^\n]*|/\*.*?\*/|R\"\(.*?\)\"|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])'",
        lambda m: "" if m[0].startswith("/") else '""' if '"' in m[0] else "' '",
        text,
        flags=re.S,
    )


def matching(text, at):
    """The place after the bracket that closes the one at `at`."""
    depth = 0
    for i in range(at, len(text)):
        if text[i] in "({[":
            depth += 1
        elif text[i] in ")}]":
            depth -= 1
            if depth == 0:
                return i + 1
    return len(text)


def split(text):
    """At the commas outside of brackets."""
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        depth += (c in "({[<") - (c in ")}]") - (c == ">" and text[i - 1] != "-")
        if c == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    return [part.strip() for part in parts + [text[start:]] if part.strip()]


class Function:
    def __init__(self, name, parameters, body, path):
        self.name, self.body, self.path = name, body, path
        self.parameters = []  # (type, name)
        for one in split(parameters):
            one = one.split("=")[0].strip()
            found = re.search(r"^(.*?)[\s&*]*\b([A-Za-z_]\w*)$", one, re.S)
            self.parameters.append(
                (found[1].split("::")[-1].split("<")[0].replace("const ", "").strip(), found[2])
                if found and found[1]
                else (one, "")
            )


def functions_of(text, path):
    for found in re.finditer(r"\b([A-Za-z_]\w*)\s*\(", text):
        if found[1] in WORDS_NOT_FUNCTIONS:
            continue
        close = matching(text, found.end() - 1)
        behind = re.match(
            r"\s*(?:const|noexcept|override|\s)*(?:->[^{;]*|:\s*\w+\([^{;]*)?\{", text[close:]
        )
        if behind:
            start = close + behind.end() - 1
            yield Function(
                found[1],
                text[found.end() : close - 1],
                behind[0] + text[start : matching(text, start)],
                path,
            )
    for found in re.finditer(
        r"\b([A-Za-z_]\w*)\s*=\s*\[[^\]]*\]\s*\(", text
    ):  # a lambda with a name
        close = matching(text, found.end() - 1)
        behind = re.match(r"\s*(?:mutable|\s)*(?:->[^{;]*)?\{", text[close:])
        if behind:
            start = close + behind.end() - 1
            yield Function(
                found[1], text[found.end() : close - 1], text[start : matching(text, start)], path
            )


class Types:
    """The shapes of the names in one body; a name may be declared again further down."""

    def __init__(self, given):
        self.declared = {name: [(-1, shape)] for name, shape in given.items()}

    def add(self, name, place, shape):
        if (place, shape) not in self.declared.setdefault(name, []):
            self.declared[name] = sorted([*self.declared[name], (place, shape)])

    def at(self, name, place):
        before = [shape for declared, shape in self.declared.get(name, []) if declared <= place]
        return before[-1] if before else None


class Service:
    """`files`: the sources of one service. `judgement`: its model, by tools/awsgen/members.py."""

    def __init__(self, files, judgement, field):
        self.shapes, self.inputs, self.field = judgement.shapes, judgement.inputs, field
        self.texts = {path: bare(path.read_text()) for path in files}
        self.functions = {}
        for path, text in self.texts.items():
            for one in functions_of(text, path):
                self.functions.setdefault(one.name, []).append(one)
        self.fields = {
            name: {
                field(member): (member, inner["shape"])
                for member, inner in shape.get("members", {}).items()
            }
            for name, shape in self.shapes.items()
            if shape["type"] == "structure"
        }
        # Data members of classes, by file.
        self.held = {
            path: {
                name: kind
                for kind, name in re.findall(r"\n\s+(?:const )?(\w+)&? (\w+);", text)
                if kind in self.fields
            }
            for path, text in self.texts.items()
        }
        self.known = {}
        self.front = (
            "".join(path.read_text() for path in (ROOT / "src/aws/http").rglob("*.cpp")).lower()
            + '"content-length"'
        )

    def is_read_by_the_front(self, structure, member):
        given = self.shapes[structure]["members"][member]
        return (
            given.get("location") == "header" and f'"{given["locationName"].lower()}"' in self.front
        )

    def registrars(self, operation):
        """The short forms that it is registered by: what they call gets the request too."""
        words = {
            found[1]
            for text in self.texts.values()
            for found in re.finditer(rf"\b(\w+)<(?:\w+::)?{operation}Op>\s*\(", text)
        }
        for word in list(words):
            for function in self.functions.get(word, []):
                words.update(re.findall(r"\b(\w+)<Op\b[^>]*>\s*\(", function.body))
        for word in words:
            yield from self.functions.get(word, [])

    def handler(self, operation):
        """The functions that an operation is registered with."""
        for path, text in self.texts.items():
            for found in re.finditer(rf"\b(\w+)<(?:\w+::)?{operation}Op>\s*\(", text):
                call = text[found.end() - 1 : matching(text, found.end() - 1)]
                name = HANDLER.search(call) or re.search(r"(\w+)\s*\)$", call)
                of_call = (
                    [one for one in self.functions.get(name[1], []) if one.path == path]
                    if name
                    else []
                )
                # A short form that says itself which handler it is.
                names = [
                    inner[1]
                    for form in self.functions.get(found[1], [])
                    if form.path == path
                    for inner in HANDLER.finditer(form.body)
                ]
                inside = [
                    one
                    for inner in names
                    for one in self.functions.get(inner, [])
                    if one.path == path
                ]
                if of_call or inside:
                    return of_call or inside
            for form in re.findall(
                rf"\b(\w+)\((?:\w+::)?{operation}Op\(\)\)", text
            ):  # a lambda over operations
                for found in re.finditer(
                    rf"\b{form}\s*=\s*\[[^\]]*\]\s*<class Op>\(Op\)\s*\{{", text
                ):
                    name = re.search(r"->\s*(?:template\s+)?(\w+)\s*[<(]", text[found.end() :])
                    return [one for one in self.functions.get(name[1], []) if one.path == path]
        return []

    def reads(self, operation):
        """{(structure, member)}, and the structures that are taken whole: {structure}."""
        reads, whole, shape = set(), set(), self.inputs[operation]
        for handler in self.handler(operation):
            named = [name for kind, name in handler.parameters if name and kind != "Caller"]
            if shape and named:
                self.follow(handler, {named[-1]: shape}, reads, whole, ())
        for registrar in self.registrars(operation) if shape else ():
            self.follow(registrar, {"input": shape}, reads, whole, ())
        for text in self.texts.values():  # pointers to members
            for found in re.finditer(r"&(\w+)::(\w+)", text):
                if found[1] == shape and found[2] in self.fields[shape]:
                    reads.add((shape, self.fields[shape][found[2]][0]))
        return reads, whole

    # Types: the name of a shape

    def element(self, shape):
        kind = self.shapes.get(shape, {})
        part = kind.get("member") or kind.get("value")
        return part["shape"] if part else shape

    def is_many(self, shape):
        return self.shapes.get(shape, {}).get("type") in ("list", "map")

    def chain(self, text, at, types, place, reads):
        """The shape of the access chain that begins with the name at `at`, and where it ends;
        `place`: in the body.
        """
        name = NAME.match(text, at)
        shape, at = types.at(name[0], place), name.end()
        while shape:
            step = re.compile(r"\s*(?:\.|->)\s*([A-Za-z_]\w*)").match(text, at)
            if step and step[1] in self.fields.get(shape, {}):
                member, inner = self.fields[shape][step[1]]
                if not re.compile(r"\s*=[^=]").match(text, step.end()):
                    reads.add((shape, member))
                shape, at = inner, step.end()
            elif step and (step[1] in SAME or step[1] in ELEMENT):
                at = step.end()
                if at < len(text) and text[at] == "(":
                    at = matching(text, at)
                shape = self.element(shape) if step[1] in ELEMENT and self.is_many(shape) else shape
            elif step and step[1] == "second":
                at = step.end()
            elif at < len(text) and text[at] == "[" and self.is_many(shape):
                shape, at = self.element(shape), matching(text, at)
            else:
                break
        return shape, at

    def shape_of(self, expression, types, place):
        """The shape of a whole expression, when it is one chain."""
        text = expression.strip()
        while True:
            peeled = re.sub(
                r"^(?:[*&!]+|co_await\s+|std::(?:move|exchange|as_const)\s*(?=\())", "", text
            ).strip()
            if peeled.startswith("(") and matching(peeled, 0) == len(peeled):
                peeled = peeled[1:-1].strip()
            if peeled == text:
                break
            text = peeled
        text = split(text)[0] if split(text) else ""
        if not NAME.match(text):
            return None
        shape, at = self.chain(text, 0, types, place, set())
        return shape if not text[at:].strip() else None

    def follow(self, function, types, reads, whole, path):
        key = (id(function), tuple(sorted(types.items())))
        if key not in self.known:
            self.known[key] = (set(), set())
            self.read_body(function, Types(types), *self.known[key], (*path, function.name))
        reads.update(self.known[key][0])
        whole.update(self.known[key][1])

    def read_body(self, function, types, reads, whole, path):
        body = function.body
        for kind, name in function.parameters:
            if name and name not in types.declared and kind in self.fields:
                types.add(name, -1, kind)
        for name, kind in self.held[function.path].items():
            if name not in types.declared:
                types.add(name, -1, kind)
        for _ in range(3):
            self.declare(body, types)
        at = 0
        while found := NAME.search(body, at):
            at = found.end()
            if found.start() and (
                body[found.start() - 1] == "."
                or body[found.start() - 2 : found.start()] in ("->", "::")
            ):
                if (
                    not re.compile(r"\s*(?:<[\w:, ]*>)?\s*\(").match(body, at)
                    or found[0] not in self.functions
                ):
                    continue
            call = re.compile(r"\s*(?:<[\w:, ]*>)?\s*(?:\w+)?\(").match(body, at)
            if call and found[0] in self.functions and not types.at(found[0], found.start()):
                self.call(
                    found[0],
                    body[call.end() : matching(body, call.end() - 1) - 1],
                    types,
                    found.start(),
                    reads,
                    whole,
                    path,
                    function.path,
                )
            elif types.at(found[0], found.start()):
                shape, behind = self.chain(body, found.start(), types, found.start(), reads)
                if self.is_taken_whole(body, found.start(), behind, shape):
                    whole.add(self.inner(shape))

    def inner(self, shape):
        while self.is_many(shape):
            shape = self.element(shape)
        return shape

    def is_taken_whole(self, body, start, behind, shape):
        if not shape or self.inner(shape) not in self.fields:
            return False
        before, after = body[:start].rstrip(" *\n"), body[behind:].lstrip()
        before = re.sub(r"(?:std::move|std::optional)\($", "", before).rstrip(" *&\n")
        return (
            before.endswith(("=", "{", ",", "emplace_back(", "push_back("))
            and after[:1] in ("", ")", ";", ",", "}")
            and not re.search(r"(?:auto|const \w+)[&*]*\s+\w+\s*=$", before)
        )

    def declare(self, body, types):
        for found in re.finditer(
            r"\b([A-Za-z_]\w*)\s*[&*]*\s+[&*]*([A-Za-z_]\w*)\s*(=|:)(?![=:])", body
        ):
            if found[1] in self.fields:
                types.add(found[2], found.end(), found[1])
            elif found[1] == "auto":
                shape = self.shape_of(self.until_end(body, found.end()), types, found.start())
                if shape:
                    types.add(
                        found[2], found.end(), self.element(shape) if found[3] == ":" else shape
                    )
        for found in re.finditer(r"auto[&\s]*\[([^\]]*)\]\s*(:|=)", body):
            shape = self.shape_of(self.until_end(body, found.end()), types, found.start())
            names = [one.strip() for one in found[1].split(",")]
            if shape and len(names) == 2:
                types.add(names[1], found.end(), self.element(shape))

    @staticmethod
    def until_end(body, at):
        """To the end of the statement, or of the brackets around it."""
        depth = 0
        for i in range(at, len(body)):
            depth += (body[i] in "({[") - (body[i] in ")}]")
            if depth < 0 or (depth == 0 and body[i] == ";"):
                return body[at:i]
        return body[at:]

    def call(self, name, arguments, types, place, reads, whole, path, caller):
        """`caller`: the file of the call; its functions that take the arguments hide others."""
        given = [self.shape_of(one, types, place) for one in split(arguments)]
        if path.count(name) > 1:
            return
        calls = []
        for function in self.functions[name]:
            if len(function.parameters) < len(given):
                continue
            bound = {
                parameter[1]: shape
                for parameter, shape in zip(function.parameters, given)
                if shape
                and parameter[1]
                and (parameter[0] not in self.fields or parameter[0] == self.inner(shape))
            }
            if bound or self.held[function.path]:
                calls.append((function, bound))
        here = [one for one in calls if one[0].path == caller and one[1]]
        for function, bound in here or calls:
            self.follow(function, bound, reads, whole, path)

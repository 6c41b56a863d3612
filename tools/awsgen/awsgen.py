"""Reads AWS's own service models (botocore's data) and writes one service as C++ structs and
tables.

awsgen.py SERVICE OUTPUT_DIRECTORY
awsgen.py services OUTPUT_DIRECTORY

Writes SERVICE.h (structs, operation traits) and SERVICE.cpp (the tables of
src/aws/protocol/shape.h). The operations are those of manifest.toml, what is done with their
members is in members/SERVICE.toml. Tables are plain data: the codecs of src/aws/protocol
walk them.
"""

import json
import pathlib
import sys

import botocore
import botocore.session

from members import Judgement

try:
    import tomllib
except ImportError:
    import tomli as tomllib

HERE = pathlib.Path(__file__).resolve().parent
KEYWORDS = {
    "namespace",
    "default",
    "delete",
    "operator",
    "export",
    "class",
    "new",
    "union",
    "template",
    "this",
    "enum",
    "public",
    "private",
    "protected",
    "register",
    "auto",
    "and",
    "or",
    "not",
    "case",
    "switch",
    "int",
    "float",
    "double",
    "char",
    "short",
    "long",
    "static",
    "struct",
    "using",
    "continue",
    "break",
    "return",
    "if",
    "else",
    "requires",
    "concept",
    "typename",
    "explicit",
    "const",
    "void",
    "bool",
    "catch",
    "try",
    "throw",
    "virtual",
}
# The last event of a shard's subscription, with its ChildShards, has no number to continue at: KCL
# takes it for broken else.
# Clients leave a column's average length out (Trino: it was optional when its SDK was made), and
# AWS takes it for 0.
LEFT_OUT = {("ContinuationSequenceNumber", True), ("AverageLength", False)}
# A struct of so many members, with those of its members, has its constructors and its destructor in
# the .cpp: who includes
# the header does not compile them.
LARGE = 100
SCALARS = {
    "string": "std::string",
    "character": "std::string",
    "boolean": "bool",
    "integer": "std::int32_t",
    "long": "std::int64_t",
    "float": "float",
    "double": "double",
    "timestamp": "Timestamp",
    "blob": "Bytes",
}
# The kinds whose names are keywords in C++.
KINDS = {"long": "int64", "float": "float32", "double": "float64"}
PROTOCOLS = {
    "json": "json",
    "rest-json": "rest_json",
    "rest-xml": "rest_xml",
    "query": "query",
    "smithy-rpc-v2-cbor": "rpc_cbor",
}


def quoted(text):
    return json.dumps(text)


class Service:
    def __init__(self, name, operations, also=()):
        loader = botocore.session.get_session().get_component("data_loader")
        self.name, self.model = name, loader.load_service_model(name, "service-2")
        self.meta, self.shapes = self.model["metadata"], self.model["shapes"]
        if (
            self.meta["protocol"] not in PROTOCOLS
        ):  # CloudWatch lists several; the first that there is a codec for
            self.meta["protocol"] = next(
                word for word in self.meta["protocols"] if word in PROTOCOLS
            )
        unknown = set(operations) - set(self.model["operations"])
        if unknown:
            raise SystemExit(f"manifest.toml: {name} has no operation {', '.join(sorted(unknown))}")
        self.operations = operations
        self.judgement = Judgement(name, self.model, operations)
        self.protocols = list(
            dict.fromkeys([self.meta["protocol"], *self.meta.get("protocols", []), *also])
        )
        self.order, self.recursive, self.streams, self.events = [], set(), set(), []
        for operation in operations:
            for side in ("input", "output"):
                shape = self.model["operations"][operation].get(side)
                if shape:
                    self.visit(shape["shape"], [])

    def visit(self, name, path):
        """Children first, so that a struct precedes those that hold it."""
        if name in self.order:
            return
        if name in path:
            # The structure of the cycle is what is held by pointer, wherever the cycle is entered.
            cycle = path[path.index(name) :]
            self.recursive.add(
                next(one for one in cycle if self.shapes[one]["type"] == "structure")
            )
            return
        shape = self.shapes[name]
        payload = shape.get("payload")
        for member_name, member in shape.get("members", {}).items():
            inner = self.shapes[member["shape"]]
            if name in self.streams and not inner.get("event"):
                continue  # exceptions of an event stream are written as faults
            if inner.get("eventstream"):
                self.streams.add(member["shape"])
                self.events += [
                    event["shape"]
                    for event in inner["members"].values()
                    if self.shapes[event["shape"]].get("event")
                ]
            if member_name == payload and (member.get("streaming") or inner.get("streaming")):
                self.streams.add(member["shape"])
            self.visit(member["shape"], path + [name])
        for key in ("member", "key", "value"):
            if key in shape:
                self.visit(shape[key]["shape"], path + [name])
        self.order.append(name)

    def type_of(self, name):
        shape = self.shapes[name]
        kind = shape["type"]
        if name in self.streams:
            return "std::shared_ptr<io::BodyReader>"
        if kind == "structure":
            return f"std::shared_ptr<{name}>" if name in self.recursive else name
        if kind == "list":
            return f"std::vector<{self.type_of(shape['member']['shape'])}>"
        if kind == "map":
            return f"std::vector<std::pair<std::string, {self.type_of(shape['value']['shape'])}>>"
        return SCALARS[kind]

    def weight(self, name, path=()):
        """How many members a value of it has in all."""
        shape = self.shapes[name]
        if name in path or name in self.streams:
            return 1
        inner = [member["shape"] for member in shape.get("members", {}).values()]
        inner += [shape[key]["shape"] for key in ("member", "value") if key in shape]
        return max(1, sum(self.weight(one, (*path, name)) for one in inner))

    def is_large(self, name):
        return (
            self.shapes[name]["type"] == "structure"
            and name not in self.streams
            and self.weight(name) >= LARGE
        )

    @staticmethod
    def field(name):
        field = botocore.xform_name(name)
        return field + "_" if field in KEYWORDS else field

    def plain(self, shape, member_name, member):
        """Whether the member is held without std::optional."""
        return (
            self.required(shape, member_name, member)
            or member["shape"] in self.streams
            or member["shape"] in self.recursive
        )

    @staticmethod
    def required(shape, member_name, member):
        """As the model says, but for what AWS leaves out all the same."""
        return (
            member_name in shape.get("required", [])
            and (member_name, "ChildShards" in shape["members"]) not in LEFT_OUT
        )

    def header(self):
        out = [
            (
                f"// {self.meta['serviceFullName']}, {self.meta['apiVersion']}: made by "
                "tools/awsgen from AWS's model."
            ),
            "#pragma once",
            "#include <cstdint>",
            "#include <memory>",
            "#include <optional>",
            "#include <string>",
            "#include <utility>",
            "#include <vector>",
            "",
            '#include "base/bytes.h"',
            '#include "base/time.h"',
            "",
            "namespace freshet::io {",
            "class BodyReader;",
            "}",
            "namespace freshet::aws {",
            "struct OperationInfo;",
            "struct ServiceInfo;",
            "struct Shape;",
            "}",
            "",
            f"namespace freshet::aws::{self.name} {{",
            "",
            "const ServiceInfo& service_info();",
            "",
        ]
        out += [f"struct {name};" for name in sorted(self.recursive)]
        for name in self.order:
            if self.shapes[name]["type"] == "structure" and name not in self.streams:
                out += self.struct(name)
        out += [f"const Shape& shape_of_{name}();" for name in self.events]
        for operation in self.operations:
            out += self.trait(operation)
        return "\n".join(out + [f"}}  // namespace freshet::aws::{self.name}", ""])

    def struct(self, name):
        shape = self.shapes[name]
        lines = [f"struct {name} {{"]
        for member_name, member in shape.get("members", {}).items():
            kind = self.type_of(member["shape"])
            if not self.plain(shape, member_name, member):
                kind = f"std::optional<{kind}>"
            lines.append(f"    {kind} {self.field(member_name)}{{}};")
        if self.is_large(name):
            lines += [
                f"    {name}();",
                f"    {name}(const {name}&);",
                f"    {name}({name}&&) noexcept;",
                f"    {name}& operator=(const {name}&);",
                f"    {name}& operator=({name}&&) noexcept;",
                f"    ~{name}();",
            ]
        return lines + ["};", ""]

    @staticmethod
    def special_members(name):
        return [
            f"{name}::{name}() = default;",
            f"{name}::{name}(const {name}&) = default;",
            f"{name}::{name}({name}&&) noexcept = default;",
            f"{name}& {name}::operator=(const {name}&) = default;",
            f"{name}& {name}::operator=({name}&&) noexcept = default;",
            f"{name}::~{name}() = default;",
            "",
        ]

    def side(self, operation, side):
        shape = self.model["operations"][operation].get(side)
        return shape["shape"] if shape else None

    def trait(self, operation):
        lines = [f"struct {operation}Op {{"]
        for side, alias in (("input", "Input"), ("output", "Output")):
            shape = self.side(operation, side)
            lines.append(f"    using {alias} = {shape};" if shape else f"    struct {alias} {{}};")
        return lines + ["    static const OperationInfo& info();", "};", ""]

    def source(self):
        out = [
            f'#include "aws/model/{self.name}.h"',
            "",
            "#include <cstddef>",
            "",
            '#include "aws/protocol/shape.h"',
            '#include "io/http/http.h"',
            "",
            '#pragma clang diagnostic ignored "-Winvalid-offsetof"',
            "",
            f"namespace freshet::aws::{self.name} {{",
            "namespace {",
            "",
        ]
        for name in self.order:
            out.append(f"extern const Shape shape_{name};")
        out.append("")
        for name in self.order:
            out += self.table(name)
        out.append('[[maybe_unused]] const Shape nothing{.kind = Kind::structure, .name = ""};')
        refusals = Refusals()
        for operation in self.operations:
            refusals.add(operation, self.judgement.unbuilt(operation))
        out += self.errors() + self.all_operations() + ["extern const ServiceInfo service;"]
        out += refusals.lines
        for operation in self.operations:
            out += self.operation(operation, refusals.of(operation))
        out += self.built() + self.service() + ["}  // namespace", ""]
        out.append("const ServiceInfo& service_info() { return service; }")
        for name in filter(self.is_large, self.order):
            out += self.special_members(name)
        out += [
            f"const Shape& shape_of_{name}() {{ return shape_{name}; }}" for name in self.events
        ]
        out += [
            f"const OperationInfo& {name}Op::info() {{ return info_{name}; }}"
            for name in self.operations
        ]
        return "\n".join(out + [f"}}  // namespace freshet::aws::{self.name}", ""])

    def built(self):
        infos = ", ".join(f"&info_{name}" for name in self.operations)
        return [f"constexpr const OperationInfo* built[] = {{{infos}}};"]

    def table(self, name):
        shape, lines, parts = self.shapes[name], [], []
        kind = (
            "stream"
            if name in self.streams
            else {"character": "string"}.get(shape["type"], shape["type"])
        )
        if kind == "structure":
            lines, parts = self.members(name)
        elif kind == "list":
            parts = [
                f".element = &shape_{shape['member']['shape']}",
                f".list = list_ops<{self.type_of(name)}>",
                f".element_name = {quoted(shape['member'].get('locationName', 'member'))}",
            ]
            if shape.get("flattened"):
                parts.append(".is_flattened = true")
        elif kind == "map":
            parts = [
                f".element = &shape_{shape['value']['shape']}",
                f".key = &shape_{shape['key']['shape']}",
                f".list = map_ops<{self.type_of(name)}>",
            ]
        parts += self.constraints(name, shape)
        if "enum" in shape:
            lines.append(
                f"constexpr const char* enum_{name}[] = "
                f"{{{', '.join(map(quoted, shape['enum']))}}};"
            )
            parts.append(f".choices = enum_{name}")
        if name in self.recursive:
            parts.append(f".shared = shared_ops<{name}>")
        body = "".join(f", {part}" for part in parts)
        return lines + [
            (
                f"const Shape shape_{name}{{.kind = Kind::{KINDS.get(kind, kind)}, .name = "
                f"{quoted(name)}{body}}};"
            )
        ]

    @staticmethod
    def constraints(name, shape):
        parts = []
        for bound in ("min", "max"):
            if bound in shape:
                parts += [f".has_{bound} = true", f".{bound} = {int(shape[bound])}"]
        if "pattern" in shape:
            parts.append(f".pattern = {quoted(shape['pattern'])}")
        if shape.get("sensitive"):
            parts.append(".is_sensitive = true")
        return parts

    def members(self, name):
        shape, lines = self.shapes[name], []
        for member_name, member in shape.get("members", {}).items():
            inner = self.shapes[member["shape"]]
            plain = self.plain(shape, member_name, member)
            parts = [
                f".name = {quoted(member_name)}",
                f".wire = {quoted(member.get('locationName', member_name))}",
                f".shape = &shape_{member['shape']}",
                f".offset = offsetof({name}, {self.field(member_name)})",
            ]
            if not plain:
                parts.append(f".optional = optional_ops<{self.type_of(member['shape'])}>")
            if self.required(shape, member_name, member):
                parts.append(".is_required = true")
            if member.get("location"):
                parts.append(f".location = Location::{self.location(member['location'])}")
            elif shape.get("payload") == member_name or inner.get("eventstream"):
                parts.append(".location = Location::payload")
            elif shape.get("payload"):
                parts.append(".location = Location::nowhere")
            stamp = member.get("timestampFormat", inner.get("timestampFormat"))
            if stamp:
                stamps = {"iso8601": "iso8601", "rfc822": "rfc822", "unixTimestamp": "epoch"}
                parts.append(f".stamp = Stamp::{stamps[stamp]}")
            flags = {"flattened": "is_flattened", "xmlAttribute": "is_attribute"}
            parts += [f".{name} = true" for flag, name in flags.items() if member.get(flag)]
            namespace = (
                member.get("xmlNamespace", {}).get("uri")
                if isinstance(member.get("xmlNamespace"), dict)
                else None
            )
            if namespace:
                parts.append(f".xml_namespace = {quoted(namespace)}")
            lines.append("    Member{" + ", ".join(parts) + "},")
        if not lines:
            return [], []
        return [f"const Member members_{name}[] = {{", *lines, "};"], [f".members = members_{name}"]

    @staticmethod
    def location(word):
        return {
            "uri": "uri",
            "querystring": "query",
            "header": "header",
            "headers": "headers",
            "statusCode": "status",
        }[word]

    def errors(self):
        lines = []
        for name, shape in sorted(self.shapes.items()):
            if not shape.get("exception"):
                continue
            error = shape.get("error", {})
            code = error.get("code", name)
            status = error.get("httpStatusCode", 500 if shape.get("fault") else 400)
            lines.append(f"    {{{quoted(name)}, {quoted(code)}, {status}}},")
        if not lines:
            lines.append('    {"", "", 0},')
        return ["constexpr aws::ErrorInfo errors[] = {", *lines, "};", ""]

    def all_operations(self):
        lines = []
        for name, operation in sorted(self.model["operations"].items()):
            http = operation["http"]
            lines.append(
                f"    {{{quoted(name)}, {quoted(http['method'])}, {quoted(http['requestUri'])}}},"
            )
        return ["constexpr OperationName operations[] = {", *lines, "};", ""]

    def xml_namespace(self):
        """That of all the service's documents; S3's model has it at members that are documents."""
        found = [self.meta.get("xmlNamespace")]
        if self.meta["protocol"] == "rest-xml":
            found += [
                member.get("xmlNamespace", {}).get("uri")
                for shape in self.shapes.values()
                for member in shape.get("members", {}).values()
                if shape.get("payload")
            ]
        return next(filter(None, found), "")

    def service(self):
        meta = self.meta
        parts = [
            f".name = {quoted(self.name)}",
            f".signing_name = {quoted(meta.get('signingName', meta['endpointPrefix']))}",
            f".protocol = Protocol::{PROTOCOLS[meta['protocol']]}",
            ".protocols = protocols",
            f".json_version = {quoted(meta.get('jsonVersion', ''))}",
            f".target_prefix = {quoted(meta.get('targetPrefix', ''))}",
            f".api_version = {quoted(meta['apiVersion'])}",
            f".xml_namespace = {quoted(self.xml_namespace())}",
            ".errors = errors",
            ".operations = operations",
            ".built = built",
            f".unbuilt_code = {quoted(self.judgement.refusal['code'])}",
            f".unbuilt_status = {self.judgement.refusal['status']}",
        ]
        protocols = [f"Protocol::{PROTOCOLS[word]}" for word in self.protocols]
        return [
            f"constexpr Protocol protocols[] = {{{', '.join(protocols)}}};",
            "const ServiceInfo service{" + ", ".join(parts) + "};",
            "",
        ]

    def operation(self, name, unbuilt):
        operation = self.model["operations"][name]
        http = operation["http"]
        tables = [
            f"&shape_{shape}" if shape else "&nothing"
            for shape in (self.side(name, "input"), self.side(name, "output"))
        ]
        output = operation.get("output", {})
        parts = [
            ".service = &service",
            f".name = {quoted(name)}",
            f".input = {tables[0]}",
            f".output = {tables[1]}",
            f".make_input = make_value<{name}Op::Input>",
            f".make_output = make_value<{name}Op::Output>",
            f".method = {quoted(http['method'])}",
            f".uri = {quoted(http['requestUri'])}",
            f".status = {http.get('responseCode', 200)}",
            f".result_wrapper = {quoted(output.get('resultWrapper', ''))}",
        ]
        parts += [f".unbuilt = {unbuilt}"] if unbuilt else []
        return [f"const OperationInfo info_{name}{{" + ", ".join(parts) + "};"]


class Refusals:
    """The trees of Judgement.unbuilt() as tables; equal ones are written once."""

    def __init__(self):
        self.lines, self.known, self.roots = [], {}, {}

    def of(self, operation):
        return self.roots.get(operation)

    def add(self, operation, tree):
        if tree:
            self.roots[operation] = self.table(tree)

    def table(self, tree):
        entries = []
        for place, below, values, instead in tree:
            parts = [f".member = {place}"]
            if below:
                parts.append(f".below = {self.table(below)}")
            if values:
                parts.append(
                    ".only = "
                    f"{self.named('only', 'constexpr const char*', list(map(quoted, values)))}"
                )
            if instead:
                parts.append(f".instead = {quoted(instead)}")
            entries.append("{" + ", ".join(parts) + "}")
        return self.named("unbuilt", "const Unbuilt", entries)

    def named(self, stem, kind, entries):
        key = (stem, *entries)
        if key not in self.known:
            self.known[key] = f"{stem}_{len(self.known)}"
            self.lines.append(f"{kind} {self.known[key]}[] = {{{', '.join(entries)}}};")
        return self.known[key]


class AllServices:
    """services.h and .cpp: the tables of every service of the manifest."""

    def __init__(self, manifest):
        self.names = sorted(manifest)

    @staticmethod
    def header():
        return """// Every service of tools/awsgen/manifest.toml: made by tools/awsgen.
#pragma once
#include <span>

#include "aws/protocol/shape.h"

namespace freshet::aws {

/// In the order of their names.
std::span<const ServiceInfo* const> all_services();

}  // namespace freshet::aws
"""

    def source(self):
        declared = "\n".join(
            f"namespace freshet::aws::{name} {{\nconst ServiceInfo& service_info();\n}}"
            for name in self.names
        )
        tables = ", ".join(f"&{name}::service_info()" for name in self.names)
        return f"""#include "aws/model/services.h"

{declared}

namespace freshet::aws {{

std::span<const ServiceInfo* const> all_services() {{
    static const ServiceInfo* const services[] = {{{tables}}};
    return services;
}}

}}  // namespace freshet::aws
"""


def main():
    name, out = sys.argv[1], pathlib.Path(sys.argv[2])
    manifest = tomllib.loads((HERE / "manifest.toml").read_text())
    made = (
        AllServices(manifest)
        if name == "services"
        else Service(name, manifest[name]["operations"], manifest[name].get("also", []))
    )
    out.mkdir(parents=True, exist_ok=True)
    for suffix, text in (("h", made.header()), ("cpp", made.source())):
        path = out / f"{name}.{suffix}"
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


if __name__ == "__main__":
    main()

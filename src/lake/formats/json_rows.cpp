#include "lake/formats/json_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "lake/limits.h"
#include "record/json/json.h"
#include "record/json/json_member.h"
#include "record/json/json_shape.h"

namespace freshet::lake {
namespace {

std::unexpected<std::string> refused(std::string_view path, std::string_view why) {
    return std::unexpected(fmt::format("The JSON path {}: {}", path, why));
}

/// The step in brackets that `rest` begins with, which it takes off.
std::optional<RowsStep> bracket_step(std::string_view& rest) {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view inner = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    RowsStep step;
    if (inner == "*") {
        step.is_each = true;
        return step;
    }
    if (inner.size() > 2 && (inner[0] == '\'' || inner[0] == '"') && inner.back() == inner[0]) {
        step.name = inner.substr(1, inner.size() - 2);
        return step;
    }
    std::size_t index = 0;
    const char* const last = inner.data() + inner.size();
    const auto read = std::from_chars(inner.data(), last, index);
    if (inner.empty() || read.ec != std::errc() || read.ptr != last) return std::nullopt;
    step.index = index;
    return step;
}

/// What the steps from `at` on name in the document, appended to `rows`.
void walk(std::string_view document, const std::vector<RowsStep>& steps, std::size_t at,
          std::vector<std::string>& rows) {
    if (at == steps.size()) {
        rows.emplace_back(document);
        return;
    }
    const RowsStep& step = steps[at];
    if (!step.name.empty()) {
        const auto member = record::member_of(document, step.name);
        if (member) walk(*member, steps, at + 1, rows);
        return;
    }
    const auto elements = record::elements_of(document);
    if (!elements) return;
    for (std::size_t i = 0; i < elements->size() && rows.size() < limits::records_max; ++i) {
        if (step.is_each || step.index == i) walk((*elements)[i], steps, at + 1, rows);
    }
}

}  // namespace

std::expected<std::vector<RowsStep>, std::string> parse_rows_path(std::string_view path) {
    std::vector<RowsStep> steps;
    if (!path.starts_with('$')) return refused(path, "it does not begin with $");
    std::string_view rest = path.substr(1);
    while (!rest.empty()) {
        if (steps.size() == limits::rows_path_steps_max) return refused(path, "it is too long");
        if (rest[0] == '[') {
            auto step = bracket_step(rest);
            if (!step) return refused(path, "brackets hold *, a number or a name in quotes");
            steps.push_back(std::move(*step));
        } else if (rest[0] == '.') {
            const std::size_t end = std::min(rest.find_first_of(".[", 1), rest.size());
            const std::string_view name = rest.substr(1, end - 1);
            if (name.empty()) return refused(path, "a name is missing, and '..' is not known");
            rest.remove_prefix(end);
            RowsStep step;
            if (name == "*")
                step.is_each = true;
            else
                step.name = name;
            steps.push_back(std::move(step));
        } else {
            return refused(path, "after $ come steps .name, ['name'], [*] and [n]");
        }
    }
    return steps;
}

std::expected<Classified, std::string> classify_json_rows(std::string_view text,
                                                          const std::string& path, bool is_whole) {
    const auto steps = parse_rows_path(path);
    if (!steps) return pass(steps);
    std::vector<std::string> rows;
    record::Documents documents(text);
    while (rows.size() < limits::records_max) {
        const std::string_view document = documents.next();
        if (document.empty()) break;
        walk(document, *steps, 0, rows);
    }
    if (rows.empty() && !is_whole) return std::unexpected(std::string(record::json_cut));
    std::string lines;
    for (std::string& row : rows) {
        std::ranges::replace(row, '\n', ' ');
        lines += row + "\n";
    }
    if (lines.empty())
        return std::unexpected(fmt::format("there is nothing at the JSON path {}", path));
    auto shape = record::read_json_shape(lines, true);
    if (!shape) return pass(shape);
    Classified made;
    made.format.classification = "json";
    made.format.particulars[particular::json_path] = path;
    for (record::JsonColumn& column : shape->columns)
        made.format.columns.push_back({std::move(column.name), std::move(column.type)});
    if (made.format.columns.empty())
        return std::unexpected(fmt::format("what is at the JSON path {} has no members", path));
    made.reason =
        fmt::format("{} rows at {} with {} members", rows.size(), path, made.format.columns.size());
    return made;
}

}  // namespace freshet::lake

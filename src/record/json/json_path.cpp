#include "record/json/json_path.h"

#include <fmt/format.h>

namespace freshet::record {
namespace {

Failure refuse(std::string_view text) {
    return fail(Errc::invalid,
                fmt::format("the path '{}' is not of the form $.name.name[0:].name", text));
}

}  // namespace

Result<std::vector<JsonStep>> parse_json_path(std::string_view text) {
    std::vector<JsonStep> steps;
    if (!text.starts_with('$')) return refuse(text);
    std::size_t at = 1;
    int arrays = 0;
    while (at < text.size()) {
        if (text[at] == '.') {
            const std::size_t end = std::min(text.find_first_of(".[", at + 1), text.size());
            if (end == at + 1) return refuse(text);
            steps.push_back({std::string(text.substr(at + 1, end - at - 1)), false});
            at = end;
        } else if (text.substr(at).starts_with("['")) {
            const std::size_t end = text.find("']", at);
            if (end == std::string_view::npos) return refuse(text);
            steps.push_back({std::string(text.substr(at + 2, end - at - 2)), false});
            at = end + 2;
        } else if (text.substr(at).starts_with("[0:]")) {
            if (steps.empty()) steps.emplace_back();
            steps.back().is_each = true;
            if (++arrays > 1)
                return fail(Errc::invalid,
                            fmt::format("the path '{}' goes through two arrays", text));
            at += 4;
        } else {
            return refuse(text);
        }
    }
    return steps;
}

}  // namespace freshet::record

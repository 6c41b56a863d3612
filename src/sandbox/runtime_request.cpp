#include "sandbox/runtime_request.h"

namespace freshet::sandbox {
namespace {

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

}  // namespace

RuntimeRequest parse_runtime_request(std::string_view method, std::string_view target) {
    using Kind = RuntimeRequest::Kind;
    std::string_view path = target;
    if (!take_prefix(path, "/2018-06-01/runtime/")) return {};
    if (method == "GET" && path == "invocation/next") return {Kind::next, ""};
    if (method != "POST") return {};
    if (path == "init/error") return {Kind::init_error, ""};
    if (!take_prefix(path, "invocation/")) return {};
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos || slash == 0) return {};
    const std::string_view verb = path.substr(slash + 1);
    const std::string id(path.substr(0, slash));
    if (verb == "response") return {Kind::response, id};
    if (verb == "error") return {Kind::error, id};
    return {};
}

}  // namespace freshet::sandbox

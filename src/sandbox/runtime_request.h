// What a request to the Lambda Runtime API (2018-06-01) asks for. Pure.
#pragma once
#include <string>
#include <string_view>

namespace freshet::sandbox {

struct RuntimeRequest {
    enum class Kind {
        next,        ///< GET invocation/next
        response,    ///< POST invocation/ID/response
        error,       ///< POST invocation/ID/error
        init_error,  ///< POST init/error
        unknown
    };
    Kind kind = Kind::unknown;
    std::string request_id;  ///< ID
    bool operator==(const RuntimeRequest&) const = default;
};

RuntimeRequest parse_runtime_request(std::string_view method, std::string_view target);

}  // namespace freshet::sandbox

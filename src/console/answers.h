// One question to the API below /_freshet/api/, and the shapes of its answers.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "console/parts.h"
#include "io/http/http.h"

namespace freshet::console {

struct Question {
    std::string method, path;  ///< path: below /_freshet/api/
    std::vector<std::pair<std::string, std::string>> query;
    Home home;
    Bytes body;

    /// "" when the address does not have it.
    std::string parameter(std::string_view name) const;
    /// The members of the body, a small JSON document, as text.
    std::map<std::string, std::string> fields() const;
};

io::HttpResponse json_answer(int status, Bytes json);
/// {"message": ..., "line": 2, "column": 8}: the place when the message names one ("line 2:8:
/// ...").
io::HttpResponse refusal(int status, const std::string& message);

}  // namespace freshet::console

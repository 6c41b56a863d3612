// An AWS error answer: the modelled exception's name, its sentence and its HTTP status.
#pragma once
#include <expected>
#include <string>
#include <utility>
#include <vector>

namespace freshet::aws {

struct Fault {
    std::string code;     ///< "ResourceNotFoundException", "NoSuchKey"
    std::string message;  ///< in AWS's words
    int status = 0;       ///< 0: what the model says for `code`, else 400
    /// Further members of the error's body: {"Resource", "/bucket/key"}.
    std::vector<std::pair<std::string, std::string>> fields = {};
    /// Members that are more than text, as JSON without the braces: "Item":{...}.
    std::string members_json = {};
};

template <class T>
using Answer = std::expected<T, Fault>;

}  // namespace freshet::aws

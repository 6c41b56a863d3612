#include "console/answers.h"

#include <cstdio>

#include "console/json_writer.h"
#include "record/json/json.h"

namespace freshet::console {

std::string Question::parameter(std::string_view name) const {
    for (const auto& [key, value] : query) {
        if (key == name) return value;
    }
    return {};
}

std::map<std::string, std::string> Question::fields() const {
    std::map<std::string, std::string> fields;
    const auto members = record::members_of(body.view());
    if (!members) return fields;
    for (const record::JsonMember& member : *members) fields[member.path.substr(2)] = member.text;
    return fields;
}

io::HttpResponse json_answer(int status, Bytes json) {
    io::HttpResponse response;
    response.status = status;
    response.headers.add("Content-Type", "application/json");
    response.headers.add("Cache-Control", "no-store");
    response.headers.add("X-Content-Type-Options", "nosniff");
    response.body.push_back(std::move(json));
    return response;
}

io::HttpResponse refusal(int status, const std::string& message) {
    JsonWriter json;
    json.open('{').member("message", message);
    int line = 0, column = 0;
    const auto at = message.find("line ");
    if (at != std::string::npos &&
        std::sscanf(message.c_str() + at, "line %d:%d:", &line, &column) == 2)
        json.member("line", line).member("column", column);
    return json_answer(status, json.close('}').take());
}

}  // namespace freshet::console

// Calls of the API below /_freshet/api/ about tables, and its answers member by member.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/global_options.h"
#include "io/http/http.h"

namespace freshet::cli {

/// A JSON object of an answer: members as text, arrays and objects as JSON.
class JsonObject {
  public:
    JsonObject() = default;
    explicit JsonObject(std::string json);
    /// "" when it has no such member.
    std::string text(const std::string& name) const;
    std::int64_t number(const std::string& name) const;
    std::vector<JsonObject> objects(const std::string& name) const;
    std::vector<std::string> texts(const std::string& name) const;
    const std::string& json() const { return json_; }

  private:
    std::string json_;
    std::map<std::string, std::string> members_;
};

/// One call after the other, on the core of the client.
class TableClient {
  public:
    static Result<std::unique_ptr<TableClient>> make(io::Core& core, const Place& place);
    io::Task<Result<JsonObject>> get(std::string path,
                                     std::map<std::string, std::string> parameters);
    io::Task<Result<JsonObject>> post(std::string path, std::map<std::string, std::string> fields);

  private:
    TableClient(io::Core& core, aws::ClientOptions options, std::unique_ptr<io::HttpClient> http)
        : core_(core), options_(std::move(options)), http_(std::move(http)) {}
    io::Task<Result<JsonObject>> send(io::ClientRequest request);
    io::Core& core_;
    aws::ClientOptions options_;
    std::unique_ptr<io::HttpClient> http_;
};

}  // namespace freshet::cli

// A compiled jq query over JSON records, which answers as jq 1.6 does with each libjq from 1.6 on:
// records are parsed here and numbers are given to libjq as doubles, so that no literal is kept.
// Only freshet-jq links this module: a query may run for ever, and libjq reads files and the
// environment.
#pragma once
#include <expected>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace freshet::jq {

/// Life: compile(), then keys() any number of times. One thread.
class Query {
  public:
    /// What is wrong with `text`, as jq says it.
    static std::expected<std::unique_ptr<Query>, std::string> compile(const std::string& text);
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    /// The query's only output, an object, as texts; or why there is none.
    std::expected<std::map<std::string, std::string>, std::string> keys(std::string_view record);

  private:
    struct State;
    explicit Query(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// A word that a query must not use: what reads files or the environment. "" when there is none.
std::string forbidden_word(std::string_view query);

}  // namespace freshet::jq

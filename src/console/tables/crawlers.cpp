#include "console/tables/crawlers.h"

#include <algorithm>

#include "console/json_writer.h"
#include "lake/limits.h"

namespace freshet::console {
namespace {

io::HttpResponse refused(const Error& error) {
    const int status = error.is(lake::Errc::not_found)     ? 404
                       : error.is(lake::Errc::running)     ? 409
                       : error.is(lake::Errc::not_running) ? 409
                       : error.is(lake::Errc::unavailable) ? 503
                                                           : 400;
    return refusal(status, error.message());
}

}  // namespace

namespace {

void write_crawl(JsonWriter& json, const lake::PastCrawl& crawl) {
    json.member("id", crawl.id).member("outcome", outcome_word(crawl.outcome));
    json.member("started_ms", to_epoch_ms(crawl.started));
    json.member("ended_ms", to_epoch_ms(crawl.ended)).member("error", crawl.error);
    json.member("log_stream", crawl.log_stream);
}

io::Task<io::HttpResponse> explain(const Parts& parts, Question question) {
    const lake::CrawlerKey key{question.home, question.parameter("name")};
    auto made = co_await parts.crawlers.explain(key, question.parameter("crawl"));
    if (!made) co_return refused(made.error());
    JsonWriter json;
    json.open('{').member("name", key.name);
    write_crawl(json, made->crawl);
    json.key("lines").open('[');
    for (const std::string& line : made->lines) json.text(std::string_view(line));
    json.close(']').key("crawls").open('[');
    if (auto found = parts.crawlers.find(key)) {
        const auto& history = (*found)->history;
        const std::size_t count = std::min(history.size(), lake::limits::explained_crawls_max);
        for (std::size_t i = 0; i < count; ++i) {
            json.open('{');
            write_crawl(json, history[history.size() - 1 - i]);
            json.close('}');
        }
    }
    co_return json_answer(200, json.close(']').close('}').take());
}

}  // namespace

const char* outcome_word(lake::Outcome outcome) {
    switch (outcome) {
        case lake::Outcome::succeeded:
            return "SUCCEEDED";
        case lake::Outcome::cancelled:
            return "CANCELLED";
        case lake::Outcome::failed:
            return "FAILED";
    }
    return "";
}

io::Task<std::optional<io::HttpResponse>> answer_about_crawlers(const Parts& parts,
                                                                Question question) {
    const std::string path = question.method + " " + question.path;
    if (path == "GET crawlers/explain") {
        auto answered = co_await explain(parts, std::move(question));
        co_return answered;
    }
    if (path != "POST crawlers/start" && path != "POST crawlers/stop") co_return std::nullopt;
    const lake::CrawlerKey key{question.home, question.fields()["name"]};
    if (key.name.empty()) co_return refusal(400, "Send {\"name\": \"...\"}");
    Result<> done;
    if (path == "POST crawlers/start")
        done = co_await parts.crawlers.start(key);
    else
        done = parts.crawlers.halt(key);
    if (!done) co_return refused(done.error());
    co_return json_answer(200, Bytes::literal("{}"));
}

}  // namespace freshet::console

#include "console/tables/crawlers.h"

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

io::Task<std::optional<io::HttpResponse>> answer_about_crawlers(const Parts& parts,
                                                                Question question) {
    const std::string path = question.method + " " + question.path;
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

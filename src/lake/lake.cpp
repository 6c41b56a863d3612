#include "lake/lake.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "lake/classify.h"
#include "lake/crawl.h"
#include "lake/limits.h"
#include "lake/store.h"
#include "record/parquet_schema.h"

namespace freshet::lake {
namespace {

Result<> check(const Crawler& crawler) {
    if (crawler.targets.empty()) return fail(Errc::invalid, "Crawler targets must be specified.");
    if (crawler.targets.size() > limits::targets_max)
        return fail(Errc::invalid,
                    fmt::format("A crawler has at most {} targets", limits::targets_max));
    for (const Target& target : crawler.targets) {
        if (!parse_place(target.path))
            return fail(
                Errc::invalid,
                fmt::format("{} is not a path of the form s3://bucket/prefix/", target.path));
    }
    if (crawler.database.empty()) return fail(Errc::invalid, "DatabaseName must be given");
    return {};
}

}  // namespace

Result<> Crawlers::load() {
    return database_.read_now([this](const meta::Connection& connection) -> Result<> {
        auto all = store::load(connection);
        if (!all) return std::unexpected(std::move(all.error()));
        for (Crawler& crawler : *all) crawlers_.emplace(crawler.key, std::move(crawler));
        return {};
    });
}

io::Task<void> Crawlers::stop() {
    stopping_ = true;
    co_await scope_.join();
}

Result<const Crawler*> Crawlers::find(const CrawlerKey& key) const {
    const auto found = crawlers_.find(key);
    if (found == crawlers_.end())
        return fail(Errc::not_found,
                    fmt::format("Crawler entry with name {} does not exist", key.name));
    return &found->second;
}

std::vector<const Crawler*> Crawlers::list(const std::string& account,
                                           const std::string& region) const {
    std::vector<const Crawler*> all;
    for (const auto& [key, crawler] : crawlers_) {
        if (key.account == account && key.region == region) all.push_back(&crawler);
    }
    return all;
}

io::Task<Result<>> Crawlers::create(Crawler wanted) {
    if (crawlers_.contains(wanted.key))
        co_return fail(Errc::exists,
                       fmt::format("Crawler with name {} already exists", wanted.key.name));
    if (auto good = check(wanted); !good) co_return good;
    wanted.created = wanted.updated = home_.now();
    auto written =
        co_await database_.write([&](meta::Txn& txn) { return store::put(txn, wanted); });
    if (!written) co_return fail(Errc::unavailable, written.error().message());
    const CrawlerKey key = wanted.key;
    crawlers_[key] = std::move(wanted);
    co_return Result<>();
}

io::Task<Result<>> Crawlers::update(Crawler changed) {
    auto found = find(changed.key);
    if (!found) co_return std::unexpected(std::move(found.error()));
    if ((*found)->state != State::ready)
        co_return fail(Errc::running,
                       fmt::format("Crawler with name {} is currently running", changed.key.name));
    if (auto good = check(changed); !good) co_return good;
    changed.updated = home_.now();
    ++changed.version;
    auto written =
        co_await database_.write([&](meta::Txn& txn) { return store::put(txn, changed); });
    if (!written) co_return fail(Errc::unavailable, written.error().message());
    const CrawlerKey key = changed.key;
    crawlers_[key] = std::move(changed);
    co_return Result<>();
}

io::Task<Result<>> Crawlers::remove(CrawlerKey key) {
    auto found = find(key);
    if (!found) co_return std::unexpected(std::move(found.error()));
    if ((*found)->state != State::ready)
        co_return fail(Errc::running,
                       fmt::format("Crawler with name {} is currently running", key.name));
    const std::int64_t id = (*found)->id;
    auto removed =
        co_await database_.write([id](meta::Txn& txn) { return store::remove(txn, id); });
    if (!removed) co_return fail(Errc::unavailable, removed.error().message());
    crawlers_.erase(key);
    co_return Result<>();
}

Result<> Crawlers::start(const CrawlerKey& key) {
    auto found = find(key);
    if (!found) return std::unexpected(std::move(found.error()));
    Crawler& crawler = crawlers_.at(key);
    if (crawler.state != State::ready)
        return fail(Errc::running,
                    fmt::format("Crawler with name {} has already started", key.name));
    crawler.state = State::running;
    crawler.running_since = home_.now();
    scope_.spawn(run(key));
    return {};
}

Result<> Crawlers::halt(const CrawlerKey& key) {
    auto found = find(key);
    if (!found) return std::unexpected(std::move(found.error()));
    Crawler& crawler = crawlers_.at(key);
    if (crawler.state == State::ready)
        return fail(Errc::not_running, fmt::format("Crawler with name {} isn't running", key.name));
    crawler.state = State::stopping;
    return {};
}

bool Crawlers::is_stopping(const CrawlerKey& key) const {
    return stopping_ || crawlers_.at(key).state == State::stopping;
}

io::Task<void> Crawlers::run(CrawlerKey key) {
    const Timestamp started = home_.now();
    std::vector<std::string> lines{fmt::format("crawl of {} begins", key.name)};
    auto crawled = co_await crawl(key, &lines);
    LastCrawl last{Outcome::succeeded, "", fmt::format("{}/{}", key.name, to_iso8601(started)),
                   started};
    if (is_stopping(key)) {
        last.outcome = Outcome::cancelled;
        lines.push_back("crawl was stopped");
    } else if (!crawled) {
        last.outcome = Outcome::failed;
        last.error = crawled.error().message();
        lines.push_back("crawl failed: " + last.error);
    } else {
        lines.push_back("crawl succeeded");
    }
    std::ranges::replace(last.log_stream, ':', '-');
    siblings_.log(key, last.log_stream, std::move(lines));
    Crawler changed = crawlers_.at(key);
    changed.last = std::move(last);
    changed.state = State::ready;
    changed.running_since.reset();
    auto written =
        co_await database_.write([&](meta::Txn& txn) { return store::put(txn, changed); });
    if (!written)
        log_error("lake", "a crawl's end was not kept",
                  {{"crawler", key.name}, {"reason", written.error().message()}});
    crawlers_[key] = std::move(changed);
}

io::Task<Result<>> Crawlers::crawl(CrawlerKey key, std::vector<std::string>* lines) {
    const Crawler crawler = crawlers_.at(key);
    for (const Target& target : crawler.targets) {
        auto crawled = co_await crawl_target(crawler, target, lines);
        if (!crawled) co_return crawled;
    }
    co_return Result<>();
}

io::Task<Result<>> Crawlers::crawl_target(Crawler crawler, Target target,
                                          std::vector<std::string>* lines) {
    const Place place = *parse_place(target.path);
    std::vector<Listed> files;
    while (!is_stopping(crawler.key)) {
        auto page = co_await siblings_.list(place.bucket, place.prefix,
                                            files.empty() ? "" : files.back().key);
        if (!page) co_return std::unexpected(std::move(page.error()));
        if (page->empty()) break;
        std::ranges::move(*page, std::back_inserter(files));
    }
    lines->push_back(fmt::format("{}: {} objects", target.path, files.size()));
    auto found = candidates(place, target, files, crawler.table_prefix, *lines);
    for (Candidate& candidate : found) {
        if (is_stopping(crawler.key)) co_return Result<>();
        auto classified = co_await classify_table(crawler.key, place.bucket, &candidate.table,
                                                  candidate.files, lines);
        if (!classified) co_return std::unexpected(std::move(classified.error()));
        if (!*classified) {
            lines->push_back(fmt::format("{}: no table, none of its files could be read",
                                         candidate.table.location));
            continue;
        }
        auto published = co_await siblings_.publish(crawler, candidate.table);
        if (!published) co_return std::unexpected(std::move(published.error()));
        std::ranges::move(*published, std::back_inserter(*lines));
    }
    co_return Result<>();
}

io::Task<Result<bool>> Crawlers::classify_table(CrawlerKey key, std::string bucket,
                                                FoundTable* table, std::vector<Listed> files,
                                                std::vector<std::string>* lines) {
    std::optional<Format> format;
    std::size_t read = 0;
    // Spread over the files, so that early and late ones have their say.
    const std::size_t stride = std::max<std::size_t>(1, files.size() / limits::sample_files_max);
    for (std::size_t i = 0;
         i < files.size() && read < limits::sample_files_max && !is_stopping(key);
         i += format ? stride : 1) {
        auto looked = co_await classify_file(bucket, files[i]);
        if (!looked) co_return std::unexpected(std::move(looked.error()));
        auto& classified = *looked;
        if (!classified) {
            lines->push_back(fmt::format("{}: left out, {}", files[i].key, classified.error()));
            continue;
        }
        ++read;
        lines->push_back(fmt::format("{}: {}, {}", files[i].key, classified->format.classification,
                                     classified->reason));
        if (!format) {
            format = std::move(classified->format);
            continue;
        }
        auto both = merged(*format, classified->format);
        if (both)
            format = std::move(*both);
        else
            lines->push_back(
                fmt::format("{}: does not fit the table, {}", files[i].key, both.error()));
    }
    if (format) table->format = std::move(*format);
    co_return format.has_value();
}

io::Task<Result<std::expected<Classified, std::string>>> Crawlers::classify_file(std::string bucket,
                                                                                 Listed file) {
    using Looked = std::expected<Classified, std::string>;
    auto front = co_await siblings_.read(bucket, file.key, 0, record::parquet_tail_bytes);
    if (!front) co_return std::unexpected(std::move(front.error()));
    if (!begins_as_parquet(front->view())) {
        auto bytes = co_await siblings_.read(bucket, file.key, 0, limits::sample_bytes_max);
        if (!bytes) co_return std::unexpected(std::move(bytes.error()));
        const bool is_whole = file.size <= limits::sample_bytes_max;
        auto classified = co_await pool_.run([&] { return classify(*bytes, is_whole); });
        co_return Result<Looked>(std::in_place, std::move(classified));
    }
    const std::uint64_t tail_at = file.size - std::min(file.size, record::parquet_tail_bytes);
    auto tail = co_await siblings_.read(bucket, file.key, tail_at, record::parquet_tail_bytes);
    if (!tail) co_return std::unexpected(std::move(tail.error()));
    auto size = record::parquet_metadata_bytes(tail->view(), file.size);
    if (!size) co_return Result<Looked>(std::in_place, std::unexpect, std::move(size.error()));
    auto metadata =
        co_await siblings_.read(bucket, file.key, tail_at - *size,
                                std::min<std::uint64_t>(*size, limits::parquet_metadata_bytes_max));
    if (!metadata) co_return std::unexpected(std::move(metadata.error()));
    auto classified = co_await pool_.run([&] { return classify_parquet(metadata->view()); });
    co_return Result<Looked>(std::in_place, std::move(classified));
}

}  // namespace freshet::lake

const freshet::ErrorDomain& freshet::ErrorTraits<freshet::lake::Errc>::domain() {
    static constexpr ErrorDomain instance{"lake"};
    return instance;
}

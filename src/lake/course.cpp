// The course of one crawl: its keys, its files, its tables, what it leaves behind.
#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "base/log.h"
#include "lake/crawl.h"
#include "lake/group.h"
#include "lake/lake.h"
#include "lake/limits.h"
#include "lake/store.h"
#include "record/parquet_schema.h"

namespace freshet::lake {
namespace {

std::string crawl_id(const CrawlerKey& key, Timestamp started) {
    const std::string hex = to_hex(
        md5(fmt::format("{}/{}/{}/{}", key.account, key.region, key.name, to_epoch_ms(started))));
    return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                       hex.substr(16, 4), hex.substr(20));
}

std::string folder_of(const Place& place, const std::string& key) {
    return fmt::format("s3://{}/{}", place.bucket, key.substr(0, key.rfind('/') + 1));
}

/// Whether an earlier crawl made the folders of the first level partitions of one table.
bool was_combined(const Place& place, const std::map<std::string, std::string>& seen) {
    const std::string root = fmt::format("s3://{}/{}", place.bucket, place.prefix);
    return std::ranges::any_of(seen, [&](const auto& folder) {
        if (folder.second != root || !folder.first.starts_with(root)) return false;
        const std::string first =
            folder.first.substr(root.size(), folder.first.find('/', root.size()) - root.size());
        return !first.empty() && first.find('=') == std::string::npos;
    });
}

/// A table cannot have a column and a partition key of one name: the folder's value is the key's,
/// and a file's column of that name is left out; of CSV, whose columns count, it takes another
/// name.
void keep_apart_from_keys(FoundTable& table, std::vector<std::string>& lines) {
    const auto is_key = [&](const Column& column) {
        return std::ranges::find(table.keys, column.name) != table.keys.end();
    };
    for (Column& column : table.format.columns) {
        if (!is_key(column)) continue;
        lines.push_back(
            fmt::format("table {}: the files have a column {} too, which is a partition key",
                        table.name, column.name));
        if (table.format.classification == "csv") column.name += "_in_file";
    }
    std::erase_if(table.format.columns, is_key);
}

}  // namespace

void Crawlers::Course::take(Done done) {
    std::ranges::move(done.lines, std::back_inserter(lines));
    tally.tables_made += done.tally.tables_made;
    tally.tables_changed += done.tally.tables_changed;
    tally.tables_gone += done.tally.tables_gone;
    tally.partitions_made += done.tally.partitions_made;
    tally.partitions_gone += done.tally.partitions_gone;
}

io::Task<void> Crawlers::run(CrawlerKey key) {
    PastCrawl past;
    past.started = home_.now();
    past.id = crawl_id(key, past.started);
    past.log_stream = fmt::format("{}/{}", key.name, to_iso8601(past.started));
    std::ranges::replace(past.log_stream, ':', '-');
    Course course;
    course.lines.push_back(fmt::format("crawl of {} begins", key.name));
    auto crawled = co_await crawl(key, &course);
    if (is_stopping(key)) {
        past.outcome = Outcome::cancelled;
        course.lines.push_back("crawl was stopped");
    } else if (!crawled) {
        past.outcome = Outcome::failed;
        past.error = crawled.error().message();
        course.lines.push_back("crawl failed: " + past.error);
    } else {
        course.lines.push_back("crawl succeeded");
    }
    past.ended = home_.now();
    past.tally = course.tally;
    siblings_.log(key, past.log_stream, std::move(course.lines));
    // What a crawl that did not come to its end has seen is looked at again.
    if (past.outcome != Outcome::succeeded || !crawlers_.at(key).crawls_new_folders_only())
        course.folders.clear();
    Crawler changed = crawlers_.at(key);
    changed.last = LastCrawl{past.outcome, past.error, past.log_stream, past.started};
    changed.state = State::ready;
    changed.running_since.reset();
    auto written = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto put = store::put(txn, changed);
        if (put) put = store::add_crawl(txn, changed.id, past);
        if (put) put = store::add_folders(txn, changed.id, course.folders);
        return put;
    });
    if (!written)
        log_error("lake", "a crawl's end was not kept",
                  {{"crawler", key.name}, {"reason", written.error().message()}});
    changed.history.push_back(std::move(past));
    if (changed.history.size() > limits::history_max)
        changed.history.erase(changed.history.begin());
    crawlers_[key] = std::move(changed);
}

io::Task<Result<>> Crawlers::crawl(CrawlerKey key, Course* course) {
    const Crawler crawler = crawlers_.at(key);
    auto settings = settings_of(crawler.configuration);
    if (!settings) co_return fail(Errc::invalid, settings.error());
    course->settings = *settings;
    if (crawler.crawls_new_folders_only()) {
        auto seen = co_await database_.read([id = crawler.id](const meta::Connection& connection) {
            return store::folders(connection, id);
        });
        if (!seen) co_return std::unexpected(std::move(seen.error()));
        course->seen = std::move(*seen);
    }
    std::vector<std::string> places;
    for (const Target& target : crawler.targets) {
        auto crawled = co_await crawl_target(crawler, target, course);
        if (!crawled) co_return crawled;
        const Place place = *parse_place(target.path);
        places.push_back(fmt::format("s3://{}/{}", place.bucket, place.prefix));
    }
    if (is_stopping(key) || crawler.crawls_new_folders_only()) co_return Result<>();
    auto retired = co_await siblings_.retire(crawler, std::move(places), course->kept);
    if (!retired) co_return std::unexpected(std::move(retired.error()));
    course->take(std::move(*retired));
    co_return Result<>();
}

io::Task<Result<>> Crawlers::crawl_target(Crawler crawler, Target target, Course* course) {
    const Place place = *parse_place(target.path);
    std::vector<Listed> files;
    while (!is_stopping(crawler.key)) {
        auto page = co_await siblings_.list(place.bucket, place.prefix,
                                            files.empty() ? "" : files.back().key);
        if (!page) co_return std::unexpected(std::move(page.error()));
        if (page->empty()) break;
        std::ranges::move(*page, std::back_inserter(files));
    }
    course->lines.push_back(fmt::format("{}: {} objects", target.path, files.size()));
    Grouping grouping{course->settings.combines_compatible, false};
    if (crawler.crawls_new_folders_only()) {
        grouping.is_combined = was_combined(place, course->seen);
        const std::size_t all = files.size();
        std::erase_if(files, [&](const Listed& file) {
            return course->seen.contains(folder_of(place, file.key));
        });
        course->lines.push_back(
            fmt::format("{}: {} objects are in folders that were crawled before", target.path,
                        all - files.size()));
    }
    auto found = candidates(place, target, files, crawler.table_prefix,
                            course->settings.table_level, course->lines);
    auto classified = co_await classify_tables(crawler.key, place.bucket, std::move(found), course);
    if (!classified) co_return std::unexpected(std::move(classified.error()));
    if (is_stopping(crawler.key)) co_return Result<>();
    auto tables =
        grouped(place, std::move(*classified), grouping, crawler.table_prefix, course->lines);
    const int tables_max = course->settings.tables_max.value_or(0);
    if (tables_max > 0 && tables.size() > static_cast<std::size_t>(tables_max))
        co_return fail(Errc::invalid,
                       fmt::format("{} tables were found at {}, and the TableThreshold is {}: "
                                   "nothing was changed",
                                   tables.size(), target.path, tables_max));
    for (Candidate& candidate : tables) {
        if (is_stopping(crawler.key)) co_return Result<>();
        FoundTable& table = candidate.table;
        table.is_partial = crawler.crawls_new_folders_only();
        if (!course->names.insert(table.name).second)
            table.name += "_" + to_hex(md5(table.location));
        keep_apart_from_keys(table, course->lines);
        for (const Listed& file : candidate.files)
            course->folders.emplace(folder_of(place, file.key), table.location);
        course->kept.insert(table.location);
        auto published = co_await siblings_.publish(crawler, table, course->settings);
        if (!published) co_return std::unexpected(std::move(published.error()));
        course->take(std::move(*published));
    }
    co_return Result<>();
}

io::Task<Result<std::vector<Candidate>>> Crawlers::classify_tables(CrawlerKey key,
                                                                   std::string bucket,
                                                                   std::vector<Candidate> found,
                                                                   Course* course) {
    std::vector<Candidate> classified;
    for (Candidate& candidate : found) {
        if (is_stopping(key)) break;
        auto is_known =
            co_await classify_table(key, bucket, &candidate.table, candidate.files, &course->lines);
        if (!is_known) co_return std::unexpected(std::move(is_known.error()));
        if (*is_known) {
            classified.push_back(std::move(candidate));
            continue;
        }
        course->kept.insert(candidate.table.location);
        course->lines.push_back(
            fmt::format("{}: no table, none of its files could be read", candidate.table.location));
    }
    co_return classified;
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

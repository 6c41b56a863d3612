// The steps of one crawl: its keys, its files, its tables, its results.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/crypto/digest.h"
#include "base/log.h"
#include "io/faults/failpoint.h"
#include "lake/crawl.h"
#include "lake/group/group.h"
#include "lake/lake.h"
#include "lake/limits.h"
#include "lake/store.h"
#include "record/avro/avro_schema.h"
#include "record/json/json_shape.h"
#include "record/orc/orc_schema.h"
#include "record/parquet/parquet_schema.h"

namespace freshet::lake {
namespace {

std::string folder_of(const Place& place, const std::string& key) {
    return fmt::format("s3://{}/{}", place.bucket, key.substr(0, key.rfind('/') + 1));
}

/// The folders whose files are nothing known; what lies above them is not gone.
std::set<std::string> keep_unread(Folder& top, std::set<std::string>& kept) {
    std::set<std::string> unread;
    for (const Folder* folder : with_files(top)) {
        if (folder->format) continue;
        unread.insert(folder->location);
        for (std::size_t at = top.location.size(); at != 0; at = folder->location.find('/', at) + 1)
            kept.insert(folder->location.substr(0, at));
    }
    return unread;
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
    FRESHET_CHECK(crawlers_.at(key).state != State::ready);  // start() was called
    const std::shared_ptr<Work> work = work_of(crawlers_.at(key));
    auto working = co_await work->turn.take();
    PastCrawl past;
    past.started = crawlers_.at(key).running_since.value_or(home_.now());
    past.id = crawlers_.at(key).running_id;
    past.log_stream = fmt::format("{}/{}", key.name, to_iso8601(past.started));
    std::ranges::replace(past.log_stream, ':', '-');
    Course course;
    course.lines.push_back(fmt::format("crawl of {} begins", key.name));
    Result<> crawled;
    if (!is_stopping(key)) crawled = co_await crawl(crawlers_.at(key), &course);
    if (is_stopping_) co_return;  // it is remembered as running, and runs again
    past = ended_crawl(std::move(past), crawled, is_stopping(key), &course);
    io::failpoints::reach("lake.before_end");
    past.ended = home_.now();
    const std::vector<std::string> reasons = kept_lines(course.lines);
    siblings_.log(key, past.log_stream, std::move(course.lines));
    // What a crawl that did not come to its end has seen is looked at again.
    if (past.outcome != Outcome::succeeded || !crawlers_.at(key).crawls_new_folders_only())
        course.folders.clear();
    auto turn = co_await changing_.take();
    Crawler changed = crawlers_.at(key);
    FRESHET_CHECK(changed.state != State::ready);  // this crawl alone ends itself
    changed.last = LastCrawl{past.outcome, past.error, past.log_stream, past.started};
    changed.state = State::ready;
    changed.running_since.reset();
    changed.running_id.clear();
    auto written = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto put = store::put(txn, changed);
        if (put) put = store::add_crawl(txn, changed.id, past);
        if (put) put = store::add_reasons(txn, changed.id, past.id, reasons);
        if (put) put = store::add_folders(txn, changed.id, course.folders);
        return put;
    });
    if (!written)
        log_error("lake", "a crawl's end was not kept",
                  {{"crawler", key.name}, {"reason", written.error().message()}});
    changed.history.push_back(std::move(past));
    if (changed.history.size() > limits::history_max)
        changed.history.erase(changed.history.begin());
    const std::int64_t id = changed.id;
    crawlers_[key] = std::move(changed);
    ended_.notify();
    hear(key, id);
}

io::Task<Result<Crawlers::Explanation>> Crawlers::explain(CrawlerKey key, std::string crawl) {
    auto found = find(key);
    if (!found) co_return pass(found);
    const std::vector<PastCrawl>& history = (*found)->history;
    const auto past = crawl.empty() && !history.empty()
                          ? std::prev(history.end())
                          : std::ranges::find(history, crawl, &PastCrawl::id);
    if (past == history.end())
        co_return fail(Errc::not_found,
                       crawl.empty() ? fmt::format("Crawler {} has not crawled yet", key.name)
                                     : fmt::format("Crawler {} has no crawl {}", key.name, crawl));
    Explanation made{*past, {}};
    auto lines = co_await database_.read(
        [id = (*found)->id, name = past->id](const meta::Connection& connection) {
            return store::reasons(connection, id, name);
        });
    if (!lines) co_return pass(lines);
    made.lines = std::move(*lines);
    co_return made;
}

PastCrawl Crawlers::ended_crawl(PastCrawl past, const Result<>& outcome, bool was_stopped,
                                Course* course) {
    if (was_stopped) {
        past.outcome = Outcome::cancelled;
        course->lines.emplace_back("crawl was stopped");
    } else if (!outcome) {
        past.outcome = Outcome::failed;
        past.error = outcome.error().message();
        course->lines.push_back("crawl failed: " + past.error);
    } else {
        course->lines.emplace_back("crawl succeeded");
    }
    past.tally = course->tally;
    return past;
}

Result<> Crawlers::prepare(const Crawler& crawler, Course* course) const {
    auto settings = settings_of(crawler.configuration);
    if (!settings) return fail(Errc::invalid, settings.error());
    course->settings = *settings;
    course->customs.clear();
    for (const std::string& name : crawler.classifiers) {
        if (auto custom = classifiers_.find({crawler.key.home, name}))
            course->customs.push_back(**custom);
        else
            course->lines.push_back(fmt::format("classifier {}: left out, it is gone", name));
    }
    return {};
}

io::Task<Result<>> Crawlers::crawl(Crawler crawler, Course* course) {
    if (auto ready = prepare(crawler, course); !ready) co_return ready;
    if (crawler.crawls_new_folders_only()) {
        auto seen = co_await database_.read([id = crawler.id](const meta::Connection& connection) {
            return store::folders(connection, id);
        });
        if (!seen) co_return pass(seen);
        course->seen = std::move(*seen);
    }
    std::vector<std::string> places;
    for (const Target& target : crawler.targets) {
        auto crawled = co_await crawl_target(crawler, target, course);
        if (!crawled) co_return crawled;
        const Place place = *parse_place(target.path);
        places.push_back(fmt::format("s3://{}/{}", place.bucket, place.prefix));
    }
    if (is_stopping(crawler.key) || crawler.crawls_new_folders_only()) co_return Result<>();
    auto retired = co_await siblings_.retire(crawler, std::move(places), course->kept);
    if (!retired) co_return pass(retired);
    course->take(std::move(*retired));
    co_return Result<>();
}

io::Task<Result<>> Crawlers::crawl_target(Crawler crawler, Target target, Course* course) {
    auto top = co_await find_folders(crawler, target, course);
    if (!top) co_return pass(top);
    const Place place = *parse_place(target.path);
    auto read =
        co_await classify_folders(crawler.key, target, place.bucket, with_files(*top), course);
    if (!read) co_return read;
    if (is_stopping(crawler.key)) co_return Result<>();
    Grouping grouping{course->settings.combines_compatible,
                      course->settings.table_level,
                      {},
                      crawler.crawls_new_folders_only(),
                      crawler.table_prefix};
    auto known = co_await siblings_.known(crawler);
    if (!known) co_return pass(known);
    for (const KnownTable& table : *known) grouping.known.insert(table.location);
    for (const auto& [folder, location] : course->seen) grouping.known.insert(location);
    auto tables = co_await pool_.run([&] { return grouped(*top, grouping, course->lines); });
    const int tables_max = course->settings.tables_max.value_or(0);
    if (tables_max > 0 && tables.size() > static_cast<std::size_t>(tables_max))
        co_return fail(Errc::invalid,
                       fmt::format("{} tables were found at {}, and the TableThreshold is {}: "
                                   "nothing was changed",
                                   tables.size(), target.path, tables_max));
    const std::set<std::string> unread = keep_unread(*top, course->kept);
    for (Candidate& candidate : tables) {
        if (is_stopping(crawler.key)) co_return Result<>();
        FoundTable& table = candidate.table;
        table.is_partial = crawler.crawls_new_folders_only();
        table.unread = unread;
        if (!course->names.insert(table.name).second)
            table.name += "_" + to_hex(md5(table.location));
        settle_types(table.format);
        keep_apart_from_keys(table, course->lines);
        for (const Listed& file : candidate.files)
            course->folders.emplace(folder_of(place, file.key), table.location);
        course->kept.insert(table.location);
        auto published = co_await siblings_.publish(crawler, table, course->settings);
        if (!published) co_return pass(published);
        course->take(std::move(*published));
    }
    co_return Result<>();
}

io::Task<Result<Folder>> Crawlers::find_folders(Crawler crawler, Target target, Course* course) {
    const Place place = *parse_place(target.path);
    std::vector<Listed> files;
    while (!is_stopping(crawler.key)) {
        auto page = co_await siblings_.list(place.bucket, place.prefix,
                                            files.empty() ? "" : files.back().key);
        if (!page) co_return pass(page);
        if (page->empty()) break;
        // The position moves on: a page begins after the last key of the page before.
        FRESHET_CHECK(files.empty() || page->front().key > files.back().key);
        std::ranges::move(*page, std::back_inserter(files));
    }
    bool is_object = false;
    if (files.empty()) {
        auto object = co_await find_object(target);
        if (!object) co_return pass(object);
        files = std::move(*object);
        is_object = !files.empty();
    }
    course->lines.push_back(fmt::format("{}: {}", target.path,
                                        is_object ? "one object, which is the table's location"
                                                  : fmt::format("{} objects", files.size())));
    if (crawler.crawls_new_folders_only()) {
        const std::size_t all = files.size();
        std::erase_if(files, [&](const Listed& file) {
            return course->seen.contains(folder_of(place, file.key));
        });
        course->lines.push_back(
            fmt::format("{}: {} objects are in folders that were crawled before", target.path,
                        all - files.size()));
    }
    if (!is_object) co_return folders_of(place, target, files, course->lines);
    Folder top;
    top.location = target.path;
    top.files = std::move(files);
    co_return top;
}

io::Task<Result<std::vector<Listed>>> Crawlers::find_object(Target target) {
    const Place place = *parse_place(target.path);
    std::vector<Listed> found;
    if (target.path.ends_with('/') || place.prefix.empty()) co_return found;
    const std::string key = place.prefix.substr(0, place.prefix.size() - 1);
    auto page = co_await siblings_.list(place.bucket, key, "");
    if (!page) co_return pass(page);
    if (!page->empty() && page->front().key == key && page->front().size > 0)
        found.push_back(std::move(page->front()));
    co_return found;
}

io::Task<Result<>> Crawlers::classify_folders(CrawlerKey key, Target target, std::string bucket,
                                              std::vector<Folder*> folders, Course* course) {
    const std::size_t most = std::max<std::size_t>(
        1, limits::sample_files_max / std::max<std::size_t>(1, folders.size()));
    Sampling sampling{std::min(most, static_cast<std::size_t>(
                                         target.sample_size.value_or(limits::sample_size_max))),
                      0};
    std::size_t files = 0;
    for (const Folder* folder : folders) files += std::min(sampling.files, folder->files.size());
    sampling.bytes = std::clamp(limits::samples_bytes_max / std::max<std::size_t>(1, files),
                                limits::sample_bytes_min, limits::sample_bytes_max);
    for (Folder* folder : folders) {
        if (is_stopping(key)) break;
        auto read = co_await classify_folder(key, bucket, folder, sampling, course);
        if (!read) co_return read;
        if (!folder->format)
            course->lines.push_back(
                fmt::format("{}: no table, none of its files could be read", folder->location));
    }
    co_return Result<>();
}

io::Task<Result<>> Crawlers::classify_folder(CrawlerKey key, std::string bucket, Folder* folder,
                                             Sampling sampling, Course* course) {
    std::vector<std::string>* const lines = &course->lines;
    FRESHET_CHECK(sampling.files > 0 && !folder->files.empty());
    std::size_t read = 0;
    const std::vector<Listed>& files = folder->files;
    // Spread over the files, so that early and late ones have their say.
    const std::size_t stride = (files.size() + sampling.files - 1) / sampling.files;
    for (std::size_t i = 0; i < files.size() && read < sampling.files && !is_stopping(key);
         i += folder->format ? stride : 1) {
        auto looked = co_await classify_file(bucket, files[i], sampling.bytes, &course->customs);
        if (!looked) co_return pass(looked);
        auto& classified = *looked;
        if (!classified) {
            lines->push_back(fmt::format("{}: left out, {}", files[i].key, classified.error()));
            continue;
        }
        ++read;
        lines->push_back(fmt::format("{}: {}, {}", files[i].key, classified->format.classification,
                                     classified->reason));
        if (!folder->format) {
            folder->format = std::move(classified->format);
            continue;
        }
        auto both = merged(*folder->format, classified->format);
        if (both)
            folder->format = std::move(*both);
        else
            lines->push_back(
                fmt::format("{}: does not fit the table, {}", files[i].key, both.error()));
    }
    co_return Result<>();
}

io::Task<Result<std::expected<Classified, std::string>>> Crawlers::classify_file(
    std::string bucket, Listed file, std::size_t sample_bytes,
    const std::vector<CustomClassifier>* customs) {
    using Looked = std::expected<Classified, std::string>;
    std::size_t size = sample_bytes;
    while (true) {
        auto bytes = co_await siblings_.read(bucket, file.key, 0, size);
        if (!bytes) co_return pass(bytes);
        if (is_read_by_end(bytes->view())) {
            auto looked = co_await classify_by_end(bucket, file, *bytes);
            // Text may begin with ORC's three letters.
            if (!looked || *looked || begins_as_parquet(bytes->view())) co_return looked;
        }
        const bool is_whole = file.size <= size;
        auto classified =
            co_await pool_.run([&] { return classify(*bytes, is_whole, size, *customs); });
        const bool is_cut = !classified && (classified.error() == record::json_cut ||
                                            classified.error().starts_with(record::avro_cut));
        if (classified && !is_whole)
            classified->reason +=
                fmt::format("; judged by its first {} of {} bytes", size, file.size);
        if (!is_cut || size >= limits::json_sample_bytes_max)
            co_return Result<Looked>(std::in_place, std::move(classified));
        size = std::min(size * 4, limits::json_sample_bytes_max);
    }
}

io::Task<Result<std::expected<Classified, std::string>>> Crawlers::classify_by_end(
    std::string bucket, Listed file, Bytes front) {
    using Looked = std::expected<Classified, std::string>;
    const bool is_parquet = begins_as_parquet(front.view());
    const std::uint64_t tail_bytes =
        std::min(file.size, is_parquet ? record::parquet_tail_bytes : record::orc_tail_bytes);
    auto tail = co_await siblings_.read(bucket, file.key, file.size - tail_bytes, tail_bytes);
    if (!tail) co_return pass(tail);
    if (!is_parquet) {
        auto footer = record::orc_footer_bytes(tail->view(), file.size);
        if (!footer)
            co_return Result<Looked>(std::in_place, std::unexpect, std::move(footer.error()));
        auto whole = co_await siblings_.read(
            bucket, file.key, file.size - *footer,
            std::min<std::uint64_t>(*footer, limits::parquet_metadata_bytes_max));
        if (!whole) co_return pass(whole);
        auto classified = co_await pool_.run([&] { return classify_orc(whole->view()); });
        co_return Result<Looked>(std::in_place, std::move(classified));
    }
    auto size = record::parquet_metadata_bytes(tail->view(), file.size);
    if (!size) co_return Result<Looked>(std::in_place, std::unexpect, std::move(size.error()));
    auto metadata =
        co_await siblings_.read(bucket, file.key, file.size - tail_bytes - *size,
                                std::min<std::uint64_t>(*size, limits::parquet_metadata_bytes_max));
    if (!metadata) co_return pass(metadata);
    auto classified = co_await pool_.run([&] { return classify_parquet(metadata->view()); });
    co_return Result<Looked>(std::in_place, std::move(classified));
}

}  // namespace freshet::lake

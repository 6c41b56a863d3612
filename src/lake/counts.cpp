// How many objects and bytes lie in a table of a crawler that follows objects: counted again by
// listing, since a change does not say what it replaced.
#include <algorithm>

#include "base/log.h"
#include "lake/crawl.h"
#include "lake/lake.h"
#include "lake/limits.h"

namespace freshet::lake {

io::Task<Result<>> Crawlers::count_tables(Crawler crawler, std::set<std::string> names,
                                          Work* work) {
    Result<> all;
    for (const std::string& name : names) {
        const auto last = work->counted.find(name);
        if (last == work->counted.end() || last->second <= home_.now()) {
            auto counted = co_await count_table(crawler, name, work);
            if (!counted) all = std::move(counted);
        } else if (work->counting.insert(name).second) {
            scope_.spawn(count_later(crawler.key, name, work_of(crawler)));
        }
    }
    co_return all;
}

io::Task<void> Crawlers::count_later(CrawlerKey key, std::string name, std::shared_ptr<Work> work) {
    const bool is_time = co_await stop_.sleep_until(work->counted.at(name));
    work->counting.erase(name);
    if (!is_time) co_return;
    auto working = co_await work->turn.take();
    const auto found = crawlers_.find(key);
    if (is_stopping_ || found == crawlers_.end() || work_of(found->second) != work) co_return;
    auto counted = co_await count_table(found->second, name, work.get());
    if (!counted)
        log_warn("lake", "the objects of a table were not counted",
                 {{"table", name}, {"reason", counted.error().message()}});
}

io::Task<Result<>> Crawlers::count_table(Crawler crawler, std::string name, Work* work) {
    auto known = co_await siblings_.known(crawler);
    if (!known) co_return pass(known);
    const auto table = std::ranges::find(*known, name, &KnownTable::name);
    if (table == known->end()) co_return Result<>();
    const std::string location = table->location;
    bool is_below = false;  // a table of one object is not: its location is the object
    std::size_t objects = 0, listed = 0;
    std::uint64_t bytes = 0;
    for (const Target& target : crawler.targets) {
        const Place place = *parse_place(target.path);
        const std::string root = "s3://" + place.bucket + "/";
        if (!location.starts_with(root + place.prefix)) continue;
        is_below = true;
        std::string after;
        while (!is_stopping_) {
            auto page = co_await siblings_.list(place.bucket, location.substr(root.size()), after);
            if (!page) co_return pass(page);
            if (page->empty()) break;
            after = page->back().key;
            listed += page->size();
            std::vector<std::string> unused;
            Folder top = folders_of(place, target, *page, unused);
            for (const Folder* folder : with_files(top)) {
                const KnownTable* const home = home_of(*known, folder->location);
                if (!home || home->name != name) continue;
                objects += folder->files.size();
                for (const Listed& file : folder->files) bytes += file.size;
            }
        }
        break;  // a table lies below one target
    }
    if (is_stopping_ || !is_below) co_return Result<>();
    if (listed > limits::list_page)
        work->counted[name] =
            home_.now() + limits::count_rest_per_object * static_cast<std::int64_t>(listed);
    auto set = co_await siblings_.set_counts(std::move(crawler), name, objects, bytes);
    co_return set;
}

}  // namespace freshet::lake

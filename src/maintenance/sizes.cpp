// What people ask while they look at tables: sizes of partitions, runs that are under way.
#include "maintenance/sizes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text/ascii.h"
#include "maintenance/maintenance.h"
#include "maintenance/plan.h"
#include "maintenance/prefix_sweep.h"

namespace freshet::maintenance {
namespace {

void count_in(PartSize& size, const objects::ObjectInfo& object, std::uint64_t small_under) {
    ++size.files;
    size.bytes += static_cast<std::int64_t>(object.size);
    if (object.size < small_under) ++size.small_files;
    size.newest = std::max(size.newest.value_or(object.modified), object.modified);
}

/// Parts of one bucket, by their places in a page.
struct Shelf {
    std::string bucket;
    std::vector<std::string> prefixes;
    std::vector<std::size_t> places;
};

/// One walk for all parts: most have fewer objects than a page of the index. It waits between two
/// pages, so that whoever waits for this core or for the index comes between.
io::Task<Result<>> measure(objects::Objects& objects, Shelf shelf, SizesPage* sizes) {
    PrefixSweep sweep(shelf.prefixes);
    objects::ListRequest request;
    request.prefix = sweep.common();
    request.count_max = limits::list_page;
    for (auto after = sweep.continue_after(""); after; after = sweep.continue_after(*after)) {
        request.start_after = *after;
        auto page = co_await objects.list(shelf.bucket, request);
        if (!page && page.error().is(objects::Errc::no_bucket))
            co_return fail(Errc::failed,
                           fmt::format("the bucket {} of the table is not there", shelf.bucket));
        if (!page) co_return pass(page);
        for (const objects::ObjectInfo& object : page->objects) {
            for (const std::size_t at : sweep.below(object.key)) {
                if (object.size > 0 && is_data(object.key, shelf.prefixes[at].size()))
                    count_in(sizes->parts[shelf.places[at]], object, sizes->small_under);
            }
        }
        if (!page->is_truncated) break;
        after = page->last;
    }
    co_return Result<>();
}

}  // namespace

io::Task<Result<SizesPage>> Maintenance::sizes(TableKey key, std::string after) {
    key.database = lower(key.database);
    key.name = lower(key.name);
    auto table = co_await parts_.tables.table(key);
    if (!table) co_return pass(table);
    auto page = co_await parts_.tables.parts_page(*table, std::move(after), limits::sizes_page);
    if (!page) co_return pass(page);
    SizesPage sizes;
    sizes.next = std::move(page->next);
    sizes.small_under = policy(key).value_or(Policy{}).file_bytes_under;
    std::map<std::string, Shelf> shelves;
    for (Part& part : page->parts) {
        Shelf& shelf = shelves[part.bucket];
        shelf.bucket = part.bucket;
        shelf.prefixes.push_back(std::move(part.prefix));
        shelf.places.push_back(sizes.parts.size());
        PartSize& size = sizes.parts.emplace_back();
        size.name = std::move(part.name);
        size.storage = std::move(part.storage);
    }
    for (auto& [bucket, shelf] : shelves) {
        auto measured = co_await measure(parts_.objects, std::move(shelf), &sizes);
        if (!measured) co_return pass(measured);
    }
    co_return sizes;
}

std::vector<Run> Maintenance::running(const Home& home) const {
    std::vector<Run> all;
    for (const auto& [id, run] : runs_) {
        const bool is_here = run.table.account == home.account && run.table.region == home.region;
        if (is_here && run.state == State::running) all.push_back(run);
    }
    return all;
}

std::vector<TableKey> Maintenance::tables_with_policy(const Home& home) const {
    std::vector<TableKey> all;
    for (const auto& [table, policy] : policies_) {
        if (table.account == home.account && table.region == home.region) all.push_back(table);
    }
    return all;
}

}  // namespace freshet::maintenance

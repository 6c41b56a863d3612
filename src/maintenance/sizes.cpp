// What people ask while they look at tables: sizes of partitions, runs that are under way.
#include "maintenance/sizes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text/ascii.h"
#include "maintenance/maintenance.h"
#include "maintenance/plan.h"

namespace freshet::maintenance {
namespace {

/// Page by page, so that whoever waits for this core or for the index comes between two.
io::Task<Result<PartSize>> measure(objects::Objects& objects, Part part,
                                   std::uint64_t small_under) {
    PartSize size;
    objects::ListRequest request;
    request.prefix = part.prefix;
    request.count_max = limits::list_page;
    while (true) {
        auto page = co_await objects.list(part.bucket, request);
        if (!page && page.error().is(objects::Errc::no_bucket))
            co_return fail(Errc::failed,
                           fmt::format("the bucket {} of {} is not there", part.bucket,
                                       part.name.empty() ? "the table" : part.name));
        if (!page) co_return pass(page);
        for (const objects::ObjectInfo& object : page->objects) {
            if (object.size == 0 || !is_data(object.key, part.prefix.size())) continue;
            ++size.files;
            size.bytes += static_cast<std::int64_t>(object.size);
            if (object.size < small_under) ++size.small_files;
            size.newest = std::max(size.newest.value_or(object.modified), object.modified);
        }
        if (!page->is_truncated) break;
        request.start_after = page->last;
    }
    size.name = std::move(part.name);
    size.storage = std::move(part.storage);
    co_return size;
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
    for (Part& part : page->parts) {
        auto size = co_await measure(parts_.objects, std::move(part), sizes.small_under);
        if (!size) co_return pass(size);
        sizes.parts.push_back(std::move(*size));
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

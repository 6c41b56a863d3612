// Query and Scan: a page of an index in its order.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "tables/limits.h"
#include "tables/store.h"
#include "tables/tables.h"

namespace freshet::tables {
namespace {

Result<const Index*> index_of(const Table& table, const PageRequest& request) {
    if (request.index.empty()) return &table.primary;
    const Index* index = table.find(request.index);
    if (!index)
        return fail(Errc::invalid, "The table does not have the specified index: " + request.index);
    if (request.is_consistent && !index->is_local)
        return fail(Errc::invalid,
                    "Consistent reads are not supported on global secondary indexes");
    if (request.wants_all_attributes && !index->is_local && index->projection != Projection::all)
        return fail(Errc::invalid,
                    fmt::format("One or more parameter values were invalid: Select type "
                                "ALL_ATTRIBUTES is not supported for global secondary index {} "
                                "because its projection type is not ALL",
                                index->name));
    return index;
}

/// Where the request starts: the key of the last page's end.
Result<> start_at(const Table& table, const Index& index, const Item& start,
                  store::Stretch& stretch) {
    const bool is_primary = index.name.empty();
    Item main = key_part(table.primary.keys, start);
    Item whole = main;
    if (!is_primary) whole.merge(key_part(index.keys, start));
    const auto wrong = [] { return fail(Errc::invalid, "The provided starting key is invalid"); };
    if (whole.size() != start.size() || !check_key(table, main)) return wrong();
    if (!is_primary && !is_in(index, start)) return wrong();
    stretch.after = key_of(index.keys, start);
    if (!is_primary) stretch.main = joined(key_of(table.primary.keys, main));
    if (stretch.is_of_one_hash && stretch.after->hash != stretch.range.hash)
        return fail(Errc::invalid,
                    "The provided starting key is outside query boundaries based on provided "
                    "conditions");
    return {};
}

Result<store::Stretch> stretch_of(const Table& table, const Index& index,
                                  const PageRequest& request) {
    store::Stretch stretch;
    stretch.is_forward = request.is_forward;
    if (request.keys) {
        auto range = range_of(index.keys, *request.keys);
        if (!range) return pass(range);
        stretch.is_of_one_hash = true;
        stretch.range = std::move(*range);
        for (const std::string& name :
             request.filter ? attributes_of(*request.filter) : std::vector<std::string>())
            if (index.keys.has(name))
                return fail(Errc::invalid,
                            "Filter Expression can only contain non-primary key attributes: "
                            "Primary key attribute: " +
                                name);
    } else {
        const auto count = static_cast<std::int64_t>(request.segments);
        const auto at = static_cast<std::int64_t>(request.segment);
        stretch.slot_from = slots / count * at + std::min(slots % count, at);
        stretch.slot_to = slots / count * (at + 1) + std::min(slots % count, at + 1);
        // Segments lie side by side: each slot is in exactly one.
        FRESHET_CHECK(stretch.slot_from < stretch.slot_to && stretch.slot_to <= slots);
    }
    if (!request.start) return stretch;
    auto started = start_at(table, index, *request.start, stretch);
    if (!started) return pass(started);
    return stretch;
}

Item key_of_page(const Table& table, const Index& index, const Item& item) {
    Item key = key_part(table.primary.keys, item);
    key.merge(key_part(index.keys, item));
    return key;
}

Result<Page> read_page(const meta::Connection& connection, const PageRequest& request) {
    auto table = store::find(connection, request.table);
    if (!table) return pass(table);
    auto index = index_of(*table, request);
    if (!index) return pass(index);
    auto stretch = stretch_of(*table, **index, request);
    if (!stretch) return pass(stretch);
    Page page;
    auto walked = store::walk(connection, **index, *stretch, [&](Item item) {
        Item shown = request.wants_all_attributes ? item : projected(*table, **index, item);
        FRESHET_CHECK(!page.last);  // a page that is full takes no more
        ++page.scanned;
        page.bytes += bytes_of(shown);
        const bool is_full = page.scanned == request.limit.value_or(SIZE_MAX) ||
                             page.bytes >= limits::page_bytes_max;
        if (is_full) page.last = key_of_page(*table, **index, item);
        if (!request.filter || holds(*request.filter, shown))
            page.items.push_back(std::move(shown));
        return !is_full;
    });
    if (!walked) return pass(walked);
    return page;
}

}  // namespace

io::Task<Result<Page>> Tables::page(PageRequest request) {
    auto page = co_await database_.read(
        [&](const meta::Connection& connection) { return read_page(connection, request); });
    co_return page;
}

}  // namespace freshet::tables

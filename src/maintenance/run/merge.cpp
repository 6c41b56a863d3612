#include <fmt/format.h>

#include "base/check.h"
#include "base/uuid.h"
#include "io/faults/failpoint.h"
#include "maintenance/run/joined_body.h"
#include "maintenance/run/listing.h"
#include "maintenance/run/work.h"

namespace freshet::maintenance {
namespace {

TextJoin::Rules join_rules(const Storage& storage) {
    TextJoin::Rules rules;
    const auto property = [&](const char* name) {
        const auto found = storage.properties.find(name);
        return found == storage.properties.end() ? std::string() : found->second;
    };
    rules.header_lines = std::strtoll(property("skip.header.line.count").c_str(), nullptr, 10);
    if (storage.format == sql::plan::Format::quoted) {
        const std::string quote = property("quoteChar");
        rules.quote = quote.empty() ? '"' : quote[0];
    }
    return rules;
}

}  // namespace

io::Task<Result<>> Work::merge(Part part, std::optional<Seats::Held>* held) {
    Unfit unfit;
    for (int tries = 0; tries < limits::tries_max; ++tries) {
        auto listed = co_await list_objects(parts_.objects, part.bucket, part.prefix);
        if (!listed) co_return pass(listed);
        const Plan plan = plan_merge(*listed, rules_for(part, unfit));
        bool was_replaced = false;
        for (const Group& group : plan.groups) {
            if (must_rest()) {
                held->reset();
                co_await rest();
                auto again = co_await control_.seats.take(seats_of_part());
                held->emplace(std::move(again));
            }
            if (auto go_on = check_stop(); !go_on) co_return go_on;
            auto done = co_await merge_group(part, group, &unfit);
            if (!done && !done.error().is(objects::Errc::condition)) co_return done;
            was_replaced |= !done;
        }
        if (!was_replaced) {
            for (const LeftAlone& left : plan.left) unfit.emplace(left.key, left.why);
            for (const auto& [key, why] : unfit) note_left(part, {{key, why}});
            co_return Result<>();
        }
        ++run_.figures.retries;
    }
    note(fmt::format("{}: its objects were replaced during each of {} tries",
                     part.name.empty() ? "the table" : part.name, limits::tries_max));
    co_return Result<>();
}

io::Task<Result<>> Work::merge_group(Part part, Group group, Unfit* unfit) {
    const bool is_parquet = part.storage.format == sql::plan::Format::parquet;
    while (group.sources.size() > 1) {
        const std::size_t before = unfit->size();
        Result<> done;
        if (is_parquet)
            done = co_await join_parquet(part, group, unfit);
        else
            done = co_await join_text(part, group, unfit);
        if (done || !done.error().is(Errc::unfit)) co_return done;
        FRESHET_CHECK(unfit->size() == before + 1);
        std::erase_if(group.sources, [&](const Listed& one) { return unfit->contains(one.key); });
    }
    co_return Result<>();
}

io::Task<Result<>> Work::join_text(Part part, Group group, Unfit* unfit) {
    const auto hold = parts_.objects.hold();
    auto encryption = co_await parts_.objects.default_encryption(part.bucket);
    if (!encryption) co_return pass(encryption);
    auto body = std::make_shared<JoinedBody>(parts_.objects, parts_.pool, part.bucket, group,
                                             join_rules(part.storage), control_.must_stop);
    auto staged = co_await parts_.objects.stage(body, *encryption);
    if (!staged) {
        if (body->unfit()) unfit->emplace(body->unfit()->key, body->unfit()->why);
        co_return pass(staged);
    }
    io::failpoints::reach("maintenance.after_stage");
    Change change;
    change.part = part;
    change.by.files_after = 1 - static_cast<std::int64_t>(group.sources.size());
    change.by.bytes_after =
        static_cast<std::int64_t>(staged->size) - static_cast<std::int64_t>(group.bytes());
    change.by.rows_read = change.by.rows_written = body->lines();
    change.swap.bucket = part.bucket;
    for (const Listed& source : group.sources)
        change.swap.removed.push_back({source.key, source.version});
    change.swap.added.push_back(
        {fmt::format("{}merged-{}{}", group.folder, new_uuid(), group.ending), std::move(*staged),
         body->attributes()});
    auto done = co_await commit(std::move(change));
    co_return done;
}

io::Task<Result<>> Work::join_parquet(Part part, Group group, Unfit* unfit) {
    Place place{part.bucket, group.folder, group.folder};
    auto written = co_await write_parquet(part, part.storage, group, place, table_.columns, unfit);
    if (!written) co_return pass(written);
    FRESHET_CHECK(written->rejected == 0);  // of Parquet a file fits whole or not at all
    Change change;
    change.part = part;
    change.by.files_after = written->files - static_cast<std::int64_t>(group.sources.size());
    change.by.bytes_after = written->bytes - static_cast<std::int64_t>(group.bytes());
    change.by.rows_read = change.by.rows_written = written->rows;
    change.swap.bucket = part.bucket;
    for (const Listed& source : group.sources)
        change.swap.removed.push_back({source.key, source.version});
    change.swap.added = std::move(written->added);
    auto done = co_await commit(std::move(change));
    co_return done;
}

}  // namespace freshet::maintenance

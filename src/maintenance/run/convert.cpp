// Text of a partition becomes Parquet in its place: all of it in one commit, with the partition's
// storage.
#include <fmt/format.h>

#include "maintenance/run/listing.h"
#include "maintenance/run/work.h"

namespace freshet::maintenance {
namespace {

std::string named(const Part& part, const LeftAlone& left) {
    return fmt::format("s3://{}/{}: {}", part.bucket, left.key, left.why);
}

}  // namespace

io::Task<Result<>> Work::convert(Part part) {
    const bool is_parquet = part.storage.format == sql::plan::Format::parquet;
    if (is_parquet && !part.text) co_return Result<>();  // it was Parquet from the beginning
    for (int tries = 0; tries < limits::tries_max; ++tries) {
        auto listed = co_await list_objects(parts_.objects, part.bucket, part.prefix);
        if (!listed) co_return pass(listed);
        Plan plan = plan_convert(*listed, rules_for(part, {}));
        // A part is of one format: as long as one object cannot become Parquet, none does.
        if (!plan.left.empty()) {
            run_.figures.left_alone += static_cast<std::int64_t>(plan.left.size());
            co_return fail(Errc::failed, named(part, plan.left.front()));
        }
        if (plan.groups.empty() || (plan.young > 0 && !is_parquet)) co_return Result<>();
        auto done = co_await convert_groups(part, std::move(plan.groups));
        if (done || !done.error().is(objects::Errc::condition)) co_return done;
        ++run_.figures.retries;
    }
    co_return fail(Errc::failed, fmt::format("its objects were replaced during each of {} tries",
                                             limits::tries_max));
}

io::Task<Result<>> Work::convert_groups(Part part, std::vector<Group> groups) {
    Change change;
    change.part = part;
    change.becomes_parquet = part.storage.format != sql::plan::Format::parquet;
    change.swap.bucket = part.bucket;
    const Timestamp until = io::Core::current()->now() + run_.options.keep_raw;
    for (const Group& group : groups) {
        if (auto go_on = check_stop(); !go_on) {
            co_await discard(std::move(change.swap.added));
            co_return go_on;
        }
        Unfit unfit;
        const Place place{part.bucket, group.folder, part.prefix};
        auto written =
            co_await write_parquet(part, *part.text, group, place, table_.columns, &unfit);
        if (!written) {
            co_await discard(std::move(change.swap.added));
            co_return pass(written);
        }
        for (objects::Swap::Added& added : written->added)
            change.swap.added.push_back(std::move(added));
        for (const Listed& source : group.sources) {
            if (run_.options.keep_raw.count() == 0) {
                change.swap.removed.push_back({source.key, source.version});
                continue;
            }
            change.swap.moved.push_back(kept_place(part, source));
            change.kept.push_back({part.bucket, change.swap.moved.back().to_key, until});
        }
        change.by.rows_read += written->rows + written->rejected;
        change.by.rows_written += written->rows;
        change.by.rows_rejected += written->rejected;
        change.by.files_after += written->files - static_cast<std::int64_t>(group.sources.size());
        change.by.bytes_after += written->bytes - static_cast<std::int64_t>(group.bytes());
    }
    auto done = co_await commit(std::move(change));
    co_return done;
}

objects::Swap::Moved Work::kept_place(const Part& part, const Listed& source) const {
    return {
        source.key, source.version, part.bucket,
        fmt::format("{}_raw/{}/{}", part.prefix, run_.id, source.key.substr(part.prefix.size()))};
}

}  // namespace freshet::maintenance

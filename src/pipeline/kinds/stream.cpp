// Streams: shards, retention and tags.
#include <fmt/format.h>

#include <algorithm>

#include "aws/model/kinesis.h"
#include "pipeline/resource.h"
#include "stream/limits.h"

namespace freshet::pipeline {
namespace {

using namespace aws::kinesis;

constexpr int retention_default = 24;
constexpr Millis poll_every = 100ms;
const std::string tag_mark = "tag:";

/// Of UpdateShardCount with the limits of AWS; its other limits are not passed by smaller steps.
bool is_too_far_at_once(const aws::Fault& fault) {
    return fault.code == "LimitExceededException" &&
           (fault.message.find("over double") != std::string::npos ||
            fault.message.find("below half") != std::string::npos);
}

class StreamResource final : public Resource {
  public:
    StreamResource(std::string name, Section& section) : name_(std::move(name)) {
        shards_ = section.number("shards", 1);
        retention_ = section.number("retention_hours", retention_default);
        if (retention_ < stream::limits::retention_hours_min ||
            retention_ > stream::limits::retention_hours_max)
            section.wrong("retention_hours",
                          fmt::format("'retention_hours' is from {} to {}, not {}",
                                      stream::limits::retention_hours_min,
                                      stream::limits::retention_hours_max, retention_));
        tags_ = section.pairs("tags");
    }

    Fields wanted() const override {
        Fields fields{{"shards", std::to_string(shards_)},
                      {"retention_hours", std::to_string(retention_)}};
        for (const auto& [key, value] : tags_) fields[tag_mark + key] = value;
        return fields;
    }

    io::Task<aws::Answer<std::optional<Fields>>> look(Calls& calls) override {
        auto found = co_await calls.call<DescribeStreamSummaryOp>({.stream_name = name_});
        if (!found && is_absent(found.error())) co_return std::nullopt;
        if (!found) co_return pass(found);
        const auto& summary = found->stream_description_summary;
        retention_is_ = summary.retention_period_hours;
        open_ = summary.open_shard_count;
        Fields is{{"shards", std::to_string(summary.open_shard_count)},
                  {"retention_hours", std::to_string(retention_is_)}};
        auto tags = co_await calls.call<ListTagsForStreamOp>({.stream_name = name_});
        if (!tags) co_return pass(tags);
        for (const Tag& tag : tags->tags) is[tag_mark + tag.key] = tag.value.value_or("");
        co_return is;
    }

    io::Task<aws::Answer<void>> create(Calls& calls) override {
        CreateStreamInput input;
        input.stream_name = name_;
        input.shard_count = shards_;
        if (!tags_.empty()) input.tags = tags_;
        auto made = co_await calls.run<CreateStreamOp>(std::move(input));
        if (!made) co_return made;
        retention_is_ = retention_default;
        auto kept = co_await set_retention(calls);
        co_return kept;
    }

    io::Task<aws::Answer<void>> change(Calls& calls, std::set<std::string> differing) override {
        auto kept = co_await set_retention(calls);
        if (kept && differing.erase("shards") > 0) kept = co_await set_shards(calls);
        if (!kept) co_return kept;
        AddTagsToStreamInput added{.stream_name = name_};
        RemoveTagsFromStreamInput removed{.stream_name = name_};
        for (const auto& tag : tags_) {
            if (differing.erase(tag_mark + tag.first) > 0) added.tags.push_back(tag);
        }
        for (const std::string& field : differing) {
            if (field.starts_with(tag_mark))
                removed.tag_keys.push_back(field.substr(tag_mark.size()));
        }
        aws::Answer<void> done;
        if (!added.tags.empty()) done = co_await calls.run<AddTagsToStreamOp>(std::move(added));
        if (done && !removed.tag_keys.empty())
            done = co_await calls.run<RemoveTagsFromStreamOp>(std::move(removed));
        co_return done;
    }

    io::Task<aws::Answer<void>> remove(Calls& calls) override {
        auto removed = co_await calls.run<DeleteStreamOp>({.stream_name = name_});
        co_return removed;
    }

  private:
    io::Task<aws::Answer<void>> set_retention(Calls& calls) {
        aws::Answer<void> done;
        if (retention_ > retention_is_)
            done = co_await calls.run<IncreaseStreamRetentionPeriodOp>(
                {.stream_name = name_, .retention_period_hours = retention_});
        else if (retention_ < retention_is_)
            done = co_await calls.run<DecreaseStreamRetentionPeriodOp>(
                {.stream_name = name_, .retention_period_hours = retention_});
        co_return done;
    }

    /// To the count at once where the server lets it, else by doubling or halving, as AWS wants.
    io::Task<aws::Answer<void>> set_shards(Calls& calls) {
        int open = open_;
        while (open != shards_) {
            auto is_active = co_await until_active(calls);
            if (!is_active) co_return is_active;
            int target = shards_;
            auto done = co_await update_count(calls, target);
            if (!done && is_too_far_at_once(done.error())) {
                target = std::clamp(shards_, (open + 1) / 2, open * 2);
                if (target != shards_) done = co_await update_count(calls, target);
            }
            if (!done) co_return done;
            open = target;
        }
        auto is_active = co_await until_active(calls);
        co_return is_active;
    }

    io::Task<aws::Answer<void>> update_count(Calls& calls, int target) {
        UpdateShardCountInput input;
        input.stream_name = name_;
        input.target_shard_count = target;
        input.scaling_type = "UNIFORM_SCALING";
        auto done = co_await calls.run<UpdateShardCountOp>(std::move(input));
        co_return done;
    }

    io::Task<aws::Answer<void>> until_active(Calls& calls) {
        while (true) {
            auto found = co_await calls.call<DescribeStreamSummaryOp>({.stream_name = name_});
            if (!found) co_return pass(found);
            if (found->stream_description_summary.stream_status == "ACTIVE")
                co_return aws::Answer<void>();
            co_await io::sleep_until(io::Core::current()->now() + poll_every);
        }
    }

    std::string name_;
    int open_ = 0;
    int shards_, retention_, retention_is_ = retention_default;
    std::vector<std::pair<std::string, std::string>> tags_;
};

}  // namespace

std::unique_ptr<Resource> read_stream(std::string name, Section& section, const Surroundings&) {
    return std::make_unique<StreamResource>(std::move(name), section);
}

}  // namespace freshet::pipeline

// Streams: shards, retention and tags.
#include "aws/model/kinesis.h"
#include "pipeline/resource.h"

namespace freshet::pipeline {
namespace {

using namespace aws::kinesis;

constexpr int retention_default = 24;
const std::string tag_mark = "tag:";

class StreamResource final : public Resource {
  public:
    StreamResource(std::string name, Section& section) : name_(std::move(name)) {
        shards_ = section.number("shards", 1);
        retention_ = section.number("retention_hours", retention_default);
        tags_ = section.pairs("tags");
    }

    Fields wanted() const override {
        Fields fields{{"shards", std::to_string(shards_)},
                      {"retention_hours", std::to_string(retention_)}};
        for (const auto& [key, value] : tags_) fields[tag_mark + key] = value;
        return fields;
    }
    bool can_change(const std::string& field) const override { return field != "shards"; }

    io::Task<aws::Answer<std::optional<Fields>>> look(Calls& calls) override {
        auto found = co_await calls.call<DescribeStreamSummaryOp>({.stream_name = name_});
        if (!found && is_absent(found.error())) co_return std::nullopt;
        if (!found) co_return std::unexpected(std::move(found.error()));
        const auto& summary = found->stream_description_summary;
        retention_is_ = summary.retention_period_hours;
        Fields is{{"shards", std::to_string(summary.open_shard_count)},
                  {"retention_hours", std::to_string(retention_is_)}};
        auto tags = co_await calls.call<ListTagsForStreamOp>({.stream_name = name_});
        if (!tags) co_return std::unexpected(std::move(tags.error()));
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

    std::string name_;
    int shards_, retention_, retention_is_ = retention_default;
    std::vector<std::pair<std::string, std::string>> tags_;
};

}  // namespace

std::unique_ptr<Resource> read_stream(std::string name, Section& section, const Surroundings&) {
    return std::make_unique<StreamResource>(std::move(name), section);
}

}  // namespace freshet::pipeline

// What is set on a stream: retention, tags.
#include <fmt/format.h>

#include <algorithm>

#include "aws/services/kinesis_words.h"
#include "stream/limits.h"

namespace freshet::aws::kinesis_words {
namespace {

using namespace kinesis;
namespace domain = stream;

class Handlers {
  public:
    explicit Handlers(domain::Streams& streams) : streams_(streams) {}

    io::Task<Answer<IncreaseStreamRetentionPeriodOp::Output>> increase_retention(Caller caller, IncreaseStreamRetentionPeriodInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return std::unexpected(std::move(key.error()));
        auto done = co_await streams_.set_retention(std::move(*key), input.retention_period_hours, true);
        if (!done) co_return refuse(done.error());
        co_return IncreaseStreamRetentionPeriodOp::Output{};
    }

    io::Task<Answer<DecreaseStreamRetentionPeriodOp::Output>> decrease_retention(Caller caller, DecreaseStreamRetentionPeriodInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return std::unexpected(std::move(key.error()));
        auto done = co_await streams_.set_retention(std::move(*key), input.retention_period_hours, false);
        if (!done) co_return refuse(done.error());
        co_return DecreaseStreamRetentionPeriodOp::Output{};
    }

    io::Task<Answer<AddTagsToStreamOp::Output>> add_tags(Caller caller, AddTagsToStreamInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return std::unexpected(std::move(key.error()));
        auto done = co_await streams_.add_tags(std::move(*key), {input.tags.begin(), input.tags.end()});
        if (!done) co_return refuse(done.error());
        co_return AddTagsToStreamOp::Output{};
    }

    io::Task<Answer<RemoveTagsFromStreamOp::Output>> remove_tags(Caller caller, RemoveTagsFromStreamInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return std::unexpected(std::move(key.error()));
        auto done = co_await streams_.remove_tags(std::move(*key), std::move(input.tag_keys));
        if (!done) co_return refuse(done.error());
        co_return RemoveTagsFromStreamOp::Output{};
    }

    io::Task<Answer<ListTagsForStreamOutput>> list_tags(Caller caller, ListTagsForStreamInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return std::unexpected(std::move(key.error()));
        auto found = streams_.find(*key);
        if (!found) co_return refuse(found.error());
        ListTagsForStreamOutput out;
        const auto limit = static_cast<std::size_t>(input.limit.value_or(static_cast<int>(domain::limits::tags_max)));
        for (auto at = (*found)->tags.upper_bound(input.exclusive_start_tag_key.value_or("")); at != (*found)->tags.end(); ++at) {
            if (out.tags.size() == limit) {
                out.has_more_tags = true;
                break;
            }
            auto& tag = out.tags.emplace_back();
            tag.key = at->first;
            tag.value = at->second;
        }
        co_return out;
    }

  private:
    domain::Streams& streams_;
};

}  // namespace

void register_settings(Router& router, stream::Streams& streams) {
    io::Core& home = streams.home();
    auto handlers = std::make_shared<Handlers>(streams);
    on<IncreaseStreamRetentionPeriodOp>(router, home, handlers, &Handlers::increase_retention);
    on<DecreaseStreamRetentionPeriodOp>(router, home, handlers, &Handlers::decrease_retention);
    on<AddTagsToStreamOp>(router, home, handlers, &Handlers::add_tags);
    on<RemoveTagsFromStreamOp>(router, home, handlers, &Handlers::remove_tags);
    on<ListTagsForStreamOp>(router, home, handlers, &Handlers::list_tags);
}

}  // namespace freshet::aws::kinesis_words

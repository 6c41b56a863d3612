// The tags of delivery streams.
#include <fmt/format.h>

#include "aws/services/firehose/words.h"

namespace freshet::aws::firehose_words {

std::map<std::string, std::string> tags_of(const std::vector<firehose::Tag>& given) {
    std::map<std::string, std::string> tags;
    for (const firehose::Tag& tag : given) tags[tag.key] = tag.value.value_or("");
    return tags;
}

namespace {

using namespace firehose;
namespace domain = delivery;

constexpr int tags_default = 50;

class Handlers {
  public:
    explicit Handlers(domain::Deliveries& deliveries) : deliveries_(deliveries) {}

    io::Task<Answer<TagDeliveryStreamOutput>> tag(Caller caller, TagDeliveryStreamInput input) {
        const domain::DeliveryKey key = key_of(caller, input.delivery_stream_name);
        auto done = co_await deliveries_.change_tags(key, tags_of(input.tags), {});
        if (!done) co_return refuse(done.error());
        co_return TagDeliveryStreamOutput{};
    }

    io::Task<Answer<UntagDeliveryStreamOutput>> untag(Caller caller,
                                                      UntagDeliveryStreamInput input) {
        const domain::DeliveryKey key = key_of(caller, input.delivery_stream_name);
        auto done = co_await deliveries_.change_tags(key, {}, std::move(input.tag_keys));
        if (!done) co_return refuse(done.error());
        co_return UntagDeliveryStreamOutput{};
    }

    io::Task<Answer<ListTagsForDeliveryStreamOutput>> list_tags(
        Caller caller, ListTagsForDeliveryStreamInput input) {
        auto found = deliveries_.find(key_of(caller, input.delivery_stream_name));
        if (!found) co_return refuse(found.error());
        ListTagsForDeliveryStreamOutput out;
        const auto& tags = (*found)->tags;
        for (auto at = tags.upper_bound(input.exclusive_start_tag_key.value_or(""));
             at != tags.end(); ++at) {
            if (out.tags.size() == static_cast<std::size_t>(input.limit.value_or(tags_default))) {
                out.has_more_tags = true;
                break;
            }
            Tag& made = out.tags.emplace_back();
            made.key = at->first;
            made.value = at->second;
        }
        co_return out;
    }

  private:
    domain::Deliveries& deliveries_;
};

}  // namespace

void register_tags(Router& router, delivery::Deliveries& deliveries) {
    auto h = std::make_shared<Handlers>(deliveries);
    io::Core& home = deliveries.home();
    on<TagDeliveryStreamOp>(router, home, h, &Handlers::tag);
    on<UntagDeliveryStreamOp>(router, home, h, &Handlers::untag);
    on<ListTagsForDeliveryStreamOp>(router, home, h, &Handlers::list_tags);
}

}  // namespace freshet::aws::firehose_words

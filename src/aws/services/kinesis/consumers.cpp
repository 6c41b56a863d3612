// Consumers of enhanced fan-out, and what they subscribe to.
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "aws/protocol/event_stream.h"
#include "aws/services/kinesis/page_token.h"
#include "aws/services/kinesis/words.h"
#include "base/crypto/digest.h"
#include "stream/fan_out/subscription.h"
#include "stream/sequence.h"

namespace freshet::aws::kinesis_words {
namespace {

using namespace kinesis;
namespace domain = stream;

constexpr int list_consumers_default = 100;

std::shared_ptr<const void> event_of(const domain::FanOutBatch& batch) {
    auto event = std::make_shared<SubscribeToShardEvent>();
    for (const domain::StoredRecord& record : batch.records)
        event->records.push_back(record_output(record));
    // At the shard's end the children continue, and no number does: KCL refuses an event with both.
    if (batch.children.empty()) event->continuation_sequence_number = batch.continuation;
    event->millis_behind_latest = batch.behind.count();
    if (!batch.children.empty()) {
        event->child_shards.emplace();
        for (const domain::Shard& child : batch.children)
            event->child_shards->push_back(child_output(child));
    }
    return event;
}

/// What a subscription gives, as events; the frames are shared by all who get the same batch.
class FanOutBody final : public EventBody {
  public:
    explicit FanOutBody(std::shared_ptr<domain::Subscription> subscription)
        : subscription_(std::move(subscription)) {}

  protected:
    io::Task<Answer<std::optional<Event>>> next() override {
        auto batch = co_await subscription_->next();
        if (!batch) co_return refuse(batch.error());
        if (!*batch) co_return std::nullopt;
        const auto& one = *batch;
        if (!one->encoded) one->encoded = std::make_shared<EventCache>();
        co_return Event{"SubscribeToShardEvent", &shape_of_SubscribeToShardEvent(),
                        [batch = *batch] { return event_of(*batch); },
                        std::static_pointer_cast<EventCache>(one->encoded)};
    }

  private:
    std::shared_ptr<domain::Subscription> subscription_;
};

class Handlers {
  public:
    explicit Handlers(domain::Streams& streams) : streams_(streams) {}

    io::Task<Answer<RegisterStreamConsumerOutput>> add(Caller caller,
                                                       RegisterStreamConsumerInput input) {
        auto key = key_of(caller, std::nullopt, input.stream_arn);
        if (!key) co_return pass(key);
        domain::Tags tags;
        if (input.tags) tags = {input.tags->begin(), input.tags->end()};
        auto made = co_await streams_.fan_out().register_consumer(
            *key, std::move(input.consumer_name), std::move(tags));
        if (!made) co_return refuse(made.error());
        co_return RegisterStreamConsumerOutput{output(*key, *made)};
    }

    io::Task<Answer<DeregisterStreamConsumerOp::Output>> remove(
        Caller caller, DeregisterStreamConsumerInput input) {
        auto named = named_by(caller, input);
        if (!named) co_return pass(named);
        auto done = co_await streams_.fan_out().deregister_consumer(std::move(named->key),
                                                                    std::move(named->name));
        if (!done) co_return refuse(done.error());
        co_return DeregisterStreamConsumerOp::Output{};
    }

    io::Task<Answer<DescribeStreamConsumerOutput>> describe(Caller caller,
                                                            DescribeStreamConsumerInput input) {
        auto named = named_by(caller, input);
        if (!named) co_return pass(named);
        auto found = streams_.fan_out().find_consumer(named->key, named->name);
        if (!found) co_return refuse(found.error());
        const Consumer consumer = output(named->key, **found);
        ConsumerDescription description;
        description.consumer_name = consumer.consumer_name;
        description.consumer_arn = consumer.consumer_arn;
        description.consumer_status = consumer.consumer_status;
        description.consumer_creation_timestamp = consumer.consumer_creation_timestamp;
        description.stream_arn = arn_of(named->key);
        co_return DescribeStreamConsumerOutput{std::move(description)};
    }

    io::Task<Answer<ListStreamConsumersOutput>> list(Caller caller,
                                                     ListStreamConsumersInput input) {
        auto key = key_of(caller, std::nullopt, input.stream_arn);
        if (!key) co_return pass(key);
        auto found = streams_.catalog().find(*key);
        if (!found) co_return refuse(found.error());
        const domain::Stream& stream = **found;
        if (!is_creation_of(input.stream_creation_timestamp, stream))
            co_return refuse(
                "ResourceNotFoundException",
                fmt::format("Stream {} under account {} not found.", key->name, key->home.account));
        std::string after;
        if (input.next_token) {
            auto opened = open_page_token(*input.next_token, streams_.home().now());
            if (!opened) co_return pass(opened);
            after = std::move(*opened);
        }
        ListStreamConsumersOutput out;
        out.consumers.emplace();
        const auto limit =
            static_cast<std::size_t>(input.max_results.value_or(list_consumers_default));
        for (auto at = stream.consumers.upper_bound(after); at != stream.consumers.end(); ++at) {
            if (out.consumers->size() == limit) {
                out.next_token =
                    seal_page_token(out.consumers->back().consumer_name, streams_.home().now());
                break;
            }
            out.consumers->push_back(output(*key, at->second));
        }
        co_return out;
    }

    io::Task<Answer<SubscribeToShardOutput>> subscribe(Caller, SubscribeToShardInput input) {
        auto named = consumer_of(input.consumer_arn);
        if (!named) co_return pass(named);
        auto shard = shard_of(named->key, input.shard_id);
        if (!shard) co_return pass(shard);
        auto position =
            position_of(input.starting_position.type, input.starting_position.sequence_number,
                        input.starting_position.timestamp, streams_.home().now());
        if (!position) co_return pass(position);
        auto made = co_await streams_.fan_out().subscribe(
            std::move(named->key), std::move(named->name), *shard, std::move(*position));
        if (!made) co_return refuse(made.error());
        co_return SubscribeToShardOutput{std::make_shared<FanOutBody>(std::move(*made))};
    }

  private:
    Consumer output(const domain::StreamKey& key, const domain::Consumer& consumer) const {
        return {consumer.name, consumer_arn(key, consumer),
                streams_.fan_out().is_creating(consumer) ? "CREATING" : "ACTIVE", consumer.created};
    }

    /// The consumer of an ARN, which must be that of its present registration.
    Answer<ConsumerName> consumer_of(const std::string& arn) const {
        auto named = parse_consumer_arn(arn);
        if (!named)
            return refuse("InvalidArgumentException",
                          fmt::format("ConsumerARN {} is not valid", arn));
        auto found = streams_.fan_out().find_consumer(named->key, named->name);
        if (!found) return refuse(found.error());
        if (consumer_arn(named->key, **found) != arn)
            return refuse("ResourceNotFoundException",
                          fmt::format("Consumer {}, account {} not found.", named->name,
                                      named->key.home.account));
        return *named;
    }

    /// By ARN, or by stream and name.
    template <class Input>
    Answer<ConsumerName> named_by(const Caller& caller, const Input& input) const {
        if (input.consumer_arn) return consumer_of(*input.consumer_arn);
        if (!input.stream_arn || !input.consumer_name)
            return refuse("InvalidArgumentException",
                          "Either ConsumerARN or both StreamARN and ConsumerName must be given");
        auto key = key_of(caller, std::nullopt, input.stream_arn);
        if (!key) return pass(key);
        return ConsumerName{std::move(*key), *input.consumer_name};
    }

    domain::Streams& streams_;
};

}  // namespace

void register_consumers(Router& router, stream::Streams& streams) {
    auto handlers = std::make_shared<Handlers>(streams);
    on<RegisterStreamConsumerOp>(router, streams.home(), handlers, &Handlers::add);
    on<DeregisterStreamConsumerOp>(router, streams.home(), handlers, &Handlers::remove);
    on<DescribeStreamConsumerOp>(router, streams.home(), handlers, &Handlers::describe);
    on<ListStreamConsumersOp>(router, streams.home(), handlers, &Handlers::list);
    on<SubscribeToShardOp>(router, streams.home(), handlers, &Handlers::subscribe);
}

}  // namespace freshet::aws::kinesis_words

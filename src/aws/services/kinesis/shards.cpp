// Shards: list, split, merge, count, capacity mode.
#include <fmt/format.h>

#include <algorithm>

#include "aws/services/kinesis/page_token.h"
#include "aws/services/kinesis/words.h"
#include "stream/hash.h"
#include "stream/sequence.h"
#include "stream/shards/shard_filter.h"

namespace freshet::aws::kinesis_words {
namespace {

using namespace kinesis;
namespace domain = stream;

constexpr int list_shards_max = 1000;  ///< AWS: also when more are asked for
/// In the order of FilterType.
constexpr std::string_view filter_names[] = {"AFTER_SHARD_ID",    "AT_TRIM_HORIZON",
                                             "FROM_TRIM_HORIZON", "AT_LATEST",
                                             "AT_TIMESTAMP",      "FROM_TIMESTAMP"};

class Handlers {
  public:
    explicit Handlers(domain::Streams& streams) : streams_(streams) {}

    io::Task<Answer<ListShardsOutput>> list_shards(Caller caller, ListShardsInput input) {
        Listing listing;
        if (input.next_token) {
            auto opened = open_token(input);
            if (!opened) co_return pass(opened);
            listing = std::move(*opened);
        } else {
            auto begun = begin_listing(caller, input);
            if (!begun) co_return pass(begun);
            listing = std::move(*begun);
        }
        auto found = streams_.catalog().find(listing.key);
        if (!found) co_return refuse(found.error());
        const domain::Stream& stream = **found;
        if (const auto status = streams_.catalog().status(stream);
            status == domain::Status::creating || status == domain::Status::deleting) {
            co_return refuse(
                "ResourceInUseException",
                fmt::format("Stream {} under account {} not ACTIVE, instead in state {}",
                            stream.key.name, stream.key.home.account, word_of(status)));
        }
        if (!is_creation_of(input.stream_creation_timestamp, stream)) {
            co_return refuse("ResourceNotFoundException",
                             fmt::format("Stream {} under account {} not found.", stream.key.name,
                                         stream.key.home.account));
        }
        ListShardsOutput out;
        out.shards.emplace();
        const Timestamp now = streams_.home().now();
        const auto limit = static_cast<std::size_t>(
            std::min(input.max_results.value_or(list_shards_max), list_shards_max));
        std::uint32_t last = 0;
        for (const domain::Shard& shard : stream.shards) {
            if (listing.after && shard.index <= *listing.after) continue;
            if (!domain::passes(listing.filter, shard, stream, now)) continue;
            if (out.shards->size() == limit) {
                out.next_token = seal_token(listing, last);
                break;
            }
            out.shards->push_back(shard_output(shard));
            last = shard.index;
        }
        co_return out;
    }

    io::Task<Answer<SplitShardOp::Output>> split(Caller caller, SplitShardInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return pass(key);
        auto shard = shard_of(*key, input.shard_to_split);
        if (!shard) co_return pass(shard);
        const auto at = domain::parse_hash_key(input.new_starting_hash_key);
        // What is past the ring is past the shard, too.
        auto done = co_await streams_.shards().split(std::move(*key), *shard,
                                                     at.value_or(domain::hash_key_max));
        if (!done && !at) {
            Fault fault = to_fault(done.error());
            const std::string written = domain::to_decimal(domain::hash_key_max);
            if (const auto place = fault.message.find(written + " used");
                place != std::string::npos)
                fault.message.replace(place, written.size(), input.new_starting_hash_key);
            co_return std::unexpected(std::move(fault));
        }
        if (!done) co_return refuse(done.error());
        co_return SplitShardOp::Output{};
    }

    io::Task<Answer<MergeShardsOp::Output>> merge(Caller caller, MergeShardsInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return pass(key);
        auto shard = shard_of(*key, input.shard_to_merge);
        if (!shard) co_return pass(shard);
        auto adjacent = shard_of(*key, input.adjacent_shard_to_merge);
        if (!adjacent) co_return pass(adjacent);
        auto done = co_await streams_.shards().merge(std::move(*key), *shard, *adjacent);
        if (!done) co_return refuse(done.error());
        co_return MergeShardsOp::Output{};
    }

    io::Task<Answer<UpdateShardCountOutput>> update_count(Caller caller,
                                                          UpdateShardCountInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return pass(key);
        auto counts = co_await streams_.shards().update_count(*key, input.target_shard_count);
        if (!counts) co_return refuse(counts.error());
        UpdateShardCountOutput out;
        out.stream_name = key->name;
        out.stream_arn = arn_of(*key);
        out.current_shard_count = counts->before;
        out.target_shard_count = counts->target;
        co_return out;
    }

    io::Task<Answer<UpdateStreamModeOp::Output>> update_mode(Caller caller,
                                                             UpdateStreamModeInput input) {
        auto key = key_of(caller, std::nullopt, input.stream_arn);
        if (!key) co_return pass(key);
        const bool is_on_demand = input.stream_mode_details.stream_mode == "ON_DEMAND";
        auto done = co_await streams_.shards().set_mode(
            std::move(*key), is_on_demand ? domain::Mode::on_demand : domain::Mode::provisioned,
            input.warm_throughput_mi_bps);
        if (!done) co_return refuse(done.error());
        co_return UpdateStreamModeOp::Output{};
    }

  private:
    /// One listing over its pages: what a NextToken carries.
    struct Listing {
        domain::StreamKey key;
        domain::ShardFilter filter;
        std::optional<std::uint32_t> after;
    };

    static Answer<Listing> begin_listing(const Caller& caller, const ListShardsInput& input) {
        if (!input.stream_name && !input.stream_arn)
            return refuse("InvalidArgumentException",
                          "Either NextToken or StreamName should be provided.");
        auto key = key_of(caller, input);
        if (!key) return pass(key);
        Listing listing{std::move(*key), {}, std::nullopt};
        if (input.exclusive_start_shard_id) {
            listing.after = domain::parse_shard_name(*input.exclusive_start_shard_id);
            if (!listing.after)
                return std::unexpected(
                    shard_of(listing.key, *input.exclusive_start_shard_id).error());
        }
        if (!input.shard_filter) return listing;
        const auto& filter = *input.shard_filter;
        const auto type = std::ranges::find(filter_names, filter.type);
        listing.filter.type = static_cast<domain::FilterType>(type - std::begin(filter_names));
        const bool is_by_time = filter.type.ends_with("_TIMESTAMP");
        if (is_by_time && !filter.timestamp) {
            return refuse(
                "InvalidArgumentException",
                fmt::format("Timestamp must be provided in ShardFilter for type {}.", filter.type));
        }
        if (is_by_time) listing.filter.time = *filter.timestamp;
        if (filter.type != "AFTER_SHARD_ID") return listing;
        if (!filter.shard_id)
            return refuse("InvalidArgumentException",
                          "ShardId must be provided in ShardFilter for type AFTER_SHARD_ID.");
        auto after = shard_of(listing.key, *filter.shard_id);
        if (!after) return pass(after);
        listing.filter.after = *after;
        return listing;
    }

    std::string seal_token(const Listing& listing, std::uint32_t last) const {
        return seal_shards_token({last, static_cast<int>(listing.filter.type), listing.filter.after,
                                  listing.filter.time, arn_of(listing.key)},
                                 streams_.home().now());
    }

    Answer<Listing> open_token(const ListShardsInput& input) const {
        for (const auto& [given, name] :
             {std::pair{input.stream_name || input.stream_arn, "StreamName"},
              std::pair{input.exclusive_start_shard_id.has_value(), "ExclusiveStartShardId"},
              std::pair{input.stream_creation_timestamp.has_value(), "StreamCreationTimestamp"}}) {
            if (given)
                return refuse("InvalidArgumentException",
                              fmt::format("NextToken and {} cannot be provided together.", name));
        }
        auto page = open_shards_token(*input.next_token, streams_.home().now());
        if (!page) return pass(page);
        auto parsed = parse_stream_arn(page->stream_arn);
        const bool is_filter =
            page->filter >= 0 && page->filter < static_cast<int>(std::size(filter_names));
        if (!parsed || !is_filter)
            return refuse("InvalidArgumentException", "NextToken is not valid");
        return Listing{
            std::move(parsed->key),
            {static_cast<domain::FilterType>(page->filter), page->filter_after, page->filter_time},
            page->last};
    }

    domain::Streams& streams_;
};

}  // namespace

void register_shards(Router& router, stream::Streams& streams) {
    auto handlers = std::make_shared<Handlers>(streams);
    on<ListShardsOp>(router, streams.home(), handlers, &Handlers::list_shards);
    on<SplitShardOp>(router, streams.home(), handlers, &Handlers::split);
    on<MergeShardsOp>(router, streams.home(), handlers, &Handlers::merge);
    on<UpdateShardCountOp>(router, streams.home(), handlers, &Handlers::update_count);
    on<UpdateStreamModeOp>(router, streams.home(), handlers, &Handlers::update_mode);
}

}  // namespace freshet::aws::kinesis_words

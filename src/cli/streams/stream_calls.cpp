#include "cli/streams/stream_calls.h"

#include <fmt/format.h>

#include <algorithm>

#include "stream/hash.h"

namespace freshet::cli {

using namespace aws::kinesis;

bool is_passing(const aws::Fault& fault, bool has_answered) {
    static constexpr std::string_view busy[] = {"ProvisionedThroughputExceededException",
                                                "LimitExceededException", "ThrottlingException",
                                                "Throttling", "KMSThrottlingException"};
    if (fault.status == 0) return has_answered;
    return fault.status >= 500 || std::ranges::find(busy, fault.code) != std::end(busy);
}

std::string text_of(const aws::Fault& fault) {
    return fault.status == 0 ? fault.message : fmt::format("{}: {}", fault.code, fault.message);
}

io::Task<bool> Backoff::pause(io::Core& core) {
    if (++tried_ >= tries_max) co_return false;
    const Millis pause = std::min(first * (1 << std::min(tried_ - 1, 16)), longest);
    const auto jitter = random_() % static_cast<std::uint64_t>(pause.count());
    co_await io::sleep_until(core.now() + pause / 2 + Millis(static_cast<std::int64_t>(jitter)));
    co_return true;
}

io::Task<aws::Answer<std::vector<std::string>>> stream_names(io::Core& core, aws::Client& client) {
    std::vector<std::string> names;
    while (true) {
        ListStreamsInput input;
        if (!names.empty()) input.exclusive_start_stream_name = names.back();
        auto page = co_await ask<ListStreamsOp>(core, client, std::move(input));
        if (!page) co_return pass(page);
        names.insert(names.end(), page->stream_names.begin(), page->stream_names.end());
        if (!page->has_more_streams || page->stream_names.empty()) co_return names;
    }
}

io::Task<aws::Answer<DescribeStreamSummaryOutput>> describe(io::Core& core, aws::Client& client,
                                                            std::string stream) {
    DescribeStreamSummaryInput input;
    input.stream_name = std::move(stream);
    auto answer = co_await ask<DescribeStreamSummaryOp>(core, client, std::move(input));
    co_return answer;
}

io::Task<aws::Answer<std::vector<Shard>>> all_shards(io::Core& core, aws::Client& client,
                                                     std::string stream) {
    std::vector<Shard> shards;
    ListShardsInput input;
    input.stream_name = std::move(stream);
    while (true) {
        auto page = co_await ask<ListShardsOp>(core, client, std::move(input));
        if (!page) co_return pass(page);
        if (page->shards) shards.insert(shards.end(), page->shards->begin(), page->shards->end());
        if (!page->next_token) break;
        input = {};
        input.next_token = std::move(page->next_token);
    }
    std::ranges::sort(shards, {}, &Shard::shard_id);
    co_return shards;
}

io::Task<aws::Answer<std::vector<Consumer>>> all_consumers(io::Core& core, aws::Client& client,
                                                           std::string stream_arn) {
    std::vector<Consumer> consumers;
    std::optional<std::string> next;
    while (true) {
        ListStreamConsumersInput input;
        input.stream_arn = stream_arn;
        input.next_token = std::move(next);
        auto page = co_await ask<ListStreamConsumersOp>(core, client, std::move(input));
        if (!page) co_return pass(page);
        if (page->consumers)
            consumers.insert(consumers.end(), page->consumers->begin(), page->consumers->end());
        if (!page->next_token) co_return consumers;
        next = std::move(page->next_token);
    }
}

std::vector<RingShard> ring_of(const std::vector<Shard>& shards) {
    std::vector<RingShard> ring;
    for (const Shard& shard : shards) {
        const HashKeyRange& range = shard.hash_key_range;
        ring.push_back({shard.shard_id, stream::parse_hash_key(range.starting_hash_key).value_or(0),
                        stream::parse_hash_key(range.ending_hash_key).value_or(0),
                        !shard.sequence_number_range.ending_sequence_number});
    }
    std::ranges::sort(ring, {}, [](const RingShard& shard) {
        return std::pair(shard.first, std::string_view(shard.id));
    });
    return ring;
}

}  // namespace freshet::cli

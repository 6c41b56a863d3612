#include "cli/streams/shard_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace freshet::cli {

using namespace aws::kinesis;

io::Task<aws::Answer<ShardPage>> ShardReader::next(aws::Client& client) {
    while (true) {
        if (!iterator_) {
            auto opened = co_await open(client);
            if (!opened) co_return pass(opened);
        }
        GetRecordsInput input;
        input.shard_iterator = *iterator_;
        input.limit = place_.records_max;
        auto answer = co_await ask<GetRecordsOp>(core_, client, std::move(input), is_patient_);
        if (!answer && answer.error().code == "ExpiredIteratorException" &&
            (!place_.after.empty() || place_.from.kind != Moment::Kind::latest)) {
            iterator_.reset();  // after five minutes; the position is known
            continue;
        }
        if (!answer) co_return pass(answer);
        ShardPage page;
        page.records = std::move(answer->records);
        if (!page.records.empty()) place_.after = page.records.back().sequence_number;
        page.behind = Millis(answer->millis_behind_latest.value_or(0));
        page.is_ended = !answer->next_shard_iterator;
        if (answer->child_shards) page.children = std::move(*answer->child_shards);
        iterator_ = std::move(answer->next_shard_iterator);
        co_return page;
    }
}

io::Task<aws::Answer<void>> ShardReader::open(aws::Client& client) {
    GetShardIteratorInput input;
    input.stream_name = place_.stream;
    input.shard_id = place_.shard;
    if (!place_.after.empty()) {
        input.shard_iterator_type = "AFTER_SEQUENCE_NUMBER";
        input.starting_sequence_number = place_.after;
    } else if (place_.from.kind == Moment::Kind::time) {
        input.shard_iterator_type = "AT_TIMESTAMP";
        input.timestamp = place_.from.time;
    } else {
        const bool is_latest = place_.from.kind == Moment::Kind::latest;
        input.shard_iterator_type = is_latest ? "LATEST" : "TRIM_HORIZON";
    }
    auto answer = co_await ask<GetShardIteratorOp>(core_, client, std::move(input), is_patient_);
    if (!answer) co_return pass(answer);
    iterator_ = answer->shard_iterator.value_or("");
    co_return aws::Answer<void>();
}

io::Task<aws::Answer<Lineage>> lineage_of(io::Core& core, aws::Client& client, std::string stream,
                                          Moment from, std::vector<std::string> chosen) {
    auto all = co_await all_shards(core, client, stream);
    if (!all) co_return pass(all);
    std::vector<Shard> wanted;
    for (const std::string& name : chosen) {
        const auto found = std::ranges::find_if(*all, [&name](const Shard& shard) {
            return short_name(shard.shard_id) == short_name(name);
        });
        if (found == all->end())
            co_return std::unexpected(aws::Fault{
                "ResourceNotFoundException",
                fmt::format("stream {} has no shard {}", stream, short_name(name)), 400});
        wanted.push_back(*found);
    }
    const bool is_latest = from.kind == Moment::Kind::latest;
    if (chosen.empty())
        std::ranges::copy_if(*all, std::back_inserter(wanted), [is_latest](const Shard& shard) {
            return !is_latest || !shard.sequence_number_range.ending_sequence_number;
        });
    Lineage lineage;
    std::set<std::string> known;
    for (const Shard& shard : wanted) known.insert(shard.shard_id);
    for (const Shard& shard : wanted) {
        std::vector<std::string> parents;
        for (const auto& parent : {shard.parent_shard_id, shard.adjacent_parent_shard_id})
            if (parent && known.contains(*parent)) parents.push_back(*parent);
        lineage.add(shard.shard_id, std::move(parents));
    }
    co_return lineage;
}

}  // namespace freshet::cli

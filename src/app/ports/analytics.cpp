#include "app/ports/analytics.h"

#include <fmt/format.h>

#include "analytics/errors.h"
#include "base/text/arn.h"
#include "stream/hash.h"
#include "stream/records/record.h"
#include "stream/sequence.h"

namespace freshet::app {

std::optional<functions::FunctionKey> function_of(const std::string& text) {
    const auto arn = parse_arn(text);
    constexpr std::string_view prefix = "function:";
    if (!arn || arn->service != "lambda" || !arn->resource.starts_with(prefix)) return std::nullopt;
    std::string name = arn->resource.substr(prefix.size());
    if (name.ends_with(":$LATEST")) name.resize(name.size() - 8);
    if (name.contains(':')) return std::nullopt;  // a version or an alias: there are none
    return functions::FunctionKey{arn->home, std::move(name)};
}

Result<const stream::Stream*> AnalyticsSiblings::find_stream(const std::string& text) const {
    const auto arn = parse_arn(text);
    if (!arn || arn->service != "kinesis" || !arn->resource.starts_with("stream/"))
        return fail(analytics::Errc::invalid_argument,
                    fmt::format("{} is not the ARN of a stream", text));
    auto found = streams_.catalog().find({arn->home, arn->resource.substr(7)});
    if (!found) return fail(analytics::Errc::not_found, found.error().message());
    return found;
}

Result<std::vector<analytics::Shard>> AnalyticsSiblings::shards(const std::string& stream_arn) {
    auto found = find_stream(stream_arn);
    if (!found) return pass(found);
    std::vector<analytics::Shard> shards;
    for (const stream::Shard& shard : (*found)->shards) {
        if (*shard.partition == 0) continue;
        shards.push_back({stream::shard_name(shard.index), shard.partition,
                          to_epoch_ms(shard.created) / 1000, shard.index});
    }
    return shards;
}

bool AnalyticsSiblings::is_end(const Bytes& logged) const {
    return stream::is_closing_record(logged);
}

Result<analytics::SourceRecord> AnalyticsSiblings::decode(const Bytes& logged) const {
    auto record = streams_.encryption().decode(logged);
    if (!record) return pass(record);
    return analytics::SourceRecord{std::string(record->partition_key), std::move(record->data)};
}

std::string AnalyticsSiblings::sequence_number(const analytics::Shard& shard,
                                               const log::Record& record) const {
    return stream::record_number(shard.created_s, shard.index, record.ordinal, record.time);
}

Result<std::vector<log::Append>> AnalyticsSiblings::place(const analytics::Output& output,
                                                          std::vector<Bytes> rows) {
    std::vector<log::Append> appends;
    if (output.target == analytics::Target::delivery_stream) {
        const auto arn = parse_arn(output.arn);
        if (!arn || arn->service != "firehose" || !arn->resource.starts_with("deliverystream/"))
            return fail(analytics::Errc::invalid_argument,
                        fmt::format("{} is not the ARN of a delivery stream", output.arn));
        auto found = deliveries_.find({arn->home, arn->resource.substr(15)});
        if (!found) return fail(analytics::Errc::not_found, found.error().message());
        auto batch = deliveries_.batch_of(**found, std::move(rows));
        if (!batch) return fail(analytics::Errc::unavailable, batch.error().message());
        appends.push_back(std::move(*batch));
        return appends;
    }
    auto found = find_stream(output.arn);
    if (!found) return pass(found);
    const stream::Stream& stream = **found;
    // A row after the end of a shard would be lost: the runner retries in a moment.
    if (streams_.shards().is_cutting(stream))
        return fail(analytics::Errc::unavailable,
                    fmt::format("stream {} is being resharded", stream.key.name));
    appends.resize(stream.open.size());
    for (std::size_t i = 0; i < appends.size(); ++i)
        appends[i].partition = stream.open_shard(i).partition;
    // One piece of memory for all records: a row is often shorter than what a piece costs.
    std::string pieces;
    std::vector<std::pair<std::size_t, std::size_t>> ends;  // place of the shard, end in `pieces`
    for (const Bytes& row : rows) {
        // Rows are spread over the shards evenly, as random partition keys would.
        const std::string key = fmt::format("{:016x}", ++rows_placed_);
        if (stream.data_key == 0) {
            stream::append_record(key, row.view(), pieces);
        } else {
            auto record = streams_.encryption().encode(stream, key, row.view());
            if (!record) return fail(analytics::Errc::unavailable, record.error().message());
            pieces += record->view();
        }
        const std::size_t place = stream.place_of(stream::hash_of(key));
        ends.emplace_back(place, pieces.size());
        streams_.records().count_in(stream, stream.open_shard(place).index, 1,
                                    key.size() + row.size());
    }
    const Bytes all = Bytes::own(std::move(pieces));
    std::size_t from = 0;
    for (const auto& [place, end] : ends) {
        appends[place].records.push_back(all.slice(from, end - from));
        from = end;
    }
    std::erase_if(appends, [](const log::Append& append) { return append.records.empty(); });
    return appends;
}

io::Task<Result<Bytes>> AnalyticsSiblings::call(std::string function_arn, Bytes event) {
    const auto key = function_of(function_arn);
    if (!key)
        co_return fail(analytics::Errc::invalid_argument,
                       fmt::format("{} is not the ARN of a function", function_arn));
    auto answered =
        co_await io::run_on(functions_.home(), functions_.invoke(*key, std::move(event)));
    if (!answered) co_return pass(answered);
    if (!answered->function_error.empty())
        co_return fail(analytics::Errc::unavailable,
                       fmt::format("function {} failed: {}", key->name,
                                   answered->payload.view().substr(0, 500)));
    co_return std::move(answered->payload);
}

void AnalyticsSiblings::write_log(const std::string& log_stream_arn, Timestamp time,
                                  std::string line) {
    // arn:aws:logs:REGION:ACCOUNT:log-group:GROUP:log-stream:STREAM
    const auto arn = parse_arn(log_stream_arn);
    constexpr std::string_view group_word = "log-group:", stream_word = ":log-stream:";
    if (!arn || !arn->resource.starts_with(group_word)) return;
    const std::string names = arn->resource.substr(group_word.size());
    const std::size_t stream = names.find(stream_word);
    if (stream == std::string::npos) return;
    write_log_line(logs_, {arn->home, names.substr(0, stream)},
                   names.substr(stream + stream_word.size()), {time, std::move(line)});
}

void write_log_line(monitor::Logs& logs, monitor::GroupKey group, std::string stream,
                    monitor::Line line) {
    logs.home().post([&logs, group = std::move(group), stream = std::move(stream),
                      line = std::move(line)]() mutable {
        std::vector<monitor::Line> lines;
        lines.push_back(std::move(line));
        logs.append(std::move(group), std::move(stream), std::move(lines));
    });
}

io::Task<Result<Bytes>> AnalyticsSiblings::read_object(std::string bucket_arn, std::string key,
                                                       std::size_t bytes_max) {
    auto object = co_await objects_.find(bucket_arn.substr(bucket_arn.rfind(':') + 1), key);
    if (!object) co_return pass(object);
    auto body = objects_.read(*object, 0, std::min<std::uint64_t>(object->size, bytes_max));
    std::string all;
    while (true) {
        auto piece = co_await body->read();
        if (!piece) co_return pass(piece);
        if (piece->empty()) break;
        all.append(piece->view());
    }
    // A row that was cut in two would not fit the others.
    if (all.size() < object->size) all.resize(std::min(all.size(), all.rfind('\n') + 1));
    co_return Bytes::own(std::move(all));
}

}  // namespace freshet::app

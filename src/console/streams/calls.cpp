#include "console/streams/calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/crypto/digest.h"
#include "console/json_writer.h"
#include "console/limits.h"
#include "record/kpl.h"
#include "stream/hash.h"
#include "stream/sequence.h"

namespace freshet::console {
namespace {

std::optional<std::int64_t> number_of(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

io::HttpResponse refused(const Error& error) {
    // To a sequence number of its first form AWS says InternalFailure, and no word.
    if (error.message().empty()) return refusal(400, "The sequence number is not of this stream");
    const int status = error.is(stream::Errc::not_found)    ? 404
                       : error.is(stream::Errc::in_use)     ? 409
                       : error.is(stream::Errc::overloaded) ? 503
                       : error.is(stream::Errc::storage)    ? 503
                                                            : 400;
    return refusal(status, error.message());
}

/// Which shard a question is about.
struct Subject {
    stream::StreamKey key;
    std::uint32_t shard = 0;
};

Result<Subject> subject_of(const Home& home, const std::string& name, const std::string& shard) {
    const auto index = stream::parse_shard_name(shard);
    if (name.empty() || !index)
        return fail(
            Errc::invalid,
            fmt::format("Name a stream and a shard, as shardId-000000000000, not '{}'", shard));
    return Subject{{home, name}, *index};
}

Result<stream::Position> position_of(const std::string& start, const std::string& at) {
    if (start.empty() || start == "TRIM_HORIZON")
        return stream::Position{stream::Start::trim_horizon, "", {}};
    if (start == "LATEST") return stream::Position{stream::Start::latest, "", {}};
    if (start == "AT_SEQUENCE_NUMBER")
        return stream::Position{stream::Start::at_sequence_number, at, {}};
    if (start == "AFTER_SEQUENCE_NUMBER")
        return stream::Position{stream::Start::after_sequence_number, at, {}};
    if (start != "AT_TIMESTAMP")
        return fail(
            Errc::invalid,
            fmt::format("start is TRIM_HORIZON, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER or "
                        "AFTER_SEQUENCE_NUMBER, not '{}'",
                        start));
    const auto ms = number_of(at);
    if (!ms)
        return fail(Errc::invalid, fmt::format("'at' is a time in milliseconds, not '{}'", at));
    return stream::Position{stream::Start::at_timestamp, "", from_epoch_ms(*ms)};
}

std::string head_of(std::string_view bytes, std::size_t bytes_max) {
    return base64_encode(bytes.substr(0, bytes_max));
}

void write_record(JsonWriter& json, const stream::StoredRecord& record) {
    json.member("sequence_number", record.sequence_number);
    json.member("arrival_ms", to_epoch_ms(record.arrival))
        .member("partition_key", record.partition_key);
    json.member("size", static_cast<std::int64_t>(record.data.size()));
    json.key("encrypted").boolean(record.is_encrypted);
}

io::Task<io::HttpResponse> records(const Parts& parts, Question question) {
    auto subject =
        subject_of(question.home, question.parameter("stream"), question.parameter("shard"));
    if (!subject) co_return refusal(400, subject.error().message());
    auto position = position_of(question.parameter("start"), question.parameter("at"));
    if (!position) co_return refusal(400, position.error().message());
    const std::string wanted = question.parameter("limit");
    const auto limit = wanted.empty() ? limits::records_page : number_of(wanted);
    if (!limit || *limit < 1)
        co_return refusal(400, fmt::format("limit is a number from 1, not '{}'", wanted));
    const auto records_max = std::min(static_cast<std::size_t>(*limit), limits::records_page_max);
    auto seen =
        co_await parts.streams.watch().look(subject->key, subject->shard, std::move(*position),
                                            records_max, limits::records_page_bytes_max);
    if (!seen) co_return refused(seen.error());
    JsonWriter json;
    json.open('{').key("records").open('[');
    for (const stream::StoredRecord& record : seen->records) {
        json.open('{');
        write_record(json, record);
        json.member("preview", head_of(record.data.view(), limits::preview_bytes_max));
        json.key("aggregated").boolean(record::is_aggregate(record.data.view())).close('}');
    }
    json.close(']').member("next", seen->next).member("behind_ms", seen->behind.count());
    json.key("is_end").boolean(seen->is_end).key("children").open('[');
    for (const std::uint32_t child : seen->children)
        json.text(std::string_view(stream::shard_name(child)));
    json.close(']').close('}');
    co_return json_answer(200, json.take());
}

io::Task<Result<stream::StoredRecord>> find_record(const Parts& parts, Question question) {
    auto subject =
        subject_of(question.home, question.parameter("stream"), question.parameter("shard"));
    if (!subject) co_return pass(subject);
    const std::string sequence = question.parameter("sequence");
    auto seen = co_await parts.streams.watch().look(
        subject->key, subject->shard, {stream::Start::at_sequence_number, sequence, {}}, 1, 1);
    if (!seen) co_return pass(seen);
    if (seen->records.empty() || seen->records[0].sequence_number != sequence)
        co_return fail(
            stream::Errc::not_found,
            fmt::format("The shard keeps no record {}; its retention may have passed", sequence));
    co_return std::move(seen->records[0]);
}

void write_users(JsonWriter& json, const std::vector<record::UserRecord>& users) {
    json.member("users_total", static_cast<std::int64_t>(users.size())).key("users").open('[');
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < std::min(users.size(), limits::user_records_shown_max); ++i) {
        const record::UserRecord& user = users[i];
        bytes += user.data.size();
        if (bytes > limits::shown_bytes_max) break;
        json.open('{').member("partition_key", user.partition_key);
        if (user.explicit_hash_key) json.member("explicit_hash_key", *user.explicit_hash_key);
        json.member("size", static_cast<std::int64_t>(user.data.size()));
        json.member("data", base64_encode(user.data)).close('}');
    }
    json.close(']');
}

io::Task<io::HttpResponse> record(const Parts& parts, Question question) {
    auto found = co_await find_record(parts, std::move(question));
    if (!found) co_return refused(found.error());
    JsonWriter json;
    json.open('{');
    write_record(json, *found);
    json.member("hash_key", stream::to_decimal(stream::hash_of(found->partition_key)));
    json.member("data", head_of(found->data.view(), limits::shown_bytes_max));
    if (const auto users = record::deaggregate(found->data.view())) write_users(json, *users);
    co_return json_answer(200, json.close('}').take());
}

io::Task<io::HttpResponse> record_bytes(const Parts& parts, Question question) {
    const std::string name = question.parameter("sequence");
    auto found = co_await find_record(parts, std::move(question));
    if (!found) co_return refused(found.error());
    io::HttpResponse response;
    // To a file, never to a page: the bytes are anyone's.
    response.headers.add("Content-Type", "application/octet-stream");
    response.headers.add("Content-Disposition",
                         fmt::format("attachment; filename=\"{}.bin\"", name));
    response.headers.add("Content-Security-Policy", "default-src 'none'; sandbox");
    response.headers.add("X-Content-Type-Options", "nosniff");
    response.headers.add("Cache-Control", "no-store");
    response.body.push_back(std::move(found->data));
    co_return response;
}

io::Task<io::HttpResponse> split(const Parts& parts, Question question) {
    auto fields = question.fields();
    auto subject = subject_of(question.home, fields["stream"], fields["shard"]);
    if (!subject) co_return refusal(400, subject.error().message());
    const auto at = stream::parse_hash_key(fields["at"]);
    if (!at)
        co_return refusal(400,
                          fmt::format("A hash key is a whole number from 0 to 2^128 - 1, not '{}'",
                                      fields["at"]));
    auto done = co_await parts.streams.shards().split(std::move(subject->key), subject->shard, *at);
    if (!done) co_return refused(done.error());
    co_return json_answer(200, Bytes::literal("{}"));
}

io::Task<io::HttpResponse> merge(const Parts& parts, Question question) {
    auto fields = question.fields();
    auto subject = subject_of(question.home, fields["stream"], fields["shard"]);
    if (!subject) co_return refusal(400, subject.error().message());
    auto adjacent = subject_of(question.home, fields["stream"], fields["adjacent"]);
    if (!adjacent) co_return refusal(400, adjacent.error().message());
    auto done = co_await parts.streams.shards().merge(std::move(subject->key), subject->shard,
                                                      adjacent->shard);
    if (!done) co_return refused(done.error());
    co_return json_answer(200, Bytes::literal("{}"));
}

io::Task<io::HttpResponse> set_count(const Parts& parts, Question question) {
    auto fields = question.fields();
    const auto count = number_of(fields["count"]);
    if (!count || *count < 1 || *count > limits::shard_count_max)
        co_return refusal(400,
                          fmt::format("A count of shards is a whole number from 1 to {}, not '{}'",
                                      limits::shard_count_max, fields["count"]));
    auto done = co_await parts.streams.shards().update_count({question.home, fields["stream"]},
                                                             static_cast<int>(*count));
    if (!done) co_return refused(done.error());
    co_return json_answer(200, Bytes::literal("{}"));
}

}  // namespace

io::Task<std::optional<io::HttpResponse>> answer_about_streams(const Parts& parts,
                                                               Question question) {
    using Verb = io::Task<io::HttpResponse> (*)(const Parts&, Question);
    constexpr struct {
        std::string_view method, path;
        Verb verb;
    } verbs[] = {{"GET", "records", records},           {"GET", "record", record},
                 {"GET", "record/bytes", record_bytes}, {"POST", "streams/split", split},
                 {"POST", "streams/merge", merge},      {"POST", "streams/count", set_count}};
    for (const auto& one : verbs) {
        if (one.method != question.method || one.path != question.path) continue;
        auto response = co_await one.verb(parts, std::move(question));
        co_return response;
    }
    co_return std::nullopt;
}

}  // namespace freshet::console

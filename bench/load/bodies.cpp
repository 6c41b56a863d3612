#include "bodies.h"

#include <fmt/format.h>

#include <random>

#include "base/crypto/digest.h"
#include "record/kpl.h"

namespace bench {
namespace {

std::string random_bytes(std::mt19937_64& random, std::size_t size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    return bytes;
}

/// A text of CBOR with a length of two bytes.
std::string cbor_text(const std::string& text) {
    std::string out = "\x79";
    out += static_cast<char>(text.size() >> 8);
    out += static_cast<char>(text.size());
    return out + text;
}

std::string record_json(const std::string& data, std::uint64_t key) {
    return fmt::format(R"({{"Data":"{}","PartitionKey":"key-{}"}})", freshet::base64_encode(data),
                       key);
}

}  // namespace

std::string put_records_json(const std::string& stream, std::size_t records, std::size_t size,
                             std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::string body = R"({"Records":[)";
    for (std::size_t i = 0; i < records; ++i)
        body += (i ? "," : "") + record_json(random_bytes(random, size), random() % 1'000'000);
    return body + fmt::format(R"(],"StreamName":"{}"}})", stream);
}

std::string put_record_json(const std::string& stream, std::size_t size, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    return fmt::format(R"({{"StreamName":"{}","Data":"{}","PartitionKey":"key-{}"}})", stream,
                       freshet::base64_encode(random_bytes(random, size)), random() % 1'000'000);
}

std::string put_aggregates_json(const std::string& stream, std::size_t records, std::size_t users,
                                std::size_t size, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::string body = R"({"Records":[)";
    for (std::size_t i = 0; i < records; ++i) {
        freshet::record::Aggregator aggregator;
        const std::string key = fmt::format("key-{}", random() % 1'000'000);
        for (std::size_t u = 0; u < users; ++u) aggregator.add(key, random_bytes(random, size));
        body += (i ? "," : "") + record_json(aggregator.finish(), random() % 1'000'000);
    }
    return body + fmt::format(R"(],"StreamName":"{}"}})", stream);
}

std::string get_records_json(const std::string& iterator) {
    return fmt::format(R"({{"ShardIterator":"{}"}})", iterator);
}

std::string get_records_cbor(const std::string& iterator) {
    return "\xa1" + cbor_text("ShardIterator") + cbor_text(iterator);
}

std::string put_marked_json(const std::string& stream, std::size_t records, std::size_t size,
                            const std::string& mark, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::string body =
        fmt::format(R"({{"Records":[{{"Data":"{}","PartitionKey":"key","ExplicitHashKey":"0"}})",
                    freshet::base64_encode(mark + random_bytes(random, size - mark.size())));
    for (std::size_t i = 1; i < records; ++i)
        body += "," + record_json(random_bytes(random, size), random() % 1'000'000);
    return body + fmt::format(R"(],"StreamName":"{}"}})", stream);
}

std::string subscribe_json(const std::string& consumer_arn, const std::string& shard) {
    return fmt::format(
        R"({{"ConsumerARN":"{}","ShardId":"{}","StartingPosition":{{"Type":"LATEST"}}}})",
        consumer_arn, shard);
}

std::string subscribe_cbor(const std::string& consumer_arn, const std::string& shard) {
    return "\xa3" + cbor_text("ConsumerARN") + cbor_text(consumer_arn) + cbor_text("ShardId") +
           cbor_text(shard) + cbor_text("StartingPosition") + "\xa1" + cbor_text("Type") +
           cbor_text("LATEST");
}

}  // namespace bench

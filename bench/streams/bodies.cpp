#include "bodies.h"

#include <fmt/format.h>

#include <random>

#include "base/digest.h"
#include "record/kpl.h"

namespace bench {
namespace {

std::string random_bytes(std::mt19937_64& random, std::size_t size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    return bytes;
}

std::string record_json(const std::string& data, std::uint64_t key) {
    return fmt::format(R"({{"Data":"{}","PartitionKey":"key-{}"}})", freshet::base64_encode(data), key);
}

}  // namespace

std::string put_records_json(const std::string& stream, std::size_t records, std::size_t size, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::string body = R"({"Records":[)";
    for (std::size_t i = 0; i < records; ++i) body += (i ? "," : "") + record_json(random_bytes(random, size), random() % 1'000'000);
    return body + fmt::format(R"(],"StreamName":"{}"}})", stream);
}

std::string put_record_json(const std::string& stream, std::size_t size, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    return fmt::format(R"({{"StreamName":"{}","Data":"{}","PartitionKey":"key-{}"}})", stream, freshet::base64_encode(random_bytes(random, size)),
                       random() % 1'000'000);
}

std::string put_aggregates_json(const std::string& stream, std::size_t records, std::size_t users, std::size_t size, std::uint64_t seed) {
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

std::string get_records_json(const std::string& iterator) { return fmt::format(R"({{"ShardIterator":"{}"}})", iterator); }

std::string get_records_cbor(const std::string& iterator) {
    std::string body = "\xa1\x6dShardIterator";  // a map of one, a text of 13
    body += '\x79';                                // a text with a length of two bytes
    body += static_cast<char>(iterator.size() >> 8);
    body += static_cast<char>(iterator.size());
    return body + iterator;
}

}  // namespace bench

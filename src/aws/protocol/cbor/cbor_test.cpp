#include "aws/protocol/cbor/cbor.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <bit>
#include <random>

#include "aws/model/firehose.h"
#include "aws/model/glue.h"
#include "aws/model/kinesis.h"
#include "aws/protocol/json/json.h"
#include "base/bytes.h"
#include "base/time.h"

namespace freshet::aws {
namespace {

using namespace std::string_view_literals;
constexpr CborTime ms = CborTime::milliseconds;

template <class Op>
const Shape& input_of() {
    return *Op::info().input;
}

/// Fills values of any shape with anything, from a seed.
class Random {
  public:
    explicit Random(unsigned seed) : engine_(seed) {}
    std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }

    void fill(const Shape& shape, void* out, int depth = 0) {
        switch (shape.kind) {
            case Kind::boolean:
                *static_cast<bool*>(out) = below(2) == 1;
                return;
            case Kind::integer:
                *static_cast<std::int32_t*>(out) = static_cast<std::int32_t>(whole());
                return;
            case Kind::int64:
                *static_cast<std::int64_t*>(out) = static_cast<std::int64_t>(whole());
                return;
            case Kind::float32:
                *static_cast<float*>(out) = static_cast<float>(below(1000)) / 4;
                return;
            case Kind::float64:
                *static_cast<double*>(out) = static_cast<double>(below(1U << 30U)) / 1024;
                return;
            case Kind::string:
                *static_cast<std::string*>(out) = text();
                return;
            case Kind::blob:
                *static_cast<Bytes*>(out) = Bytes::own(bytes());
                return;
            case Kind::timestamp:
                *static_cast<Timestamp*>(out) =
                    from_epoch_ms(static_cast<std::int64_t>(below(1ULL << 42U)));
                return;
            case Kind::list:
            case Kind::map:
                for (std::uint64_t i = below(4); i > 0; --i) {
                    void* place = shape.kind == Kind::map ? shape.list->append_key(out, text())
                                                          : shape.list->append(out);
                    fill(*shape.element, shape.element->make_held(place), depth + 1);
                }
                return;
            case Kind::structure:
                for (const Member& member : shape.members) {
                    if (member.shape->shared && depth > 3) continue;
                    if (member.is_required || below(2))
                        fill(*member.shape, member.make(out), depth + 1);
                }
                return;
            case Kind::stream:
                return;
        }
    }

  private:
    std::uint64_t whole() { return engine_() >> below(64); }
    std::string bytes() {
        std::string made(below(40), '\0');
        for (char& c : made) c = static_cast<char>(engine_());
        return made;
    }
    std::string text() {
        static constexpr std::string_view pieces[] = {"a",  "\"", "\\", "\n",  "é",
                                                      "😀", "0",  "{",  "\x01"};
        std::string made;
        for (std::uint64_t i = below(30); i > 0; --i) made += pieces[below(std::size(pieces))];
        return made;
    }
    std::mt19937_64 engine_;
};

void expect_equal_meaning(const Shape& shape, void* first, void* second, void* third) {
    Violations violations;
    const std::string json = encode_json(shape, first);
    const std::string cbor = encode_cbor(shape, first, ms);
    const auto from_cbor = decode_cbor(shape, cbor, second, violations, ms);
    ASSERT_TRUE(from_cbor) << from_cbor.error().message;
    EXPECT_EQ(encode_json(shape, second), json);
    const auto from_json = decode_json(shape, json, third, violations);
    ASSERT_TRUE(from_json) << from_json.error().message;
    EXPECT_EQ(encode_cbor(shape, third, ms), cbor);
    EXPECT_TRUE(violations.empty());
}

template <class Op>
void check_input(unsigned seed) {
    typename Op::Input first{}, second{}, third{};
    Random(seed).fill(input_of<Op>(), &first);
    expect_equal_meaning(input_of<Op>(), &first, &second, &third);
}

template <class Op>
void check_output(unsigned seed) {
    typename Op::Output first{}, second{}, third{};
    Random(seed).fill(*Op::info().output, &first);
    expect_equal_meaning(*Op::info().output, &first, &second, &third);
}

TEST(Cbor, any_value_means_the_same_in_both_codecs) {
    const unsigned start = std::random_device()();
    for (unsigned seed = start; seed != start + 300; ++seed) {
        SCOPED_TRACE(seed);
        check_input<kinesis::PutRecordsOp>(seed);
        check_input<kinesis::GetShardIteratorOp>(seed);
        check_output<kinesis::GetRecordsOp>(seed);
        check_output<kinesis::DescribeStreamSummaryOp>(seed);
        check_input<firehose::CreateDeliveryStreamOp>(seed);
        check_input<glue::CreateTableOp>(seed);
        if (HasFailure()) return;
    }
}

void append_head(std::string& out, unsigned major, std::uint64_t argument) {
    out += static_cast<char>(major << 5U | 27U);
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(argument >> shift);
}

/// JSON written as CBOR without knowing a shape.
void transcode(simdjson::dom::element value, std::string& out) {
    using Type = simdjson::dom::element_type;
    switch (value.type()) {
        case Type::ARRAY: {
            const simdjson::dom::array array = value.get_array().value();
            append_head(out, 4, array.size());
            for (const auto item : array) transcode(item, out);
            return;
        }
        case Type::OBJECT: {
            const simdjson::dom::object object = value.get_object().value();
            append_head(out, 5, object.size());
            for (const auto field : object) {
                append_head(out, 3, field.key.size());
                out.append(field.key);
                transcode(field.value, out);
            }
            return;
        }
        case Type::STRING: {
            const std::string_view text = value.get_string().value();
            append_head(out, 3, text.size());
            out.append(text);
            return;
        }
        case Type::INT64: {
            const std::int64_t number = value.get_int64().value();
            append_head(out, number < 0 ? 1 : 0,
                        static_cast<std::uint64_t>(number < 0 ? -1 - number : number));
            return;
        }
        case Type::UINT64:
            return append_head(out, 0, value.get_uint64().value());
        case Type::DOUBLE:
            return append_head(out, 7, std::bit_cast<std::uint64_t>(value.get_double().value()));
        case Type::BOOL:
            out += value.get_bool().value() ? '\xF5' : '\xF4';
            return;
        case Type::NULL_VALUE:
            out += '\xF6';
            return;
    }
}

template <class Op>
std::string judged(std::string_view json, bool as_cbor) {
    typename Op::Input input{};
    Violations violations;
    std::string cbor;
    simdjson::dom::parser parser;
    if (as_cbor) transcode(parser.parse(simdjson::padded_string(json)).value(), cbor);
    const auto done = as_cbor ? decode_cbor(input_of<Op>(), cbor, &input, violations, ms)
                              : decode_json(input_of<Op>(), json, &input, violations);
    if (!done) return done.error().code + ": " + done.error().message;
    validate(input_of<Op>(), &input, violations);
    return violations.empty()
               ? "good"
               : violations.fault(kinesis::service_info(), "ValidationException").message;
}

TEST(Cbor, what_is_wrong_is_told_as_in_json) {
    for (const char* json : {R"({"StreamName":"a","ShardCount":2})",
                             R"({})",
                             R"({"StreamName":5})",
                             R"({"StreamName":["a"]})",
                             R"({"StreamName":{"a":1}})",
                             R"({"StreamName":true})",
                             R"({"StreamName":"a b","ShardCount":0})",
                             R"({"StreamName":null,"ShardCount":1.9})",
                             R"({"StreamName":"a","ShardCount":"one"})",
                             R"({"StreamName":"a","ShardCount":3000000000})",
                             R"({"StreamName":"a","ShardCount":-3000000000})",
                             R"({"StreamName":"a","ShardCount":18446744073709551615})",
                             R"({"StreamName":"a","ShardCount":-1})",
                             R"({"StreamName":"a","ShardCount":1e300})",
                             R"({"StreamName":"a","Nothing":[1,{"b":[null]}]})",
                             R"({"StreamName":"a","Tags":{"k":null,"l":"m"}})",
                             R"({"StreamName":"a","Tags":["k"]})",
                             R"({"StreamName":"a","Tags":{"k":1}})",
                             R"({"StreamName":"a","StreamModeDetails":{}})",
                             R"({"StreamName":"a","StreamModeDetails":"x"})",
                             R"({"StreamName":"a","StreamModeDetails":{"StreamMode":"x"}})"}) {
        EXPECT_EQ(judged<kinesis::CreateStreamOp>(json, true),
                  judged<kinesis::CreateStreamOp>(json, false))
            << json;
    }
    for (const char* json : {R"({"Records":[]})", R"({"Records":[null]})", R"({"Records":[{}]})",
                             R"({"Records":{}})"}) {
        EXPECT_EQ(judged<kinesis::PutRecordsOp>(json, true),
                  judged<kinesis::PutRecordsOp>(json, false))
            << json;
    }
}

TEST(Cbor, blobs_are_byte_strings_in_one_piece_or_many) {
    for (const auto body :
         {"\xA2\x64\x44\x61ta\x43\x00\xFF\x01\x6CPartitionKey\x61k"sv,
          "\xBF\x64\x44\x61ta\x5F\x41\x00\x42\xFF\x01\xFF\x6CPartitionKey\x7F\x61k\xFF\xFF"sv}) {
        kinesis::PutRecordInput input;
        Violations violations;
        const auto done =
            decode_cbor(input_of<kinesis::PutRecordOp>(), body, &input, violations, ms);
        ASSERT_TRUE(done) << done.error().message;
        EXPECT_EQ(input.data.view(), "\x00\xFF\x01"sv);
        EXPECT_EQ(input.partition_key, "k");
    }
    kinesis::PutRecordInput input;
    Violations violations;
    EXPECT_FALSE(decode_cbor(input_of<kinesis::PutRecordOp>(), "\xA1\x64\x44\x61ta\x64YQ=="sv,
                             &input, violations, ms));
}

TEST(Cbor, timestamps_are_tagged_milliseconds_or_seconds) {
    kinesis::GetShardIteratorInput input;
    Violations violations;
    std::string body("\xA1\x69Timestamp\xC1", 12);
    body += "\x1B\x00\x00\x01\x8B\xCF\xE5\x68\x7B"sv;  // 1700000000123
    ASSERT_TRUE(decode_cbor(input_of<kinesis::GetShardIteratorOp>(), body, &input, violations, ms));
    EXPECT_EQ(to_epoch_ms(*input.timestamp), 1'700'000'000'123);
    const std::string again = encode_cbor(input_of<kinesis::GetShardIteratorOp>(), &input, ms);
    EXPECT_NE(again.find("\xC1\x1B\x00\x00\x01\x8B\xCF\xE5\x68\x7B"sv), std::string::npos);
    const std::string in_seconds =
        encode_cbor(input_of<kinesis::GetShardIteratorOp>(), &input, CborTime::seconds);
    EXPECT_NE(in_seconds.find("\xC1\xFB"), std::string::npos);
    kinesis::GetShardIteratorInput other;
    ASSERT_TRUE(decode_cbor(input_of<kinesis::GetShardIteratorOp>(), in_seconds, &other, violations,
                            CborTime::seconds));
    EXPECT_EQ(other.timestamp, input.timestamp);
}

TEST(Cbor, what_is_cut_short_reserved_or_too_deep_is_refused) {
    kinesis::PutRecordInput whole;
    whole.partition_key = "key";
    whole.data = Bytes::own("data");
    const Shape& shape = input_of<kinesis::PutRecordOp>();
    const std::string body = encode_cbor(shape, &whole, ms);
    for (std::size_t size = 1; size < body.size(); ++size) {
        kinesis::PutRecordInput input;
        Violations violations;
        EXPECT_FALSE(decode_cbor(shape, body.substr(0, size), &input, violations, ms)) << size;
    }
    const std::string deep = "\xA1\x61x" + std::string(100'000, '\x81') + "\x00";
    for (const std::string& wrong :
         {body + "x", deep, std::string("\xA1\x61x\xFF"), std::string("\xA1\x61x\x1C"),
          std::string("\xBF\x61x\xFF"), std::string("\x80"), std::string("\xA1\x01\x01"),
          std::string("\xA1\x61\xFF\x01"),
          std::string("\xBB\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 9)}) {
        kinesis::PutRecordInput input;
        Violations violations;
        EXPECT_FALSE(decode_cbor(shape, wrong, &input, violations, ms));
    }
}

}  // namespace
}  // namespace freshet::aws

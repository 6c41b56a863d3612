// The same request in JSON and in CBOR: what decodes from JSON goes through CBOR and comes back
// with the same meaning: what one form takes, the other takes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "aws/model/kinesis.h"
#include "aws/protocol/cbor/cbor.h"
#include "aws/protocol/json/json.h"

using namespace freshet::aws;

namespace {

template <class Op>
void check(std::string_view body) {
    const Shape& shape = *Op::info().input;
    typename Op::Input from_json{}, from_cbor{};
    Violations of_json, of_cbor;
    if (!decode_json(shape, body, &from_json, of_json)) return;
    validate(shape, &from_json, of_json);
    if (!of_json.empty()) return;  // what is refused has no meaning to keep
    const std::string cbor = encode_cbor(shape, &from_json, CborTime::milliseconds);
    if (!decode_cbor(shape, cbor, &from_cbor, of_cbor, CborTime::milliseconds)) std::abort();
    if (encode_json(shape, &from_json) != encode_json(shape, &from_cbor)) std::abort();
    validate(shape, &from_cbor, of_cbor);
    if (!of_cbor.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    check<kinesis::PutRecordsOp>(body);
    check<kinesis::GetShardIteratorOp>(body);
    check<kinesis::CreateStreamOp>(body);
    check<kinesis::SubscribeToShardOp>(body);
    return 0;
}

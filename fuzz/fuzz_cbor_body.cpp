// CBOR bodies: any bytes decode or are refused, and what decodes means the same in JSON.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "aws/model/glue.h"
#include "aws/model/kinesis.h"
#include "aws/protocol/cbor/cbor.h"
#include "aws/protocol/json/json.h"

using namespace freshet::aws;

namespace {

template <class Op>
void check(std::string_view body) {
    const Shape& shape = *Op::info().input;
    typename Op::Input first{}, second{};
    Violations violations;
    if (!decode_cbor(shape, body, &first, violations, CborTime::milliseconds)) return;
    validate(shape, &first, violations);
    const std::string cbor = encode_cbor(shape, &first, CborTime::milliseconds);
    if (!decode_cbor(shape, cbor, &second, violations, CborTime::milliseconds)) std::abort();
    if (encode_json(shape, &first) != encode_json(shape, &second)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    check<kinesis::PutRecordsOp>(body);
    check<kinesis::GetShardIteratorOp>(body);
    check<glue::CreateTableOp>(body);
    return 0;
}

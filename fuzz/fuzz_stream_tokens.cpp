// Iterators, sequence numbers, hash keys, shard names and records of the log: any text is refused
// or comes back as it went.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "stream/hash.h"
#include "stream/records/iterator.h"
#include "stream/records/record.h"
#include "stream/sequence.h"

using namespace freshet::stream;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)open_iterator(text, "key", freshet::from_epoch_ms(0));
    (void)parse_shard_name(text);
    const auto payload = freshet::Bytes::copy(text);
    if (const auto record = decode_record(payload);
        record && encode_record(record->partition_key, record->data.view()) != payload)
        std::abort();
    if (sealed_with(payload) && (is_closing_record(payload) || decode_record(payload)))
        std::abort();
    if (const auto hash = parse_hash_key(text); hash && to_decimal(*hash) != text) std::abort();
    if (const auto parts = parse_sequence_number(text)) {
        const auto again = parse_sequence_number(make_sequence_number(*parts));
        if (!again || again->ordinal != parts->ordinal || again->shard != parts->shard ||
            again->is_continuation != parts->is_continuation)
            std::abort();
    }
    return 0;
}

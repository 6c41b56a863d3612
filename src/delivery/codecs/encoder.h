// The containers of Firehose's CompressionFormat, written piece by piece
// (docs/formats/delivery.md). The same pieces give the same bytes.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "delivery/types.h"

namespace freshet::delivery {

/// Life: add() any number of times, then finish() once, or nothing more. One thread at a time.
class Encoder {
  public:
    virtual ~Encoder() = default;
    /// Takes `piece`, and appends to `out` what is ready of the container.
    virtual Result<> add(std::string_view piece, std::string& out) = 0;
    /// Appends the rest.
    virtual Result<> finish(std::string& out) = 0;
};

/// The one entry of a ZIP archive. The other containers have no names.
struct EntryName {
    std::string name;
    Timestamp modified;
};

/// Null for Compression::none: the bytes are as they are.
std::unique_ptr<Encoder> make_encoder(Compression compression, EntryName entry);

/// What a compression says of an object: the suffix of its key and its Content-Encoding, "" when it
/// has none.
struct CompressionWords {
    const char* aws;  ///< of CompressionFormat
    const char* extension;
    const char* content_encoding;
};
const CompressionWords& words_of(Compression compression);

}  // namespace freshet::delivery

// The bytes of saved state: numbers as little-endian base 128, texts with their length
// (docs/formats/analytics.md).
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/byte_codec.h"

namespace freshet::flow {

/// Into a text, or piece by piece into a sink.
class Writer {
  public:
    /// Takes about `piece_bytes`; false: no more is wanted.
    using Sink = std::function<bool(std::string_view piece)>;
    static constexpr std::size_t piece_bytes = 1 << 20;

    Writer() = default;
    explicit Writer(Sink sink) : sink_(std::move(sink)) {}
    void number(std::uint64_t value);
    void integer(std::int64_t value);  ///< zigzag
    void real(double value);
    void text(std::string_view value);
    void raw(std::string_view value);  ///< without its length
    /// Without a sink: what was written.
    std::string& bytes() { return bytes_; }
    /// CRC-32C of all that was written.
    std::uint32_t checksum() const;
    /// The last piece into the sink; false when it refused one.
    bool finish();
    /// The sink wants no more: what is written from now on goes nowhere.
    bool is_stopped() const { return is_stopped_; }

  private:
    void spill();

    Sink sink_;
    std::string bytes_;
    std::uint32_t checksum_ = 0;  ///< of what went into the sink
    bool is_stopped_ = false;
};

/// Reads what Writer wrote; after is_bad() everything reads as zero.
class Reader {
  public:
    /// `is_stopped`, when it becomes true, makes it is_bad(): ten million keys take seconds to
    /// read.
    explicit Reader(std::string_view bytes, const std::atomic<bool>* is_stopped = nullptr)
        : bytes_(bytes), is_stopped_(is_stopped) {}
    std::uint64_t number() { return bytes_.varint(); }
    std::int64_t integer() { return unzigzag(number()); }
    double real() { return bytes_.real(); }
    std::string_view text();
    bool is_bad() const { return !bytes_.is_good(); }
    bool is_at_end() const { return bytes_.left() == 0; }
    /// A count of things of at least one byte each.
    std::size_t count() { return bytes_.count(); }

  private:
    ByteReader bytes_;
    const std::atomic<bool>* is_stopped_;
};

}  // namespace freshet::flow

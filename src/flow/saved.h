// The bytes of saved state: numbers as little-endian base 128, texts with their length
// (docs/formats/analytics.md).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace freshet::flow {

class Writer {
  public:
    void number(std::uint64_t value);
    void integer(std::int64_t value);  ///< zigzag
    void real(double value);
    void text(std::string_view value);
    std::string& bytes() { return bytes_; }

  private:
    std::string bytes_;
};

/// Reads what Writer wrote; after bad() everything reads as zero.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}
    std::uint64_t number();
    std::int64_t integer();
    double real();
    std::string_view text();
    bool bad() const { return bad_; }
    bool at_end() const { return bytes_.empty(); }
    /// A count of things of at least one byte each.
    std::size_t count();

  private:
    std::string_view bytes_;
    bool bad_ = false;
};

}  // namespace freshet::flow

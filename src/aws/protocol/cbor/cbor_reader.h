// Reads CBOR items (RFC 8949) one after the other from a text that it does not own. Knows nothing
// of shapes; cbor_decode.cpp builds on it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "aws/protocol/mistyped.h"

namespace freshet::aws {

/// The head of an item: its major type and its argument.
struct CborHead {
    std::uint8_t major = 0;  ///< 0 unsigned, 1 negative, 2 bytes, 3 text, 4 list, 5 map, 7 simple
    std::uint8_t info = 0;   ///< the low five bits
    std::uint64_t argument = 0;  ///< unused when indefinite

    bool is_indefinite() const { return info == 31; }
    bool is_null() const { return major == 7 && (info == 22 || info == 23); }  ///< or undefined
    bool is_break() const { return major == 7 && info == 31; }
    bool is_boolean() const { return major == 7 && (info == 20 || info == 21); }
    bool is_real() const { return major == 7 && info >= 25 && info <= 27; }
    Token token() const;
};

class CborReader {
  public:
    explicit CborReader(std::string_view text) : text_(text) {}
    bool is_at_end() const { return at_ == text_.size(); }
    std::size_t left() const { return text_.size() - at_; }

    /// The next head, its tags skipped; false when the text is cut short or the head is reserved.
    bool read_head(CborHead& out);
    /// True, and past it, when a break is here.
    bool take_break();
    /// The content of a byte or text string whose head was read; a view into the text when it is in
    /// one piece, else into `joined`. Text is checked to be UTF-8.
    bool read_string(const CborHead& head, std::string_view& out, std::string& joined);
    /// The value of a half, single or double.
    static double real(const CborHead& head);
    /// Skips the rest of an item whose head was read; at most `depth_max` deep.
    bool skip(const CborHead& head, int depth = 0);

    static constexpr int depth_max = 64;

  private:
    bool take_piece(const CborHead& head, std::string_view& out);
    std::string_view text_;
    std::size_t at_ = 0;
};

/// The items of a list or map whose head was read: next() is true before each.
class CborItems {
  public:
    CborItems(CborReader& reader, const CborHead& head)
        : reader_(reader), is_indefinite_(head.is_indefinite()), left_(head.argument) {}
    bool next() {
        if (is_indefinite_) return !reader_.take_break();
        return left_ != 0 && left_-- != 0;
    }

  private:
    CborReader& reader_;
    bool is_indefinite_;
    std::uint64_t left_;
};

}  // namespace freshet::aws

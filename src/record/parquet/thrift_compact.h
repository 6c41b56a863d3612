// Thrift's compact protocol, as far as Parquet's metadata need it: fields of structs, numbers,
// texts, lists. Reads never pass the end of the input; `ok` is false from the first thing that does
// not fit.
#pragma once
#include <cstdint>
#include <string_view>

namespace freshet::record {

/// One walk from front to back; `data` outlives it and the texts it returns. After field() comes
/// the value's own function or skip(). Results may be used only once is_good() has been asked.
class ThriftReader {
  public:
    enum class Kind : std::uint8_t {
        stop,
        yes,
        no,
        byte,
        i16,
        i32,
        i64,
        dbl,
        text,
        list,
        set,
        map,
        structure
    };
    struct Field {
        int id = 0;
        Kind kind = Kind::stop;
    };
    struct List {
        std::uint32_t size = 0;
        Kind kind = Kind::stop;
    };

    explicit ThriftReader(std::string_view data) : data_(data) {}
    bool is_good() const { return is_good_; }
    /// The next field of a struct; `last` is the id of the one before, 0 at its begin. Kind::stop
    /// is the struct's end.
    Field field(int last);
    /// The value of an i16, i32 or i64.
    std::int64_t integer();
    std::string_view text();
    List list();
    std::uint8_t byte();
    /// A value of `kind`, with all that is in it.
    void skip(Kind kind) { skip(kind, 0, false); }
    void fail() { is_good_ = false; }

  private:
    std::uint64_t varint();
    Kind kind_of(unsigned nibble);
    void skip(Kind kind, int depth, bool is_in_list);
    void skip_map(int depth);
    std::string_view data_;
    std::size_t at_ = 0;
    bool is_good_ = true;
};

}  // namespace freshet::record

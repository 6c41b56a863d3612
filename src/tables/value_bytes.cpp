// The bytes of an item on disk: docs/formats/tables.md. A value is its kind's byte and its content;
// lengths and counts are unsigned LEB128.
#include "base/byte_codec.h"
#include "tables/limits.h"
#include "tables/value.h"

namespace freshet::tables {
namespace {

constexpr char format = 1;

class Writer {
  public:
    std::string out;

    void value(const Value& one) {
        out += static_cast<char>(one.kind());
        std::visit(*this, one.held);
    }

    void operator()(const std::string& bytes) { put_text(out, bytes); }
    void operator()(const Decimal& number) { put_text(out, number.order_key()); }
    void operator()(const Binary& binary) { put_text(out, binary.bytes); }
    void operator()(bool is_true) { out += static_cast<char>(is_true); }
    void operator()(const Null&) {}
    template <class T>
    void operator()(const std::set<T>& set) {
        put_varint(out, set.size());
        for (const T& one : set) (*this)(one);
    }
    void operator()(const List& list) {
        put_varint(out, list.size());
        for (const Value& one : list) value(one);
    }
    void operator()(const Map& map) {
        put_varint(out, map.size());
        for (const auto& [name, one] : map) {
            put_text(out, name);
            value(one);
        }
    }
};

/// Each reader answers false at bytes that are none of its kind.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : in_(bytes) {}
    bool is_at_end() const { return in_.is_at_end(); }

    bool read_byte(unsigned char& out) {
        out = in_.number<unsigned char>();
        return in_.is_good();
    }
    bool read_map(Map& out, int depth) {
        std::size_t size = 0;
        if (!read_count(size)) return false;
        for (; size > 0; --size) {
            std::string name;
            Value one;
            if (!read_text(name) || !read_value(one, depth)) return false;
            if (!out.emplace(std::move(name), std::move(one)).second) return false;
        }
        return true;
    }

  private:
    bool read_count(std::size_t& out) {
        out = in_.count();
        return in_.is_good();
    }
    bool read_text(std::string& out) {
        out.assign(in_.text());
        return in_.is_good();
    }
    bool read_number(Decimal& out) {
        std::string bytes;
        if (!read_text(bytes)) return false;
        auto read = Decimal::from_order_key(bytes);
        if (read) out = std::move(*read);
        return read.has_value();
    }
    bool read_one(std::string& out) { return read_text(out); }
    bool read_one(Decimal& out) { return read_number(out); }
    bool read_one(Binary& out) { return read_text(out.bytes); }
    template <class T>
    bool read_set(std::set<T>& out) {
        std::size_t size = 0;
        if (!read_count(size)) return false;
        for (; size > 0; --size) {
            T member;
            if (!read_one(member) || !out.insert(std::move(member)).second) return false;
        }
        return true;
    }
    bool read_list(List& out, int depth) {
        std::size_t size = 0;
        if (!read_count(size)) return false;
        for (; size > 0; --size)
            if (!read_value(out.emplace_back(), depth)) return false;
        return true;
    }
    bool read_value(Value& out, int depth) {
        unsigned char kind = 0;
        if (!read_byte(kind) || depth > limits::nesting_max) return false;
        switch (static_cast<Kind>(kind)) {
            case Kind::string:
                return read_text(out.held.emplace<std::string>());
            case Kind::number:
                return read_number(out.held.emplace<Decimal>());
            case Kind::binary:
                return read_text(out.held.emplace<Binary>().bytes);
            case Kind::boolean: {
                unsigned char flag = 0;
                if (!read_byte(flag) || flag > 1) return false;
                out.held = flag == 1;
                return true;
            }
            case Kind::null:
                out.held = Null();
                return true;
            case Kind::string_set:
                return read_set(out.held.emplace<StringSet>());
            case Kind::number_set:
                return read_set(out.held.emplace<NumberSet>());
            case Kind::binary_set:
                return read_set(out.held.emplace<BinarySet>());
            case Kind::list:
                return read_list(out.held.emplace<List>(), depth + 1);
            case Kind::map:
                return read_map(out.held.emplace<Map>(), depth + 1);
        }
        return false;
    }

    ByteReader in_;
};

}  // namespace

std::string encode(const Item& item) {
    Writer writer;
    writer.out += format;
    writer(item);
    return std::move(writer.out);
}

Result<Item> decode(std::string_view bytes) {
    Reader reader(bytes);
    unsigned char version = 0;
    Item item;
    if (!reader.read_byte(version) || version != format || !reader.read_map(item, 0) ||
        !reader.is_at_end())
        return fail(freshet::Errc::corrupt, "the bytes of an item are damaged");
    return item;
}

}  // namespace freshet::tables

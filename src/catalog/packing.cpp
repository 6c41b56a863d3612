#include "catalog/packing.h"

#include <bit>

#include "base/byte_codec.h"
#include "base/check.h"

namespace freshet::catalog {
namespace {

constexpr char version = 2;  // 2: skewed values, more locations, times of access and analysis

/// Writes fields; visit() below names them once for writing and for reading.
class Writer {
  public:
    std::string out = std::string(1, version);
    static int format() { return version; }
    void operator()(const double& number) { (*this)(std::bit_cast<std::int64_t>(number)); }
    void operator()(const StatisticsKind& kind) {
        FRESHET_CHECK(kind <= StatisticsKind::binary);  // Reader refuses what is greater
        (*this)(static_cast<std::int64_t>(kind));
    }
    void operator()(const std::string& text) { put_text(out, text); }
    void operator()(const std::int64_t& number) {
        put_varint(out, static_cast<std::uint64_t>(number));
    }
    void operator()(const int& number) { (*this)(std::int64_t{number}); }
    void operator()(const bool& flag) { (*this)(std::int64_t{flag}); }
    void operator()(const Timestamp& time) { (*this)(to_epoch_ms(time)); }
    template <class T>
    void operator()(const std::vector<T>& list) {
        (*this)(static_cast<std::int64_t>(list.size()));
        for (const T& item : list) (*this)(item);
    }
    void operator()(const Properties& map) {
        (*this)(static_cast<std::int64_t>(map.size()));
        for (const auto& [key, value] : map) (*this)(key), (*this)(value);
    }
    template <class A, class B>
    void operator()(const std::pair<A, B>& pair) {
        (*this)(pair.first), (*this)(pair.second);
    }
    template <class T>
    void operator()(const std::optional<T>& optional) {
        (*this)(optional.has_value());
        if (optional) (*this)(*optional);
    }
    template <class T>
    void operator()(const T& structure);
};

class Reader {
  public:
    explicit Reader(std::string_view bytes) : in_(bytes), format_(in_.number<char>()) {
        if (format_ < 1 || format_ > version) in_.refuse();
    }
    int format() const { return format_; }
    void operator()(double& number) {
        std::int64_t bits = 0;
        (*this)(bits);
        number = std::bit_cast<double>(bits);
    }
    void operator()(StatisticsKind& kind) {
        std::int64_t wide = 0;
        (*this)(wide);
        if (wide < 0 || wide > static_cast<std::int64_t>(StatisticsKind::binary)) in_.refuse();
        kind = static_cast<StatisticsKind>(wide);
    }
    bool is_at_end() const { return in_.is_at_end(); }
    void operator()(std::string& text) { text = in_.text(); }
    void operator()(std::int64_t& number) { number = static_cast<std::int64_t>(in_.varint()); }
    void operator()(int& number) {
        std::int64_t wide = 0;
        (*this)(wide);
        number = static_cast<int>(wide);
    }
    void operator()(bool& flag) {
        std::int64_t wide = 0;
        (*this)(wide);
        flag = wide != 0;
    }
    void operator()(Timestamp& time) {
        std::int64_t ms = 0;
        (*this)(ms);
        time = from_epoch_ms(ms);
    }
    template <class T>
    void operator()(std::vector<T>& list) {
        std::int64_t size = 0;
        (*this)(size);
        for (std::int64_t i = 0; i < size && in_.is_good(); ++i) (*this)(list.emplace_back());
    }
    void operator()(Properties& map) {
        std::int64_t size = 0;
        (*this)(size);
        for (std::int64_t i = 0; i < size && in_.is_good(); ++i) {
            std::string key, value;
            (*this)(key), (*this)(value);
            map.emplace(std::move(key), std::move(value));
        }
    }
    template <class A, class B>
    void operator()(std::pair<A, B>& pair) {
        (*this)(pair.first), (*this)(pair.second);
    }
    template <class T>
    void operator()(std::optional<T>& optional) {
        bool is_set = false;
        (*this)(is_set);
        if (is_set && in_.is_good()) (*this)(optional.emplace());
    }
    template <class T>
    void operator()(T& structure);

  private:
    ByteReader in_;
    int format_;
};

template <class Codec, class T>
    requires std::same_as<std::remove_const_t<T>, Column>
void visit(Codec& c, T& v) {
    c(v.name), c(v.type), c(v.comment), c(v.parameters);
}
template <class Codec, class T>
    requires std::same_as<std::remove_const_t<T>, Storage>
void visit(Codec& c, T& v) {
    c(v.columns), c(v.location), c(v.input_format), c(v.output_format), c(v.is_compressed),
        c(v.buckets), c(v.serde_name), c(v.serde);
    c(v.serde_parameters), c(v.bucket_columns), c(v.sort_columns), c(v.parameters),
        c(v.has_sub_directories);
    if (c.format() < 2) return;
    c(v.more_locations), c(v.skewed_columns), c(v.skewed_values), c(v.skewed_locations);
}
template <class Codec, class T>
    requires std::same_as<std::remove_const_t<T>, Database>
void visit(Codec& c, T& v) {
    c(v.name), c(v.description), c(v.location), c(v.parameters), c(v.created);
}
template <class Codec, class T>
    requires std::same_as<std::remove_const_t<T>, Table>
void visit(Codec& c, T& v) {
    c(v.database), c(v.name), c(v.description), c(v.owner), c(v.type), c(v.retention), c(v.storage),
        c(v.partition_keys);
    c(v.view_original_text), c(v.view_expanded_text), c(v.parameters), c(v.created), c(v.updated),
        c(v.version);
    if (c.format() >= 2) c(v.accessed), c(v.analyzed);
}
template <class Codec, class T>
    requires std::same_as<std::remove_const_t<T>, Partition>
void visit(Codec& c, T& v) {
    c(v.values), c(v.storage), c(v.parameters), c(v.created);
    if (c.format() >= 2) c(v.accessed), c(v.analyzed);
}
template <class Codec, class T>
    requires std::same_as<std::remove_const_t<T>, Decimal>
void visit(Codec& c, T& v) {
    c(v.unscaled), c(v.scale);
}
template <class Codec, class T>
    requires std::same_as<std::remove_const_t<T>, ColumnStatistics>
void visit(Codec& c, T& v) {
    c(v.column), c(v.column_type), c(v.analyzed), c(v.kind), c(v.nulls), c(v.distinct);
    c(v.trues), c(v.falses), c(v.longest), c(v.average_length), c(v.low), c(v.high);
    c(v.low_real), c(v.high_real), c(v.low_decimal), c(v.high_decimal);
}
template <class Codec, class T>
    requires std::same_as<std::remove_const_t<T>, Function>
void visit(Codec& c, T& v) {
    c(v.database), c(v.name), c(v.class_name), c(v.owner), c(v.owner_type), c(v.type);
    c(v.resources), c(v.created);
}

template <class T>
void Writer::operator()(const T& structure) {
    visit(*this, structure);
}
template <class T>
void Reader::operator()(T& structure) {
    visit(*this, structure);
}

template <class T>
std::string packed(const T& value) {
    Writer writer;
    writer(value);
    return std::move(writer.out);
}

template <class T>
Result<> unpacked(std::string_view bytes, T& value, const char* what) {
    Reader reader(bytes);
    reader(value);
    if (!reader.is_at_end())
        return fail(Errc::corrupt,
                    std::string("the catalog holds a ") + what + " that cannot be read");
    return {};
}

}  // namespace

std::string pack(const Database& database) { return packed(database); }
std::string pack(const Table& table) { return packed(table); }
std::string pack(const Partition& partition) { return packed(partition); }
std::string pack(const ColumnStatistics& statistics) { return packed(statistics); }
std::string pack(const Function& function) { return packed(function); }
Result<> unpack(std::string_view bytes, Database& database) {
    return unpacked(bytes, database, "database");
}
Result<> unpack(std::string_view bytes, Table& table) { return unpacked(bytes, table, "table"); }
Result<> unpack(std::string_view bytes, Partition& partition) {
    return unpacked(bytes, partition, "partition");
}
Result<> unpack(std::string_view bytes, ColumnStatistics& statistics) {
    return unpacked(bytes, statistics, "column's statistics");
}
Result<> unpack(std::string_view bytes, Function& function) {
    return unpacked(bytes, function, "function");
}

}  // namespace freshet::catalog

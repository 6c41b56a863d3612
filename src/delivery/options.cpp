#include "delivery/options.h"

#include <algorithm>

#include "base/byte_codec.h"

namespace freshet::delivery {
namespace {

constexpr char version = 2;

/// Writes fields; visit() below names them once for writing and for reading.
struct Writer {
    std::string out = std::string(1, version);
    void operator()(const std::string& text) { put_text(out, text); }
    void operator()(const std::int64_t& number) { put_varint(out, zigzag(number)); }
    void operator()(const bool& flag) { put_varint(out, flag); }
    template <class T>
        requires std::is_enum_v<T>
    void operator()(const T& word) {
        put_varint(out, static_cast<std::uint64_t>(word));
    }
    template <class T>
    void operator()(const std::optional<T>& held) {
        (*this)(held.has_value());
        if (held) visit(*this, *held);
    }
    template <class T>
    void operator()(const std::vector<T>& list) {
        put_varint(out, list.size());
        for (const T& item : list) visit(*this, item);
    }
};

struct Reader {
    ByteReader in;
    void operator()(std::string& text) { text = in.text(); }
    void operator()(std::int64_t& number) { number = unzigzag(in.varint()); }
    void operator()(bool& flag) { flag = in.varint() != 0; }
    void operator()(ProcessorKind& kind) { read_word(kind, processor_count); }
    void operator()(Compression& compression) { read_word(compression, compression_count); }
    void operator()(SerdeKind& kind) { read_word(kind, serde_count); }
    template <class T>
    void read_word(T& word, std::size_t count) {
        const std::uint64_t number = in.varint();
        if (number >= count) return in.refuse();
        word = static_cast<T>(number);
    }
    template <class T>
    void operator()(std::optional<T>& held) {
        bool is_there = false;
        (*this)(is_there);
        if (is_there) visit(*this, held.emplace());
    }
    template <class T>
    void operator()(std::vector<T>& list) {
        list.resize(in.count());
        for (T& item : list) visit(*this, item);
    }
};

template <class Visitor, class T>
    requires std::is_invocable_v<Visitor&, T&>
void visit(Visitor& visitor, T& field) {
    visitor(field);
}
template <class Visitor>
void visit(Visitor& visitor, auto& pair)
    requires requires { pair.first; }
{
    visitor(pair.first), visitor(pair.second);
}
template <class Visitor>
void visit(Visitor& visitor, auto& processor)
    requires requires { processor.parameters; }
{
    visitor(processor.kind), visitor(processor.parameters);
}
template <class Visitor>
void visit(Visitor& visitor, auto& partitioning)
    requires requires { partitioning.retry_s; } && (!requires { partitioning.url; })
{
    visitor(partitioning.retry_s);
}
template <class Visitor>
void visit(Visitor& visitor, auto& backup)
    requires requires { backup.error_prefix; }
{
    visitor(backup.bucket), visitor(backup.role), visitor(backup.prefix);
    visitor(backup.error_prefix), visitor(backup.buffer_mib), visitor(backup.interval_s);
    visitor(backup.compression), visitor(backup.logs_errors), visitor(backup.log_group);
    visitor(backup.log_stream);
}

template <class Visitor>
void visit(Visitor& visitor, auto& endpoint)
    requires requires { endpoint.access_key; }
{
    visitor(endpoint.url), visitor(endpoint.name), visitor(endpoint.access_key);
    visitor(endpoint.role), visitor(endpoint.is_gzipped), visitor(endpoint.attributes);
    visitor(endpoint.retry_s);
}

template <class Visitor>
void visit(Visitor& visitor, auto& serde)
    requires requires { serde.members; }
{
    visitor(serde.kind), visitor(serde.members);
}

template <class Visitor>
void visit(Visitor& visitor, auto& place)
    requires requires { place.catalog; }
{
    visitor(place.role), visitor(place.catalog), visitor(place.database);
    visitor(place.table), visitor(place.region), visitor(place.version);
}

template <class Visitor>
void visit(Visitor& visitor, auto& conversion)
    requires requires { conversion.is_converting; }
{
    visitor(conversion.is_converting), visitor(conversion.schema);
    visitor(conversion.input), visitor(conversion.output);
}

/// Those of version 1.
template <class Visitor>
void visit_first(Visitor& visitor, auto& options) {
    visitor(options.processors), visitor(options.partitioning), visitor(options.backup);
    visitor(options.is_backup_on), visitor(options.http);
}

}  // namespace

const Processor* Options::find(ProcessorKind kind) const {
    const auto found = std::ranges::find(processors, kind, &Processor::kind);
    return found == processors.end() ? nullptr : &*found;
}

std::string pack(const Options& options) {
    Writer writer;
    visit_first(writer, options);
    writer(options.conversion);
    return std::move(writer.out);
}

Result<Options> unpack_options(std::string_view bytes) {
    Options options;
    if (bytes.empty()) return options;
    Reader reader{ByteReader(bytes)};
    const char written = reader.in.number<char>();
    if (written < 1 || written > version) reader.in.refuse();
    visit_first(reader, options);
    if (written > 1) reader(options.conversion);
    if (!reader.in.is_at_end())
        return fail(Errc::corrupt, "the options of a delivery stream are damaged");
    return options;
}

}  // namespace freshet::delivery

// One walk over the body; each value goes straight to its place in the struct, as in
// json_decode.cpp.
#include <algorithm>
#include <cmath>
#include <limits>

#include "aws/protocol/cbor/cbor.h"
#include "aws/protocol/cbor/cbor_reader.h"
#include "aws/protocol/nearest.h"
#include "base/bytes.h"
#include "base/time.h"

namespace freshet::aws {
namespace {

constexpr std::uint64_t reserve_max = 512;  ///< a list's declared size is a stranger's word
constexpr double stamp_ms_max = 9e15;

template <class T>
T& as(void* out) {
    return *static_cast<T*>(out);
}

class Decoder {
  public:
    Decoder(std::string_view body, Violations& violations, CborTime time)
        : reader_(body), violations_(violations), time_(time) {}
    std::string failure;  ///< the first one

    bool decode_whole(const Shape& shape, void* out) {
        CborHead head;
        if (!reader_.read_head(head)) return fails_as_broken();
        if (head.major != 5) {
            failure = "The body is not a CBOR map";
            return false;
        }
        return decode_structure(shape, head, out, Path{}) &&
               (reader_.is_at_end() || fails_as_broken());
    }

  private:
    bool fails_as_broken() {
        if (failure.empty()) failure = "Unexpected byte or end of the CBOR body";
        return false;
    }

    bool fails_by_type(const CborHead& head, const Shape& shape) {
        failure = mistyped(head.token(), shape);
        return false;
    }

    /// A key and the head of its value.
    bool read_entry(std::string_view& key, std::string& joined, CborHead& value) {
        CborHead head;
        if (!reader_.read_head(head) || head.major != 3 ||
            !reader_.read_string(head, key, joined) || !reader_.read_head(value) ||
            value.is_break())
            return fails_as_broken();
        return true;
    }

    static std::size_t find(const Shape& shape, std::string_view name) {
        const auto found = std::ranges::find_if(shape.members, [&](const Member& member) {
            return member.location == Location::body && name == member.name;
        });
        return static_cast<std::size_t>(found - shape.members.begin());
    }

    bool decode_structure(const Shape& shape, const CborHead& head, void* out, const Path& path) {
        if (head.major != 5) return fails_by_type(head, shape);
        std::uint64_t seen = 0;
        CborItems items(reader_, head);
        std::string joined;
        while (items.next()) {
            std::string_view name;
            CborHead value;
            if (!read_entry(name, joined, value)) return false;
            if (value.is_null()) continue;
            const std::size_t index = find(shape, name);
            if (index == shape.members.size()) {
                if (!reader_.skip(value)) return fails_as_broken();
                continue;
            }
            const Member& member = shape.members[index];
            if (index < 64) seen |= std::uint64_t{1} << index;
            if (!decode_any(*member.shape, value, member.make(out),
                            Path{&path, member.name, 0, nullptr}))
                return false;
        }
        for (std::size_t i = 0; i < shape.members.size() && i < 64; ++i) {
            const Member& member = shape.members[i];
            if (!member.is_required || member.location != Location::body || seen >> i & 1U)
                continue;
            violations_.add_missing(Path{&path, member.name, 0, nullptr});
        }
        return true;
    }

    bool decode_list(const Shape& shape, const CborHead& head, void* out, const Path& path) {
        if (head.major != 4) return fails_by_type(head, shape);
        if (!head.is_indefinite()) {
            const auto size =
                std::min({head.argument, reserve_max, static_cast<std::uint64_t>(reader_.left())});
            shape.list->reserve(out, static_cast<std::size_t>(size));
        }
        CborItems items(reader_, head);
        for (std::size_t index = 0; items.next(); ++index) {
            CborHead value;
            if (!reader_.read_head(value) || value.is_break()) return fails_as_broken();
            const Path inner{&path, {}, index, nullptr};
            if (value.is_null()) {
                violations_.add_missing(inner);
                continue;
            }
            if (!decode_any(*shape.element, value,
                            shape.element->make_held(shape.list->append(out)), inner))
                return false;
        }
        return true;
    }

    bool decode_map(const Shape& shape, const CborHead& head, void* out, const Path& path) {
        if (head.major != 5) return fails_by_type(head, shape);
        CborItems items(reader_, head);
        std::string joined;
        while (items.next()) {
            std::string_view name;
            CborHead value;
            if (!read_entry(name, joined, value)) return false;
            if (value.is_null()) continue;
            const std::string key(name);
            void* place = shape.element->make_held(shape.list->append_key(out, key));
            if (!decode_any(*shape.element, value, place, Path{&path, {}, 0, &key})) return false;
        }
        return true;
    }

    /// The number that `head` is, whole or real.
    static bool decode_number(const CborHead& head, double& out) {
        if (head.major == 0)
            out = static_cast<double>(head.argument);
        else if (head.major == 1)
            out = -1.0 - static_cast<double>(head.argument);
        else if (head.is_real())
            out = CborReader::real(head);
        else
            return false;
        return std::isfinite(out);
    }

    template <class T>
    bool decode_integer(const Shape& shape, const CborHead& head, T& out) {
        constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
        if (head.major <= 1) {  // a negative one is -1 - argument
            const auto whole = static_cast<T>(std::min(head.argument, most));
            out = head.major == 0 ? whole : static_cast<T>(-1 - whole);
            return true;
        }
        double real = 0;
        if (!decode_number(head, real)) return fails_by_type(head, shape);
        out = nearest<T>(real);
        return true;
    }

    bool decode_stamp(const Shape& shape, const CborHead& head, Timestamp& out) {
        double value = 0;
        if (decode_number(head, value)) {
            if (time_ == CborTime::seconds) value *= 1000;
            if (!(std::abs(value) < stamp_ms_max)) return fails_by_type(head, shape);
            out = from_epoch_ms(std::llround(value));
            return true;
        }
        if (head.major != 3) return fails_by_type(head, shape);
        std::string_view text;
        std::string joined;
        if (!reader_.read_string(head, text, joined)) return fails_as_broken();
        const auto parsed = parse_iso8601(text);
        if (!parsed) return fails_by_type(head, shape);
        out = *parsed;
        return true;
    }

    bool decode_string(const Shape& shape, const CborHead& head, std::uint8_t major,
                       std::string& out) {
        if (head.major != major) return fails_by_type(head, shape);
        std::string_view text;
        std::string joined;
        if (!reader_.read_string(head, text, joined)) return fails_as_broken();
        out = joined.empty() ? std::string(text) : std::move(joined);
        return true;
    }

    bool decode_any(const Shape& shape, const CborHead& head, void* out, const Path& path) {
        // A recursive shape is as deep as its sender likes.
        if (depth_ >= CborReader::depth_max) return fails_as_broken();
        ++depth_;
        const bool is_good = decode_value(shape, head, out, path);
        --depth_;
        return is_good;
    }

    bool decode_value(const Shape& shape, const CborHead& head, void* out, const Path& path) {
        switch (shape.kind) {
            case Kind::boolean:
                if (!head.is_boolean()) return fails_by_type(head, shape);
                as<bool>(out) = head.info == 21;
                return true;
            case Kind::integer:
                return decode_integer(shape, head, as<std::int32_t>(out));
            case Kind::int64:
                return decode_integer(shape, head, as<std::int64_t>(out));
            case Kind::float64:
                return decode_number(head, as<double>(out)) || fails_by_type(head, shape);
            case Kind::float32: {
                double real = 0;
                if (!decode_number(head, real)) return fails_by_type(head, shape);
                as<float>(out) = static_cast<float>(real);
                return true;
            }
            case Kind::string:
                return decode_string(shape, head, 3, as<std::string>(out));
            case Kind::blob: {
                std::string bytes;
                if (!decode_string(shape, head, 2, bytes)) return false;
                as<Bytes>(out) = Bytes::own(std::move(bytes));
                return true;
            }
            case Kind::timestamp:
                return decode_stamp(shape, head, as<Timestamp>(out));
            case Kind::list:
                return decode_list(shape, head, out, path);
            case Kind::map:
                return decode_map(shape, head, out, path);
            case Kind::structure:
                return decode_structure(shape, head, out, path);
            case Kind::stream:
                return reader_.skip(head) || fails_as_broken();
        }
        return true;
    }

    CborReader reader_;
    Violations& violations_;
    CborTime time_;
    int depth_ = 0;
};

}  // namespace

Answer<void> decode_cbor(const Shape& shape, std::string_view body, void* out,
                         Violations& violations, CborTime time) {
    static constexpr std::string_view nothing("\xBF\xFF", 2);
    Decoder decoder(body.empty() ? nothing : body, violations, time);
    if (!decoder.decode_whole(shape, out)) {
        return std::unexpected(serialization_fault(std::move(decoder.failure)));
    }
    return {};
}

}  // namespace freshet::aws

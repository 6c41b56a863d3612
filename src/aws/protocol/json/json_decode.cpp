// simdjson walks the body once; each value goes straight to its place in the struct.
#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "aws/protocol/json/json.h"
#include "aws/protocol/mistyped.h"
#include "aws/protocol/nearest.h"
#include "base/bytes.h"
#include "base/crypto/digest.h"
#include "base/time.h"

namespace freshet::aws {
namespace {

namespace od = simdjson::ondemand;

constexpr int depth_max = 256;

Token token_of(od::json_type type) {
    switch (type) {
        case od::json_type::array:
            return Token::list;
        case od::json_type::object:
            return Token::structure;
        case od::json_type::number:
            return Token::number;
        case od::json_type::string:
            return Token::text;
        case od::json_type::boolean:
            return Token::boolean;
        case od::json_type::null:
            break;
    }
    return Token::null;
}

template <class T>
T& as(void* out) {
    return *static_cast<T*>(out);
}

class Decoder {
  public:
    /// `body_bytes`: no blob of the body can be larger, nor all of them together.
    Decoder(Violations& violations, std::size_t body_bytes)
        : violations_(violations), body_bytes_(body_bytes) {}
    std::string failure;  ///< the first one

    bool decode_structure(const Shape& shape, od::object object, void* out, const Path& path) {
        std::uint64_t seen = 0;  // structures have at most a few dozen members
        for (auto field : object) {
            std::string_view name;
            od::value value;
            if (field.unescaped_key().get(name) || field.value().get(value))
                return fails_as_broken();
            const std::size_t index = find(shape, name);
            if (index == shape.members.size()) continue;
            const Member& member = shape.members[index];
            bool is_null = false;
            if (value.is_null().get(is_null)) return fails_as_broken();
            if (is_null) continue;
            if (index < 64) seen |= std::uint64_t{1} << index;
            if (!decode_any(*member.shape, value, member.make(out),
                            Path{&path, member.name, 0, nullptr}))
                return false;
        }
        missing(shape, seen, path);
        return true;
    }

    bool fails_as_broken() {
        if (failure.empty()) failure = "Unexpected character or end of the JSON text";
        return false;
    }

  private:
    static std::size_t find(const Shape& shape, std::string_view name) {
        for (std::size_t i = 0; i < shape.members.size(); ++i) {
            if (shape.members[i].location == Location::body && name == shape.members[i].name)
                return i;
        }
        return shape.members.size();
    }

    void missing(const Shape& shape, std::uint64_t seen, const Path& path) {
        for (std::size_t i = 0; i < shape.members.size() && i < 64; ++i) {
            const Member& member = shape.members[i];
            if (!member.is_required || member.location != Location::body || seen >> i & 1U)
                continue;
            violations_.add_missing(Path{&path, member.name, 0, nullptr});
        }
    }

    bool fails_by_type(od::value value, const Shape& shape) {
        od::json_type type{};
        if (value.type().get(type)) return fails_as_broken();
        std::string_view text;
        if (type == od::json_type::string && value.get_string().get(text)) return fails_as_broken();
        failure = mistyped(token_of(type), shape, text);
        return false;
    }

    bool decode_list(const Shape& shape, od::value value, void* out, const Path& path) {
        od::array array;
        if (value.get_array().get(array)) return fails_by_type(value, shape);
        std::size_t index = 0;
        for (auto item : array) {
            od::value element;
            if (item.get(element)) return fails_as_broken();
            const Path inner{&path, {}, index++, nullptr};
            bool is_null = false;
            if (element.is_null().get(is_null)) return fails_as_broken();
            if (is_null) {
                violations_.add_missing(inner);
                continue;
            }
            if (!decode_any(*shape.element, element,
                            shape.element->make_held(shape.list->append(out)), inner))
                return false;
        }
        return true;
    }

    bool decode_map(const Shape& shape, od::value value, void* out, const Path& path) {
        od::object object;
        if (value.get_object().get(object)) return fails_by_type(value, shape);
        for (auto field : object) {
            std::string_view name;
            od::value element;
            if (field.unescaped_key().get(name) || field.value().get(element))
                return fails_as_broken();
            bool is_null = false;
            if (element.is_null().get(is_null)) return fails_as_broken();
            if (is_null) continue;
            const std::string key(name);
            void* place = shape.element->make_held(shape.list->append_key(out, key));
            if (!decode_any(*shape.element, element, place, Path{&path, {}, 0, &key})) return false;
        }
        return true;
    }

    template <class T>
    bool decode_number(const Shape& shape, od::value value, T& out) {
        std::int64_t whole = 0;  // kept exact: a double has 53 bits
        if (!value.get_int64().get(whole)) {
            using Limits = std::numeric_limits<T>;
            out = static_cast<T>(std::clamp<std::int64_t>(whole, Limits::min(), Limits::max()));
            return true;
        }
        double real = 0;
        if (value.get_double().get(real)) return fails_by_type(value, shape);
        out = nearest<T>(real);
        return true;
    }

    bool decode_blob(const Shape& shape, od::value value, Bytes& out) {
        std::string_view text;
        if (value.get_string().get(text)) return fails_by_type(value, shape);
        if (!blobs_) blobs_ = std::make_shared_for_overwrite<char[]>(body_bytes_ / 4 * 3 + 3);
        char* bytes = blobs_.get() + blobs_bytes_;
        const auto size = base64_decode(text, bytes);
        if (!size) {
            failure = not_base64(text);
            return false;
        }
        out = Bytes::share(blobs_, std::string_view(bytes, *size));
        blobs_bytes_ += *size;
        return true;
    }

    bool decode_stamp(const Shape& shape, od::value value, Timestamp& out) {
        double seconds = 0;
        if (!value.get_double().get(seconds) && std::abs(seconds) < 9e12) {
            out = from_epoch_ms(std::llround(seconds * 1000));
            return true;
        }
        std::string_view text;
        if (value.get_string().get(text)) return fails_by_type(value, shape);
        const auto parsed = parse_iso8601(text);
        if (!parsed) return fails_by_type(value, shape);
        out = *parsed;
        return true;
    }

    bool decode_any(const Shape& shape, od::value value, void* out, const Path& path) {
        const Nested nested(depth_);
        if (depth_ > depth_max) {
            failure = "The body is nested too deeply";
            return false;
        }
        switch (shape.kind) {
            case Kind::boolean:
                return !value.get_bool().get(as<bool>(out)) || fails_by_type(value, shape);
            case Kind::integer:
                return decode_number(shape, value, as<std::int32_t>(out));
            case Kind::int64:
                return decode_number(shape, value, as<std::int64_t>(out));
            case Kind::float64:
                return !value.get_double().get(as<double>(out)) || fails_by_type(value, shape);
            case Kind::float32: {
                double real = 0;
                if (value.get_double().get(real)) return fails_by_type(value, shape);
                as<float>(out) = static_cast<float>(real);
                return true;
            }
            case Kind::string: {
                std::string_view text;
                if (value.get_string().get(text)) return fails_by_type(value, shape);
                as<std::string>(out) = std::string(text);
                return true;
            }
            case Kind::blob:
                return decode_blob(shape, value, as<Bytes>(out));
            case Kind::timestamp:
                return decode_stamp(shape, value, as<Timestamp>(out));
            case Kind::list:
                return decode_list(shape, value, out, path);
            case Kind::map:
                return decode_map(shape, value, out, path);
            case Kind::structure: {
                od::object object;
                if (value.get_object().get(object)) return fails_by_type(value, shape);
                return decode_structure(shape, object, out, path);
            }
            case Kind::stream:
                return true;
        }
        return true;
    }

    /// Counts the values around the one at hand: recursive shapes nest as deep as the body says.
    struct Nested {
        explicit Nested(int& depth_) : depth(depth_) { ++depth; }
        ~Nested() { --depth; }
        int& depth;
    };

    Violations& violations_;
    std::size_t body_bytes_;
    std::shared_ptr<char[]> blobs_;  ///< of all blobs: a PutRecords has hundreds of them
    std::size_t blobs_bytes_ = 0;
    int depth_ = 0;
};

}  // namespace

Answer<void> decode_json(const Shape& shape, std::string_view body, void* out,
                         Violations& violations) {
    static thread_local od::parser parser;
    Decoder decoder(violations, body.size());
    const std::string_view text =
        body.find_first_not_of(" \t\r\n") == std::string_view::npos ? "{}" : body;
    const simdjson::padded_string padded(text);
    od::document document;
    od::object object;
    if (parser.iterate(padded).get(document)) return std::unexpected(serialization_fault(""));
    if (document.get_object().get(object)) return std::unexpected(serialization_fault(""));
    const bool is_whole = decoder.decode_structure(shape, object, out, Path{});
    const bool is_at_end = document.current_location().error() == simdjson::OUT_OF_BOUNDS;
    if (!is_whole || !is_at_end) {
        decoder.fails_as_broken();
        return std::unexpected(serialization_fault(std::move(decoder.failure)));
    }
    return {};
}

bool is_json_object(std::string_view text) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    return parser.parse(text).get(root) == simdjson::SUCCESS && root.is_object();
}

bool is_json(std::string_view text) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    return parser.parse(text).get(root) == simdjson::SUCCESS;
}

Fault decode_json_fault(std::string_view body, int status) {
    Fault fault{"Unknown", std::string(body.substr(0, 1000)), status};
    od::parser parser;
    const simdjson::padded_string padded(body);
    od::document document;
    od::object object;
    if (parser.iterate(padded).get(document) || document.get_object().get(object)) return fault;
    for (auto field : object) {
        std::string_view name, text;
        if (field.unescaped_key().get(name) || field.value().get_string().get(text)) break;
        if (name == "__type")
            fault.code = std::string(
                text.substr(text.find('#') == std::string_view::npos ? 0 : text.find('#') + 1));
        if (name == "message" || name == "Message") fault.message = std::string(text);
    }
    return fault;
}

}  // namespace freshet::aws

// The tables that tools/awsgen makes of AWS's service models: plain data that says where each
// member of each struct lies, what it is called on the wire and what AWS demands of it. The codecs
// beside this file walk them; nothing else knows JSON, XML or query strings.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace freshet::aws {

enum class Protocol : std::uint8_t {
    json,
    rest_json,
    rest_xml,
    query,
    cbor,     ///< JSON's targets with CBOR bodies: every JSON service takes it
    rpc_cbor  ///< Smithy RPC v2: POST /service/PREFIX/operation/NAME
};

enum class Kind : std::uint8_t {
    boolean,
    integer,  ///< std::int32_t
    int64,
    float32,
    float64,
    string,
    blob,       ///< Bytes
    timestamp,  ///< Timestamp
    list,       ///< std::vector<T>
    map,        ///< std::vector<std::pair<std::string, T>>
    structure,
    stream  ///< std::shared_ptr<io::BodyReader>: an HTTP body that is not held in memory
};

/// Where a member travels. `nowhere`: a member of a structure whose payload is another member.
enum class Location : std::uint8_t { body, payload, uri, query, header, headers, status, nowhere };

/// How a timestamp is written; `natural` is the protocol's own form.
enum class Stamp : std::uint8_t { natural, iso8601, rfc822, epoch };

/// std::optional<T> without knowing T.
struct OptionalOps {
    const void* (*get)(const void* optional);  ///< nullptr when empty
    void* (*make)(void* optional);             ///< fills it with a T() and points to that
};

/// std::vector<T>, and std::vector<std::pair<std::string, T>>, without knowing T.
struct ListOps {
    std::size_t (*size)(const void* list);
    const void* (*at)(const void* list, std::size_t index);
    void* (*append)(void* list);  ///< a new T()
    void (*reserve)(void* list, std::size_t size);
    const std::string* (*key_at)(const void* map, std::size_t index);  ///< maps only
    void* (*append_key)(void* map, std::string key);                   ///< maps only
};

struct Member;

struct Shape {
    Kind kind;
    const char* name;
    std::span<const Member> members = {};
    const Shape* element = nullptr;  ///< of a list or a map
    const Shape* key = nullptr;      ///< of a map
    const ListOps* list = nullptr;
    const char* element_name = "";  ///< XML
    bool is_flattened = false;      ///< XML
    bool has_min = false;
    std::int64_t min = 0;  ///< of a number, a length or a count, as the kind says
    bool has_max = false;
    std::int64_t max = 0;
    const char* pattern = nullptr;  ///< a Java regular expression that the whole text matches
    bool is_sensitive = false;
    std::span<const char* const> choices = {};
    const OptionalOps* shared = nullptr;  ///< recursive structures are held by shared_ptr

    /// The value at a place of a list or a map.
    const void* held(const void* place) const { return shared ? shared->get(place) : place; }
    void* make_held(void* place) const { return shared ? shared->make(place) : place; }
};

struct Member {
    std::string_view name;  ///< in the model, and in JSON
    const char* wire;       ///< in XML, in a header, in the URI
    const Shape* shape;
    std::size_t offset;
    const OptionalOps* optional = nullptr;
    bool is_required = false;
    Location location = Location::body;
    Stamp stamp = Stamp::natural;
    bool is_flattened = false;
    bool is_attribute = false;  ///< an XML attribute of its parent
    const char* xml_namespace = nullptr;

    /// The member's value inside `structure`; nullptr when it is not there.
    const void* in(const void* structure) const {
        const void* place = static_cast<const char*>(structure) + offset;
        if (optional) place = optional->get(place);
        return place && shape->shared ? shape->shared->get(place) : place;
    }
    /// Makes the member inside `structure`.
    void* make(void* structure) const {
        void* place = static_cast<char*>(structure) + offset;
        if (optional) place = optional->make(place);
        return shape->shared ? shape->shared->make(place) : place;
    }
};

struct ErrorInfo {
    const char* name;
    const char* code;
    int status;
};

struct OperationName {
    std::string_view name;
    std::string_view method;
    const char* uri;
};

struct OperationInfo;

struct ServiceInfo {
    std::string_view name;  ///< as in the manifest: "kinesis"
    std::string_view signing_name;
    Protocol protocol;
    std::span<const Protocol> protocols;  ///< all that it takes, `protocol` first
    const char* json_version;
    std::string_view target_prefix;
    const char* api_version;
    const char* xml_namespace;
    std::span<const ErrorInfo> errors;
    std::span<const OperationName> operations;    ///< every one that AWS has
    std::span<const OperationInfo* const> built;  ///< those of the manifest, each has a handler
    const char* unbuilt_code = "";  ///< the fault that refuses a member that is not built
    int unbuilt_status = 400;

    bool takes(Protocol wanted) const {
        for (const Protocol one : protocols) {
            if (one == wanted) return true;
        }
        return false;
    }
};

/// A member of an input that is refused when it is there: whole, in a part, or but for some values.
struct Unbuilt {
    std::uint16_t member;                    ///< its place in Shape::members
    std::span<const Unbuilt> below = {};     ///< the parts of a structure; none: all of it
    std::span<const char* const> only = {};  ///< values that ask for no more than is done
    const char* instead = "";                ///< what does the work
};

struct OperationInfo {
    const ServiceInfo* service;
    const char* name;
    const Shape* input;
    const Shape* output;
    std::shared_ptr<void> (*make_input)();
    std::shared_ptr<void> (*make_output)();
    const char* method;
    const char* uri;
    int status;
    const char* result_wrapper;
    // tools/awsgen/members: none when each member is built
    std::span<const Unbuilt> unbuilt = {};
};

template <class T>
std::shared_ptr<void> make_value() {
    return std::make_shared<T>();
}

template <class T>
inline constexpr OptionalOps optional_ops_of{
    [](const void* place) -> const void* {
        const auto& optional = *static_cast<const std::optional<T>*>(place);
        return optional ? &*optional : nullptr;
    },
    [](void* place) -> void* { return &static_cast<std::optional<T>*>(place)->emplace(); }};
template <class T>
inline constexpr const OptionalOps* optional_ops = &optional_ops_of<T>;

template <class T>
inline constexpr OptionalOps shared_ops_of{
    [](const void* place) -> const void* {
        return static_cast<const std::shared_ptr<T>*>(place)->get();
    },
    [](void* place) -> void* {
        auto& shared = *static_cast<std::shared_ptr<T>*>(place);
        shared = std::make_shared<T>();
        return shared.get();
    }};
template <class T>
inline constexpr const OptionalOps* shared_ops = &shared_ops_of<T>;

template <class List>
inline constexpr ListOps list_ops_of{
    [](const void* list) { return static_cast<const List*>(list)->size(); },
    [](const void* list, std::size_t i) -> const void* {
        return &(*static_cast<const List*>(list))[i];
    },
    [](void* list) -> void* { return &static_cast<List*>(list)->emplace_back(); },
    [](void* list, std::size_t size) { static_cast<List*>(list)->reserve(size); },
    nullptr,
    nullptr};
template <class List>
inline constexpr const ListOps* list_ops = &list_ops_of<List>;

template <class Map>
inline constexpr ListOps map_ops_of{
    [](const void* map) { return static_cast<const Map*>(map)->size(); },
    [](const void* map, std::size_t i) -> const void* {
        return &(*static_cast<const Map*>(map))[i].second;
    },
    nullptr,
    nullptr,
    [](const void* map, std::size_t i) { return &(*static_cast<const Map*>(map))[i].first; },
    [](void* map, std::string key) -> void* {
        auto& made = static_cast<Map*>(map)->emplace_back();
        made.first = std::move(key);
        return &made.second;
    }};
template <class Map>
inline constexpr const ListOps* map_ops = &map_ops_of<Map>;

}  // namespace freshet::aws

// The words of the object engine.
#pragma once
#include <cstdint>
#include <future>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "io/master_keys.h"

namespace freshet::objects {

enum class Errc {
    no_bucket,       ///< there is no such bucket
    no_key,          ///< there is no such object
    no_upload,       ///< there is no such multipart upload
    bucket_exists,   ///< of the same account
    bucket_taken,    ///< of another account
    not_empty,       ///< a bucket with objects is not deleted
    condition,       ///< a condition of the request does not hold
    invalid_part,    ///< a part is missing or its ETag differs
    part_order,      ///< parts are not in ascending order
    too_small,       ///< a part that is not the last has less than 5 MiB
    lost,            ///< a file that the index names is missing or too short
    key_unavailable  ///< the master key of an encrypted object is not in the key file
};

struct Bucket {
    std::int64_t id = 0;
    std::string account, region, name;
    Timestamp created;
};

/// What is configured of a bucket, by a name that its owner chooses: "cors", "tagging".
using Settings = std::map<std::string, std::string>;

enum class Encryption {
    none,
    // SSE-S3: AES-256-GCM, a key of its own for each staged body, under the server's master key
    aes256
};

/// A run of bytes in a file of the store.
struct Extent {
    std::int64_t id = 0;                 ///< in the table of extents; 0 until published
    std::int64_t file = 0;               ///< number of the file; pack files are shared
    std::uint64_t offset = 0, size = 0;  ///< `size` as a reader sees it
    std::optional<io::WrappedKey> key;   ///< of encrypted bytes
};

/// How many bytes of its file an extent takes.
std::uint64_t stored_bytes(const Extent& extent);
/// The same with the header that an entry of a pack has.
std::uint64_t entry_bytes(const Extent& extent);
// of a pack's entry: magic, length, checksum
inline constexpr std::size_t entry_header_bytes = 16;

/// What a client says of an object and gets back: content-type and so on by header name in lower
/// case, x-amz-meta-* with their prefix, and checksum headers.
using Attributes = std::map<std::string, std::string>;

/// An attribute that the engine gives: "AES256" of an object whose bytes are encrypted.
inline constexpr const char* encryption_attribute = "x-amz-server-side-encryption";
/// The setting of a bucket whose bodies are encrypted where nothing else is asked; whatever its
/// value.
inline constexpr const char* encryption_setting = "encryption";

/// An attribute that the engine gives: the upload that an object was completed of, so that
/// completing it again is known.
inline constexpr const char* upload_attribute = "upload";

struct ObjectInfo {
    std::string key;
    std::uint64_t size = 0;
    std::string etag;  ///< without quotes
    Timestamp modified;
    Attributes attributes;
    std::vector<Extent> extents;
};

/// Bytes that are written and not yet anybody's: to be published, or discarded.
struct Staged {
    std::uint64_t size = 0;
    std::string md5;  ///< 16 bytes
    std::vector<Extent> extents;
    std::string etag = {};  ///< empty: the MD5
    Encryption encryption = Encryption::none;
    /// Ready when the bytes are synced, which the commit that names them waits for
    /// (meta::Txn::commit_after). Invalid: they are.
    std::shared_future<void> synced = {};
};

/// Both empty: no condition.
struct WriteCondition {
    bool must_be_absent = false;            ///< If-None-Match: *
    std::optional<std::string> must_match;  ///< If-Match: the ETag
};

/// An object to delete, and what it must be for that. One that is not there fails `must_match`
/// alone.
struct Deletion {
    std::string key;
    std::optional<std::string> must_match = {};  ///< the ETag, or "*"
    std::optional<Timestamp> modified = {};      ///< to the second
    std::optional<std::uint64_t> size = {};
};

struct ListRequest {
    std::string prefix, delimiter, start_after;
    std::size_t count_max = 1000;
};

struct ListPage {
    std::vector<ObjectInfo> objects;
    std::vector<std::string> common_prefixes;
    bool is_truncated = false;
    std::string last;  ///< the greatest key or prefix listed; start_after of the next page
};

struct PartInfo {
    int number = 0;
    std::uint64_t size = 0;
    std::string etag;
    Timestamp modified;
    Attributes attributes;
    std::vector<Extent> extents;
};

struct Upload {
    std::string id, key;
    Timestamp started;
    Attributes attributes;
};

/// Where a page of uploads begins: after the upload `id_marker` of `key_marker`, or, without an
/// id, after that key.
struct UploadListRequest {
    std::string prefix, delimiter, key_marker, id_marker;
    std::size_t count_max = 1000;
};

struct UploadPage {
    std::vector<Upload> uploads;
    std::vector<std::string> common_prefixes;
    bool is_truncated = false;
    std::string last_key, last_id;  ///< markers of the next page
};

struct UploadedParts {
    Upload upload;
    std::vector<PartInfo> parts;
};

struct CompletedPart {
    int number = 0;
    std::string etag;
};

}  // namespace freshet::objects

template <>
struct freshet::ErrorTraits<freshet::objects::Errc> {
    static const ErrorDomain& domain();
};

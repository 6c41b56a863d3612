// Multipart uploads: parts are extents, completing one changes the index only.
#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "base/digest.h"
#include "objects/limits.h"
#include "objects/objects.h"
#include "objects/store.h"

namespace freshet::objects {
namespace {

std::string new_upload_id() {
    std::random_device random;
    std::string id;
    for (int i = 0; i < 8; ++i) id += fmt::format("{:08x}", random());
    return id;
}

Result<std::int64_t> find_upload(const meta::Connection& connection, const std::string& bucket, const std::string& key, const std::string& upload) {
    auto of = store::find_bucket(connection, bucket);
    if (!of) return std::unexpected(std::move(of.error()));
    auto found = store::find_upload(connection, of->id, key, upload);
    if (!found) return std::unexpected(std::move(found.error()));
    return of->id;
}

std::string raw_of_hex(const std::string& hex) {
    std::string raw;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) raw += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    return raw;
}

/// The object that `wanted` parts make.
Result<ObjectInfo> assemble(const std::vector<PartInfo>& parts, const std::vector<CompletedPart>& wanted) {
    ObjectInfo object;
    std::string digests;
    if (std::ranges::adjacent_find(wanted, std::ranges::greater_equal(), &CompletedPart::number) != wanted.end()) {
        return fail(Errc::part_order, "The list of parts was not in ascending order. Parts must be ordered by part number.");
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const auto part = std::ranges::find(parts, wanted[i].number, &PartInfo::number);
        if (part == parts.end() || part->etag != wanted[i].etag) {
            return fail(Errc::invalid_part, "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.");
        }
        if (i + 1 < wanted.size() && part->size < limits::part_bytes_min) return fail(Errc::too_small, "Your proposed upload is smaller than the minimum allowed size");
        object.size += part->size;
        object.extents.insert(object.extents.end(), part->extents.begin(), part->extents.end());
        digests += raw_of_hex(part->etag);
    }
    const Md5 digest = md5(digests);
    object.etag = fmt::format("{}-{}", to_hex(digest), wanted.size());
    return object;
}

}  // namespace

io::Task<Result<Upload>> Objects::begin_upload(std::string bucket, std::string key, Attributes attributes) {
    Upload upload{new_upload_id(), std::move(key), io::Core::current()->now(), std::move(attributes)};
    auto begun = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto of = store::find_bucket(txn, bucket);
        if (!of) return std::unexpected(std::move(of.error()));
        return store::insert_upload(txn, of->id, upload);
    });
    if (!begun) co_return std::unexpected(std::move(begun.error()));
    co_return upload;
}

io::Task<Result<PartInfo>> Objects::put_part(std::string bucket, std::string key, std::string upload, int number, Staged staged, Attributes attributes) {
    PartInfo part{number, staged.size, to_hex(staged.md5), io::Core::current()->now(), std::move(attributes), staged.extents};
    auto put = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto of = find_upload(txn, bucket, key, upload);
        if (!of) return std::unexpected(std::move(of.error()));
        return store::put_part(txn, upload, part);
    });
    if (!put) co_return std::unexpected(std::move(put.error()));
    co_return part;
}

io::Task<Result<PartInfo>> Objects::copy_part(std::string bucket, std::string key, std::string upload, int number, ObjectInfo source) {
    auto staged = co_await stage(read(source, 0, source.size));
    if (!staged) co_return std::unexpected(std::move(staged.error()));
    auto part = co_await put_part(std::move(bucket), std::move(key), std::move(upload), number, std::move(*staged), {});
    co_return part;
}

io::Task<Result<std::vector<PartInfo>>> Objects::list_parts(std::string bucket, std::string key, std::string upload) {
    auto parts = co_await database_.read([&](const meta::Connection& connection) -> Result<std::vector<PartInfo>> {
        auto of = find_upload(connection, bucket, key, upload);
        if (!of) return std::unexpected(std::move(of.error()));
        return store::list_parts(connection, upload);
    });
    co_return parts;
}

io::Task<Result<std::vector<Upload>>> Objects::list_uploads(std::string bucket, std::string prefix) {
    auto uploads = co_await database_.read([&](const meta::Connection& connection) -> Result<std::vector<Upload>> {
        auto of = store::find_bucket(connection, bucket);
        if (!of) return std::unexpected(std::move(of.error()));
        return store::list_uploads(connection, of->id, prefix);
    });
    co_return uploads;
}

io::Task<Result<ObjectInfo>> Objects::complete_upload(std::string bucket, std::string key, std::string upload, std::vector<CompletedPart> wanted, WriteCondition condition) {
    const Timestamp now = io::Core::current()->now();
    auto completed = co_await database_.write([&](meta::Txn& txn) -> Result<ObjectInfo> {
        auto of = find_upload(txn, bucket, key, upload);
        if (!of) return std::unexpected(std::move(of.error()));
        auto begun = store::find_upload(txn, *of, key, upload);
        auto parts = store::list_parts(txn, upload);
        if (!begun) return std::unexpected(std::move(begun.error()));
        if (!parts) return std::unexpected(std::move(parts.error()));
        auto object = assemble(*parts, wanted);
        if (!object) return object;
        Staged staged{object->size, "", object->extents};
        auto published = publish_in(txn, bucket, key, staged, begun->attributes, condition, now);
        if (!published) return published;
        published->etag = object->etag;
        if (auto put = store::put_object(txn, *of, *published); !put) return std::unexpected(std::move(put.error()));
        if (auto removed = store::remove_upload(txn, upload); !removed) return std::unexpected(std::move(removed.error()));
        return published;
    });
    co_return completed;
}

io::Task<Result<>> Objects::abort_upload(std::string bucket, std::string key, std::string upload) {
    auto aborted = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto of = find_upload(txn, bucket, key, upload);
        if (!of) return std::unexpected(std::move(of.error()));
        return store::remove_upload(txn, upload);
    });
    co_return aborted;
}

}  // namespace freshet::objects

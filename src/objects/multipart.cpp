// Multipart uploads: parts are extents, completing one changes the index only.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <random>

#include "base/crypto/digest.h"
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

Result<std::int64_t> find_upload_in(const meta::Connection& connection, const std::string& bucket,
                                    const std::string& key, const std::string& upload) {
    auto of = store::find_bucket(connection, bucket);
    if (!of) return pass(of);
    auto found = store::find_upload(connection, of->id, key, upload);
    if (!found) return pass(found);
    return of->id;
}

constexpr const char* no_part_text =
    "One or more of the specified parts could not be found.  The part may not have been uploaded, "
    "or the specified entity tag may not match the part's entity tag.";

/// Empty when a character is not a hex digit: then a client's ETag is not a digest.
std::string raw_of_hex(std::string_view hex) {
    std::string raw;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        unsigned byte = 0;
        const auto [end, error] = std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
        if (error != std::errc() || end != hex.data() + i + 2) return "";
        raw += static_cast<char>(byte);
    }
    return raw;
}

std::string etag_of(const std::vector<CompletedPart>& parts) {
    std::string digests;
    for (const CompletedPart& part : parts) digests += raw_of_hex(part.etag);
    return fmt::format("{}-{}", to_hex(md5(digests)), parts.size());
}

/// Those of `parts` that `wanted` names, in its order.
Result<std::vector<PartInfo>> choose(const std::vector<PartInfo>& parts,
                                     const std::vector<CompletedPart>& wanted) {
    std::vector<PartInfo> chosen;
    if (std::ranges::adjacent_find(wanted, std::ranges::greater_equal(), &CompletedPart::number) !=
        wanted.end()) {
        return fail(
            Errc::part_order,
            "The list of parts was not in ascending order. Parts must be ordered by part number.");
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const auto part = std::ranges::lower_bound(parts, wanted[i].number, {}, &PartInfo::number);
        if (part == parts.end() || part->number != wanted[i].number || part->etag != wanted[i].etag)
            return fail(Errc::invalid_part, no_part_text);
        if (i + 1 < wanted.size() && part->size < limits::part_bytes_min)
            return fail(Errc::too_small,
                        "Your proposed upload is smaller than the minimum allowed size");
        chosen.push_back(*part);
    }
    return chosen;
}

/// The object that the completed upload `upload` made, when it was made of `wanted`.
Result<ObjectInfo> find_completed(const meta::Connection& connection, const std::string& bucket,
                                  const std::string& key, const std::string& upload,
                                  const std::vector<CompletedPart>& wanted) {
    auto of = store::find_bucket(connection, bucket);
    if (!of) return pass(of);
    auto object = store::find_object(connection, of->id, key);
    if (!object && !object.error().is(Errc::no_key)) return object;
    const auto made_of =
        object ? object->attributes.find(upload_attribute) : Attributes::iterator();
    if (!object || made_of == object->attributes.end() || made_of->second != upload)
        return fail(Errc::no_upload, "there is no such upload");
    if (etag_of(wanted) != object->etag) return fail(Errc::invalid_part, no_part_text);
    return object;
}

}  // namespace

io::Task<Result<Upload>> Objects::begin_upload(std::string bucket, std::string key,
                                               Attributes attributes) {
    Upload upload{new_upload_id(), std::move(key), io::Core::current()->now(),
                  std::move(attributes)};
    auto begun = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto of = store::find_bucket(txn, bucket);
        if (!of) return pass(of);
        return store::insert_upload(txn, of->id, upload);
    });
    if (!begun) co_return pass(begun);
    co_return upload;
}

io::Task<Result<PartInfo>> Objects::put_part(std::string bucket, std::string key,
                                             std::string upload, int number, Staged staged,
                                             Attributes attributes) {
    PartInfo part{number,
                  staged.size,
                  to_hex(staged.md5),
                  io::Core::current()->now(),
                  std::move(attributes),
                  staged.extents};
    auto put = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto of = find_upload_in(txn, bucket, key, upload);
        if (!of) return pass(of);
        txn.commit_after(staged.synced);
        return store::put_part(txn, upload, part);
    });
    if (!put) {
        co_await discard(std::move(staged));
        co_return pass(put);
    }
    co_return part;
}

io::Task<Result<Upload>> Objects::find_upload(std::string bucket, std::string key,
                                              std::string upload) {
    auto found = co_await database_.read([&](const meta::Connection& connection) -> Result<Upload> {
        auto of = store::find_bucket(connection, bucket);
        if (!of) return pass(of);
        return store::find_upload(connection, of->id, key, upload);
    });
    co_return found;
}

io::Task<Result<UploadedParts>> Objects::list_parts(std::string bucket, std::string key,
                                                    std::string upload) {
    auto parts =
        co_await database_.read([&](const meta::Connection& connection) -> Result<UploadedParts> {
            auto of = store::find_bucket(connection, bucket);
            if (!of) return pass(of);
            auto begun = store::find_upload(connection, of->id, key, upload);
            if (!begun) return pass(begun);
            auto listed = store::list_parts(connection, upload);
            if (!listed) return pass(listed);
            return UploadedParts{std::move(*begun), std::move(*listed)};
        });
    co_return parts;
}

io::Task<Result<UploadPage>> Objects::list_uploads(std::string bucket, UploadListRequest request) {
    auto page =
        co_await database_.read([&](const meta::Connection& connection) -> Result<UploadPage> {
            auto of = store::find_bucket(connection, bucket);
            if (!of) return pass(of);
            auto uploads = store::list_uploads(connection, of->id, request.prefix);
            if (!uploads) return pass(uploads);
            return upload_page(std::move(*uploads), request);
        });
    co_return page;
}

io::Task<Result<ObjectInfo>> Objects::complete_upload(std::string bucket, std::string key,
                                                      std::string upload,
                                                      std::vector<CompletedPart> wanted,
                                                      WriteCondition condition, Assemble assemble) {
    const Timestamp now = io::Core::current()->now();
    auto completed = co_await database_.write([&](meta::Txn& txn) -> Result<ObjectInfo> {
        auto of = find_upload_in(txn, bucket, key, upload);
        if (!of && of.error().is(Errc::no_upload))
            return find_completed(txn, bucket, key, upload, wanted);
        if (!of) return pass(of);
        auto begun = store::find_upload(txn, *of, key, upload);
        auto parts = store::list_parts(txn, upload);
        if (!begun) return pass(begun);
        if (!parts) return pass(parts);
        auto chosen = choose(*parts, wanted);
        if (!chosen) return pass(chosen);
        auto attributes = assemble(*begun, *chosen);
        if (!attributes) return pass(attributes);
        attributes->insert_or_assign(upload_attribute, upload);
        Staged staged{0, "", {}};
        for (const PartInfo& part : *chosen) {
            staged.size += part.size;
            staged.extents.insert(staged.extents.end(), part.extents.begin(), part.extents.end());
        }
        staged.etag = etag_of(wanted);
        auto published =
            publish_in(txn, bucket, key, staged, std::move(*attributes), condition, now);
        if (!published) return published;
        if (auto removed = store::remove_upload(txn, upload); !removed) return pass(removed);
        return published;
    });
    co_return completed;
}

io::Task<Result<>> Objects::abort_upload(std::string bucket, std::string key, std::string upload) {
    auto aborted = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto of = find_upload_in(txn, bucket, key, upload);
        if (!of) return pass(of);
        return store::remove_upload(txn, upload);
    });
    co_return aborted;
}

}  // namespace freshet::objects

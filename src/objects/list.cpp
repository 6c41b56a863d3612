// Listing: keys in order of bytes, cut at the delimiter into common prefixes, each found by one
// jump in the index.
#include "objects/objects.h"
#include "objects/store.h"

namespace freshet::objects {
namespace {

/// The least string that is greater than all that begin with `prefix`; empty when there is none.
std::string after(std::string prefix) {
    while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
    if (!prefix.empty())
        prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
    return prefix;
}

}  // namespace

Result<ListPage> list_page(const meta::Connection& connection, std::int64_t bucket,
                           const ListRequest& request) {
    ListPage page;
    std::string from = std::max(request.prefix, request.start_after);
    bool is_inclusive = from != request.start_after || request.start_after.empty();
    // A start inside a common prefix that an earlier page listed continues after it.
    if (!request.delimiter.empty() && request.start_after.starts_with(request.prefix) &&
        request.start_after.ends_with(request.delimiter) &&
        request.start_after.size() > request.prefix.size()) {
        from = after(request.start_after);
        is_inclusive = true;
        if (from.empty()) return page;
    }
    while (true) {
        const std::size_t room =
            request.count_max - page.objects.size() - page.common_prefixes.size();
        auto rows = store::scan(connection, bucket, from, is_inclusive, room + 1);
        if (!rows) return pass(rows);
        const std::size_t asked = room + 1, came = rows->size();
        bool has_skipped = false;
        for (ObjectInfo& row : *rows) {
            if (!row.key.starts_with(request.prefix)) return page;
            if (page.objects.size() + page.common_prefixes.size() == request.count_max) {
                page.is_truncated = request.count_max > 0;
                return page;
            }
            const auto cut = request.delimiter.empty()
                                 ? std::string::npos
                                 : row.key.find(request.delimiter, request.prefix.size());
            if (cut == std::string::npos) {
                page.last = from = row.key;
                is_inclusive = false;
                page.objects.push_back(std::move(row));
                continue;
            }
            page.common_prefixes.push_back(row.key.substr(0, cut + request.delimiter.size()));
            page.last = page.common_prefixes.back();
            from = after(page.last);
            if (from.empty()) return page;
            is_inclusive = has_skipped = true;
            break;
        }
        if (!has_skipped && came < asked) return page;
    }
}

io::Task<Result<std::vector<ObjectInfo>>> Objects::locate(std::string bucket, std::string prefix) {
    using Found = std::vector<ObjectInfo>;
    auto known = co_await known_bucket(std::move(bucket));
    if (!known) co_return pass(known);
    const std::int64_t id = (*known)->bucket.id;
    auto found = co_await database_.read([&](const meta::Connection& connection) -> Result<Found> {
        Found all;
        ListRequest request;
        request.prefix = prefix;
        while (true) {
            auto page = list_page(connection, id, request);
            if (!page) return pass(page);
            for (ObjectInfo& object : page->objects) {
                if (auto resolved = store::resolve(connection, object.extents); !resolved)
                    return pass(resolved);
                all.push_back(std::move(object));
            }
            if (!page->is_truncated) return all;
            request.start_after = page->last;
        }
    });
    co_return found;
}

UploadPage upload_page(std::vector<Upload> uploads, const UploadListRequest& request) {
    UploadPage page;
    // A key marker that is a prefix of an earlier page covers all keys with that prefix.
    const bool was_listed = !request.delimiter.empty() && request.id_marker.empty() &&
                            request.key_marker.ends_with(request.delimiter) &&
                            request.key_marker.size() > request.prefix.size();
    for (Upload& upload : uploads) {
        if (!upload.key.starts_with(request.prefix) || upload.key < request.key_marker) continue;
        const bool is_behind = upload.key > request.key_marker ||
                               (!request.id_marker.empty() && upload.id > request.id_marker);
        if (!request.key_marker.empty() && !is_behind) continue;
        if (was_listed && upload.key.starts_with(request.key_marker)) continue;
        const auto cut = request.delimiter.empty()
                             ? std::string::npos
                             : upload.key.find(request.delimiter, request.prefix.size());
        const std::string prefix =
            cut == std::string::npos ? "" : upload.key.substr(0, cut + request.delimiter.size());
        if (!prefix.empty() && !page.common_prefixes.empty() &&
            page.common_prefixes.back() == prefix)
            continue;
        if (page.uploads.size() + page.common_prefixes.size() == request.count_max) {
            page.is_truncated = request.count_max > 0;
            return page;
        }
        if (prefix.empty()) {
            page.last_key = upload.key;
            page.last_id = upload.id;
            page.uploads.push_back(std::move(upload));
        } else {
            page.last_key = prefix;
            page.last_id.clear();
            page.common_prefixes.push_back(prefix);
        }
    }
    return page;
}

}  // namespace freshet::objects

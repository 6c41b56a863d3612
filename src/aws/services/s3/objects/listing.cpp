// Lists of objects.
#include "aws/services/s3/objects/listing.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/protocol/page_token.h"
#include "aws/services/s3/guards.h"
#include "aws/services/s3/objects/checksums.h"

namespace freshet::aws::s3_words {

Answer<std::size_t> page_size(const std::optional<std::int32_t>& asked, const char* argument) {
    if (asked && *asked < 0) {
        return refuse_argument(
            fmt::format("Argument {} must be an integer between 0 and 2147483647", argument),
            argument, fmt::format("{}", *asked));
    }
    return static_cast<std::size_t>(std::min(asked.value_or(page_max), page_max));
}

Answer<void> check_encoding(const std::optional<std::string>& encoding) {
    if (!encoding || *encoding == "url") return {};
    return refuse_argument("Invalid Encoding Method specified in Request", "encoding-type",
                           *encoding);
}

s3::Owner owner_of(const std::string& account) {
    s3::Owner owner;
    owner.id = account;
    return owner;
}

std::optional<std::vector<s3::CommonPrefix>> prefixes_of(
    const std::vector<std::string>& prefixes, const std::optional<std::string>& encoding) {
    if (prefixes.empty()) return std::nullopt;
    std::vector<s3::CommonPrefix> made;
    for (const std::string& prefix : prefixes)
        made.emplace_back().prefix = url_encoded(prefix, encoding);
    return made;
}

namespace {

using namespace s3;

class Handlers {
  public:
    explicit Handlers(objects::Objects& objects) : objects_(objects) {}

    io::Task<Answer<ListObjectsV2Output>> list_v2(Caller caller, ListObjectsV2Request input) {
        auto request = request_of(input, input.start_after);
        if (!request) co_return pass(request);
        const auto after = page_start(input.continuation_token);
        if (!after) co_return refuse_continuation(input.continuation_token);
        if (input.continuation_token) request->start_after = *after;
        auto page = co_await objects_.list(input.bucket, *request);
        if (!page) co_return refuse(page.error(), input.bucket);
        ListObjectsV2Output out;
        fill_page(out, *page, input, *request);
        out.key_count =
            static_cast<std::int32_t>(page->objects.size() + page->common_prefixes.size());
        if (input.start_after)
            out.start_after = url_encoded(*input.start_after, input.encoding_type);
        out.continuation_token = input.continuation_token;
        if (page->is_truncated) out.next_continuation_token = page_token(page->last);
        if (input.fetch_owner.value_or(false)) {
            for (Object& object : *out.contents) object.owner = owner_of(caller.account());
        }
        co_return out;
    }

    io::Task<Answer<ListObjectsOutput>> list_v1(Caller caller, ListObjectsRequest input) {
        auto request = request_of(input, input.marker);
        if (!request) co_return pass(request);
        auto page = co_await objects_.list(input.bucket, *request);
        if (!page) co_return refuse(page.error(), input.bucket);
        ListObjectsOutput out;
        fill_page(out, *page, input, *request);
        out.marker = url_encoded(request->start_after, input.encoding_type);
        if (page->is_truncated && !request->delimiter.empty())
            out.next_marker = url_encoded(page->last, input.encoding_type);
        for (Object& object : *out.contents) object.owner = owner_of(caller.account());
        co_return out;
    }

    /// Every object as the one version that it has.
    io::Task<Answer<ListObjectVersionsOutput>> list_versions(Caller caller,
                                                             ListObjectVersionsRequest input) {
        auto request = request_of(input, input.key_marker);
        if (!request) co_return pass(request);
        if (input.version_id_marker && !input.key_marker) {
            co_return refuse_argument(
                "A version-id marker cannot be specified without a key marker.",
                "version-id-marker", *input.version_id_marker);
        }
        if (input.version_id_marker && *input.version_id_marker != "null" &&
            !input.version_id_marker->empty()) {
            co_return refuse_argument("Invalid version id specified", "version-id-marker",
                                      *input.version_id_marker);
        }
        auto page = co_await objects_.list(input.bucket, *request);
        if (!page) co_return refuse(page.error(), input.bucket);
        ListObjectVersionsOutput out;
        fill_shared(out, *page, input, *request);
        out.key_marker = url_encoded(request->start_after, input.encoding_type);
        out.version_id_marker = input.version_id_marker.value_or("");
        if (page->is_truncated) {
            out.next_key_marker = url_encoded(page->last, input.encoding_type);
            out.next_version_id_marker =
                page->last.ends_with(request->delimiter) && !request->delimiter.empty() ? ""
                                                                                        : "null";
        }
        out.versions.emplace();
        for (const objects::ObjectInfo& object : page->objects) {
            ObjectVersion& made = out.versions->emplace_back();
            fill_entry(made, object, input.encoding_type);
            made.version_id = "null";
            made.is_latest = true;
            made.owner = owner_of(caller.account());
        }
        co_return out;
    }

  private:
    template <class Input>
    static Answer<objects::ListRequest> request_of(const Input& input,
                                                   const std::optional<std::string>& start_after) {
        auto count = page_size(input.max_keys, "max-keys");
        if (!count) return pass(count);
        if (auto good = check_encoding(input.encoding_type); !good) return pass(good);
        return objects::ListRequest{input.prefix.value_or(""), input.delimiter.value_or(""),
                                    start_after.value_or(""), *count};
    }

    template <class Output, class Input>
    static void fill_shared(Output& out, const objects::ListPage& page, const Input& input,
                            const objects::ListRequest& request) {
        out.name = input.bucket;
        out.prefix = url_encoded(request.prefix, input.encoding_type);
        if (!request.delimiter.empty())
            out.delimiter = url_encoded(request.delimiter, input.encoding_type);
        out.max_keys = input.max_keys ? std::min(*input.max_keys, page_max) : page_max;
        out.encoding_type = input.encoding_type;
        out.is_truncated = page.is_truncated;
        out.common_prefixes = prefixes_of(page.common_prefixes, input.encoding_type);
    }

    template <class Entry>
    static void fill_entry(Entry& entry, const objects::ObjectInfo& object,
                           const std::optional<std::string>& encoding) {
        entry.key = url_encoded(object.key, encoding);
        entry.last_modified = object.modified;
        entry.e_tag = quoted_tag(object.etag);
        entry.size = static_cast<std::int64_t>(object.size);
        entry.storage_class = "STANDARD";
        if (const auto checksum = kept_checksum(object.attributes)) {
            entry.checksum_algorithm.emplace().emplace_back(name_of(checksum->algorithm));
            entry.checksum_type = kept_checksum_type(object.attributes);
        }
    }

    template <class Output, class Input>
    static void fill_page(Output& out, const objects::ListPage& page, const Input& input,
                          const objects::ListRequest& request) {
        fill_shared(out, page, input, request);
        out.contents.emplace();
        for (const objects::ObjectInfo& object : page.objects)
            fill_entry(out.contents->emplace_back(), object, input.encoding_type);
    }

    objects::Objects& objects_;
};

}  // namespace

void register_listing(Router& router, io::Core& home, objects::Objects& objects) {
    const auto handlers = std::make_shared<Handlers>(objects);
    serve<ListObjectsV2Op>(router, home, objects, handlers, &Handlers::list_v2);
    serve<ListObjectsOp>(router, home, objects, handlers, &Handlers::list_v1);
    serve<ListObjectVersionsOp>(router, home, objects, handlers, &Handlers::list_versions);
}

}  // namespace freshet::aws::s3_words

// Objects: put, get, head, delete, copy.
#include <fmt/format.h>

#include <charconv>

#include "aws/limits.h"
#include "aws/protocol/scalar.h"
#include "aws/services/s3/words.h"

namespace freshet::aws::s3_words {
namespace {

using namespace s3;

struct Range {
    std::uint64_t first = 0, size = 0;
};

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// "bytes=a-b", "bytes=a-", "bytes=-n"; what is not one of them is ignored, as RFC 9110 says.
Answer<std::optional<Range>> parse_range(const std::optional<std::string>& header, std::uint64_t size) {
    if (!header || !header->starts_with("bytes=") || header->find(',') != std::string::npos) return std::nullopt;
    const std::string_view text = std::string_view(*header).substr(6);
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto from = number(text.substr(0, dash)), to = number(text.substr(dash + 1));
    if (!from && !to) return std::nullopt;
    if (!from) {
        if (*to == 0 || size == 0) return std::unexpected(Fault{"InvalidRange", "The requested range is not satisfiable", 416});
        const std::uint64_t last = std::min(*to, size);
        return Range{size - last, last};
    }
    if (to && *to < *from) return std::nullopt;
    if (*from >= size) return std::unexpected(Fault{"InvalidRange", "The requested range is not satisfiable", 416});
    return Range{*from, std::min(to.value_or(size - 1), size - 1) - *from + 1};
}

/// 0, 304 or 412, by RFC 9110's order.
template <class Input>
int failed_condition(const Input& input, const objects::ObjectInfo& object) {
    const auto matches = [&](const std::string& list) {
        if (list == "*") return true;
        for (std::size_t at = 0; at < list.size();) {
            const auto comma = std::min(list.find(',', at), list.size());
            std::string_view one = std::string_view(list).substr(at, comma - at);
            while (one.starts_with(' ')) one.remove_prefix(1);
            if (unquoted(one) == object.etag) return true;
            at = comma + 1;
        }
        return false;
    };
    const auto modified_s = std::chrono::floor<std::chrono::seconds>(object.modified);
    if (input.if_match) {
        if (!matches(*input.if_match)) return 412;
    } else if (input.if_unmodified_since && modified_s > *input.if_unmodified_since) {
        return 412;
    }
    if (input.if_none_match) {
        if (matches(*input.if_none_match)) return 304;
    } else if (input.if_modified_since && modified_s <= *input.if_modified_since) {
        return 304;
    }
    return 0;
}

class Handlers {
  public:
    explicit Handlers(objects::Objects& objects) : objects_(objects) {}

    io::Task<Answer<PutObjectOutput>> put(Caller, PutObjectRequest input) {
        if (auto good = check_key(input.key); !good) co_return std::unexpected(std::move(good.error()));
        auto condition = write_condition(input.if_match, input.if_none_match);
        if (!condition) co_return std::unexpected(std::move(condition.error()));
        if (input.content_length.value_or(0) > static_cast<std::int64_t>(limits::object_put_bytes_max)) {
            co_return refuse("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400);
        }
        auto bucket = co_await objects_.find_bucket(input.bucket);
        if (!bucket) co_return refuse(bucket.error(), input.bucket);
        const auto body = std::static_pointer_cast<CheckedBody>(input.body);
        auto staged = co_await objects_.stage(body);
        if (!staged) co_return refuse(staged.error(), input.bucket, input.key);
        objects::Attributes attributes = attributes_of(input);
        if (const auto declared = body->declared()) attributes[header_of(declared->algorithm)] = declared->value;
        auto object = co_await objects_.publish(input.bucket, input.key, std::move(*staged), std::move(attributes), *condition);
        if (!object) co_return refuse(object.error(), input.bucket, input.key);
        PutObjectOutput out;
        out.e_tag = quoted_tag(object->etag);
        fill_checksum(out, object->attributes);
        if (body->declared()) out.checksum_type = "FULL_OBJECT";
        co_return out;
    }

    io::Task<Answer<GetObjectOutput>> get(Caller, GetObjectRequest input) {
        auto object = co_await objects_.find(input.bucket, input.key);
        if (!object) co_return refuse(object.error(), input.bucket, input.key);
        const int status = failed_condition(input, *object);
        if (status) co_return not_as_asked(status);
        auto range = parse_range(input.range, object->size);
        if (!range) co_return std::unexpected(std::move(range.error()));
        GetObjectOutput out;
        fill(out, *object, input.checksum_mode == "ENABLED" && !*range);
        const Range part = range->value_or(Range{0, object->size});
        if (*range) out.content_range = fmt::format("bytes {}-{}/{}", part.first, part.first + part.size - 1, object->size);
        out.content_length = static_cast<std::int64_t>(part.size);
        if (input.response_content_type) out.content_type = input.response_content_type;
        if (input.response_content_disposition) out.content_disposition = input.response_content_disposition;
        if (input.response_content_encoding) out.content_encoding = input.response_content_encoding;
        if (input.response_content_language) out.content_language = input.response_content_language;
        if (input.response_cache_control) out.cache_control = input.response_cache_control;
        auto content = co_await objects_.open_body(*object, part.first, part.size);
        if (!content) co_return refuse(content.error(), input.bucket, input.key);
        out.body = std::move(*content);
        co_return out;
    }

    io::Task<Answer<HeadObjectOutput>> head(Caller, HeadObjectRequest input) {
        auto object = co_await objects_.find(input.bucket, input.key);
        if (!object) co_return refuse(object.error(), input.bucket, input.key);
        const int status = failed_condition(input, *object);
        if (status) co_return not_as_asked(status);
        auto range = parse_range(input.range, object->size);
        if (!range) co_return std::unexpected(std::move(range.error()));
        HeadObjectOutput out;
        fill(out, *object, input.checksum_mode == "ENABLED" && !*range);
        out.content_length = static_cast<std::int64_t>(*range ? (*range)->size : object->size);
        co_return out;
    }

    io::Task<Answer<DeleteObjectOutput>> remove(Caller, DeleteObjectRequest input) {
        auto removed = co_await objects_.remove(input.bucket, input.key);
        if (!removed) co_return refuse(removed.error(), input.bucket, input.key);
        co_return DeleteObjectOutput{};
    }

    io::Task<Answer<DeleteObjectsOutput>> remove_many(Caller, DeleteObjectsRequest input) {
        if (input.delete_.objects.empty() || input.delete_.objects.size() > 1000) {
            co_return refuse("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema", 400);
        }
        std::vector<std::string> keys;
        for (const auto& object : input.delete_.objects) keys.push_back(object.key);
        auto removed = co_await objects_.remove_many(input.bucket, keys);
        if (!removed) co_return refuse(removed.error(), input.bucket);
        DeleteObjectsOutput out;
        if (!input.delete_.quiet.value_or(false)) {
            out.deleted.emplace();
            for (std::string& key : keys) out.deleted->emplace_back().key = std::move(key);
        }
        co_return out;
    }

    io::Task<Answer<CopyObjectOutput>> copy(Caller, CopyObjectRequest input) {
        std::string source = percent_decode(input.copy_source.substr(0, input.copy_source.find("?versionId=")), false);
        if (source.starts_with('/')) source.erase(0, 1);
        const auto slash = source.find('/');
        if (slash == std::string::npos) co_return refuse("InvalidArgument", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey", 400);
        const std::string from_bucket = source.substr(0, slash), from_key = source.substr(slash + 1);
        const bool replaces = input.metadata_directive == "REPLACE";
        if (from_bucket == input.bucket && from_key == input.key && !replaces) {
            co_return refuse("InvalidRequest", "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, "
                             "storage class, website redirect location or encryption attributes.", 400);
        }
        auto condition = write_condition(input.if_match, input.if_none_match);
        if (!condition) co_return std::unexpected(std::move(condition.error()));
        auto from = co_await objects_.find(from_bucket, from_key);
        if (!from) co_return refuse(from.error(), from_bucket, from_key);
        if (input.copy_source_if_match && unquoted(*input.copy_source_if_match) != from->etag) co_return refuse(freshet::Error(objects::Errc::condition, "x-amz-copy-source-If-Match"), input.bucket, input.key);
        if (input.copy_source_if_none_match && unquoted(*input.copy_source_if_none_match) == from->etag) co_return refuse(freshet::Error(objects::Errc::condition, "x-amz-copy-source-If-None-Match"), input.bucket, input.key);
        std::optional<objects::Attributes> attributes;
        if (replaces) {
            attributes = attributes_of(input);
            for (const auto& [name, value] : from->attributes) {
                if (checksum_of_header(name)) attributes->emplace(name, value);
            }
        }
        auto object = co_await objects_.copy(from_bucket, from_key, input.bucket, input.key, std::move(attributes), *condition);
        if (!object) co_return refuse(object.error(), input.bucket, input.key);
        CopyObjectOutput out;
        out.copy_object_result.emplace();
        out.copy_object_result->e_tag = quoted_tag(object->etag);
        out.copy_object_result->last_modified = object->modified;
        fill_checksum(*out.copy_object_result, object->attributes);
        co_return out;
    }

  private:
    static std::unexpected<Fault> not_as_asked(int status) {
        if (status == 304) return refuse("NotModified", "Not Modified", 304);
        return refuse("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412);
    }
    objects::Objects& objects_;
};

}  // namespace

void register_objects(Router& router, io::Core& home, objects::Objects& objects) {
    auto h = std::make_shared<Handlers>(objects);
    router.handle<PutObjectOp>(home, [h](Caller c, PutObjectRequest i) { return h->put(std::move(c), std::move(i)); });
    router.handle<GetObjectOp>(home, [h](Caller c, GetObjectRequest i) { return h->get(std::move(c), std::move(i)); });
    router.handle<HeadObjectOp>(home, [h](Caller c, HeadObjectRequest i) { return h->head(std::move(c), std::move(i)); });
    router.handle<DeleteObjectOp>(home, [h](Caller c, DeleteObjectRequest i) { return h->remove(std::move(c), std::move(i)); });
    router.handle<DeleteObjectsOp>(home, [h](Caller c, DeleteObjectsRequest i) { return h->remove_many(std::move(c), std::move(i)); });
    router.handle<CopyObjectOp>(home, [h](Caller c, CopyObjectRequest i) { return h->copy(std::move(c), std::move(i)); });
}

}  // namespace freshet::aws::s3_words

// What is written on streams and consumers: tags and resource policies.
#include <fmt/format.h>

#include <cctype>
#include <cstring>

#include "aws/protocol/json/json.h"
#include "aws/services/kinesis/words.h"
#include "stream/limits.h"

namespace freshet::aws::kinesis_words {
namespace {

using namespace kinesis;
namespace domain = stream;

constexpr std::size_t policy_bytes_max = 20 * 1024;  ///< AWS

/// The code point at `at`, which moves past it; text is UTF-8 that the decoder has judged.
std::uint32_t next_code_point(std::string_view text, std::size_t& at) {
    const auto lead = static_cast<unsigned char>(text[at++]);
    if (lead < 0x80) return lead;
    const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    std::uint32_t point = lead & (0x3FU >> more);
    for (int i = 0; i < more && at < text.size(); ++i)
        point = point << 6U | (static_cast<unsigned char>(text[at++]) & 0x3FU);
    return point;
}

bool is_tag_character(std::uint32_t point) {
    if (point < 0x80)
        return point != 0 && (std::isalnum(static_cast<int>(point)) ||
                              std::strchr("_./-=+ @%:", static_cast<int>(point)));
    return (point >= 0xC0 && point < 0x2000) || (point >= 0x2C00 && point < 0xD800);
}

/// AWS's two refusals; `verb`: "add tags to". Nothing when each text may be in a tag.
std::optional<Fault> check_tag_texts(const std::vector<std::string_view>& texts,
                                     const domain::StreamKey& key, const char* verb) {
    bool has_percent = false;
    for (const std::string_view text : texts) {
        for (std::size_t at = 0; at < text.size();) {
            if (!is_tag_character(next_code_point(text, at)))
                return Fault{"InvalidArgumentException",
                             "Some tags contain invalid characters. Valid characters: Unicode "
                             "letters, digits, white space, _ . / = + - % @."};
        }
        has_percent = has_percent || text.find('%') != std::string_view::npos;
    }
    if (!has_percent) return std::nullopt;
    return Fault{"InvalidArgumentException",
                 fmt::format("Failed to {} stream {} under account {} because some tags contained "
                             "illegal characters. The allowed characters are "
                             "Unicode letters, white-spaces, '_',',','/','=','+','-','@'.",
                             verb, key.name, key.home.account)};
}

/// A stream, or a consumer of one.
struct Resource {
    domain::StreamKey key;
    std::optional<std::string> consumer;
};

class Handlers {
  public:
    explicit Handlers(domain::Streams& streams) : streams_(streams) {}

    io::Task<Answer<AddTagsToStreamOp::Output>> add_tags(Caller caller,
                                                         AddTagsToStreamInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return pass(key);
        if (auto found = streams_.catalog().find(*key); !found) co_return refuse(found.error());
        std::vector<std::string_view> texts;
        for (const auto& [name, value] : input.tags) texts.insert(texts.end(), {name, value});
        if (auto wrong = check_tag_texts(texts, *key, "add tags to"))
            co_return std::unexpected(std::move(*wrong));
        auto done = co_await streams_.catalog().change_tags(
            std::move(*key), {input.tags.begin(), input.tags.end()}, {});
        if (!done) co_return refuse(done.error());
        co_return AddTagsToStreamOp::Output{};
    }

    io::Task<Answer<RemoveTagsFromStreamOp::Output>> remove_tags(Caller caller,
                                                                 RemoveTagsFromStreamInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return pass(key);
        if (auto found = streams_.catalog().find(*key); !found) co_return refuse(found.error());
        const std::vector<std::string_view> texts(input.tag_keys.begin(), input.tag_keys.end());
        if (auto wrong = check_tag_texts(texts, *key, "remove tags from"))
            co_return std::unexpected(std::move(*wrong));
        auto done =
            co_await streams_.catalog().change_tags(std::move(*key), {}, std::move(input.tag_keys));
        if (!done) co_return refuse(done.error());
        co_return RemoveTagsFromStreamOp::Output{};
    }

    io::Task<Answer<ListTagsForStreamOutput>> list_tags(Caller caller,
                                                        ListTagsForStreamInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return pass(key);
        auto found = streams_.catalog().find(*key);
        if (!found) co_return refuse(found.error());
        ListTagsForStreamOutput out;
        const domain::Tags& tags = (*found)->tags;
        const auto limit = static_cast<std::size_t>(
            input.limit.value_or(static_cast<int>(domain::limits::tags_max)));
        for (auto at = tags.upper_bound(input.exclusive_start_tag_key.value_or(""));
             at != tags.end(); ++at) {
            if (out.tags.size() == limit) {
                out.has_more_tags = true;
                break;
            }
            out.tags.push_back({at->first, at->second});
        }
        co_return out;
    }

    io::Task<Answer<TagResourceOp::Output>> tag(Caller, TagResourceInput input) {
        auto resource = resource_of(input.resource_arn);
        if (!resource) co_return pass(resource);
        auto done =
            co_await change(std::move(*resource), {input.tags.begin(), input.tags.end()}, {});
        if (!done) co_return refuse(done.error());
        co_return TagResourceOp::Output{};
    }

    io::Task<Answer<UntagResourceOp::Output>> untag(Caller, UntagResourceInput input) {
        auto resource = resource_of(input.resource_arn);
        if (!resource) co_return pass(resource);
        auto done = co_await change(std::move(*resource), {}, std::move(input.tag_keys));
        if (!done) co_return refuse(done.error());
        co_return UntagResourceOp::Output{};
    }

    io::Task<Answer<ListTagsForResourceOutput>> list_of(Caller, ListTagsForResourceInput input) {
        auto resource = resource_of(input.resource_arn);
        if (!resource) co_return pass(resource);
        ListTagsForResourceOutput out;
        out.tags.emplace();
        for (const auto& [name, value] : tags_of(*resource)) out.tags->push_back({name, value});
        co_return out;
    }

    io::Task<Answer<PutResourcePolicyOp::Output>> put_policy(Caller, PutResourcePolicyInput input) {
        auto resource = resource_of(input.resource_arn);
        if (!resource) co_return pass(resource);
        if (input.policy.size() > policy_bytes_max)
            co_return refuse("LimitExceededException",
                             fmt::format("The policy is larger than {} bytes", policy_bytes_max));
        if (!is_json_object(input.policy))
            co_return refuse("InvalidArgumentException", "The policy is not a valid JSON document");
        auto done = co_await streams_.catalog().set_policy(
            std::move(resource->key), std::move(resource->consumer), std::move(input.policy));
        if (!done) co_return refuse(done.error());
        co_return PutResourcePolicyOp::Output{};
    }

    io::Task<Answer<GetResourcePolicyOutput>> get_policy(Caller, GetResourcePolicyInput input) {
        auto resource = resource_of(input.resource_arn);
        if (!resource) co_return pass(resource);
        const domain::Stream& stream = **streams_.catalog().find(resource->key);
        const auto& policy =
            resource->consumer ? stream.consumers.at(*resource->consumer).policy : stream.policy;
        co_return GetResourcePolicyOutput{policy.value_or("{}")};  // as recorded
    }

    io::Task<Answer<DeleteResourcePolicyOp::Output>> delete_policy(
        Caller, DeleteResourcePolicyInput input) {
        auto resource = resource_of(input.resource_arn);
        if (!resource) co_return pass(resource);
        auto done = co_await streams_.catalog().set_policy(
            std::move(resource->key), std::move(resource->consumer), std::nullopt);
        if (!done) co_return refuse(done.error());
        co_return DeleteResourcePolicyOp::Output{};
    }

  private:
    /// What is there by that ARN, in its present registration.
    Answer<Resource> resource_of(const std::string& arn) const {
        auto parsed = parse_stream_arn(arn);
        auto named = parse_consumer_arn(arn);
        if (!parsed || (!parsed->rest.empty() && !named))
            return refuse("InvalidArgumentException",
                          fmt::format("ResourceARN {} is not valid", arn));
        auto stream = streams_.catalog().find(parsed->key);
        if (!stream) return refuse(stream.error());
        if (!named) return Resource{std::move(parsed->key), std::nullopt};
        auto consumer = streams_.fan_out().find_consumer(named->key, named->name);
        if (!consumer) return refuse(consumer.error());
        if (consumer_arn(named->key, **consumer) != arn)
            return refuse("ResourceNotFoundException",
                          fmt::format("Consumer {}, account {} not found.", named->name,
                                      named->key.home.account));
        return Resource{std::move(named->key), std::move(named->name)};
    }

    const domain::Tags& tags_of(const Resource& resource) const {
        const domain::Stream& stream = **streams_.catalog().find(resource.key);
        return resource.consumer ? stream.consumers.at(*resource.consumer).tags : stream.tags;
    }

    io::Task<Result<>> change(Resource resource, domain::Tags add,
                              std::vector<std::string> remove) {
        if (resource.consumer)
            return streams_.fan_out().tag_consumer(std::move(resource.key),
                                                   std::move(*resource.consumer), std::move(add),
                                                   std::move(remove));
        return streams_.catalog().change_tags(std::move(resource.key), std::move(add),
                                              std::move(remove));
    }

    domain::Streams& streams_;
};

}  // namespace

void register_tags(Router& router, stream::Streams& streams) {
    auto handlers = std::make_shared<Handlers>(streams);
    on<AddTagsToStreamOp>(router, streams.home(), handlers, &Handlers::add_tags);
    on<RemoveTagsFromStreamOp>(router, streams.home(), handlers, &Handlers::remove_tags);
    on<ListTagsForStreamOp>(router, streams.home(), handlers, &Handlers::list_tags);
    on<TagResourceOp>(router, streams.home(), handlers, &Handlers::tag);
    on<UntagResourceOp>(router, streams.home(), handlers, &Handlers::untag);
    on<ListTagsForResourceOp>(router, streams.home(), handlers, &Handlers::list_of);
    on<PutResourcePolicyOp>(router, streams.home(), handlers, &Handlers::put_policy);
    on<GetResourcePolicyOp>(router, streams.home(), handlers, &Handlers::get_policy);
    on<DeleteResourcePolicyOp>(router, streams.home(), handlers, &Handlers::delete_policy);
}

}  // namespace freshet::aws::kinesis_words

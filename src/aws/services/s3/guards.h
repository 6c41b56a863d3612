// What every operation of S3 is judged by before its verb runs, wherever its request has the
// member: versions, of which Freshet keeps one an object; the account that must own the bucket; and
// values of members of which it builds some.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "aws/protocol/shape.h"
#include "aws/router.h"
#include "aws/services/s3/values.h"
#include "aws/services/s3/words.h"
#include "objects/objects.h"

namespace freshet::aws::s3_words {

/// Whether `version` names the one that an object has: "null". 400 when it is not an id, 404 when
/// it is that of another.
Answer<void> check_version(const std::string& version);

/// 403 unless `account` owns the bucket; a bucket that is not there is left to the verb.
io::Task<Answer<void>> check_owner(objects::Objects& objects, std::string bucket,
                                   std::string account);

/// "bucket/key", "/bucket/key" or either with "?versionId=", escaped.
struct CopySource {
    std::string bucket, key;
};
Answer<CopySource> copy_source_of(const std::string& header);

template <class Input>
io::Task<Answer<void>> check_owners(objects::Objects& objects, const Input& input) {
    if constexpr (requires { input.expected_bucket_owner; }) {
        if (input.expected_bucket_owner) {
            auto owned = co_await check_owner(objects, input.bucket, *input.expected_bucket_owner);
            if (!owned) co_return owned;
        }
    }
    if constexpr (requires { input.expected_source_bucket_owner; }) {
        if (input.expected_source_bucket_owner) {
            auto source = copy_source_of(input.copy_source);
            if (!source) co_return pass(source);
            auto owned =
                co_await check_owner(objects, source->bucket, *input.expected_source_bucket_owner);
            if (!owned) co_return owned;
        }
    }
    co_return Answer<void>();
}

template <class Op, class Handlers>
io::Task<Answer<typename Op::Output>> guarded(objects::Objects& objects,
                                              std::shared_ptr<Handlers> handlers,
                                              Verb<Op, Handlers> verb, Caller caller,
                                              typename Op::Input input) {
    if (auto known = check_values(input); !known) co_return pass(known);
    if constexpr (requires { input.version_id; }) {
        const auto good = input.version_id ? check_version(*input.version_id) : Answer<void>();
        if (!good) co_return pass(good);
    }
    auto owned = co_await check_owners(objects, input);
    if (!owned) co_return pass(owned);
    auto answer = co_await ((*handlers).*verb)(std::move(caller), std::move(input));
    co_return answer;
}

/// Registers `verb` of `handlers`, called after the guards.
template <class Op, class Handlers>
void serve(Router& router, io::Core& home, objects::Objects& objects,
           std::shared_ptr<Handlers> handlers, Verb<Op, Handlers> verb) {
    router.handle<Op>(home, [&objects, handlers, verb](Caller caller, typename Op::Input input) {
        return guarded<Op, Handlers>(objects, handlers, verb, std::move(caller), std::move(input));
    });
}

}  // namespace freshet::aws::s3_words

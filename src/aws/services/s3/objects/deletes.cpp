// Deleting objects, one and many.
#include "aws/model/s3.h"
#include "aws/services/s3/guards.h"

namespace freshet::aws::s3_words {
namespace {

using namespace s3;

constexpr std::size_t deletions_max = 1000;  ///< S3: of one request

class Handlers {
  public:
    explicit Handlers(objects::Objects& objects) : objects_(objects) {}

    io::Task<Answer<DeleteObjectOutput>> remove(Caller, DeleteObjectRequest input) {
        objects::Deletion deletion{input.key};
        if (input.if_match) deletion.must_match = unquoted(*input.if_match);
        deletion.modified = input.if_match_last_modified_time;
        if (input.if_match_size) deletion.size = static_cast<std::uint64_t>(*input.if_match_size);
        std::vector<objects::Deletion> deletions;
        deletions.push_back(std::move(deletion));
        auto removed = co_await objects_.remove_many(input.bucket, std::move(deletions));
        if (!removed) co_return refuse(removed.error(), input.bucket, input.key);
        if (!removed->front()) co_return refuse(removed->front().error(), input.bucket, input.key);
        co_return DeleteObjectOutput{};
    }

    io::Task<Answer<DeleteObjectsOutput>> remove_many(Caller, DeleteObjectsRequest input) {
        const std::vector<ObjectIdentifier>& asked = input.delete_.objects;
        if (asked.empty() || asked.size() > deletions_max) co_return malformed_xml();
        std::vector<objects::Deletion> deletions;
        for (const ObjectIdentifier& one : asked) {
            if (!refusal_of(one)) deletions.push_back(deletion_of(one));
        }
        auto removed = co_await objects_.remove_many(input.bucket, std::move(deletions));
        if (!removed) co_return refuse(removed.error(), input.bucket);
        DeleteObjectsOutput out;
        std::size_t next = 0;
        for (const ObjectIdentifier& one : asked) {
            std::optional<Fault> refusal = refusal_of(one);
            if (!refusal) {
                const Result<>& outcome = removed->at(next++);
                if (!outcome) refusal = refuse(outcome.error(), input.bucket, one.key).error();
            }
            if (refusal)
                add_error(out, one, std::move(*refusal));
            else if (!input.delete_.quiet.value_or(false))
                add_deleted(out, one);
        }
        co_return out;
    }

  private:
    /// Of an entry that is not tried.
    static std::optional<Fault> refusal_of(const ObjectIdentifier& one) {
        if (one.key.empty())
            return Fault{"UserKeyMustBeSpecified", "The key must be specified.", 400};
        if (!one.version_id || *one.version_id == "null") return std::nullopt;
        return Fault{"NoSuchVersion", "The specified version does not exist.", 404};
    }

    static objects::Deletion deletion_of(const ObjectIdentifier& one) {
        objects::Deletion deletion{one.key};
        if (one.e_tag) deletion.must_match = unquoted(*one.e_tag);
        deletion.modified = one.last_modified_time;
        if (one.size) deletion.size = static_cast<std::uint64_t>(*one.size);
        return deletion;
    }

    static void add_error(DeleteObjectsOutput& out, const ObjectIdentifier& one, Fault fault) {
        if (!out.errors) out.errors.emplace();
        s3::Error& error = out.errors->emplace_back();
        error.key = one.key;
        error.version_id = one.version_id;
        error.code = std::move(fault.code);
        error.message = std::move(fault.message);
    }

    static void add_deleted(DeleteObjectsOutput& out, const ObjectIdentifier& one) {
        if (!out.deleted) out.deleted.emplace();
        DeletedObject& deleted = out.deleted->emplace_back();
        deleted.key = one.key;
        deleted.version_id = one.version_id;
    }

    objects::Objects& objects_;
};

}  // namespace

void register_deletes(Router& router, io::Core& home, objects::Objects& objects) {
    const auto handlers = std::make_shared<Handlers>(objects);
    serve<DeleteObjectOp>(router, home, objects, handlers, &Handlers::remove);
    serve<DeleteObjectsOp>(router, home, objects, handlers, &Handlers::remove_many);
}

}  // namespace freshet::aws::s3_words

// Buckets. Removed only when they are empty, or when the caller says that their objects may go.
#include <fmt/format.h>

#include "aws/model/s3.h"
#include "objects/bucket_name.h"
#include "pipeline/resource.h"

namespace freshet::pipeline {
namespace {

using namespace aws::s3;

class BucketResource final : public Resource {
  public:
    BucketResource(std::string name, const Surroundings& surroundings)
        : name_(std::move(name)),
          region_(surroundings.region),
          empties_first_(surroundings.empties_buckets) {}

    Fields wanted() const override { return {}; }

    io::Task<aws::Answer<std::optional<Fields>>> look(Calls& calls) override {
        auto found = co_await calls.call<HeadBucketOp>({.bucket = name_});
        if (!found && is_absent(found.error())) co_return std::nullopt;
        if (!found) co_return pass(found);
        co_return Fields();
    }

    io::Task<aws::Answer<void>> create(Calls& calls) override {
        CreateBucketRequest request;
        request.bucket = name_;
        if (region_ != "us-east-1")
            request.create_bucket_configuration.emplace().location_constraint = region_;
        auto made = co_await calls.run<CreateBucketOp>(std::move(request));
        co_return made;
    }

    io::Task<aws::Answer<void>> change(Calls&, std::set<std::string>) override {
        co_return aws::Answer<void>();
    }

    io::Task<aws::Answer<std::string>> obstacle(Calls& calls, std::set<std::string>) override {
        if (empties_first_) co_return std::string();
        auto page = co_await calls.call<ListObjectsV2Op>({.bucket = name_, .max_keys = 1});
        if (!page) co_return pass(page);
        co_return page->contents && !page->contents->empty()
            ? "the bucket has objects; --empty-buckets removes them too"
            : "";
    }

    io::Task<aws::Answer<void>> remove(Calls& calls) override {
        while (empties_first_) {
            auto page = co_await calls.call<ListObjectsV2Op>({.bucket = name_});
            if (!page) co_return pass(page);
            if (!page->contents || page->contents->empty()) break;
            DeleteObjectsRequest request;
            request.bucket = name_;
            for (const Object& object : *page->contents)
                request.delete_.objects.emplace_back().key = object.key.value_or("");
            auto done = co_await calls.run<DeleteObjectsOp>(std::move(request));
            if (!done) co_return done;
        }
        auto removed = co_await calls.run<DeleteBucketOp>({.bucket = name_});
        co_return removed;
    }

  private:
    std::string name_, region_;
    bool empties_first_;
};

}  // namespace

std::unique_ptr<Resource> read_bucket(std::string name, Section& section,
                                      const Surroundings& surroundings) {
    if (!surroundings.destroys && !objects::is_bucket_name(name))
        section.wrong("", fmt::format("a bucket cannot have the name '{}'", name));
    return std::make_unique<BucketResource>(std::move(name), surroundings);
}

}  // namespace freshet::pipeline

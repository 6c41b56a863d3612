// Crawlers over prefixes of buckets. The file makes them; when they run is the user's.
#include <fmt/format.h>

#include "aws/model/glue.h"
#include "pipeline/resource.h"

namespace freshet::pipeline {
namespace {

using namespace aws::glue;

std::string text_of(const CrawlerTargets& targets) {
    std::string out;
    for (const S3Target& target : targets.s3_targets.value_or(std::vector<S3Target>()))
        out += fmt::format("{}{}", out.empty() ? "" : " ", target.path.value_or(""));
    return out;
}

class CrawlerResource final : public Resource {
  public:
    CrawlerResource(std::string name, Section& section, const Surroundings& surroundings) {
        request_.name = std::move(name);
        request_.role = surroundings.role_arn(section.text("role"));
        request_.database_name = section.text("database");
        if (const std::string prefix = section.text("table_prefix", ""); !prefix.empty())
            request_.table_prefix = prefix;
        if (const std::string text = section.text("description", ""); !text.empty())
            request_.description = text;
        auto& targets = request_.targets.s3_targets.emplace();
        for (const std::string& path : section.texts("paths")) targets.emplace_back().path = path;
        if (targets.empty()) section.wrong("paths", "'paths' is not given");
    }

    Fields wanted() const override {
        return {{"role", request_.role},
                {"database", request_.database_name.value_or("")},
                {"table_prefix", request_.table_prefix.value_or("")},
                {"description", request_.description.value_or("")},
                {"paths", text_of(request_.targets)}};
    }

    io::Task<aws::Answer<std::optional<Fields>>> look(Calls& calls) override {
        auto found = co_await calls.call<GetCrawlerOp>({.name = request_.name});
        if (!found && is_absent(found.error())) co_return std::nullopt;
        if (!found) co_return pass(found);
        const Crawler crawler = found->crawler.value_or(Crawler());
        co_return Fields{{"role", crawler.role.value_or("")},
                         {"database", crawler.database_name.value_or("")},
                         {"table_prefix", crawler.table_prefix.value_or("")},
                         {"description", crawler.description.value_or("")},
                         {"paths", text_of(crawler.targets.value_or(CrawlerTargets()))}};
    }

    io::Task<aws::Answer<void>> create(Calls& calls) override {
        auto made = co_await calls.run<CreateCrawlerOp>(request_);
        co_return made;
    }

    io::Task<aws::Answer<void>> change(Calls& calls, std::set<std::string>) override {
        UpdateCrawlerRequest request;
        request.name = request_.name;
        request.role = request_.role;
        request.database_name = request_.database_name;
        request.table_prefix = request_.table_prefix.value_or("");
        request.description = request_.description.value_or("");
        request.targets = request_.targets;
        auto changed = co_await calls.run<UpdateCrawlerOp>(std::move(request));
        co_return changed;
    }

    io::Task<aws::Answer<void>> remove(Calls& calls) override {
        auto removed = co_await calls.run<DeleteCrawlerOp>({.name = request_.name});
        co_return removed;
    }

  private:
    CreateCrawlerRequest request_;
};

}  // namespace

std::unique_ptr<Resource> read_crawler(std::string name, Section& section,
                                       const Surroundings& surroundings) {
    return std::make_unique<CrawlerResource>(std::move(name), section, surroundings);
}

}  // namespace freshet::pipeline

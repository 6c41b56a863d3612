#include "pipeline/needs.h"

#include <algorithm>

#include "aws/model/glue.h"
#include "aws/model/kinesis.h"
#include "aws/model/lambda.h"

namespace freshet::pipeline {
namespace {

template <class Op>
io::Task<aws::Answer<void>> describe(Calls& calls, typename Op::Input input) {
    auto found = co_await calls.call<Op>(std::move(input));
    if (!found) co_return pass(found);
    co_return aws::Answer<void>();
}

io::Task<aws::Answer<void>> find(Calls& calls, Need need) {
    aws::Answer<void> found;
    switch (need.kind) {
        case Need::Kind::stream:
            found = co_await describe<aws::kinesis::DescribeStreamSummaryOp>(
                calls, {.stream_name = need.name});
            break;
        case Need::Kind::function:
            found = co_await describe<aws::lambda::GetFunctionConfigurationOp>(
                calls, {.function_name = need.name});
            break;
        case Need::Kind::database:
            found = co_await describe<aws::glue::GetDatabaseOp>(calls, {.name = need.name});
            break;
        case Need::Kind::crawler:
            found = co_await describe<aws::glue::GetCrawlerOp>(calls, {.name = need.name});
            break;
        case Need::Kind::job:
            found = co_await describe<aws::glue::GetJobOp>(calls, {.job_name = need.name});
            break;
    }
    co_return found;
}

const char* word_of(Need::Kind kind) {
    switch (kind) {
        case Need::Kind::stream:
            return "stream";
        case Need::Kind::function:
            return "function";
        case Need::Kind::database:
            return "database";
        case Need::Kind::crawler:
            return "crawler";
        case Need::Kind::job:
            return "job";
    }
    return "";
}

}  // namespace

io::Task<aws::Answer<void>> find_needs(Calls& calls, const Resource& resource,
                                       const std::vector<Named>& resources) {
    for (const Need& need : resource.needs()) {
        const bool is_named = std::ranges::any_of(resources, [&](const Named& one) {
            return one.kind == std::string_view(word_of(need.kind)) && one.name == need.name;
        });
        if (is_named || need.name.empty() || need.name.starts_with("arn:")) continue;
        auto found = co_await find(calls, need);
        if (!found) co_return found;
    }
    co_return aws::Answer<void>();
}

}  // namespace freshet::pipeline

#include "pipeline/calls.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/any_core.h"
#include "aws/http/rim.h"
#include "aws/protocol/built.h"
#include "aws/protocol/validate.h"

namespace freshet::pipeline {

namespace {

bool changes_something(std::string_view operation) {
    static constexpr std::string_view reads[] = {"Describe", "Get", "Head", "List"};
    return std::ranges::none_of(reads, [&](auto verb) { return operation.starts_with(verb); });
}

}  // namespace

io::Task<aws::Answer<void>> Calls::dispatch(const aws::OperationInfo& operation,
                                            std::shared_ptr<void> input,
                                            std::shared_ptr<void> output) {
    const aws::Router::Entry* entry =
        services_.router.find(operation.service->name, operation.name);
    if (!entry)
        co_return std::unexpected(aws::Fault{"UnknownOperationException",
                                             fmt::format("Freshet does not build {} of {}",
                                                         operation.name, operation.service->name)});
    aws::Violations violations;
    aws::validate(*operation.input, input.get(), violations);
    if (!violations.empty())
        co_return std::unexpected(
            violations.fault(*operation.service, entry->service->violation_code()));
    auto built = aws::refuse_unbuilt(operation, input.get(), caller_.account());
    if (!built || (is_judging_ && changes_something(operation.name))) co_return built;
    auto done = co_await io::run_on(aws::core_for(*entry->home),
                                    entry->call(caller_, input.get(), output.get()));
    co_return done;
}

io::Task<aws::Answer<void>> Calls::statement_ended(std::string execution_id) {
    if (is_judging_) co_return aws::Answer<void>();
    const Home home{caller_.account(), caller_.region()};
    auto ended = co_await io::run_on(
        services_.queries.home(),
        services_.queries.ended(home, query::ExecutionId(std::move(execution_id))));
    if (!ended)
        co_return std::unexpected(aws::Fault{"InternalServerException", ended.error().message()});
    if (ended->state != query::State::succeeded)
        co_return std::unexpected(
            aws::Fault{"InvalidRequestException",
                       ended->problem ? ended->problem->message : "the statement was cancelled"});
    co_return aws::Answer<void>();
}

bool is_absent(const aws::Fault& fault) {
    return fault.code == "ResourceNotFoundException" || fault.code == "EntityNotFoundException" ||
           fault.code == "NoSuchEntity" || fault.code == "NoSuchBucket" ||
           fault.code == "NotFound" || fault.code == "404";
}

}  // namespace freshet::pipeline

#include "app/ports/schedule.h"

#include "app/ports/analytics.h"
#include "schedule/errors.h"

namespace freshet::app {

bool ScheduleCallee::can_call(const std::string& arn) const { return function_of(arn).has_value(); }

io::Task<Result<>> ScheduleCallee::call(std::string arn, Bytes event, std::string token) {
    const auto key = function_of(arn);
    if (!key) co_return fail(schedule::Errc::not_found, arn);
    auto called = co_await io::run_on(
        functions_.home(), functions_.invoke_later(*key, std::move(event), std::move(token)));
    if (!called && called.error().is(functions::Errc::not_found))
        co_return fail(schedule::Errc::not_found, called.error().message());
    co_return called;
}

}  // namespace freshet::app

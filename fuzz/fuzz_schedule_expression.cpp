// Schedule expressions: refused, or with a next tick behind the time asked for.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/schedule_expression.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    for (const std::string& one : {text, "cron(" + text + ")", "rate(" + text + ")"}) {
        const auto expression = ScheduleExpression::parse(one);
        if (!expression) continue;
        const Timestamp now = from_epoch_ms(1'767'225'600'000);
        const auto next = expression->next(now);
        if (next && *next <= now) std::abort();
    }
    return 0;
}

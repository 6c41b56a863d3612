// Calls: at once, or later from the table of events (retry.h decides what becomes of those).
#include <fmt/format.h>

#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "functions/functions.h"
#include "functions/limits.h"
#include "functions/retry.h"
#include "functions/store.h"
#include "functions/workers.h"

namespace freshet::functions {

io::Task<Result<InvokeResult>> Functions::invoke(FunctionKey key, Bytes payload,
                                                 std::string client_context) {
    if (payload.size() > payload_bytes_max)
        co_return fail(Errc::too_large,
                       fmt::format("{} byte payload is too large for the RequestResponse "
                                   "invocation type (limit {} bytes)",
                                   payload.size(), payload_bytes_max));
    auto found = find(key);
    if (!found) co_return pass(found);
    const Timestamp begun = parts_.home.now();
    ++figures_[key].running;
    auto result = co_await workers_->call(
        std::move(*found), payload.empty() ? Bytes::literal("{}") : std::move(payload),
        std::move(client_context));
    Figures& figures = figures_[key];
    --figures.running;
    FRESHET_CHECK(figures.running >= 0);  // each call ends once
    if (tried(result) == Tried::throttled) {
        ++figures.throttles;
        figures.trouble = result.error().message();
        co_return result;
    }
    ++figures.calls;
    figures.last_took = parts_.home.now() - begun;
    durations_[key].add(static_cast<double>(figures.last_took.count()));
    figures.trouble = !result ? result.error().message()
                      : result->function_error.empty()
                          ? ""
                          : result->payload.slice(0, trouble_bytes_max).str();
    if (!figures.trouble.empty()) ++figures.failures;
    co_return result;
}

Figures Functions::figures(const FunctionKey& key) const {
    const auto found = figures_.find(key);
    return found == figures_.end() ? Figures{} : found->second;
}

io::Task<Result<>> Functions::invoke_later(FunctionKey key, Bytes payload, std::string token) {
    if (payload.size() > event_payload_bytes_max)
        co_return fail(
            Errc::too_large,
            fmt::format(
                "{} byte payload is too large for the Event invocation type (limit {} bytes)",
                payload.size(), event_payload_bytes_max));
    if (!functions_.contains(key)) co_return not_found(key);
    const Timestamp now = parts_.home.now();
    store::StoredEvent event{0, key, std::move(payload), 1, now};
    auto added = co_await parts_.database.write(
        [&](meta::Txn& txn) { return store::add_event(txn, event, token, now); });
    if (!added) co_return pass(added);
    events_changed_.notify();
    co_return Result<>();
}

io::Task<void> Functions::run_event(std::int64_t id, FunctionKey key, Bytes payload, int attempt) {
    auto result = co_await invoke(key, std::move(payload));
    if (stopping_.was_requested())
        co_return;  // the event stays and is called again after the start
    const auto next = next_attempt(tried(result), attempt, parts_.home.now());
    auto written = co_await parts_.database.write([=](meta::Txn& txn) {
        return next ? store::postpone_event(txn, id, next->number, next->due)
                    : store::remove_event(txn, id);
    });
    if (!written) log_error("functions", written.error().message());
}

io::Task<void> Functions::run_events() {
    while (!stopping_.was_requested()) {
        auto events = co_await parts_.database.read([](const meta::Connection& connection) {
            return store::next_events(connection, events_at_once);
        });
        if (stopping_.was_requested()) co_return;
        io::Scope batch(parts_.home);
        std::optional<Timestamp> next;
        if (events) {
            for (const auto& event : *events) {
                if (event.due <= parts_.home.now())
                    batch.spawn(run_event(event.id, event.key, event.payload, event.attempt));
                else if (!next)
                    next = event.due;
            }
        }
        const bool has_run = batch.running() > 0;
        co_await batch.join();
        if (has_run || stopping_.was_requested()) continue;
        co_await events_changed_.wait_until(next.value_or(parts_.home.now() + 60s));
    }
}

}  // namespace freshet::functions

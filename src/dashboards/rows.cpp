#include "dashboards/rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "dashboards/limits.h"

namespace freshet::dashboards {

/// Queries of a set are numbered from 1: `started` of them began, `finished` of them ended.
struct Rows::Held {
    explicit Held(io::Core& core) : changed(core) {}
    Data data;
    std::optional<Error> failure;    ///< of the last query
    std::optional<Timestamp> tried;  ///< when the last query that ended began
    Timestamp seen;
    std::uint64_t started = 0, finished = 0;
    bool is_running() const { return started > finished; }
    io::Signal changed;
};

namespace {

std::size_t size_of(const Data& data) {
    std::size_t bytes = 0;
    for (const auto& row : data.rows) {
        for (const auto& cell : row) bytes += sizeof cell + (cell ? cell->size() : 0);
    }
    return bytes;
}

}  // namespace

io::Task<void> Rows::stop() {
    is_stopping_ = true;
    co_await scope_.join();
}

const Data& Rows::of(const Held& held) { return held.data; }

io::Task<Result<Data>> Rows::young(DataSet set, Millis age_max) {
    auto held = held_of(set.key);
    held->seen = home_.now();
    if (!held->tried || home_.now() - *held->tried >= age_max) {
        const std::uint64_t query = held->is_running() ? held->started : held->started + 1;
        auto waited = co_await wait_for(held, std::move(set), query);
        if (!waited) co_return pass(waited);
    }
    co_return held->data;
}

io::Task<Result<Data>> Rows::fresh(DataSet set) {
    auto held = held_of(set.key);
    held->seen = home_.now();
    auto waited = co_await wait_for(held, std::move(set), held->started + 1);
    if (!waited) co_return pass(waited);
    co_return held->data;
}

io::Task<Result<std::shared_ptr<Rows::Held>>> Rows::ask_first(DataSet set) {
    auto held = std::make_shared<Held>(home_);
    held->seen = home_.now();
    auto waited = co_await wait_for(held, std::move(set), 1);
    if (!waited) co_return pass(waited);
    if (held->failure) co_return std::unexpected(*held->failure);
    co_return held;
}

void Rows::keep(const Key& set, std::shared_ptr<Held> held) {
    held_[set] = std::move(held);
    drop_longest_unseen();
}

std::shared_ptr<Rows::Held> Rows::held_of(const Key& set) {
    auto& held = held_[set];
    if (held) return held;
    auto made = held = std::make_shared<Held>(home_);
    made->seen = home_.now();
    drop_longest_unseen();
    return made;
}

void Rows::drop_longest_unseen() {
    while (held_.size() > limits::held_max) {
        const auto oldest =
            std::ranges::min_element(held_, {}, [](const auto& one) { return one.second->seen; });
        held_.erase(oldest);  // who waits for it has a hand on it
    }
}

io::Task<Result<>> Rows::wait_for(std::shared_ptr<Held> held, DataSet set, std::uint64_t query) {
    while (held->finished < query) {
        if (held->is_running()) {
            co_await held->changed.wait();
        } else if (is_stopping_) {
            co_return fail(Errc::unavailable, "The server is stopping.");
        } else {
            ++held->started;
            scope_.spawn(run(held, set));
        }
    }
    co_return Result<>();
}

io::Task<void> Rows::run(std::shared_ptr<Held> held, DataSet set) {
    const Timestamp began = home_.now();
    auto answer = co_await queries_.ask(set.key.home, set.database, set.sql);
    if (answer && size_of(*answer) > limits::rows_bytes_max)
        answer = fail(Errc::invalid,
                      fmt::format("The answer is larger than {} bytes.", limits::rows_bytes_max));
    if (answer) {
        held->data = std::move(*answer);
        held->data.refreshed = began;
        held->data.took = home_.now() - began;
        held->data.error.clear();
        held->failure.reset();
    } else {
        held->data.error = answer.error().message();
        held->failure = std::move(answer.error());
    }
    held->tried = began;
    ++held->finished;
    held->changed.notify();
}

}  // namespace freshet::dashboards

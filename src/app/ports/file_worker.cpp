#include "app/ports/file_worker.h"

#include <filesystem>
#include <mutex>
#include <utility>

#include "base/check.h"

namespace freshet::app {
namespace {

using sql::ErrorCode;
using sql::plan::Failed;

constexpr Millis idle_max = 1min;     ///< then the process ends
constexpr Millis plan_time_max = 2h;  ///< of one plan; then its worker is killed

/// What a plan's worker may have left that ended before it could remove it.
void remove_outputs(const sql::plan::WritePlan& plan) {
    namespace fs = std::filesystem;
    const sql::plan::WriteTarget& target = plan.target;
    std::error_code problem;
    for (const auto& entry : fs::directory_iterator(target.directory, problem)) {
        std::string name = entry.path().filename().string();
        // The engine writes a file under a name with this in front until it is whole.
        if (name.starts_with("tmp_")) name.erase(0, 4);
        std::error_code ignored;
        if (name.starts_with(target.file_name + "-") || name == target.file_name + ".parts")
            fs::remove_all(entry.path(), ignored);
    }
    fs::remove(plan.rejects_path, problem);
    fs::remove(plan.rejects_path + ".found", problem);
}

}  // namespace

std::string worker_program() {
    std::error_code problem;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", problem);
    return (self.parent_path() / "freshet-query").string();
}

struct FileWorker::State {
    State(io::Core& home_, std::string program_)
        : home(home_), program(std::move(program_)), freed(home_), stop(home_), loops(home_) {}

    io::Core& home;
    std::string program;
    io::Pool pool{1, "file-worker"};
    std::mutex mutex;                       ///< of the next two, between the pool and stop()
    std::unique_ptr<query::Worker> worker;  ///< replaced on the pool alone
    bool is_stopping = false;
    std::uint64_t memory_mib = 0;  ///< of the plans that `worker` takes
    bool is_busy = false, is_watched = false;
    Timestamp last_used;
    io::Signal freed;
    io::StopFlag stop;
    io::Scope loops;

    static Failed stopping() { return {ErrorCode::user_canceled, "the server stops"}; }

    /// On the pool.
    std::expected<void, Failed> make_ready(std::uint64_t plan_memory_mib) {
        const bool fits = worker && worker->is_alive() && memory_mib == plan_memory_mib;
        if (fits) return {};
        replace_worker(nullptr);
        auto started = query::Worker::start(program);
        if (!started)
            return std::unexpected(
                Failed{ErrorCode::generic_internal_error, started.error().message()});
        memory_mib = plan_memory_mib;
        if (!replace_worker(std::move(*started))) return std::unexpected(stopping());
        return {};
    }

    /// False when no plan may begin any more.
    bool replace_worker(std::unique_ptr<query::Worker> with) {
        const std::scoped_lock lock(mutex);
        worker = std::move(with);
        return !is_stopping;
    }

    /// The plan that runs is given up: what it wrote belongs to its caller.
    void give_up() {
        const std::scoped_lock lock(mutex);
        is_stopping = true;
        if (worker) worker->kill();
    }

    /// A warm worker may have died since its last plan: then another one takes this one.
    template <class Ask>
    auto ask(std::uint64_t plan_memory_mib, Ask& plan)
        -> decltype(plan(std::declval<query::Worker&>())) {
        for (int attempt = 0;; ++attempt) {
            if (auto ready = make_ready(plan_memory_mib); !ready) return pass(ready);
            auto answer = plan(*worker);
            const bool was_dead = !answer && answer.error().code == ErrorCode::worker_gone;
            if (!was_dead || attempt > 0) return answer;
        }
    }

    template <class Answer, class Ask>
    io::Task<std::expected<Answer, Failed>> run(std::uint64_t plan_memory_mib, Ask plan) {
        FRESHET_CHECK(io::Core::current() == &home);
        while (is_busy && !stop.was_requested()) co_await freed.wait();
        if (stop.was_requested()) co_return std::unexpected(stopping());
        is_busy = true;
        auto answer = co_await pool.run([&] { return ask(plan_memory_mib, plan); });
        is_busy = false;
        last_used = home.now();
        freed.notify();
        if (stop.was_requested()) co_return std::unexpected(stopping());
        if (!std::exchange(is_watched, true)) loops.spawn(watch());
        co_return answer;
    }

    /// Ends the process after a while without plans.
    io::Task<void> watch() {
        while (true) {
            const bool has_slept = co_await stop.sleep_until(last_used + idle_max);
            if (!has_slept) co_return;
            if (is_busy || home.now() < last_used + idle_max) {
                last_used = is_busy ? home.now() : last_used;
                continue;
            }
            is_busy = true;
            co_await pool.run([this] { replace_worker(nullptr); });
            is_busy = false;
            is_watched = false;
            freed.notify();
            co_return;
        }
    }
};

FileWorker::FileWorker(io::Core& home, std::string program)
    : state_(std::make_unique<State>(home, std::move(program))) {}
FileWorker::~FileWorker() = default;

io::Task<std::expected<sql::plan::Written, Failed>> FileWorker::write(sql::plan::WritePlan plan) {
    auto written =
        co_await state_->run<sql::plan::Written>(plan.memory_mib, [&plan](query::Worker& worker) {
            auto answer = worker.write(plan, plan_time_max);
            if (!answer) remove_outputs(plan);
            return answer;
        });
    co_return written;
}

io::Task<std::expected<sql::plan::Looked, Failed>> FileWorker::look(sql::plan::LookPlan plan) {
    auto looked = co_await state_->run<sql::plan::Looked>(
        plan.memory_mib,
        [&plan](query::Worker& worker) { return worker.look(plan, plan_time_max); });
    co_return looked;
}

io::Task<void> FileWorker::stop() {
    FRESHET_CHECK(io::Core::current() == &state_->home);
    state_->stop.request();
    state_->give_up();
    while (state_->is_busy) co_await state_->freed.wait();
    co_await state_->loops.join();
    co_await state_->pool.run([this] { state_->replace_worker(nullptr); });
}

}  // namespace freshet::app

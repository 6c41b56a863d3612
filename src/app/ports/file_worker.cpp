#include "app/ports/file_worker.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/check.h"
#include "io/faults/failpoint.h"

namespace freshet::app {
namespace {

using sql::ErrorCode;
using sql::plan::Failed;

constexpr Millis idle_max = 1min;  ///< then the process ends

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

/// For a test: the text that a plan reads, cut to some bytes.
std::string text_of(const sql::plan::WritePlan& plan) {
    const auto& files = plan.source.files;
    if (files.empty() || files[0].extents.empty()) return "";
    const sql::plan::Extent& extent = files[0].extents[0];
    std::string text(std::min<std::uint64_t>(extent.size, 1 << 20), '\0');
    std::ifstream file(extent.path, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(extent.offset));
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

std::expected<sql::plan::Written, Failed> write_with(query::Worker& worker,
                                                     const sql::plan::WritePlan& plan,
                                                     Millis time_max) {
    namespace failpoints = io::failpoints;
    if (failpoints::is_armed() &&
        failpoints::at_call("worker.ends", text_of(plan)) == failpoints::Action::on)
        worker.kill();
    auto answer = worker.write(plan, time_max);
    if (!answer) remove_outputs(plan);
    return answer;
}

}  // namespace

std::string worker_program() {
    std::error_code problem;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", problem);
    return (self.parent_path() / "freshet-query").string();
}

struct FileWorker::State {
    /// Of one process. On the home core; `worker` is replaced on the pool while the seat is busy,
    /// and `is_cancelled` is read there.
    struct Seat {
        std::unique_ptr<query::Worker> worker;
        std::uint64_t memory_mib = 0;  ///< of the plans that `worker` takes
        bool is_busy = false;
        Timestamp last_used;
        std::string plan;  ///< the name of the one at work; "" for none
        bool is_cancelled = false;
    };

    State(io::Core& home_, std::string program_, std::size_t processes)
        : home(home_),
          program(std::move(program_)),
          pool(processes, "file-worker"),
          seats(processes),
          freed(home_),
          stop(home_),
          loops(home_) {}

    io::Core& home;
    std::string program;
    io::Pool pool;
    std::mutex mutex;  ///< of seats but for what is of the home core, and of the next one
    std::vector<Seat> seats;
    bool is_stopping = false;
    bool is_watched = false;
    io::Signal freed;
    io::StopFlag stop;
    io::Scope loops;

    static Failed cancelled() { return {ErrorCode::user_canceled, "the run was stopped"}; }
    static Failed stopping() { return {ErrorCode::user_canceled, "the server stops"}; }

    /// On the pool.
    std::expected<void, Failed> make_ready(Seat& seat, std::uint64_t plan_memory_mib) {
        const bool fits =
            seat.worker && seat.worker->is_alive() && seat.memory_mib == plan_memory_mib;
        if (fits) return {};
        replace_worker(seat, nullptr);
        auto started = query::Worker::start(program);
        if (!started)
            return std::unexpected(
                Failed{ErrorCode::generic_internal_error, started.error().message()});
        seat.memory_mib = plan_memory_mib;
        if (!replace_worker(seat, std::move(*started))) return std::unexpected(stopping());
        return {};
    }

    /// False when no plan may begin any more.
    bool replace_worker(Seat& seat, std::unique_ptr<query::Worker> with) {
        const std::scoped_lock lock(mutex);
        seat.worker = std::move(with);
        return !is_stopping;
    }

    /// The plans that run are given up: what they wrote belongs to their callers.
    void give_up() {
        const std::scoped_lock lock(mutex);
        is_stopping = true;
        for (Seat& seat : seats) {
            if (seat.worker) seat.worker->kill();
        }
    }

    void begin(Seat& seat, std::string name) {
        const std::scoped_lock lock(mutex);
        seat.plan = std::move(name);
        seat.is_cancelled = false;
    }
    void cancel(const std::string& name) {
        const std::scoped_lock lock(mutex);
        for (Seat& seat : seats) {
            if (!seat.is_busy || seat.plan != name) continue;
            seat.is_cancelled = true;
            if (seat.worker) seat.worker->kill();
        }
    }
    bool was_cancelled(const Seat& seat) {
        const std::scoped_lock lock(mutex);
        return seat.is_cancelled;
    }

    /// A warm worker may have died since its last plan: then another one takes this one.
    template <class Ask>
    auto ask(Seat& seat, std::uint64_t plan_memory_mib, Ask& plan)
        -> decltype(plan(std::declval<query::Worker&>())) {
        for (int attempt = 0;; ++attempt) {
            if (auto ready = make_ready(seat, plan_memory_mib); !ready) return pass(ready);
            if (was_cancelled(seat)) return std::unexpected(cancelled());
            auto answer = plan(*seat.worker);
            if (!answer && was_cancelled(seat)) return std::unexpected(cancelled());
            const bool was_dead = !answer && answer.error().code == ErrorCode::worker_gone;
            if (!was_dead || attempt > 0) return answer;
        }
    }

    /// Null when all are busy; one with a worker that takes such plans before the others.
    Seat* free_seat(std::uint64_t plan_memory_mib) {
        Seat* found = nullptr;
        for (Seat& seat : seats) {
            if (seat.is_busy) continue;
            if (seat.worker && seat.memory_mib == plan_memory_mib) return &seat;
            if (found == nullptr) found = &seat;
        }
        return found;
    }

    template <class Answer, class Ask>
    io::Task<std::expected<Answer, Failed>> run(std::string name, std::uint64_t plan_memory_mib,
                                                Ask plan) {
        FRESHET_CHECK(io::Core::current() == &home);
        Seat* seat = free_seat(plan_memory_mib);
        while (seat == nullptr && !stop.was_requested()) {
            co_await freed.wait();
            seat = free_seat(plan_memory_mib);
        }
        if (stop.was_requested()) co_return std::unexpected(stopping());
        seat->is_busy = true;
        begin(*seat, std::move(name));
        auto answer = co_await pool.run([&] { return ask(*seat, plan_memory_mib, plan); });
        release(*seat);
        if (stop.was_requested()) co_return std::unexpected(stopping());
        if (!std::exchange(is_watched, true)) loops.spawn(watch());
        co_return answer;
    }

    void release(Seat& seat) {
        seat.is_busy = false;
        seat.plan.clear();
        seat.last_used = home.now();
        freed.notify();
    }

    /// When a process may have been idle for long enough; nothing when there is none.
    std::optional<Timestamp> next_look() const {
        std::optional<Timestamp> next;
        for (const Seat& seat : seats) {
            if (!seat.is_busy && !seat.worker) continue;
            const Timestamp due = (seat.is_busy ? home.now() : seat.last_used) + idle_max;
            next = next ? std::min(*next, due) : due;
        }
        return next;
    }

    /// Ends the processes after a while without plans.
    io::Task<void> watch() {
        while (const auto next = next_look()) {
            const bool has_slept = co_await stop.sleep_until(*next);
            if (!has_slept) co_return;
            for (Seat& seat : seats) {
                if (seat.is_busy || !seat.worker || home.now() < seat.last_used + idle_max)
                    continue;
                seat.is_busy = true;
                co_await pool.run([&] { replace_worker(seat, nullptr); });
                seat.is_busy = false;
                freed.notify();
            }
        }
        is_watched = false;
    }

    bool is_busy() const { return std::ranges::any_of(seats, &Seat::is_busy); }
};

FileWorker::FileWorker(io::Core& home, std::string program, std::size_t processes)
    : state_(std::make_unique<State>(home, std::move(program), processes)) {}
FileWorker::~FileWorker() = default;

io::Task<std::expected<sql::plan::Written, Failed>> FileWorker::write(sql::plan::WritePlan plan,
                                                                      std::string name,
                                                                      Millis time_max) {
    bool has_ended = false;
    auto written = co_await state_->run<sql::plan::Written>(
        std::move(name), plan.memory_mib, [&](query::Worker& worker) {
            auto answer = write_with(worker, plan, time_max);
            has_ended = !answer && !worker.is_alive();
            return answer;
        });
    if (!written && has_ended && written.error().code == ErrorCode::generic_internal_error)
        written.error().code = ErrorCode::worker_gone;
    co_return written;
}

io::Task<std::expected<sql::plan::Looked, Failed>> FileWorker::look(sql::plan::LookPlan plan,
                                                                    std::string name) {
    auto looked = co_await state_->run<sql::plan::Looked>(
        std::move(name), plan.memory_mib,
        [&plan](query::Worker& worker) { return worker.look(plan, plan_time_max); });
    co_return looked;
}

void FileWorker::cancel(const std::string& name) {
    FRESHET_CHECK(io::Core::current() == &state_->home);
    state_->cancel(name);
}

io::Task<void> FileWorker::stop() {
    FRESHET_CHECK(io::Core::current() == &state_->home);
    state_->stop.request();
    state_->give_up();
    while (state_->is_busy()) {
        co_await state_->freed.wait();
    }
    co_await state_->loops.join();
    co_await state_->pool.run([this] {
        for (State::Seat& seat : state_->seats) state_->replace_worker(seat, nullptr);
    });
}

}  // namespace freshet::app

// A Core is one thread's event loop: everything with this home core runs on it, one thing at a
// time, so state needs no lock. Others send it messages (`post`) or hop onto it (`run_on`).
// Blocking work goes to a Pool and returns home. No other header includes Asio.
#pragma once
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

#include "base/check.h"
#include "io/clock.h"
#include "io/task.h"

namespace boost::asio {
class io_context;
}

namespace freshet::io {

using Action = std::move_only_function<void()>;

class Core {
  public:
    explicit Core(Clock& clock);
    ~Core();
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    /// Any thread: `action` runs on this core later, in posting order.
    void post(Action action);
    Clock& clock() { return clock_; }
    Timestamp now() const { return clock_.now(); }

    /// This core only: `action` runs once at or after `when` (this core's Clock).
    using TimerId = std::uint64_t;
    TimerId call_at(Timestamp when, Action action);
    void cancel(TimerId id);

    /// Runs the loop on the calling thread until stop(); for tests and for the main thread.
    void run();
    /// Any thread: the loop ends after what it is doing now.
    void stop();

    /// The core whose loop the calling thread runs; never null inside a Task.
    static Core* current();
    /// For sockets: aws/http and io only.
    boost::asio::io_context& context();

    /// `co_await core.enter();` continues on this core.
    struct Enter {
        Core& core;
        bool await_ready() const noexcept { return Core::current() == &core; }
        void await_suspend(std::coroutine_handle<> here) const {
            core.post([here] { here.resume(); });
        }
        void await_resume() const noexcept {}
    };
    Enter enter() { return Enter{*this}; }

  private:
    struct State;
    void fire_due_timers();
    void arm();
    Clock& clock_;
    std::unique_ptr<State> state_;
};

/// The program's cores, each on a thread of its own between start() and stop().
class Cores {
  public:
    Cores(Clock& clock, std::size_t count);
    ~Cores();
    std::size_t size() const { return cores_.size(); }
    Core& at(std::size_t index) { return *cores_[index]; }
    /// The home of everything that is not spread by hash.
    Core& main() { return *cores_.front(); }
    /// The home core of a name: fixed for a number of cores.
    Core& home_of(std::size_t hash) { return *cores_[hash % cores_.size()]; }
    void start();
    void stop();

  private:
    std::vector<std::unique_ptr<Core>> cores_;
    std::vector<std::thread> threads_;
};

/// Runs `task` on `target` and comes back to the core that awaits.
template <class T>
Task<T> run_on(Core& target, Task<T> task) {
    Core* home = Core::current();
    co_await target.enter();
    if constexpr (std::is_void_v<T>) {
        co_await task;
        co_await home->enter();
    } else {
        T result = co_await task;
        co_await home->enter();
        co_return result;
    }
}

/// Starts `task` on `core` and forgets it; prefer a Scope, which joins.
void detach(Core& core, Task<void> task);

/// The children of one owner: spawn() starts them, join() waits for all. One core only.
class Scope {
  public:
    explicit Scope(Core& core) : core_(core) {}
    ~Scope();
    /// This core only.
    void spawn(Task<void> task);
    /// Completes when no child is left. Ask them to stop first.
    Task<void> join();
    std::size_t running() const { return running_; }

  private:
    Task<void> run_child(Task<void> task);
    Core& core_;
    std::size_t running_ = 0;
    std::vector<std::coroutine_handle<>> joiners_;
};

/// Wakes tasks that wait for a condition. One core only; waiters look again after waking.
class Signal {
  public:
    explicit Signal(Core& core) : state_(std::make_shared<State>(core)) {}
    /// Resumes everyone who waits now.
    void notify();
    /// `co_await signal.wait();`
    Task<void> wait();
    /// Waits for notify() or for `deadline` on the core's Clock, whichever is first; true when
    /// notified.
    Task<bool> wait_until(Timestamp deadline);

  private:
    struct Waiter {
        std::coroutine_handle<> handle;
        Core::TimerId timer = 0;
        bool was_notified = false;
    };
    struct State {
        explicit State(Core& core_) : core(core_) {}
        Core& core;
        std::vector<std::shared_ptr<Waiter>> waiters;
    };
    struct Park;
    std::shared_ptr<State> state_;
};

/// Asks a loop to end, and wakes it from its sleep. One core only.
class StopFlag {
  public:
    explicit StopFlag(Core& core) : signal_(core) {}
    void request() {
        was_requested_ = true;
        signal_.notify();
    }
    bool was_requested() const { return was_requested_; }
    /// False when stop was requested, before or during the sleep.
    Task<bool> sleep_until(Timestamp when);

  private:
    bool was_requested_ = false;
    Signal signal_;
};

/// Sleeps on the current core's Clock.
Task<void> sleep_until(Timestamp when);

/// A value that one side sets once, from any thread, and one task awaits on its own core.
template <class T>
class Promise;

/// Threads for work that blocks: fsync, SQLite, compression, spawning. The queue is bounded by the
/// number of tasks that can wait for it.
class Pool {
  public:
    Pool(std::size_t threads, const char* name);
    ~Pool();
    /// Any thread.
    void submit(Action action);
    /// Runs `work` on a pool thread and resumes on the core that awaits. `work` returns a value.
    template <class Work>
    Task<std::invoke_result_t<Work>> run(Work work) {
        using T = std::invoke_result_t<Work>;
        if constexpr (std::is_void_v<T>) {
            co_await Switch{*this, Core::current(), [&] { work(); }};
        } else {
            std::optional<T> result;
            co_await Switch{*this, Core::current(), [&] { result.emplace(work()); }};
            co_return std::move(*result);
        }
    }

  private:
    struct Switch {
        Pool& pool;
        Core* home;
        Action work;
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> here) {
            pool.submit([this, here] {
                work();
                home->post([here] { here.resume(); });
            });
        }
        void await_resume() const noexcept {}
    };
    struct State;
    std::unique_ptr<State> state_;
};

/// Runs `task` on a fresh core on the calling thread until done: tests and the command line.
void run_to_end(Clock& clock, std::function<Task<void>(Core&)> body);

template <class T>
class Promise {
  public:
    explicit Promise(Core& waiter) : state_(std::make_shared<State>(waiter)) {}
    /// Once, from any thread.
    void set(T value) {
        auto state = state_;
        state->core.post([state, value = std::move(value)]() mutable {
            FRESHET_CHECK(!state->value);
            state->value.emplace(std::move(value));
            if (state->waiter) std::exchange(state->waiter, nullptr).resume();
        });
    }
    /// Once, on the core named in the constructor.
    Task<T> get() {
        auto state = state_;
        co_await Park{*state};
        co_return std::move(*state->value);
    }

  private:
    struct State {
        explicit State(Core& core_) : core(core_) {}
        Core& core;
        std::optional<T> value;
        std::coroutine_handle<> waiter;
    };
    struct Park {
        State& state;
        bool await_ready() const noexcept { return state.value.has_value(); }
        void await_suspend(std::coroutine_handle<> here) const { state.waiter = here; }
        void await_resume() const noexcept {}
    };
    std::shared_ptr<State> state_;
};

}  // namespace freshet::io

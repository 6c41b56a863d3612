#include "io/core.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>

#include "base/check.h"

namespace freshet::io {
namespace {

thread_local Core* current_core = nullptr;

/// Owns itself: destroyed when the task is done.
struct Detached {
    struct promise_type {
        Detached get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        [[noreturn]] void unhandled_exception() { std::terminate(); }
    };
};

/// Unlike Core::Enter, always goes through the queue: a detached task never runs inside its
/// starter.
struct Requeue {
    Core& core;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> here) const {
        core.post([here] { here.resume(); });
    }
    void await_resume() const noexcept {}
};

Detached run_detached(Core& core, Task<void> task) {
    co_await Requeue{core};
    co_await task;
}

}  // namespace

struct Core::State {
    boost::asio::io_context context{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{
        context.get_executor()};
    boost::asio::steady_timer timer{context};
    std::map<std::pair<Timestamp, TimerId>, Action> timers;
    std::map<TimerId, Timestamp> due;
    TimerId last_timer = 0;

    std::mutex mutex;
    std::vector<Action> inbox;  ///< posted, oldest first
    bool is_called = false;     ///< the loop will look into it
    void call() {
        boost::asio::post(context, [this] { take_in(); });
    }
    void take_in();
};

Core::Core(Clock& clock) : clock_(clock), state_(std::make_unique<State>()) {
    clock_.on_advance(this, [this] { post([this] { fire_due_timers(); }); });
}
Core::~Core() {
    clock_.off_advance(this);
    // What an action holds may post when it goes.
    while (!state_->inbox.empty()) std::exchange(state_->inbox, {}).clear();
}

/// A burst of actions costs the loop one wake-up.
void Core::post(Action action) {
    {
        const std::scoped_lock lock(state_->mutex);
        state_->inbox.push_back(std::move(action));
        if (std::exchange(state_->is_called, true)) return;
    }
    state_->call();
}

void Core::State::take_in() {
    std::vector<Action> taken;
    {
        const std::scoped_lock lock(mutex);
        taken.swap(inbox);
        is_called = false;
    }
    for (auto action = taken.begin(); action != taken.end(); ++action) {
        (*action)();
        *action = nullptr;
        if (!context.stopped()) continue;
        // Work queued after a stop() runs when the loop runs again, or never.
        const std::scoped_lock lock(mutex);
        inbox.insert(inbox.begin(), std::move_iterator(action + 1),
                     std::move_iterator(taken.end()));
        if (!inbox.empty() && !std::exchange(is_called, true)) call();
        return;
    }
}

Core* Core::current() { return current_core; }
boost::asio::io_context& Core::context() { return state_->context; }

void Core::run() {
    Core* before = std::exchange(current_core, this);
    state_->context.restart();
    state_->context.run();
    current_core = before;
}

void Core::stop() { state_->context.stop(); }

Core::TimerId Core::call_at(Timestamp when, Action action) {
    const TimerId id = ++state_->last_timer;
    state_->timers.emplace(std::pair(when, id), std::move(action));
    state_->due.emplace(id, when);
    if (state_->timers.begin()->first.second == id) arm();
    return id;
}

void Core::cancel(TimerId id) {
    const auto found = state_->due.find(id);
    if (found == state_->due.end()) return;
    state_->timers.erase({found->second, id});
    state_->due.erase(found);
}

void Core::fire_due_timers() {
    const Timestamp now = clock_.now();
    while (!state_->timers.empty() && state_->timers.begin()->first.first <= now) {
        auto node = state_->timers.extract(state_->timers.begin());
        state_->due.erase(node.key().second);
        node.mapped()();
    }
    arm();
}

void Core::arm() {
    if (state_->timers.empty()) return;
    const Timestamp first = state_->timers.begin()->first.first;
    if (clock_.is_manual()) {
        if (first <= clock_.now()) post([this] { fire_due_timers(); });
        return;
    }
    state_->timer.expires_after(std::max(first - clock_.now(), 0ms));
    state_->timer.async_wait([this](const boost::system::error_code& error) {
        if (!error) fire_due_timers();
    });
}

Cores::Cores(Clock& clock, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) cores_.push_back(std::make_unique<Core>(clock));
}
Cores::~Cores() { stop(); }

void Cores::start() {
    for (auto& core : cores_) threads_.emplace_back([&core] { core->run(); });
}

void Cores::stop() {
    for (auto& core : cores_) core->stop();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
}

void detach(Core& core, Task<void> task) { run_detached(core, std::move(task)); }

Scope::~Scope() { FRESHET_CHECK(running_ == 0); }

Task<void> Scope::run_child(Task<void> task) {
    co_await task;
    --running_;
    if (running_ > 0) co_return;
    for (const auto joiner : std::exchange(joiners_, {})) core_.post([joiner] { joiner.resume(); });
}

void Scope::spawn(Task<void> task) {
    ++running_;
    detach(core_, run_child(std::move(task)));
}

Task<void> Scope::join() {
    struct Park {
        Scope& scope;
        bool await_ready() const noexcept { return scope.running_ == 0; }
        void await_suspend(std::coroutine_handle<> here) const { scope.joiners_.push_back(here); }
        void await_resume() const noexcept {}
    };
    co_await Park{*this};
}

struct Signal::Park {
    State& state;
    std::shared_ptr<Waiter> waiter;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> here) const {
        waiter->handle = here;
        state.waiters.push_back(waiter);
    }
    void await_resume() const noexcept {}
};

void Signal::notify() {
    for (auto& waiter : std::exchange(state_->waiters, {})) {
        waiter->was_notified = true;
        if (waiter->timer != 0) state_->core.cancel(waiter->timer);
        state_->core.post([handle = waiter->handle] { handle.resume(); });
    }
}

Task<void> Signal::wait() {
    auto state = state_;
    co_await Park{*state, std::make_shared<Waiter>()};
}

Task<bool> Signal::wait_until(Timestamp deadline) {
    auto state = state_;
    auto waiter = std::make_shared<Waiter>();
    waiter->timer = state->core.call_at(deadline, [state, waiter] {
        waiter->timer = 0;
        std::erase(state->waiters, waiter);
        waiter->handle.resume();
    });
    co_await Park{*state, waiter};
    co_return waiter->was_notified;
}

Task<bool> StopFlag::sleep_until(Timestamp when) {
    while (!was_requested_ && Core::current()->now() < when) co_await signal_.wait_until(when);
    co_return !was_requested_;
}

Task<void> sleep_until(Timestamp when) {
    struct Park {
        Timestamp when;
        bool await_ready() const noexcept { return Core::current()->now() >= when; }
        void await_suspend(std::coroutine_handle<> here) const {
            Core::current()->call_at(when, [here] { here.resume(); });
        }
        void await_resume() const noexcept {}
    };
    co_await Park{when};
}

struct Pool::State {
    std::mutex mutex;
    std::condition_variable ready;
    std::deque<Action> queue;
    bool is_stopping = false;
    std::vector<std::thread> threads;

    void work() {
        std::unique_lock lock(mutex);
        while (true) {
            ready.wait(lock, [this] { return is_stopping || !queue.empty(); });
            if (queue.empty()) return;
            Action action = std::move(queue.front());
            queue.pop_front();
            lock.unlock();
            action();
            lock.lock();
        }
    }
};

Pool::Pool(std::size_t threads, const char* name) : state_(std::make_unique<State>()) {
    for (std::size_t i = 0; i < threads; ++i) {
        state_->threads.emplace_back([state = state_.get()] { state->work(); });
        pthread_setname_np(state_->threads.back().native_handle(), name);
    }
}

Pool::~Pool() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->is_stopping = true;
    }
    state_->ready.notify_all();
    for (auto& thread : state_->threads) thread.join();
}

void Pool::submit(Action action) {
    {
        const std::lock_guard lock(state_->mutex);
        state_->queue.push_back(std::move(action));
    }
    state_->ready.notify_one();
}

void run_to_end(Clock& clock, std::function<Task<void>(Core&)> body) {
    Core core(clock);
    struct Main {
        static Task<void> run(Core& core, std::function<Task<void>(Core&)>& body) {
            co_await body(core);
            core.stop();
        }
    };
    detach(core, Main::run(core, body));
    core.run();
}

}  // namespace freshet::io

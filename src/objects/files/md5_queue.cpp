#include "objects/files/md5_queue.h"

#include <deque>
#include <mutex>

#include "base/check.h"

namespace freshet::objects {

/// Lives as long as its thread's last look at it.
struct Md5Queue::State {
    struct Job {
        Md5Stream* stream;
        std::vector<std::string_view> pieces;
        std::size_t next = 0;  ///< of `pieces`
        io::Promise<bool> done;

        bool is_done() const { return next == pieces.size(); }
    };

    explicit State(io::Pool& pool_) : pool(pool_) {}
    io::Pool& pool;
    std::mutex mutex;
    std::deque<Job> waiting;
    bool is_running = false;  ///< a thread of the pool is in run()

    /// Fills `jobs` up; false when there is nothing to do, and run() ends.
    bool take(std::vector<Job>& jobs) {
        const std::scoped_lock lock(mutex);
        while (jobs.size() < Md5Stream::lanes && !waiting.empty()) {
            jobs.push_back(std::move(waiting.front()));
            waiting.pop_front();
        }
        FRESHET_CHECK(is_running);
        is_running = !jobs.empty();
        return is_running;
    }

    void run() {
        std::vector<Job> jobs;
        std::vector<Md5Stream::Next> pieces;
        while (take(jobs)) {
            pieces.clear();
            for (Job& job : jobs) {
                if (!job.is_done()) pieces.push_back({job.stream, job.pieces[job.next++]});
            }
            Md5Stream::update_all(pieces);
            for (Job& job : jobs) {
                if (job.is_done()) job.done.set(true);
            }
            std::erase_if(jobs, [](const Job& job) { return job.is_done(); });
        }
    }
};

Md5Queue::Md5Queue(io::Pool& pool) : state_(std::make_shared<State>(pool)) {}

io::Promise<bool> Md5Queue::add(Md5Stream& stream, std::vector<std::string_view> pieces) {
    io::Promise<bool> done(*io::Core::current());
    bool begins = false;
    {
        const std::scoped_lock lock(state_->mutex);
        state_->waiting.push_back({&stream, std::move(pieces), 0, done});
        begins = !std::exchange(state_->is_running, true);
    }
    if (begins) state_->pool.submit([state = state_] { state->run(); });
    return done;
}

}  // namespace freshet::objects

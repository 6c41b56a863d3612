// A worker process (freshet-query) and the server's end of its socket (sql/plan/wire.h). A worker
// runs one plan at a time; whatever goes wrong on the socket kills it, so that an answer never
// belongs to an earlier plan.
#pragma once
#include <sys/types.h>

#include <atomic>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "sql/plan/wire.h"

namespace freshet::query {

/// Life: start(), then run(), write() or look() for one plan after the other while is_alive(); the
/// destructor kills the process and waits for its end. All of these block: call them from a pool
/// thread, one at a time. kill() and is_alive() from any thread, as long as the object lives.
class Worker {
  public:
    static Result<std::unique_ptr<Worker>> start(const std::string& path);
    ~Worker();
    Worker(const Worker&) = delete;

    /// Gives the rows in pieces; the bytes scanned, or what failed. `plan_frame` is
    /// encode_plan()'s. ErrorCode::worker_gone: the worker had ended before it took the plan, which
    /// another one may run. After the failure of a plan the worker is alive; after one of the
    /// worker (it died, took longer than `time_max`, or answered nonsense) it is not. `rows`
    /// returns false to have no more: the worker is then killed.
    std::expected<std::uint64_t, sql::plan::Failed> run(
        const std::string& plan_frame, Millis time_max,
        const std::function<bool(std::vector<sql::plan::Cells>)>& rows);
    /// The same for plans that write files and that look at text.
    std::expected<sql::plan::Written, sql::plan::Failed> write(const sql::plan::WritePlan& plan,
                                                               Millis time_max);
    std::expected<sql::plan::Looked, sql::plan::Failed> look(const sql::plan::LookPlan& plan,
                                                             Millis time_max);
    void kill();
    bool is_alive() const { return !killed_; }

  private:
    Worker(pid_t process, int socket) : process_(process), socket_(socket) {}
    struct Answer {
        sql::plan::FrameKind kind = sql::plan::FrameKind::done;
        std::string payload;
    };
    /// The next frame; the payload of one that says what failed is the error.
    std::expected<Answer, sql::plan::Failed> next_frame(Millis& left);
    std::expected<Answer, sql::plan::Failed> answer_to(const std::string& plan_frame,
                                                       Millis time_max);
    std::unexpected<sql::plan::Failed> lose(sql::ErrorCode code, const char* message);
    bool try_send(const std::string& bytes) const;
    /// 1 read all, 0 the peer is gone, -1 time is up.
    int receive(char* out, std::size_t size, Millis& left) const;
    pid_t process_;
    int socket_;
    std::atomic<bool> killed_ = false;
};

}  // namespace freshet::query

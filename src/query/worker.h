// A worker process (freshet-query) and the talk with it. Everything here blocks: call it from a
// pool thread; kill() from any thread.
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

class Worker {
  public:
    static Result<std::unique_ptr<Worker>> start(const std::string& path);
    ~Worker();
    Worker(const Worker&) = delete;

    /// Gives the rows in pieces; the bytes scanned, or what failed. A worker that died or overran
    /// answers with a failure and is no longer is_alive(). `rows` returns false to have no more:
    /// the worker is then killed.
    std::expected<std::uint64_t, sql::plan::Failed> run(
        const std::string& plan_frame, Millis time_max,
        const std::function<bool(std::vector<sql::plan::Cells>)>& rows);
    void kill();
    bool is_alive() const { return !killed_; }

  private:
    Worker(pid_t process, int socket) : process_(process), socket_(socket) {}
    bool try_send(const std::string& bytes) const;
    /// 1 read all, 0 the peer is gone, -1 time is up.
    int receive(char* out, std::size_t size, Millis& left) const;
    pid_t process_;
    int socket_;
    std::atomic<bool> killed_ = false;
};

}  // namespace freshet::query

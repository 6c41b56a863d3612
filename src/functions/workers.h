// The warm processes of all functions. Each call gets one to itself: an idle one, a new one, or its
// turn later (worker_choice.h decides).
#pragma once
#include <map>
#include <memory>
#include <set>

#include "functions/functions.h"
#include "functions/worker_choice.h"
#include "sandbox/sandbox.h"

namespace freshet::functions {

/// Home core of functions. `parts` and `runtimes` must outlive it. Life: set_endpoint() once before
/// the first call(); after stop(), calls fail with Errc::cancelled.
class Workers {
  public:
    Workers(const Parts& parts, Runtimes& runtimes)
        : parts_(parts),
          runtimes_(runtimes),
          freed_(parts.home),
          unpacking_(parts.home),
          scope_(parts.home) {}
    void set_endpoint(std::string endpoint) { endpoint_ = std::move(endpoint); }
    io::Task<Result<InvokeResult>> call(Function function, Bytes payload,
                                        std::string client_context);
    /// Ends the waiting processes of a function whose code or settings changed.
    void retire(const FunctionKey& key);
    /// Kills all; calls under way end with an error.
    io::Task<void> stop();

  private:
    struct Worker;
    using WorkerPtr = std::shared_ptr<Worker>;
    io::Task<Result<WorkerPtr>> take(const Function& function);
    io::Task<Result<WorkerPtr>> launch(const Function& function);
    io::Task<Result<std::string>> code_directory(const Function& function);
    std::vector<Idle> idle_for(const Function& function) const;
    WorkerPtr take_idle(std::size_t place);
    void give_back(WorkerPtr worker);
    void end(WorkerPtr worker);
    io::Task<void> end_task(WorkerPtr worker);
    InvokeResult finish(Worker& worker, const Function& function, const std::string& request_id,
                        sandbox::Outcome outcome);
    void line(Worker& worker, std::string text);
    void flush(Worker& worker);
    void flush_later(const WorkerPtr& worker);
    InvokeResult no_runtime(const Function& function, std::string request_id, std::string why);
    const Parts& parts_;
    Runtimes& runtimes_;
    std::string endpoint_;
    std::set<WorkerPtr> all_;
    std::vector<WorkerPtr> idle_;  ///< the longest idle first
    std::size_t waiting_ = 0;
    std::size_t starting_ = 0;
    bool is_stopped_ = false;
    std::uint64_t unpacked_ = 0;
    io::Signal freed_;
    io::Turn unpacking_;  ///< a zip is in memory twice meanwhile: one at a time
    io::Scope scope_;
};

}  // namespace freshet::functions

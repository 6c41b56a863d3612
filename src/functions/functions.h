// The functions service (Lambda): functions, their code, their calls. One home core.
#pragma once
#include <map>
#include <memory>
#include <utility>

#include "base/tally.h"
#include "functions/errors.h"
#include "functions/ports.h"
#include "functions/runtimes.h"
#include "functions/types.h"
#include "io/core.h"
#include "io/turn.h"
#include "meta/database.h"

namespace freshet::functions {

class Workers;

struct Options {
    std::string directory;  ///< unpacked code and /tmp of the processes; may be emptied while down
    RuntimeOptions runtimes;  ///< its directory is made inside `directory`
};

struct Parts {
    io::Cores& cores;
    io::Core& home;
    io::Pool& pool;
    meta::Database& database;
    LogSink& logs;
    Options options;
};

/// Life: load() before the home core runs, start(), stop() before it is destroyed. Verbs run on the
/// home core; those that change a function come one at a time and complete when they are durable.
/// What `parts` refers to must outlive it.
class Functions {
  public:
    explicit Functions(Parts parts);
    ~Functions();
    /// Reads what is stored, and empties the directory of an earlier run.
    Result<> load();
    /// Home core. `endpoint`: where handlers find Freshet.
    void start(std::string endpoint);
    io::Task<void> stop();
    /// Calls fail from now on, those under way too, and that says nothing of the function.
    bool is_stopping() const { return stopping_.was_requested(); }
    io::Core& home() { return parts_.home; }

    io::Task<Result<Function>> create(FunctionKey key, Settings settings, Bytes zip,
                                      std::map<std::string, std::string> tags);
    Result<Function> find(const FunctionKey& key) const;
    std::vector<Function> list(const Home& home) const;
    const std::map<FunctionKey, Function>& all() const { return functions_; }
    Figures figures(const FunctionKey& key) const;
    /// The zip as it was given, when it is the one of `sha256` and the time `until_s` has not
    /// passed.
    io::Task<Result<Bytes>> code(FunctionKey key, std::string sha256, std::int64_t until_s);
    /// Milliseconds of the calls that ended since the last time.
    std::map<FunctionKey, Tally> take_durations() { return std::exchange(durations_, {}); }
    /// Why the function cannot be called: its runtime is not on this machine. "" when it is.
    std::string runtime_trouble(const Function& function) const;
    /// The newest runtime that this machine has; "" when it has none.
    io::Task<std::string> newest_runtime();
    /// `revision`: what it must have now; "" for any.
    io::Task<Result<Function>> update_code(FunctionKey key, Bytes zip, std::string revision);
    io::Task<Result<Function>> update_settings(FunctionKey key, SettingsChange change,
                                               std::string revision);
    io::Task<Result<>> remove(FunctionKey key);
    io::Task<Result<>> add_statement(FunctionKey key, Statement statement, std::string revision);
    io::Task<Result<>> remove_statement(FunctionKey key, std::string id, std::string revision);

    /// Home core. Waits for the answer; a handler's failure is a result, not an error.
    io::Task<Result<InvokeResult>> invoke(FunctionKey key, Bytes payload,
                                          std::string client_context = "");
    /// Durable when it completes; called soon after, and twice more when the handler fails.
    /// `token`: the same token is one call, however often it is asked for; "" for a new one.
    io::Task<Result<>> invoke_later(FunctionKey key, Bytes payload, std::string token = "");

  private:
    /// Errc::wrong_revision when `revision` is given and is not the function's.
    Result<Function> find_unchanged(const FunctionKey& key, const std::string& revision,
                                    std::string_view operation) const;
    io::Task<Result<Function>> save(Function changed);
    io::Task<Result<>> check_runtime(std::string name);
    io::Task<void> check_runtimes();
    io::Task<void> run_events();
    io::Task<void> run_event(std::int64_t id, FunctionKey key, Bytes payload, int attempt);
    Parts parts_;
    std::map<FunctionKey, Function> functions_;
    std::map<FunctionKey, Figures> figures_;
    std::map<FunctionKey, Tally> durations_;
    std::unique_ptr<Runtimes> runtimes_;
    std::map<std::string, std::string> missing_runtimes_;  ///< of stored functions, and why
    std::unique_ptr<Workers> workers_;
    io::Turn changing_;      ///< a change reads a function, waits, and writes it
    io::Turn reading_code_;  ///< the database holds a zip beside what was read of it: one at a time
    io::StopFlag stopping_;
    io::Signal events_changed_;
    io::Scope scope_;
};

/// Errc::not_found, in Lambda's words.
Failure not_found(const FunctionKey& key);
/// Errc::wrong_revision; `operation` returns the present one.
Failure stale(std::string_view operation);

}  // namespace freshet::functions

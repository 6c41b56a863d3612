// The analytics service (Kinesis Data Analytics for SQL): applications, their code, their runs. Its
// home core is that of the streams; each run has a core by the name of its application, beside the
// streams' where there is another. Every change completes after it is durable.
#pragma once
#include <functional>
#include <memory>

#include "analytics/errors.h"
#include "analytics/ports.h"
#include "analytics/run/runner.h"
#include "analytics/types.h"
#include "record/transform.h"

namespace freshet::analytics {

enum class Start { now, trim_horizon, last_stopped_point };

struct Sample {
    std::string stream_arn;
    Start start = Start::now;
    std::string bucket_arn, object_key;  ///< instead of a stream
    std::optional<Processor> processor;
};

struct Discovery {
    record::Discovered found;
    std::vector<std::string> raw, processed;
};

/// Life: load() before the core runs, start() once, then calls on the home core in any order;
/// stop() gives each run time for a last snapshot and completes when none is left: only then may
/// the parts go. Pointers from find(), list() and all() are good until the caller waits.
class Applications {
  public:
    Applications(Runner::Parts parts, io::Cores& cores) : parts_(parts), cores_(cores) {}
    ~Applications();
    Result<> load();
    /// Continues what was running.
    void start();
    io::Task<void> stop();
    io::Core& home() { return parts_.home; }

    io::Task<Result<>> create(Application wanted);
    Result<const Application*> find(const ApplicationKey& key) const;
    std::vector<const Application*> list(const Home& home, const std::string& after) const;
    const std::map<ApplicationKey, Application>& all() const { return applications_; }
    /// Runs `edit` over a copy and makes the result the next version; a running application
    /// continues with it from where it is. `version` must be the current one.
    using Edit = std::function<Result<>(Application&)>;
    io::Task<Result<>> change(ApplicationKey key, std::int64_t version, Edit edit);
    io::Task<Result<>> remove(ApplicationKey key, Timestamp created);
    io::Task<Result<>> run(ApplicationKey key, std::string input_id, Start start);
    io::Task<Result<>> halt(ApplicationKey key);
    /// Errc::no_schema carries what was read: Discovery is filled as far as it went.
    io::Task<Result<>> discover(ApplicationKey caller, Sample sample, Discovery* out);
    /// Asks each run on its core what figures() and places() then give.
    io::Task<void> look_at_runs();
    /// As of the last look_at_runs(). Empty for one that does not run.
    Figures figures(const ApplicationKey& key) const;
    /// By partition of the input: what comes before has been taken. As of the last look_at_runs().
    /// Empty for one that does not run.
    Positions places(const ApplicationKey& key) const;

  private:
    Result<> check(const Application& application) const;
    /// What is there of a run while it lasts: itself, at home elsewhere, and how it was last seen.
    struct Run {
        std::shared_ptr<Runner> runner;
        Figures figures;
        Positions places;
    };
    io::Task<Result<>> begin(ApplicationKey key);
    /// Nothing of its run is left when this completes; nothing to do where there is none.
    io::Task<void> end_run(ApplicationKey key, std::chrono::steady_clock::time_point until);
    io::Task<Result<>> save(Application changed);
    Result<std::map<std::uint64_t, log::Ordinal>> positions(const Input& input, Start start) const;
    io::Task<Result<std::vector<record::TransformRecord>>> sample_stream(Sample sample);

    Runner::Parts parts_;
    io::Cores& cores_;
    std::map<ApplicationKey, Application> applications_;
    std::map<ApplicationKey, Run> runs_;
};

/// A fresh id of an input, an output or a logging option: "1.1".
std::string next_id(Application& application);

}  // namespace freshet::analytics

// What jobs need of their siblings; app/ports/jobs connects it. Everything is called on the home
// core, unless it says otherwise.
#pragma once
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "io/core.h"
#include "jobs/types.h"

namespace freshet::jobs {

/// Scripts and libraries in the object store.
class ScriptPort {
  public:
    virtual ~ScriptPort() = default;
    /// The object `uri` ("s3://bucket/key"). The error says what is wrong with the uri, the object
    /// or its size.
    virtual io::Task<Result<Bytes>> read(std::string uri, std::size_t bytes_max) = 0;
    /// The same into a new file.
    virtual io::Task<Result<>> save(std::string uri, std::string path, std::size_t bytes_max) = 0;
};

struct Python {
    std::vector<std::string> command;  ///< an absolute path, its arguments
    std::string path;                  ///< PYTHONPATH: where boto3 is; "" when it has it
    std::string name;                  ///< "python3.11"
};

/// The interpreters of this machine.
class PythonPort {
  public:
    virtual ~PythonPort() = default;
    /// `version`: "3.9" wants that one; what is not there, "3" and "" are the newest one. A pool
    /// thread: blocks.
    virtual Result<Python> find(const std::string& version) = 0;
};

struct Statement {
    JobKey job;
    std::string database, sql, output_location;
    std::string token;  ///< the same token starts nothing new
};
struct StatementEnd {
    std::string error;  ///< "" when it succeeded
    std::int64_t total_ms = 0, scanned_bytes = 0;
    std::string result;  ///< where its rows are: "s3://bucket/key"
};

/// The statements of Athena.
class StatementPort {
  public:
    virtual ~StatementPort() = default;
    /// Its id. The error is the statement's: syntax, an output location that is missing.
    virtual io::Task<Result<std::string>> start(Statement statement) = 0;
    /// Waits until it has ended.
    virtual io::Task<Result<StatementEnd>> ended(JobKey job, std::string id) = 0;
    virtual io::Task<void> cancel(JobKey job, std::string id) = 0;
};

class LogSink {
  public:
    virtual ~LogSink() = default;
    /// Does not wait.
    virtual void append(const JobKey& job, const std::string& group, const std::string& stream,
                        std::vector<std::string> lines) = 0;
};

/// Crawlers are of the account and region of the trigger.
class CrawlerPort {
  public:
    virtual ~CrawlerPort() = default;
    virtual bool has(const TriggerKey& trigger, const std::string& crawler) const = 0;
    virtual io::Task<Result<>> start(TriggerKey trigger, std::string crawler) = 0;
    /// Those that ended after the crawl `id`, the oldest first; all that are remembered when `id`
    /// is not among them.
    virtual std::vector<Crawl> crawls_after(const TriggerKey& trigger, const std::string& crawler,
                                            const std::string& id) const = 0;
    /// Notified when a crawl has ended.
    virtual io::Signal& crawl_ended() = 0;
};

struct Ports {
    ScriptPort& scripts;
    PythonPort& pythons;
    StatementPort& statements;
    LogSink& logs;
    CrawlerPort& crawlers;
};

}  // namespace freshet::jobs

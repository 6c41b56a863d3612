// What jobs and triggers need of their siblings (jobs/ports.h), on this machine.
#pragma once
#include "functions/runtimes.h"
#include "jobs/ports.h"
#include "lake/lake.h"
#include "monitor/logs.h"
#include "objects/objects.h"
#include "query/query.h"

namespace freshet::app {

class JobScripts final : public jobs::ScriptPort {
  public:
    JobScripts(objects::Objects& objects, io::Pool& pool) : objects_(objects), pool_(pool) {}
    io::Task<Result<Bytes>> read(std::string uri, std::size_t bytes_max) override;
    io::Task<Result<>> save(std::string uri, std::string path, std::size_t bytes_max) override;

  private:
    io::Task<Result<objects::ObjectInfo>> find(std::string uri, std::size_t bytes_max);
    objects::Objects& objects_;
    io::Pool& pool_;
};

/// The interpreters that functions run by, with boto3.
class JobPythons final : public jobs::PythonPort {
  public:
    explicit JobPythons(functions::RuntimeOptions options) : runtimes_(std::move(options)) {}
    Result<jobs::Python> find(const std::string& version) override;

  private:
    functions::Runtimes runtimes_;
};

class JobStatements final : public jobs::StatementPort {
  public:
    explicit JobStatements(query::Query& query) : query_(query) {}
    io::Task<Result<std::string>> start(jobs::Statement statement) override;
    io::Task<Result<jobs::StatementEnd>> ended(jobs::JobKey job, std::string id) override;
    io::Task<void> cancel(jobs::JobKey job, std::string id) override;

  private:
    query::Query& query_;
};

/// The log store's home core is the jobs'.
class JobLines final : public jobs::LogSink {
  public:
    explicit JobLines(monitor::Logs& logs) : logs_(logs) {}
    void append(const jobs::JobKey& job, const std::string& group, const std::string& stream,
                std::vector<std::string> lines) override;

  private:
    monitor::Logs& logs_;
};

/// The crawlers' home core is the triggers'.
class JobCrawlers final : public jobs::CrawlerPort {
  public:
    explicit JobCrawlers(lake::Crawlers& crawlers) : crawlers_(crawlers) {}
    bool has(const jobs::TriggerKey& trigger, const std::string& crawler) const override;
    io::Task<Result<>> start(jobs::TriggerKey trigger, std::string crawler) override;
    std::vector<jobs::Crawl> crawls_after(const jobs::TriggerKey& trigger,
                                          const std::string& crawler,
                                          const std::string& id) const override;
    io::Signal& crawl_ended() override { return crawlers_.ended(); }

  private:
    lake::Crawlers& crawlers_;
};

}  // namespace freshet::app

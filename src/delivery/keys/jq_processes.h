// The processes in which jq queries run (freshet-jq): one a query, started when it is needed. A
// query that runs for too long, or takes its process down, costs the record that made it do so.
#pragma once
#include <sys/types.h>

#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "base/time.h"
#include "delivery/ports.h"

namespace freshet::delivery {

/// One process and the server's end of its socket. One call at a time; all of them block. The
/// destructor kills the process and waits for its end.
class JqProcess {
  public:
    /// Errc::unavailable when it cannot be started, Errc::invalid_argument when jq refuses `query`.
    static Result<std::unique_ptr<JqProcess>> start(const std::string& path,
                                                    const std::string& query);
    ~JqProcess();
    JqProcess(const JqProcess&) = delete;
    JqProcess& operator=(const JqProcess&) = delete;

    /// The answer to a frame's payload; nothing when it did not come within `time_max`, or the
    /// process ended. Then it is not asked again.
    std::optional<std::string> ask(std::string_view payload, Millis time_max);

  private:
    JqProcess(pid_t process, int socket) : process_(process), socket_(socket) {}
    bool try_send(std::string_view bytes) const;
    bool try_receive(char* out, std::size_t size, Millis& left) const;
    pid_t process_;
    int socket_;
};

/// Any thread. A query that is not used makes room for another one after a while.
class JqProcesses final : public KeyExtractor {
  public:
    /// `path`: of freshet-jq.
    explicit JqProcesses(std::string path) : path_(std::move(path)) {}
    Result<> check(const std::string& query) override;
    Result<std::vector<std::expected<PartitionKeys, std::string>>> extract(
        const std::string& query, std::span<const std::string_view> records) override;

  private:
    using Answers = std::vector<std::expected<PartitionKeys, std::string>>;
    std::unique_ptr<JqProcess> take(const std::string& query);
    void put_back(const std::string& query, std::unique_ptr<JqProcess> process);
    /// A batch; record by record when the process does not answer.
    Result<> extract_batch(const std::string& query, std::span<const std::string_view> records,
                           std::unique_ptr<JqProcess>& process, Answers& answers);

    const std::string path_;
    std::mutex mutex_;
    std::list<std::pair<std::string, std::unique_ptr<JqProcess>>> idle_;  ///< the latest first
};

}  // namespace freshet::delivery

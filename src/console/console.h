// The user interface at /_freshet/ and its API at /_freshet/api/. start() and stop() on the home
// core; handle() on any.
#pragma once
#include <memory>
#include <string>

#include "aws/http/front.h"
#include "console/answers.h"
#include "console/live.h"
#include "console/parts.h"
#include "console/rates.h"
#include "console/topics.h"

namespace freshet::console {

/// start() once on the home core, then handle() from any core: it answers on the home core. stop()
/// completes when nothing samples any more; all calls of handle() end before this goes, and the
/// services of `parts` outlive it.
class Console final : public aws::ConsoleHandler {
  public:
    explicit Console(Parts parts);
    void start();
    /// Ends what pages watch, and the sampling.
    io::Task<void> stop();
    io::Core& home() { return parts_.home; }
    io::Task<io::HttpResponse> handle(io::HttpRequest request) override;

  private:
    /// On the home core.
    io::Task<io::HttpResponse> answer(Question question);
    io::Task<io::HttpResponse> live(Question question);
    io::Task<Bytes> homes(Home shown);
    io::Task<Bytes> catalog(Home home);
    io::Task<io::HttpResponse> query(Question question);
    io::Task<io::HttpResponse> cancel_query(Question question);
    io::Task<io::HttpResponse> switch_application(Question question);
    Bytes applications(const Home& home) const;
    Bytes dashboards(const Home& home) const;
    io::Task<io::HttpResponse> set_mode(Question question);
    io::Task<void> keep_sampling();

    Parts parts_;
    Rates rates_;
    ShardRates shard_rates_;
    Topics topics_;
    std::shared_ptr<LiveFloor> floor_;
    io::Scope scope_;
};

}  // namespace freshet::console

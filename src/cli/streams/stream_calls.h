// What the commands ask of a stream over the public protocol: every page of a listing, and calls
// that are made again while the other side is too busy.
#pragma once
#include <random>
#include <string>
#include <vector>

#include "aws/client.h"
#include "aws/model/kinesis.h"
#include "cli/global_options.h"
#include "cli/streams/ring.h"

namespace freshet::cli {

/// Whether the same call may be answered later: throttled, the server's fault, and a connection
/// that failed, where the server `has_answered` before.
bool is_passing(const aws::Fault& fault, bool has_answered);

/// "ResourceNotFoundException: Stream s under account ... not found."
std::string text_of(const aws::Fault& fault);

/// Pauses between tries: twice as long each time, with jitter.
class Backoff {
  public:
    static constexpr int tries_max = 12;
    static constexpr Millis first = 50ms, longest = 5000ms;
    /// False when there were enough tries.
    io::Task<bool> pause(io::Core& core);
    void reset() { tried_ = 0; }

  private:
    int tried_ = 0;
    std::mt19937_64 random_{std::random_device{}()};
};

/// A call that only reads, made again while the other side is too busy.
template <class Op>
io::Task<aws::Answer<typename Op::Output>> ask(io::Core& core, aws::Client& client,
                                               typename Op::Input input,
                                               bool has_answered = false) {
    Backoff backoff;
    while (true) {
        auto answer = co_await client.call<Op>(input);
        if (answer || !is_passing(answer.error(), has_answered)) co_return answer;
        const bool may_retry = co_await backoff.pause(core);
        if (!may_retry) co_return answer;
    }
}

io::Task<aws::Answer<std::vector<std::string>>> stream_names(io::Core& core, aws::Client& client);
io::Task<aws::Answer<aws::kinesis::DescribeStreamSummaryOutput>> describe(io::Core& core,
                                                                          aws::Client& client,
                                                                          std::string stream);
/// All that are kept, open and closed, by id.
io::Task<aws::Answer<std::vector<aws::kinesis::Shard>>> all_shards(io::Core& core,
                                                                   aws::Client& client,
                                                                   std::string stream);
io::Task<aws::Answer<std::vector<aws::kinesis::Consumer>>> all_consumers(io::Core& core,
                                                                         aws::Client& client,
                                                                         std::string stream_arn);

/// In order of hash keys, and of ids.
std::vector<RingShard> ring_of(const std::vector<aws::kinesis::Shard>& shards);

}  // namespace freshet::cli

// What analytics needs of streams, delivery, functions and objects (analytics/ports.h).
#pragma once
#include "analytics/ports.h"
#include "delivery/delivery.h"
#include "functions/functions.h"
#include "monitor/logs.h"
#include "objects/objects.h"
#include "stream/stream.h"

namespace freshet::app {

class AnalyticsSiblings final : public analytics::Siblings {
  public:
    AnalyticsSiblings(stream::Streams& streams, delivery::Deliveries& deliveries,
                      functions::Functions& functions, objects::Objects& objects,
                      monitor::Logs& logs)
        : streams_(streams),
          deliveries_(deliveries),
          functions_(functions),
          objects_(objects),
          logs_(logs) {}
    Result<std::vector<analytics::Shard>> shards(const std::string& stream_arn) override;
    bool is_end(const Bytes& logged) const override;
    Result<analytics::SourceRecord> decode(const Bytes& logged) const override;
    std::string sequence_number(const analytics::Shard& shard,
                                const log::Record& record) const override;
    Result<std::vector<log::Append>> place(const analytics::Output& output,
                                           std::vector<Bytes> rows) override;
    io::Task<Result<Bytes>> call(std::string function_arn, Bytes event) override;
    void write_log(const std::string& log_stream_arn, Timestamp time, std::string line) override;
    io::Task<Result<Bytes>> read_object(std::string bucket_arn, std::string key,
                                        std::size_t bytes_max) override;

  private:
    Result<const stream::Stream*> find_stream(const std::string& arn) const;
    stream::Streams& streams_;
    delivery::Deliveries& deliveries_;
    functions::Functions& functions_;
    objects::Objects& objects_;
    monitor::Logs& logs_;
    std::uint64_t rows_placed_ = 0;
};

/// From any core; does not wait.
void write_log_line(monitor::Logs& logs, monitor::GroupKey group, std::string stream,
                    monitor::Line line);

/// The function that "arn:aws:lambda:REGION:ACCOUNT:function:NAME[:$LATEST]" names; nothing when it
/// is none.
std::optional<functions::FunctionKey> function_of(const std::string& arn);

}  // namespace freshet::app

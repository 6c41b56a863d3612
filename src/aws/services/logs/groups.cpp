// Groups and streams of logs: listed.
#include <fmt/format.h>

#include <algorithm>

#include "aws/model/logs.h"
#include "aws/protocol/page_token.h"
#include "aws/services/logs/words.h"

namespace freshet::aws::logs_words {
namespace {

using namespace logs;
namespace domain = monitor;

constexpr int describe_default = 50;

/// The place of a stream in a listing.
struct StreamPlace {
    std::int64_t time_ms = 0;  ///< of its last event; 0 in order of names
    std::string name;
    auto operator<=>(const StreamPlace&) const = default;
};

/// A page's token holds the last stream of the page before, "TIME/NAME": the page continues after
/// it, whatever was added or deleted.
std::optional<StreamPlace> stream_place(std::string_view token) {
    const auto last = page_start(token);
    const std::size_t slash = last ? last->find('/') : std::string::npos;
    if (slash == std::string::npos) return std::nullopt;
    const auto time = number_in(std::string_view(*last).substr(0, slash));
    if (!time) return std::nullopt;
    return StreamPlace{*time, last->substr(slash + 1)};
}

class Handlers {
  public:
    explicit Handlers(domain::Logs& logs) : logs_(logs) {}

    io::Task<Answer<DescribeLogGroupsResponse>> groups(Caller caller,
                                                       DescribeLogGroupsRequest request) {
        if (request.log_group_name_prefix && request.log_group_name_pattern)
            co_return std::unexpected(
                Fault{"InvalidParameterException",
                      "LogGroup name prefix and LogGroup name pattern are mutually exclusive "
                      "parameters."});
        const std::string prefix = request.log_group_name_prefix.value_or("");
        auto all = co_await logs_.groups(caller.home(), prefix);
        if (!all) co_return refuse(all.error());
        if (const auto& pattern = request.log_group_name_pattern)
            std::erase_if(*all, [&](const domain::Group& group) {
                return group.name.find(*pattern) == std::string::npos;
            });
        auto next =
            cut_page(*all, request.next_token,
                     static_cast<std::size_t>(request.limit.value_or(describe_default)),
                     [](const domain::Group& group) -> const std::string& { return group.name; });
        if (!next) co_return refuse_token();
        DescribeLogGroupsResponse out;
        out.next_token = std::move(*next);
        auto& found = out.log_groups.emplace();
        for (const domain::Group& group : *all) {
            LogGroup& one = found.emplace_back();
            one.log_group_name = group.name;
            one.creation_time = to_epoch_ms(group.created);
            one.metric_filter_count = 0;
            one.arn = arn_of(caller, group.name) + ":*";
            one.log_group_arn = arn_of(caller, group.name);
            one.stored_bytes = group.bytes;
            one.log_group_class = "STANDARD";
        }
        co_return out;
    }

    io::Task<Answer<DescribeLogStreamsResponse>> streams(Caller caller,
                                                         DescribeLogStreamsRequest request) {
        std::optional<StreamPlace> after;
        if (request.next_token) after = stream_place(*request.next_token);
        if (request.next_token && !after) co_return refuse_token();
        const std::string group = group_name(request.log_group_name, request.log_group_identifier);
        auto all = co_await logs_.streams({caller.home(), group},
                                          request.log_stream_name_prefix.value_or(""));
        if (!all) co_return refuse(all.error());
        const bool is_by_time = request.order_by == "LastEventTime";
        const bool descends = request.descending.value_or(false);
        const auto place_of = [is_by_time](const domain::Stream& stream) {
            return StreamPlace{is_by_time && stream.last ? to_epoch_ms(*stream.last) : 0,
                               stream.name};
        };
        std::ranges::sort(*all, {}, place_of);
        if (descends) std::ranges::reverse(*all);
        DescribeLogStreamsResponse out;
        auto& found = out.log_streams.emplace();
        const auto limit = static_cast<std::size_t>(request.limit.value_or(describe_default));
        StreamPlace last;
        for (const domain::Stream& stream : *all) {
            StreamPlace place = place_of(stream);
            if (after && (descends ? place >= *after : place <= *after)) continue;
            if (found.size() == limit) {
                out.next_token = page_token(fmt::format("{}/{}", last.time_ms, last.name));
                break;
            }
            last = std::move(place);
            LogStream& one = found.emplace_back();
            one.log_stream_name = stream.name;
            one.creation_time = to_epoch_ms(stream.created);
            if (stream.first) one.first_event_timestamp = to_epoch_ms(*stream.first);
            if (stream.last) one.last_event_timestamp = to_epoch_ms(*stream.last);
            if (stream.ingested) one.last_ingestion_time = to_epoch_ms(*stream.ingested);
            one.arn = arn_of(caller, group) + ":log-stream:" + stream.name;
            one.stored_bytes = 0;
        }
        co_return out;
    }

  private:
    domain::Logs& logs_;
};

}  // namespace

void register_groups(Router& router, monitor::Logs& logs) {
    auto h = std::make_shared<Handlers>(logs);
    io::Core& home = logs.home();
    on<DescribeLogGroupsOp>(router, home, h, &Handlers::groups);
    on<DescribeLogStreamsOp>(router, home, h, &Handlers::streams);
}

}  // namespace freshet::aws::logs_words

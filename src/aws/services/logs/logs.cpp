#include "aws/services/logs/logs.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/http/rim.h"
#include "aws/model/logs.h"
#include "aws/protocol/page_token.h"

namespace freshet::aws {
namespace {

using namespace logs;
namespace domain = monitor;

constexpr int describe_default = 50;

std::unexpected<Fault> refuse(const freshet::Error& error) {
    return std::unexpected(Fault{error.is(domain::Errc::not_found) ? "ResourceNotFoundException"
                                                                   : "ServiceUnavailableException",
                                 error.message()});
}

/// A group by its name or by its ARN, "arn:...:log-group:NAME[:*]".
std::string group_name(const std::optional<std::string>& name,
                       const std::optional<std::string>& identifier) {
    if (name) return *name;
    const std::string text = identifier.value_or("");
    constexpr std::string_view mark = ":log-group:";
    const std::size_t at = text.find(mark);
    if (at == std::string::npos) return text;
    const std::string rest = text.substr(at + mark.size());
    return rest.substr(0, rest.find(':'));
}

std::string arn_of(const Caller& caller, const std::string& group) {
    return fmt::format("arn:aws:logs:{}:{}:log-group:{}", caller.region(), caller.account(), group);
}

/// "ERROR -DEBUG \"two words\"": terms, all of which must hold.
Answer<std::vector<std::string>> terms_of(const std::string& pattern) {
    std::vector<std::string> terms;
    if (pattern.find_first_of("{[?%") != std::string::npos)
        return std::unexpected(Fault{"InvalidParameterException",
                                     "Freshet does not build filter patterns of JSON, of columns, "
                                     "with '?' or '%'; terms and \"phrases\" are built"});
    for (std::size_t at = 0; at < pattern.size();) {
        if (pattern[at] == ' ') {
            ++at;
            continue;
        }
        std::string term = pattern[at] == '-' ? "-" : "";
        at += term.size();
        const bool quoted = at < pattern.size() && pattern[at] == '"';
        const std::size_t end =
            std::min(pattern.find(quoted ? '"' : ' ', at + (quoted ? 1 : 0)), pattern.size());
        terms.push_back(term + pattern.substr(at + (quoted ? 1 : 0), end - at - (quoted ? 1 : 0)));
        at = end + 1;
    }
    return terms;
}

std::unexpected<Fault> foreign_token() {
    return std::unexpected(
        Fault{"InvalidParameterException", "The specified nextToken is invalid."});
}

constexpr int event_digits = 56;  ///< of an event's number, as AWS writes it

/// Where GetLogEvents continues: after an event, or before it.
struct EventPlace {
    bool before = false;
    std::int64_t id = 0;
};

/// "f/NUMBER/s" or "b/NUMBER/s".
std::string event_token(const EventPlace& place) {
    return fmt::format("{}/{:0{}}/s", place.before ? 'b' : 'f', place.id, event_digits);
}

std::optional<EventPlace> event_place(std::string_view token) {
    if (token.size() != event_digits + 4 || !token.ends_with("/s")) return std::nullopt;
    const auto id = number_in(token.substr(2, event_digits));
    const bool before = token.starts_with("b/");
    if (!id || *id < 0 || (!before && !token.starts_with("f/"))) return std::nullopt;
    return EventPlace{before, *id};
}

/// Where a stream stands in a listing.
struct StreamPlace {
    std::int64_t time_ms = 0;  ///< of its last event; 0 in order of names
    std::string name;
    auto operator<=>(const StreamPlace&) const = default;
};

/// A page's token holds the last stream of the page before, "TIME/NAME": the page continues after
/// it, whatever came or went.
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
        auto all = co_await logs_.groups(caller.account(), caller.region(), prefix);
        if (!all) co_return refuse(all.error());
        if (const auto& pattern = request.log_group_name_pattern)
            std::erase_if(*all, [&](const domain::Group& group) {
                return group.name.find(*pattern) == std::string::npos;
            });
        auto next =
            cut_page(*all, request.next_token,
                     static_cast<std::size_t>(request.limit.value_or(describe_default)),
                     [](const domain::Group& group) -> const std::string& { return group.name; });
        if (!next) co_return foreign_token();
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
        if (request.next_token && !after) co_return foreign_token();
        const std::string group = group_name(request.log_group_name, request.log_group_identifier);
        auto all = co_await logs_.streams({caller.account(), caller.region(), group},
                                          request.log_stream_name_prefix.value_or(""));
        if (!all) co_return refuse(all.error());
        const bool by_time = request.order_by == "LastEventTime";
        const bool descends = request.descending.value_or(false);
        const auto place_of = [by_time](const domain::Stream& stream) {
            return StreamPlace{by_time && stream.last ? to_epoch_ms(*stream.last) : 0, stream.name};
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

    io::Task<Answer<GetLogEventsResponse>> get(Caller caller, GetLogEventsRequest request) {
        domain::EventRequest wanted;
        wanted.streams = {request.log_stream_name};
        if (request.start_time) wanted.from = from_epoch_ms(*request.start_time);
        if (request.end_time) wanted.to = from_epoch_ms(*request.end_time);
        wanted.limit = static_cast<std::size_t>(
            request.limit.value_or(static_cast<int>(domain::page_events_max)));
        const auto place = event_place(request.next_token.value_or(event_token({})));
        if (!place) co_return foreign_token();
        (place->before ? wanted.before : wanted.after) = place->id;
        wanted.wants_newest =
            place->before || (!request.next_token && !request.start_from_head.value_or(false));
        const domain::GroupKey group{
            caller.account(), caller.region(),
            group_name(request.log_group_name, request.log_group_identifier)};
        auto known = co_await logs_.streams(group, request.log_stream_name);
        if (!known) co_return refuse(known.error());
        if (std::ranges::find(*known, request.log_stream_name, &domain::Stream::name) ==
            known->end())
            co_return std::unexpected(
                Fault{"ResourceNotFoundException", "The specified log stream does not exist."});
        auto events = co_await logs_.events(group, std::move(wanted));
        if (!events) co_return refuse(events.error());
        GetLogEventsResponse out;
        auto& found = out.events.emplace();
        for (const domain::Event& event : *events)
            found.push_back({to_epoch_ms(event.time), event.text, to_epoch_ms(event.ingested)});
        // The same token again says that there is nothing more.
        const std::int64_t first = std::max<std::int64_t>(place->id, 1);
        out.next_forward_token =
            event_token({false, events->empty() ? place->id : events->back().id});
        out.next_backward_token = event_token({true, events->empty() ? first : events->front().id});
        co_return out;
    }

    io::Task<Answer<FilterLogEventsResponse>> filter(Caller caller,
                                                     FilterLogEventsRequest request) {
        domain::EventRequest wanted;
        wanted.streams = request.log_stream_names.value_or(std::vector<std::string>());
        wanted.stream_prefix = request.log_stream_name_prefix.value_or("");
        if (request.start_time) wanted.from = from_epoch_ms(*request.start_time);
        if (request.end_time) wanted.to = from_epoch_ms(*request.end_time + 1);
        auto terms = terms_of(request.filter_pattern.value_or(""));
        if (!terms) co_return pass(terms);
        wanted.terms = std::move(*terms);
        const auto after = page_row(request.next_token);
        if (!after) co_return foreign_token();
        wanted.after = *after;
        const auto limit = static_cast<std::size_t>(
            request.limit.value_or(static_cast<int>(domain::page_events_max)));
        wanted.limit = limit + 1;
        const domain::GroupKey group{
            caller.account(), caller.region(),
            group_name(request.log_group_name, request.log_group_identifier)};
        auto known = co_await logs_.streams(group, "");
        if (!known) co_return refuse(known.error());
        auto events = co_await logs_.events(group, std::move(wanted));
        if (!events) co_return refuse(events.error());
        FilterLogEventsResponse out;
        if (events->size() > limit) {
            events->pop_back();
            out.next_token = page_token(std::to_string(events->back().id));
        }
        auto& found = out.events.emplace();
        for (const domain::Event& event : *events) {
            FilteredLogEvent& one = found.emplace_back();
            one.log_stream_name = event.stream;
            one.timestamp = to_epoch_ms(event.time);
            one.message = event.text;
            one.ingestion_time = to_epoch_ms(event.ingested);
            one.event_id = fmt::format("{:0{}}", event.id, event_digits);
        }
        out.searched_log_streams.emplace();
        co_return out;
    }

  private:
    domain::Logs& logs_;
};

class LogsRim final : public ServiceRim {
  public:
    LogsRim() : ServiceRim(logs::service_info()) {}

    const char* violation_code() const override { return "InvalidParameterException"; }
};

}  // namespace

void register_logs(Router& router, domain::Logs& logs) {
    router.add_service(std::make_unique<LogsRim>());
    auto h = std::make_shared<Handlers>(logs);
    io::Core& home = logs.home();
    on<DescribeLogGroupsOp>(router, home, h, &Handlers::groups);
    on<DescribeLogStreamsOp>(router, home, h, &Handlers::streams);
    on<GetLogEventsOp>(router, home, h, &Handlers::get);
    on<FilterLogEventsOp>(router, home, h, &Handlers::filter);
}

}  // namespace freshet::aws

// Events of logs: read by place, found by terms.
#include <fmt/format.h>

#include <algorithm>

#include "aws/model/logs.h"
#include "aws/protocol/page_token.h"
#include "aws/services/logs/words.h"

namespace freshet::aws::logs_words {
namespace {

using namespace logs;
namespace domain = monitor;

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
        const bool is_quoted = at < pattern.size() && pattern[at] == '"';
        const std::size_t end =
            std::min(pattern.find(is_quoted ? '"' : ' ', at + (is_quoted ? 1 : 0)), pattern.size());
        terms.push_back(term +
                        pattern.substr(at + (is_quoted ? 1 : 0), end - at - (is_quoted ? 1 : 0)));
        at = end + 1;
    }
    return terms;
}

constexpr int event_digits = 56;  ///< of an event's number, as AWS writes it

/// Where GetLogEvents continues: after an event, or before it.
struct EventPlace {
    bool is_before = false;
    std::int64_t id = 0;
};

/// "f/NUMBER/s" or "b/NUMBER/s".
std::string event_token(const EventPlace& place) {
    return fmt::format("{}/{:0{}}/s", place.is_before ? 'b' : 'f', place.id, event_digits);
}

std::optional<EventPlace> event_place(std::string_view token) {
    if (token.size() != event_digits + 4 || !token.ends_with("/s")) return std::nullopt;
    const auto id = number_in(token.substr(2, event_digits));
    const bool is_before = token.starts_with("b/");
    if (!id || *id < 0 || (!is_before && !token.starts_with("f/"))) return std::nullopt;
    return EventPlace{is_before, *id};
}

class Handlers {
  public:
    explicit Handlers(domain::Logs& logs) : logs_(logs) {}

    io::Task<Answer<GetLogEventsResponse>> get(Caller caller, GetLogEventsRequest request) {
        domain::EventRequest wanted;
        wanted.streams = {request.log_stream_name};
        if (request.start_time) wanted.from = from_epoch_ms(*request.start_time);
        if (request.end_time) wanted.to = from_epoch_ms(*request.end_time);
        wanted.limit = static_cast<std::size_t>(
            request.limit.value_or(static_cast<int>(domain::page_events_max)));
        const auto place = event_place(request.next_token.value_or(event_token({})));
        if (!place) co_return refuse_token();
        (place->is_before ? wanted.before : wanted.after) = place->id;
        wanted.wants_newest =
            place->is_before || (!request.next_token && !request.start_from_head.value_or(false));
        const domain::GroupKey group{
            caller.home(), group_name(request.log_group_name, request.log_group_identifier)};
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
        if (!after) co_return refuse_token();
        wanted.after = *after;
        const auto limit = static_cast<std::size_t>(
            request.limit.value_or(static_cast<int>(domain::page_events_max)));
        wanted.limit = limit + 1;
        const domain::GroupKey group{
            caller.home(), group_name(request.log_group_name, request.log_group_identifier)};
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

}  // namespace

void register_events(Router& router, monitor::Logs& logs) {
    auto h = std::make_shared<Handlers>(logs);
    io::Core& home = logs.home();
    on<GetLogEventsOp>(router, home, h, &Handlers::get);
    on<FilterLogEventsOp>(router, home, h, &Handlers::filter);
}

}  // namespace freshet::aws::logs_words

// Crawlers: configured, run, measured.
#include "aws/services/glue/crawlers.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "aws/protocol/page_token.h"
#include "aws/services/glue/words.h"

namespace freshet::aws {
namespace {

using namespace glue;
using namespace glue_words;
namespace domain = lake;

constexpr int list_default = 100;
constexpr int crawls_default = 20;

std::vector<domain::Target> targets_of(const CrawlerTargets& given) {
    std::vector<domain::Target> targets;
    for (const S3Target& one : given.s3_targets.value_or(std::vector<S3Target>())) {
        targets.push_back({one.path.value_or(""),
                           one.exclusions.value_or(std::vector<std::string>()), one.sample_size,
                           one.event_queue_arn.value_or(""), one.dlq_event_queue_arn.value_or("")});
    }
    return targets;
}

/// What CreateCrawler and UpdateCrawler have in common; members that are not given stay as they
/// are.
template <class Request>
void apply(const Request& request, domain::Crawler& crawler) {
    if (request.database_name) crawler.database = *request.database_name;
    if (request.description) crawler.description = *request.description;
    if (request.table_prefix) crawler.table_prefix = *request.table_prefix;
    if (request.configuration) crawler.configuration = *request.configuration;
    if (request.classifiers) crawler.classifiers = *request.classifiers;
    if (request.schedule && request.schedule->empty()) crawler.schedule.reset();
    if (request.schedule && !request.schedule->empty())
        crawler.schedule = domain::Schedule{*request.schedule, true, std::nullopt};
    if (request.schema_change_policy) {
        crawler.update_behavior =
            request.schema_change_policy->update_behavior.value_or(crawler.update_behavior);
        crawler.delete_behavior =
            request.schema_change_policy->delete_behavior.value_or(crawler.delete_behavior);
    }
    if (request.recrawl_policy) {
        crawler.recrawl_behavior =
            request.recrawl_policy->recrawl_behavior.value_or(crawler.recrawl_behavior);
        // The only policy that goes with it, when none is given.
        if (crawler.crawls_new_folders_only() && !request.schema_change_policy)
            crawler.update_behavior = crawler.delete_behavior = "LOG";
    }
}

const char* name_of(domain::State state) {
    return state == domain::State::ready     ? "READY"
           : state == domain::State::running ? "RUNNING"
                                             : "STOPPING";
}
const char* name_of(domain::Outcome outcome) {
    return outcome == domain::Outcome::succeeded   ? "SUCCEEDED"
           : outcome == domain::Outcome::cancelled ? "CANCELLED"
                                                   : "FAILED";
}

Crawler describe(const domain::Crawler& crawler, Timestamp now) {
    Crawler out;
    out.name = crawler.key.name;
    out.role = crawler.role;
    CrawlerTargets& kinds = out.targets.emplace();
    auto& targets = kinds.s3_targets.emplace();
    kinds.jdbc_targets.emplace();
    kinds.mongo_db_targets.emplace();
    kinds.dynamo_db_targets.emplace();
    kinds.catalog_targets.emplace();
    kinds.delta_targets.emplace();
    kinds.iceberg_targets.emplace();
    kinds.hudi_targets.emplace();
    for (const domain::Target& target : crawler.targets) {
        S3Target& one = targets.emplace_back();
        one.path = target.path;
        one.exclusions = target.exclusions;
        one.sample_size = target.sample_size;
        if (!target.event_queue.empty()) one.event_queue_arn = target.event_queue;
        if (!target.dead_letter_queue.empty()) one.dlq_event_queue_arn = target.dead_letter_queue;
    }
    out.database_name = crawler.database;
    if (!crawler.description.empty()) out.description = crawler.description;
    out.classifiers = crawler.classifiers;
    if (crawler.schedule) {
        auto& schedule = out.schedule.emplace();
        schedule.schedule_expression = crawler.schedule->expression;
        schedule.state = crawler.schedule->is_running ? "SCHEDULED" : "NOT_SCHEDULED";
    }
    out.recrawl_policy = RecrawlPolicy{crawler.recrawl_behavior};
    out.schema_change_policy = SchemaChangePolicy{crawler.update_behavior, crawler.delete_behavior};
    out.lineage_configuration.emplace().crawler_lineage_settings = "DISABLE";
    out.lake_formation_configuration = LakeFormationConfiguration{false, ""};
    out.state = name_of(crawler.state);
    if (!crawler.table_prefix.empty()) out.table_prefix = crawler.table_prefix;
    out.crawl_elapsed_time = crawler.running_since ? (now - *crawler.running_since).count() : 0;
    out.creation_time = crawler.created;
    out.last_updated = crawler.updated;
    out.version = crawler.version;
    if (!crawler.configuration.empty()) out.configuration = crawler.configuration;
    if (!crawler.last) return out;
    auto& last = out.last_crawl.emplace();
    last.status = name_of(crawler.last->outcome);
    if (!crawler.last->error.empty()) last.error_message = crawler.last->error;
    last.log_group = "/aws-glue/crawlers";
    last.log_stream = crawler.last->log_stream;
    if (!crawler.history.empty()) last.message_prefix = crawler.history.back().id;
    last.start_time = crawler.last->started;
    return out;
}

CrawlerHistory describe(const domain::PastCrawl& crawl) {
    CrawlerHistory out;
    out.crawl_id = crawl.id;
    out.state = crawl.outcome == domain::Outcome::succeeded   ? "COMPLETED"
                : crawl.outcome == domain::Outcome::cancelled ? "STOPPED"
                                                              : "FAILED";
    out.start_time = crawl.started;
    out.end_time = crawl.ended;
    const domain::Tally& tally = crawl.tally;
    out.summary = fmt::format(
        R"({{"TABLE":{{"ADD":{},"UPDATE":{},"DELETE":{}}},"PARTITION":{{"ADD":{},"DELETE":{}}}}})",
        tally.tables_made, tally.tables_changed, tally.tables_gone, tally.partitions_made,
        tally.partitions_gone);
    if (!crawl.error.empty()) out.error_message = crawl.error;
    out.log_group = "/aws-glue/crawlers";
    out.log_stream = crawl.log_stream;
    out.message_prefix = crawl.id;
    return out;
}

CrawlerHistory describe_running(const domain::Crawler& crawler) {
    CrawlerHistory out;
    out.crawl_id = crawler.running_id;
    out.state = "RUNNING";
    out.start_time = *crawler.running_since;
    out.log_group = "/aws-glue/crawlers";
    out.message_prefix = crawler.running_id;
    return out;
}

template <class T>
std::optional<bool> compared(const T& value, const std::string& operation, const T& to) {
    if (operation == "EQ") return value == to;
    if (operation == "NE") return value != to;
    if (operation == "LT") return value < to;
    if (operation == "LE") return value <= to;
    if (operation == "GT") return value > to;
    if (operation == "GE") return value >= to;
    return std::nullopt;
}

/// Whether the filter lets the crawl pass; nothing for one that is not understood. Times are in
/// milliseconds since 1970.
std::optional<bool> passes(const CrawlerHistory& crawl, const CrawlsFilter& filter) {
    const std::string field = filter.field_name.value_or(""),
                      operation = filter.filter_operator.value_or(""),
                      value = filter.field_value.value_or("");
    if (field == "CRAWL_ID") return compared(crawl.crawl_id.value_or(""), operation, value);
    if (field == "STATE") return compared(crawl.state.value_or(""), operation, value);
    if (field != "START_TIME" && field != "END_TIME") return std::nullopt;
    std::int64_t ms = 0;
    const char* const end = value.data() + value.size();
    const auto read = std::from_chars(value.data(), end, ms);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    const auto& time = field == "START_TIME" ? crawl.start_time : crawl.end_time;
    if (!time) return false;  // it runs
    return compared(to_epoch_ms(*time), operation, ms);
}

Answer<bool> passes(const CrawlerHistory& crawl, const std::vector<CrawlsFilter>& filters) {
    for (const CrawlsFilter& filter : filters) {
        const auto fits = passes(crawl, filter);
        if (!fits)
            return refuse(
                "InvalidInputException",
                fmt::format("The filter {} {} {} is not understood", filter.field_name.value_or(""),
                            filter.filter_operator.value_or(""), filter.field_value.value_or("")));
        if (!*fits) return false;
    }
    return true;
}

CrawlerMetrics measure(const domain::Crawler& crawler) {
    CrawlerMetrics out;
    out.crawler_name = crawler.key.name;
    out.time_left_seconds = 0;
    out.still_estimating = crawler.state != domain::State::ready;
    std::vector<double> seconds;
    domain::Tally sum;
    for (const domain::PastCrawl& crawl : crawler.history) {
        seconds.push_back(static_cast<double>((crawl.ended - crawl.started).count()) / 1000);
        sum.tables_made += crawl.tally.tables_made;
        sum.tables_changed += crawl.tally.tables_changed;
        sum.tables_gone += crawl.tally.tables_gone;
    }
    out.last_runtime_seconds = seconds.empty() ? 0 : seconds.back();
    std::ranges::sort(seconds);
    out.median_runtime_seconds = seconds.empty() ? 0 : seconds[seconds.size() / 2];
    out.tables_created = static_cast<int>(sum.tables_made);
    out.tables_updated = static_cast<int>(sum.tables_changed);
    out.tables_deleted = static_cast<int>(sum.tables_gone);
    return out;
}

class Handlers {
  public:
    explicit Handlers(domain::Crawlers& crawlers) : crawlers_(crawlers) {}

    io::Task<Answer<CreateCrawlerOp::Output>> create(Caller caller, CreateCrawlerRequest request) {
        domain::Crawler crawler;
        crawler.key = key_of(caller, request.name);
        crawler.role = request.role;
        crawler.targets = targets_of(request.targets);
        apply(request, crawler);
        for (const auto& [name, value] : request.tags.value_or(Pairs())) crawler.tags[name] = value;
        auto created = co_await crawlers_.create(std::move(crawler));
        if (!created) co_return refuse_crawler(created.error());
        co_return CreateCrawlerOp::Output();
    }

    io::Task<Answer<UpdateCrawlerOp::Output>> update(Caller caller, UpdateCrawlerRequest request) {
        auto updated = co_await crawlers_.update(
            key_of(caller, request.name), [request](domain::Crawler& crawler) {
                if (request.role) crawler.role = *request.role;
                if (request.targets) crawler.targets = targets_of(*request.targets);
                apply(request, crawler);
            });
        if (!updated) co_return refuse_crawler(updated.error());
        co_return UpdateCrawlerOp::Output();
    }

    io::Task<Answer<GetCrawlerResponse>> get(Caller caller, GetCrawlerRequest request) {
        auto found = crawlers_.find(key_of(caller, request.name));
        if (!found) co_return refuse_crawler(found.error());
        co_return GetCrawlerResponse{describe(**found, crawlers_.home().now())};
    }

    io::Task<Answer<GetCrawlersResponse>> list(Caller caller, GetCrawlersRequest request) {
        auto all = crawlers_.list(caller.home());
        auto next = cut(all, request.next_token, request.max_results);
        if (!next) co_return pass(next);
        GetCrawlersResponse out;
        out.next_token = std::move(*next);
        auto& found = out.crawlers.emplace();
        for (const domain::Crawler* crawler : all)
            found.push_back(describe(*crawler, crawlers_.home().now()));
        co_return out;
    }

    io::Task<Answer<ListCrawlersResponse>> names(Caller caller, ListCrawlersRequest request) {
        auto all = crawlers_.list(caller.home());
        const Pairs wanted = request.tags.value_or(Pairs());
        std::erase_if(all, [&](const domain::Crawler* crawler) {
            return !std::ranges::all_of(wanted, [&](const auto& tag) {
                const auto found = crawler->tags.find(tag.first);
                return found != crawler->tags.end() && found->second == tag.second;
            });
        });
        auto next = cut(all, request.next_token, request.max_results);
        if (!next) co_return pass(next);
        ListCrawlersResponse out;
        out.next_token = std::move(*next);
        auto& found = out.crawler_names.emplace();
        for (const domain::Crawler* crawler : all) found.push_back(crawler->key.name);
        co_return out;
    }

    io::Task<Answer<BatchGetCrawlersResponse>> several(Caller caller,
                                                       BatchGetCrawlersRequest request) {
        BatchGetCrawlersResponse out;
        auto& found = out.crawlers.emplace();
        auto& missing = out.crawlers_not_found.emplace();
        for (const std::string& name : request.crawler_names) {
            const auto crawler = crawlers_.find(key_of(caller, name));
            if (crawler)
                found.push_back(describe(**crawler, crawlers_.home().now()));
            else
                missing.push_back(name);
        }
        co_return out;
    }

    /// The newest first, the one that runs before them. The token is the id of a page's last.
    io::Task<Answer<ListCrawlsResponse>> crawls(Caller caller, ListCrawlsRequest request) {
        auto known = crawlers_.find(key_of(caller, request.crawler_name));
        if (!known) co_return refuse_crawler(known.error());
        std::vector<CrawlerHistory> all;
        if ((*known)->running_since) all.push_back(describe_running(**known));
        for (auto at = (*known)->history.rbegin(); at != (*known)->history.rend(); ++at)
            all.push_back(describe(*at));
        auto at = all.begin();
        if (request.next_token) {
            at = std::ranges::find(all, request.next_token, &CrawlerHistory::crawl_id);
            if (at == all.end())
                co_return refuse("InvalidInputException", "The pagination token is not valid");
            ++at;
        }
        ListCrawlsResponse out;
        auto& found = out.crawls.emplace();
        const auto limit = static_cast<std::size_t>(request.max_results.value_or(crawls_default));
        const auto filters = request.filters.value_or(std::vector<CrawlsFilter>());
        for (; at != all.end(); ++at) {
            auto fits = passes(*at, filters);
            if (!fits) co_return pass(fits);
            if (!*fits) continue;
            if (found.size() == limit) {
                out.next_token = found.back().crawl_id;
                break;
            }
            found.push_back(std::move(*at));
        }
        co_return out;
    }

    io::Task<Answer<GetCrawlerMetricsResponse>> metrics(Caller caller,
                                                        GetCrawlerMetricsRequest request) {
        auto all = crawlers_.list(caller.home());
        const auto wanted = request.crawler_name_list.value_or(std::vector<std::string>());
        if (!wanted.empty())
            std::erase_if(all, [&](const domain::Crawler* crawler) {
                return std::ranges::find(wanted, crawler->key.name) == wanted.end();
            });
        auto next = cut(all, request.next_token, request.max_results);
        if (!next) co_return pass(next);
        GetCrawlerMetricsResponse out;
        out.next_token = std::move(*next);
        auto& found = out.crawler_metrics_list.emplace();
        for (const domain::Crawler* crawler : all) found.push_back(measure(*crawler));
        co_return out;
    }

    io::Task<Answer<DeleteCrawlerOp::Output>> remove(Caller caller, DeleteCrawlerRequest request) {
        auto removed = co_await crawlers_.remove(key_of(caller, request.name));
        if (!removed) co_return refuse_crawler(removed.error());
        co_return DeleteCrawlerOp::Output();
    }

    io::Task<Answer<StartCrawlerOp::Output>> start(Caller caller, StartCrawlerRequest request) {
        auto started = co_await crawlers_.start(key_of(caller, request.name));
        if (!started) co_return refuse_crawler(started.error());
        co_return StartCrawlerOp::Output();
    }

    io::Task<Answer<StartCrawlerScheduleOp::Output>> start_schedule(
        Caller caller, StartCrawlerScheduleRequest request) {
        auto done = co_await crawlers_.start_schedule(key_of(caller, request.crawler_name));
        if (!done) co_return refuse_crawler(done.error());
        co_return StartCrawlerScheduleOp::Output();
    }

    io::Task<Answer<StopCrawlerScheduleOp::Output>> stop_schedule(
        Caller caller, StopCrawlerScheduleRequest request) {
        auto done = co_await crawlers_.stop_schedule(key_of(caller, request.crawler_name));
        if (!done) co_return refuse_crawler(done.error());
        co_return StopCrawlerScheduleOp::Output();
    }

    io::Task<Answer<UpdateCrawlerScheduleOp::Output>> set_schedule(
        Caller caller, UpdateCrawlerScheduleRequest request) {
        auto done = co_await crawlers_.set_schedule(key_of(caller, request.crawler_name),
                                                    request.schedule.value_or(""));
        if (!done) co_return refuse_crawler(done.error());
        co_return UpdateCrawlerScheduleOp::Output();
    }

    io::Task<Answer<StopCrawlerOp::Output>> stop(Caller caller, StopCrawlerRequest request) {
        auto stopped = crawlers_.halt(key_of(caller, request.name));
        if (!stopped) co_return refuse_crawler(stopped.error());
        co_return StopCrawlerOp::Output();
    }

  private:
    /// The page of a list of crawlers that a request asks for, and the token of the next.
    static Answer<std::optional<std::string>> cut(std::vector<const domain::Crawler*>& all,
                                                  const std::optional<std::string>& token,
                                                  const std::optional<std::int32_t>& most) {
        auto next = cut_page(
            all, token, static_cast<std::size_t>(most.value_or(list_default)),
            [](const domain::Crawler* crawler) -> const std::string& { return crawler->key.name; });
        if (!next) return refuse("InvalidInputException", "The pagination token is not valid");
        return std::move(*next);
    }

    static domain::CrawlerKey key_of(const Caller& caller, const std::string& name) {
        return {caller.home(), name};
    }
    domain::Crawlers& crawlers_;
};

}  // namespace

void register_glue_crawlers(Router& router, domain::Crawlers& crawlers) {
    auto h = std::make_shared<Handlers>(crawlers);
    io::Core& home = crawlers.home();
    on<CreateCrawlerOp>(router, home, h, &Handlers::create);
    on<UpdateCrawlerOp>(router, home, h, &Handlers::update);
    on<GetCrawlerOp>(router, home, h, &Handlers::get);
    on<GetCrawlersOp>(router, home, h, &Handlers::list);
    on<ListCrawlersOp>(router, home, h, &Handlers::names);
    on<ListCrawlsOp>(router, home, h, &Handlers::crawls);
    on<GetCrawlerMetricsOp>(router, home, h, &Handlers::metrics);
    on<DeleteCrawlerOp>(router, home, h, &Handlers::remove);
    on<StartCrawlerOp>(router, home, h, &Handlers::start);
    on<StopCrawlerOp>(router, home, h, &Handlers::stop);
    on<BatchGetCrawlersOp>(router, home, h, &Handlers::several);
    on<StartCrawlerScheduleOp>(router, home, h, &Handlers::start_schedule);
    on<StopCrawlerScheduleOp>(router, home, h, &Handlers::stop_schedule);
    on<UpdateCrawlerScheduleOp>(router, home, h, &Handlers::set_schedule);
}

}  // namespace freshet::aws

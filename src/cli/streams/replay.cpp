// `freshet replay STREAM --to OTHER`: a range of time of one stream into another, as fast as it
// came, so many times faster, or as fast as it goes. Records of a key keep their order; with
// --resume a run that was killed continues where it was acknowledged.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/client_pool.h"
#include "cli/commands.h"
#include "cli/run.h"
#include "cli/streams/key_order.h"
#include "cli/streams/replay_plan.h"
#include "cli/streams/replay_position.h"
#include "cli/streams/shard_reader.h"

namespace freshet::cli {
namespace {

using namespace aws::kinesis;

constexpr Millis poll_every = 250ms, report_every = 1000ms, save_every = 200ms;
constexpr double pause_ms_max = 1e15;      ///< more would be past the end of time
constexpr std::int32_t paced_page = 1000;  ///< records of a page that waits in memory for its time

using Options = ReplayOptions;
using Plan = ReplayPlan;

class Replay {
  public:
    Replay(io::Core& core, const Options& options, const Plan& plan)
        : core_(core),
          options_(options),
          range_(plan.range),
          speed_(plan.speed),
          sources_(core, options.source.options(), static_cast<std::size_t>(options.connections)),
          targets_(core, options.target.options(), static_cast<std::size_t>(options.connections)),
          tasks_(core),
          begun_(core),
          is_begun_(!plan.speed) {}

    io::Task<void> run(int& status) {
        started_ = reported_ = core_.now();
        co_await prepare();
        if (failure_.empty()) {
            open_ready();
            co_await tasks_.join();
            save();
            report(true);
        }
        sources_.close();
        targets_.close();
        status = report_problem(failure_);
    }

  private:
    void fail_with(std::string why) {
        if (failure_.empty()) failure_ = std::move(why);
        begun_.notify();
    }
    template <class T>
    bool note_failure(const aws::Answer<T>& answer, std::string_view stream) {
        if (!answer) fail_with(fmt::format("{}: {}", stream, text_of(answer.error())));
        return !answer;
    }

    // --- before the first record

    io::Task<std::string> arn_of(ClientPool& clients, std::string stream) {
        auto lease = co_await clients.take();
        if (!lease) {
            fail_with(lease.error().message());
            co_return "";
        }
        auto found = co_await describe(core_, **lease, stream);
        if (note_failure(found, stream)) co_return "";
        co_return found->stream_description_summary.stream_arn;
    }

    io::Task<void> prepare() {
        const std::string source = co_await arn_of(sources_, options_.stream);
        if (source.empty()) co_return;
        const std::string target = co_await arn_of(targets_, options_.to);
        if (target.empty()) co_return;
        if (!options_.resume.empty()) {
            auto read = ReplayPosition::read(options_.resume);
            if (!read) co_return fail_with(read.error().message());
            if (*read && ((*read)->source != source || (*read)->target != target))
                co_return fail_with(fmt::format("{} is of a replay of {} to {}", options_.resume,
                                                (*read)->source, (*read)->target));
            if (*read) position_ = std::move(**read);
            // "15m" ago is another time now: that of the first run is the one.
            if (*read) range_.from = position_.from;
        }
        position_.source = source;
        position_.target = target;
        position_.from = range_.from;
        auto lease = co_await sources_.take();
        if (!lease) co_return fail_with(lease.error().message());
        auto lineage = co_await lineage_of(core_, **lease, options_.stream, range_.from, {});
        if (note_failure(lineage, options_.stream)) co_return;
        lineage_ = std::move(*lineage);
        for (const auto& [shard, state] : position_.shards)
            if (state.is_ended) lineage_.finish(shard);
        save();
    }

    /// Starts a task for each shard whose parents are done.
    void open_ready() {
        while (failure_.empty()) {
            const auto ready = lineage_.take_ready();
            if (ready.empty()) return;
            for (const std::string& shard : ready) {
                if (position_.shards[shard].is_ended) continue;
                if (!is_begun_) ++not_begun_;
                tasks_.spawn(replay_shard(shard));
            }
        }
    }

    // --- one shard

    io::Task<void> replay_shard(std::string shard) {
        Moment from = range_.from;
        if (from.kind == Moment::Kind::latest && lineage_is_under_way_)
            from.kind = Moment::Kind::trim_horizon;
        const auto records_max = speed_ ? std::optional(paced_page) : std::nullopt;
        ShardReader reader(
            core_, {options_.stream, shard, from, position_.shards[shard].after, records_max},
            true);
        bool has_begun = is_begun_;
        while (failure_.empty()) {
            // Whether the tip of the shard, seen now, is the end of what was asked for.
            const bool is_late = range_.until ? range_.is_over(core_.now()) : !options_.follows;
            auto lease = co_await sources_.take();
            if (!lease) co_return fail_with(lease.error().message());
            auto page = co_await reader.next(**lease);
            if (note_failure(page, shard)) co_return;
            // A page that waits for its time holds up no other shard; without a pace, as many pages
            // are in memory as there are connections.
            std::optional<ClientPool::Lease> held(std::move(*lease));
            if (speed_) held.reset();
            const bool is_over = cut_at_until(*page);
            const bool is_ended = page->is_ended && !is_over, is_empty = page->records.empty();
            if (is_ended && is_empty) finish(shard, *page);
            const bool is_known = !is_empty || is_over || page->is_ended || page->behind == 0ms;
            if (!has_begun && is_known) {
                has_begun = true;
                co_await begin_together(page->records);
            }
            const bool is_at_tip = page->behind == 0ms && !page->is_ended;
            co_await send_all(shard, std::move(page->records));
            held.reset();
            if (!failure_.empty() || is_over) co_return;
            if (is_ended && !is_empty) finish(shard, *page);
            if (is_ended || (is_late && is_at_tip)) co_return;
            if (is_empty && is_at_tip) co_await io::sleep_until(core_.now() + poll_every);
        }
    }

    /// Drops what is not asked for any more; true when there was such a record.
    bool cut_at_until(ShardPage& page) const {
        const auto first = std::ranges::find_if(page.records, [this](const Record& record) {
            return range_.is_behind(arrival_of(record));
        });
        if (first == page.records.end()) return false;
        page.records.erase(first, page.records.end());
        return true;
    }

    static Timestamp arrival_of(const Record& record) {
        return record.approximate_arrival_timestamp.value_or(Timestamp{});
    }

    /// All of the shard is acknowledged: its children may be read.
    void finish(const std::string& shard, ShardPage& page) {
        position_.shards[shard].is_ended = true;
        lineage_.finish(shard);
        for (ChildShard& child : page.children)
            lineage_.add(child.shard_id, std::move(child.parent_shards));
        lineage_is_under_way_ = true;
        open_ready();
    }

    // --- pace: times are counted from the first record of all shards

    /// Waits until each shard that is there has shown its first record, or that it has none.
    io::Task<void> begin_together(const std::vector<Record>& records) {
        if (!records.empty()) {
            const Timestamp first = arrival_of(records.front());
            first_arrival_ = std::min(first_arrival_.value_or(first), first);
        }
        if (--not_begun_ == 0) {
            is_begun_ = true;
            started_ = core_.now();
            begun_.notify();
        }
        while (!is_begun_ && failure_.empty()) co_await begun_.wait();
    }

    Timestamp due(Timestamp arrival) {
        if (!speed_) return Timestamp{};
        if (!first_arrival_) {
            first_arrival_ = arrival;
            started_ = core_.now();
        }
        const auto due_ms = static_cast<double>((arrival - *first_arrival_).count());
        const double pause_ms = std::min(due_ms / *speed_, pause_ms_max);
        return started_ + Millis(static_cast<std::int64_t>(pause_ms));
    }

    // --- sending

    io::Task<void> send_all(std::string shard, std::vector<Record> records) {
        std::vector<KeyOrder::Item> items;
        items.reserve(records.size());
        for (const Record& record : records)
            items.push_back(
                {record.partition_key, record.partition_key.size() + record.data.size()});
        KeyOrder order(std::move(items));
        Backoff backoff;
        std::size_t ripe = 0;
        while (!order.is_done() && failure_.empty()) {
            const Timestamp now = core_.now();
            while (ripe < records.size() && due(arrival_of(records[ripe])) <= now) ++ripe;
            const auto places = order.take(ripe);
            if (places.empty()) {
                co_await io::sleep_until(
                    std::min(due(arrival_of(records[ripe])), now + report_every));
                tick();
                continue;
            }
            const bool is_whole = co_await send(records, places, order, backoff);
            if (order.settled() > 0)
                position_.shards[shard].after = records[order.settled() - 1].sequence_number;
            tick();
            if (is_whole || !failure_.empty()) continue;
            ++retries_;
            const bool may_retry = co_await backoff.pause(core_);
            if (!may_retry)
                fail_with(fmt::format("{} tries were refused; the last one: {}", Backoff::tries_max,
                                      last_refusal_));
        }
    }

    /// True when every entry was taken.
    io::Task<bool> send(const std::vector<Record>& records, const std::vector<std::size_t>& places,
                        KeyOrder& order, Backoff& backoff) {
        PutRecordsInput input;
        input.stream_name = options_.to;
        for (const std::size_t place : places) {
            auto& entry = input.records.emplace_back();
            entry.data = records[place].data;
            entry.partition_key = records[place].partition_key;
        }
        auto lease = co_await targets_.take();
        if (!lease) {
            fail_with(lease.error().message());
            co_return false;
        }
        auto answer = co_await (**lease).call<PutRecordsOp>(std::move(input));
        if (!answer) {
            if (!is_passing(answer.error(), true)) note_failure(answer, options_.to);
            last_refusal_ = text_of(answer.error());
            co_return false;
        }
        std::size_t taken = 0;
        for (std::size_t i = 0; i < places.size() && i < answer->records.size(); ++i) {
            const PutRecordsResultEntry& result = answer->records[i];
            if (result.error_code) {
                last_refusal_ = result.error_message.value_or(*result.error_code);
                continue;
            }
            const Record& record = records[places[i]];
            order.acknowledge(places[i]);
            ++taken;
            ++records_sent_;
            bytes_sent_ += record.data.size() + record.partition_key.size();
            reached_ = std::max(reached_, arrival_of(record));
        }
        if (taken > 0) backoff.reset();
        co_return taken == places.size();
    }

    // --- progress

    void tick() {
        const Timestamp now = core_.now();
        if (now - saved_ >= save_every) save();
        if (now - reported_ >= report_every) report(false);
    }

    void save() {
        saved_ = core_.now();
        if (options_.resume.empty() || position_.source.empty()) return;
        auto written = position_.write(options_.resume);
        if (!written) fail_with(written.error().message());
    }

    void report(bool is_last) {
        reported_ = core_.now();
        const double seconds =
            std::max(0.001, static_cast<double>((reported_ - started_).count()) / 1000);
        const bool is_terminal = ::isatty(2) != 0;
        fmt::print(stderr,
                   "{}replay: {} records, {:.0f} records/s, {:.1f} MB/s, {} retries{}{}{}{}",
                   is_terminal ? "\r\033[K" : "", records_sent_,
                   static_cast<double>(records_sent_) / seconds,
                   static_cast<double>(bytes_sent_) / 1e6 / seconds, retries_,
                   !is_last && retries_ > 0 ? fmt::format(" ({})", last_refusal_) : "",
                   records_sent_ ? ", reached " + to_iso8601(reached_) : "",
                   is_last ? fmt::format(" in {:.1f} s", seconds) : "",
                   is_terminal && !is_last ? "" : "\n");
        if (is_last && options_.wants_json)
            fmt::print("{{\"records\":{},\"bytes\":{},\"retries\":{},\"seconds\":{:.3f}}}\n",
                       records_sent_, bytes_sent_, retries_, seconds);
    }

    io::Core& core_;
    const Options& options_;
    TimeRange range_;
    std::optional<double> speed_;
    ClientPool sources_, targets_;
    io::Scope tasks_;
    Lineage lineage_;
    bool lineage_is_under_way_ = false;  ///< shards that come now came to be while we ran
    ReplayPosition position_;
    io::Signal begun_;
    bool is_begun_;
    std::size_t not_begun_ = 0;  ///< shards that have not shown their first record yet
    std::optional<Timestamp> first_arrival_;
    std::uint64_t records_sent_ = 0, bytes_sent_ = 0, retries_ = 0;
    Timestamp started_, reported_, saved_, reached_;
    std::string failure_, last_refusal_;
};

int replay(const Options& options) {
    const auto plan = plan_of(options, io::SystemClock().now());
    if (!plan) return report_problem(plan.error().message(), wrongly_asked);
    fmt::print(stderr,
               "replay: records go where their partition keys lead; the explicit hash keys "
               "that they were put with are not known\n");
    return run_command<Replay>(options, *plan);
}

}  // namespace

void add_replay(CLI::App& app, GlobalOptions& global) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("replay", "Send a stream's records into another stream");
    command->add_option("STREAM", options->stream, "Name of the stream to read")
        ->required()
        ->type_name("");
    command->add_option("--to", options->to, "Name of the stream to write")
        ->required()
        ->type_name("STREAM");
    add_place(*command, global.place);
    add_json(*command, global.wants_json);
    command
        ->add_option("--to-endpoint", options->target.endpoint,
                     "Where the other stream is; --endpoint when not given")
        ->type_name("URL");
    command->add_option("--to-region", options->target.region, "--region when not given")
        ->type_name("REGION");
    command
        ->add_option("--from", options->from,
                     fmt::format("Begin there (trim-horizon): {}", moment_forms))
        ->type_name("TIME");
    command
        ->add_option("--until", options->until,
                     "End with the records before that time; when all is read when not given")
        ->type_name("TIME");
    command
        ->add_option("--speed", options->speed,
                     "1: as the records came; 10: ten times as fast; max: as fast as it goes")
        ->type_name("SPEED");
    command->add_option("--connections", options->connections, "Requests under way at once (8)")
        ->check(CLI::Range(1, 64))
        ->type_name("N");
    command
        ->add_option(
            "--resume", options->resume,
            "File that keeps how far records are acknowledged; a later run continues there")
        ->type_name("FILE");
    command->add_flag("--follow", options->follows, "Continue with what comes when all is read");
    on_chosen(*command, global, [options, &global] {
        options->source = global.place;
        options->wants_json = global.wants_json;
        if (options->target.endpoint.empty()) options->target.endpoint = options->source.endpoint;
        if (options->target.region.empty()) options->target.region = options->source.region;
        return replay(*options);
    });
}

}  // namespace freshet::cli

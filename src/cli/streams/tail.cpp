// `freshet tail STREAM`: records as they come, one a line; those of a range of time, of some
// shards, or that match.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "base/crypto/digest.h"
#include "base/text/json_text.h"
#include "base/text/utf8.h"
#include "cli/commands.h"
#include "cli/run.h"
#include "cli/streams/record_filter.h"
#include "cli/streams/shard_reader.h"
#include "record/kpl.h"
#include "record/text.h"

namespace freshet::cli {
namespace {

using namespace aws::kinesis;

constexpr Millis poll_every = 250ms;

struct Options {
    Place place;
    std::string stream, from = "latest", to;
    std::vector<std::string> shards;
    Wanted wanted;
    bool deaggregates = false, is_verbose = false, wants_json = false;
    std::uint64_t count = 0;
};

class Tail {
  public:
    Tail(io::Core& core, const Options& options, const RecordFilter& filter, TimeRange range)
        : core_(core), options_(options), filter_(filter), range_(range) {}

    io::Task<void> run(int& status) {
        auto client = aws::Client::make(core_, options_.place.options());
        if (!client) {
            failure_ = client.error().message();
        } else {
            co_await follow(**client);
        }
        status = report_problem(failure_);
    }

  private:
    struct Reading {
        ShardReader reader;
        bool is_over = false;
    };

    io::Task<void> follow(aws::Client& client) {
        Moment from = range_.from;
        auto lineage = co_await lineage_of(core_, client, options_.stream, from, options_.shards);
        if (!lineage) {
            failure_ = text_of(lineage.error());
            co_return;
        }
        lineage_ = std::move(*lineage);
        std::vector<std::unique_ptr<Reading>> readings;
        open_ready(readings, from);
        // What comes to be after the start is read from its beginning.
        if (from.kind == Moment::Kind::latest) from.kind = Moment::Kind::trim_horizon;
        while (!readings.empty()) {
            bool is_idle = true;
            for (const auto& reading : readings) {
                const bool may_continue = co_await read(client, *reading, is_idle);
                if (!may_continue) co_return;
            }
            std::erase_if(readings, [](const auto& reading) { return reading->is_over; });
            const bool was_opened = open_ready(readings, from);
            if (is_idle && !was_opened && !readings.empty())
                co_await io::sleep_until(core_.now() + poll_every);
        }
    }

    bool open_ready(std::vector<std::unique_ptr<Reading>>& readings, Moment from) {
        const auto ready = lineage_.take_ready();
        for (const std::string& shard : ready)
            readings.push_back(std::make_unique<Reading>(
                ShardReader(core_, {options_.stream, shard, from}, false)));
        return !ready.empty();
    }

    /// One page of a shard. False when all is over: enough was printed, or a failure.
    io::Task<bool> read(aws::Client& client, Reading& reading, bool& is_idle) {
        const bool is_late = range_.is_over(core_.now());
        auto page = co_await reading.reader.next(client);
        if (!page) {
            failure_ = text_of(page.error());
            co_return false;
        }
        is_idle = is_idle && page->records.empty() && page->behind == 0ms;
        for (const auto& record : page->records) {
            if (range_.is_behind(record.approximate_arrival_timestamp.value_or(Timestamp{}))) {
                reading.is_over = true;  // its children hold later ones still
                break;
            }
            if (!print(reading.reader.shard(), record)) co_return false;
        }
        std::fflush(stdout);
        if (reading.is_over) co_return true;
        if (page->is_ended) {
            reading.is_over = true;
            lineage_.finish(reading.reader.shard());
            if (options_.shards.empty())
                for (ChildShard& child : page->children)
                    lineage_.add(child.shard_id, std::move(child.parent_shards));
        } else if (is_late && page->behind == 0ms) {
            reading.is_over = true;
        }
        co_return true;
    }

    /// False when enough was printed.
    bool print(const std::string& shard, const aws::kinesis::Record& record) {
        const std::string when = record.approximate_arrival_timestamp
                                     ? to_iso8601(*record.approximate_arrival_timestamp)
                                     : "";
        const auto line = [&](std::string_view key, std::string_view data) {
            if (!filter_.passes(key, data)) return true;
            if (options_.wants_json) {
                fmt::print("{}\n", json_line(when, shard, record.sequence_number, key, data));
                return options_.count == 0 || ++printed_ < options_.count;
            }
            while (data.ends_with('\n')) data.remove_suffix(1);
            if (options_.is_verbose)
                fmt::print("{} {} {} {} {}\n", when, shard, record.sequence_number, key, data);
            else
                fmt::print("{}\n", data);
            return options_.count == 0 || ++printed_ < options_.count;
        };
        if (!options_.deaggregates && !is_hinted_ && record::is_aggregate(record.data.view())) {
            is_hinted_ = true;
            fmt::print(
                stderr,
                "tail: these records are KPL aggregates of many rows; --deaggregate splits them\n");
        }
        const auto users =
            options_.deaggregates ? record::deaggregate(record.data.view()) : std::nullopt;
        if (!users) return line(record.partition_key, record.data.view());
        for (const record::UserRecord& user : *users) {
            if (!line(user.partition_key, user.data)) return false;
        }
        return true;
    }

    /// A text is shown as it is; other bytes in base64, under another name.
    static std::string json_line(std::string_view when, std::string_view shard,
                                 std::string_view sequence, std::string_view key,
                                 std::string_view data) {
        const bool is_text = is_utf8(data);
        return fmt::format(
            R"({{"arrival":{},"shard":{},"sequence_number":{},"partition_key":{},"{}":{}}})",
            json_text(when), json_text(shard), json_text(sequence), json_text(key),
            is_text ? "data" : "data_base64",
            json_text(is_text ? std::string(data) : base64_encode(data)));
    }

    io::Core& core_;
    const Options& options_;
    const RecordFilter& filter_;
    TimeRange range_;
    Lineage lineage_;
    std::uint64_t printed_ = 0;
    bool is_hinted_ = false;
    std::string failure_;
};

int tail(const Options& options) {
    const auto range = parse_range(options.from, "--to", options.to, io::SystemClock().now());
    if (!range) return report_problem(range.error().message(), wrongly_asked);
    const auto filter = RecordFilter::make(options.wanted);
    if (!filter) return report_problem(filter.error().message(), wrongly_asked);
    return run_command<Tail>(options, *filter, *range);
}

}  // namespace

void add_tail(CLI::App& app, GlobalOptions& global) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("tail", "Print a stream's records as they come");
    command->add_option("STREAM", options->stream, "Name of the stream")->required()->type_name("");
    add_place(*command, global.place);
    add_json(*command, global.wants_json);
    command
        ->add_option("--from", options->from, fmt::format("Begin there (latest): {}", moment_forms))
        ->type_name("TIME");
    command
        ->add_option("--to", options->to,
                     "End with the records before that time; latest: when all is read")
        ->type_name("TIME");
    command->add_option("--shard", options->shards, "Only this shard; more may be named")
        ->type_name("SHARD")
        ->allow_extra_args(false);
    command->add_option("--key", options->wanted.key, "Only records of this partition key")
        ->type_name("KEY");
    command->add_option("--contains", options->wanted.contains, "Only records that hold this text");
    command
        ->add_option("--regex", options->wanted.regex,
                     "Only records in which this regular expression (RE2) finds something")
        ->type_name("PATTERN");
    command->add_option("--count", options->count, "End after so many printed records")
        ->type_name("N")
        ->check([](const std::string& text) {
            const bool is_count = text.find_first_not_of("0123456789") == std::string::npos &&
                                  text.find_first_not_of('0') != std::string::npos;
            return is_count ? "" : fmt::format("{} is not a number of records above 0", text);
        });
    command->add_flag("--deaggregate", options->deaggregates, "Take KPL aggregates apart");
    command->add_flag("--verbose", options->is_verbose,
                      "With time, shard, sequence number and key");
    on_chosen(*command, global, [options, &global] {
        options->place = global.place;
        options->wants_json = global.wants_json;
        return tail(*options);
    });
}

}  // namespace freshet::cli

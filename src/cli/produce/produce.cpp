// `freshet produce FILE... --stream S`: rows of files into a stream, aggregated as the KPL does,
// over several connections, sent again when refused. With --key the rows of a key go under it, in
// order, over one connection. With --resume a run that was killed continues where it was
// acknowledged.
#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>

#include "aws/client.h"
#include "aws/model/kinesis.h"
#include "base/check.h"
#include "cli/commands.h"
#include "cli/produce/requests.h"
#include "cli/run.h"
#include "cli/streams/stream_calls.h"
#include "io/disk.h"
#include "io/files/optional_file.h"

namespace freshet::cli {
namespace {

using aws::kinesis::CreateStreamOp;
using aws::kinesis::PutRecordsOp;

constexpr std::size_t position_bytes_max = 4096;  ///< of a file of --resume
constexpr std::string_view position_words = " rows acknowledged\n";
constexpr double rate_min = 0.001, rate_max = 1e9;  ///< rows a second
constexpr Millis report_every = 1000ms, save_every = 200ms, create_poll_every = 100ms;

struct Options {
    std::vector<std::string> files;
    Place place;
    std::string stream, format = "auto", header = "auto", key, resume;
    int connections = 4, shards = 1;
    double rate = 0;
    bool aggregates = true, adds_newline = true, creates = false, wants_json = false;

    RequestOptions request_options() const {
        using Form = RowOptions::Form;
        using Header = RowOptions::Header;
        const RowOptions rows{format == "csv"     ? Form::csv
                              : format == "lines" ? Form::lines
                              : format == "json"  ? Form::json
                                                  : Form::automatic,
                              header == "skip"   ? Header::skip
                              : header == "send" ? Header::send
                                                 : Header::automatic,
                              key};
        return {files, rows, aggregates, adds_newline, rate};
    }
};

std::string problem_of_rate(const std::string& text) {
    double rate = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, rate);
    if (error == std::errc() && rest == end && rate >= rate_min && rate <= rate_max) return "";
    return fmt::format("{} is not a number of rows from {} to {:.0f}", text, rate_min, rate_max);
}

class Producer {
  public:
    Producer(io::Core& core, const Options& options)
        : core_(core), options_(options), requests_(options.request_options()) {}

    io::Task<void> run(int& status) {
        started_ = reported_ = core_.now();
        skip_ = read_position();
        if (skip_ > 0) fmt::print(stderr, "produce: continuing after row {}\n", skip_);
        requests_.skip(skip_);
        if (auto checked = requests_.check_files(); !checked && failure_.empty())
            failure_ = checked.error().message();
        // Before the stream is made: rows that cannot be read make none.
        if (failure_.empty()) first_ = take_request();
        position_ = skip_;
        if (failure_.empty()) save_position();
        if (failure_.empty() && options_.creates) co_await create_stream();
        if (failure_.empty()) {
            io::Scope scope(core_);
            // Two requests under way may overtake one another; rows of a key must not.
            const int connections = options_.key.empty() ? options_.connections : 1;
            for (int i = 0; i < connections; ++i) scope.spawn(connection());
            co_await scope.join();
            save_position();
            report(true);
        }
        status = report_problem(failure_);
    }

  private:
    /// That it is there already is as good.
    io::Task<void> create_stream() {
        auto client = aws::Client::make(core_, options_.place.options());
        if (!client) {
            failure_ = client.error().message();
            co_return;
        }
        CreateStreamOp::Input input;
        input.stream_name = options_.stream;
        input.shard_count = options_.shards;
        auto made = co_await (*client)->call<CreateStreamOp>(std::move(input));
        if (!made && made.error().code != "ResourceInUseException") {
            failure_ = text_of(made.error());
            co_return;
        }
        if (made)
            fmt::print(stderr, "produce: made the stream {} with {} shard{}\n", options_.stream,
                       options_.shards, options_.shards == 1 ? "" : "s");
        while (true) {
            auto found = co_await describe(core_, **client, options_.stream);
            if (!found) failure_ = text_of(found.error());
            if (!found || found->stream_description_summary.stream_status != "CREATING") co_return;
            co_await io::sleep_until(core_.now() + create_poll_every);
        }
    }

    io::Task<void> connection() {
        auto client = aws::Client::make(core_, options_.place.options());
        if (!client) {
            failure_ = client.error().message();
            co_return;
        }
        while (failure_.empty()) {
            std::optional<ProduceRequest> request =
                first_ ? std::exchange(first_, std::nullopt) : take_request();
            if (!request) co_return;
            if (options_.rate > 0) {
                const Timestamp due =
                    started_ +
                    Millis(static_cast<std::int64_t>(
                        static_cast<double>(request->first_row - skip_) / options_.rate * 1000));
                co_await io::sleep_until(due);
            }
            const bool was_sent = co_await send(**client, *request);
            if (was_sent) acknowledge(*request);
            tick();
        }
    }

    /// Nothing at the end of the rows, or when they cannot be read.
    std::optional<ProduceRequest> take_request() {
        auto request = requests_.next();
        if (request) return std::move(*request);
        failure_ = request.error().message();
        return std::nullopt;
    }

    io::Task<bool> send(aws::Client& client, ProduceRequest& request) {
        Backoff backoff;
        while (true) {
            PutRecordsOp::Input input;
            input.stream_name = options_.stream;
            for (const ProducedRecord& record : request.records) {
                auto& entry = input.records.emplace_back();
                entry.data = Bytes::literal(record.data);  // the request outlives the call
                entry.partition_key = record.key;
            }
            auto answer = co_await client.call<PutRecordsOp>(std::move(input));
            has_answered_ = has_answered_ || answer || answer.error().status != 0;
            if (answer) {
                std::vector<ProducedRecord> refused;
                for (std::size_t i = 0; i < request.records.size() && i < answer->records.size();
                     ++i) {
                    const auto& result = answer->records[i];
                    if (!result.error_code) continue;
                    refused.push_back(std::move(request.records[i]));
                    last_refusal_ = result.error_message.value_or(*result.error_code);
                }
                if (refused.empty()) co_return true;
                request.records = std::move(refused);
            } else if (!is_passing(answer.error(), has_answered_)) {
                failure_ = text_of(answer.error());
                co_return false;
            } else {
                last_refusal_ = text_of(answer.error());
            }
            ++retries_;
            tick();
            const bool may_retry = co_await backoff.pause(core_);
            if (may_retry) continue;
            failure_ = fmt::format("{} tries were refused; the last one: {}", Backoff::tries_max,
                                   last_refusal_);
            co_return false;
        }
    }

    void acknowledge(const ProduceRequest& request) {
        rows_sent_ += request.rows;
        bytes_sent_ += request.bytes;
        const bool is_first_time =
            done_.emplace(request.number, request.first_row + request.rows).second;
        FRESHET_CHECK(is_first_time);  // a row counts once
        while (!done_.empty() && done_.begin()->first == next_done_) {
            FRESHET_CHECK(done_.begin()->second >= position_);  // the position never goes back
            position_ = done_.begin()->second;
            done_.erase(done_.begin());
            ++next_done_;
        }
    }

    // --- progress

    void tick() {
        const Timestamp now = core_.now();
        if (now - saved_ >= save_every) {
            saved_ = now;
            save_position();
        }
        if (now - reported_ >= report_every) report(false);
    }

    void report(bool is_last) {
        reported_ = core_.now();
        const double seconds =
            std::max(0.001, static_cast<double>((reported_ - started_).count()) / 1000);
        const bool is_terminal = ::isatty(2) != 0;
        fmt::print(stderr, "{}produce: {} rows, {:.0f} rows/s, {:.1f} MB/s, {} retries{}{}{}{}",
                   is_terminal ? "\r\033[K" : "", rows_sent_,
                   static_cast<double>(rows_sent_) / seconds,
                   static_cast<double>(bytes_sent_) / 1e6 / seconds, retries_,
                   !is_last && retries_ > 0 ? fmt::format(" ({})", last_refusal_) : "",
                   is_last ? "" : requests_.left_text(seconds),
                   is_last ? fmt::format(" in {:.1f} s", seconds) : "",
                   is_terminal && !is_last ? "" : "\n");
        if (is_last && options_.wants_json)
            fmt::print("{{\"rows\":{},\"bytes\":{},\"retries\":{},\"seconds\":{:.3f}}}\n",
                       rows_sent_, bytes_sent_, retries_, seconds);
    }

    /// The rows that runs before this one sent; failure_ when their file does not say.
    std::uint64_t read_position() {
        if (options_.resume.empty()) return 0;
        std::error_code error;
        if (std::filesystem::is_directory(options_.resume, error)) {
            failure_ = fmt::format("--resume {} is a directory", options_.resume);
            return 0;
        }
        auto disk = io::make_posix_disk();
        const auto text = io::read_optional_file(*disk, options_.resume, position_bytes_max);
        if (!text) failure_ = text.error().message();
        if (!text || !*text) return 0;
        std::uint64_t rows = 0;
        const char* const end = (*text)->data() + (*text)->size();
        const auto [rest, problem] = std::from_chars((*text)->data(), end, rows);
        if (problem == std::errc() && std::string_view(rest, end) == position_words) return rows;
        failure_ =
            fmt::format("{} is not a file of --resume: it does not say '12{}'", options_.resume,
                        position_words.substr(0, position_words.size() - 1));
        return 0;
    }

    void save_position() {
        if (options_.resume.empty()) return;
        auto disk = io::make_posix_disk();
        auto saved =
            io::write_file(*disk, options_.resume, fmt::format("{}{}", position_, position_words));
        if (!saved) failure_ = saved.error().message();
    }

    io::Core& core_;
    const Options& options_;
    Requests requests_;
    std::uint64_t skip_ = 0, rows_sent_ = 0, bytes_sent_ = 0, retries_ = 0, position_ = 0;
    bool has_answered_ = false;  ///< the server did: then a connection that fails may come back
    std::optional<ProduceRequest> first_;  ///< read, not sent yet
    std::uint64_t next_done_ = 0;
    std::map<std::uint64_t, std::uint64_t>
        done_;  ///< acknowledged requests after one that is not: number, row after it
    Timestamp started_, reported_, saved_;
    std::string failure_, last_refusal_;
};

}  // namespace

void add_produce(CLI::App& app, GlobalOptions& global) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("produce", "Send rows of files into a stream");
    command
        ->add_option("FILE", options->files,
                     "Files of CSV, JSON or lines, plain or .gz; - is standard input")
        ->required()
        ->type_name("");
    command->add_option("--stream", options->stream, "Name of the stream")
        ->required()
        ->type_name("NAME");
    add_place(*command, global.place);
    command
        ->add_option("--format", options->format,
                     "csv: quotes may hold line breaks; json: values, lines of values or arrays; "
                     "lines; auto: by the file's name, else by how it begins (auto)")
        ->check(CLI::IsMember({"auto", "csv", "lines", "json"}))
        ->type_name("FORM");
    command
        ->add_option(
            "--header", options->header,
            "The first row of a CSV file: skip, send, or auto: skipped when it differs from "
            "the rows below (auto)")
        ->check(CLI::IsMember({"auto", "skip", "send"}))
        ->type_name("WHAT");
    CLI::Option* key = command->add_option(
        "--key", options->key,
        "Column (name, or number from 1) or member whose value is a row's partition key");
    key->type_name("COLUMN");
    command->add_option("--connections", options->connections, "Requests under way at once (4)")
        ->check(CLI::Range(1, 64))
        ->type_name("N")
        ->excludes(key);
    command
        ->add_option("--rate", options->rate, "Rows a second; as fast as possible when not given")
        ->check(problem_of_rate)
        ->type_name("N");
    command
        ->add_option("--resume", options->resume,
                     "File that keeps how far rows are acknowledged; a later run continues there")
        ->type_name("FILE");
    CLI::Option* create =
        command->add_flag("--create", options->creates, "Make the stream when there is none");
    command->add_option("--shards", options->shards, "Shards of a stream that --create makes (1)")
        ->check(CLI::Range(1, 100'000))
        ->type_name("N")
        ->needs(create);
    command->add_flag("--aggregate,!--no-aggregate", options->aggregates,
                      "KPL aggregation: many rows a record (on)");
    command->add_flag("--newline,!--no-newline", options->adds_newline,
                      "End each row with a line break (on)");
    add_json(*command, global.wants_json);
    on_chosen(*command, global, [options, &global] {
        options->place = global.place;
        options->wants_json = global.wants_json;
        return run_command<Producer>(*options);
    });
}

}  // namespace freshet::cli

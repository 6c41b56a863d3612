// `freshet table optimize | runs | stop | policy`: objects of a table are merged or become Parquet.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/text/duration.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/tables/api_command.h"
#include "cli/text_table.h"

namespace freshet::cli {
namespace {

constexpr Millis poll_every = 200ms;

struct Options {
    Place place;
    std::string table, run, convert, into, where, keep_raw = "0", compression = "zstd", sort, bloom;
    std::int64_t target_mb = 128, files_over = 50, file_mb_under = 16;
    std::string idle_for = "10m";
    bool is_dry_run = false, narrows = false, measures = true, is_off = false, wants_json = false;
};

std::string size_text(std::int64_t bytes) {
    const auto value = static_cast<double>(bytes);
    if (bytes < 10'000) return fmt::format("{} B", bytes);
    if (bytes < 10'000'000) return fmt::format("{:.1f} KB", value / 1e3);
    if (bytes < 10'000'000'000) return fmt::format("{:.1f} MB", value / 1e6);
    return fmt::format("{:.1f} GB", value / 1e9);
}

/// The words of a table's name.
struct Name {
    std::string database, table;
};
std::optional<Name> name_of(const std::string& text) {
    const auto dot = text.find('.');
    if (dot == std::string::npos || dot == 0 || dot + 1 == text.size()) return std::nullopt;
    return Name{text.substr(0, dot), text.substr(dot + 1)};
}

class Command : public ApiCommand {
  public:
    Command(io::Core& core, const Options& options)
        : ApiCommand(core, options.place), options_(options) {}

  protected:
    const Options& options_;
};

/// What a run is asked for, as the API takes it.
std::map<std::string, std::string> fields_of(const Options& options, const Name& name) {
    return {{"database", name.database},
            {"table", name.table},
            {"convert", options.convert},
            {"into", options.into},
            {"where", options.where},
            {"narrow", options.narrows ? "true" : ""},
            {"compression", options.compression},
            {"target_mb", std::to_string(options.target_mb)},
            {"keep_raw_ms", std::to_string(parse_duration(options.keep_raw)->count())},
            {"sort", options.sort},
            {"bloom", options.bloom},
            {"dry_run", options.is_dry_run ? "true" : ""}};
}

/// How long a query takes that reads every column of every row.
struct Scan {
    std::int64_t took_ms = 0, bytes = 0;
};

class Optimize final : public Command {
  public:
    using Command::Command;

  private:
    io::Task<Result<>> carry_out() override {
        const Name name = *name_of(options_.table);
        std::optional<Scan> before;
        const bool measures = options_.measures && !options_.is_dry_run;
        if (measures) before = co_await scan(name);
        auto answer = co_await client_->post("tables/optimize", fields_of(options_, name));
        if (!answer) co_return pass(answer);
        if (options_.is_dry_run) {
            print_proposal(*answer);
            co_return Result<>();
        }
        const std::string id = answer->text("id");
        if (auto kept = co_await keep(id, "before", before); !kept) co_return kept;
        auto ended = co_await watch(id);
        if (!ended) co_return pass(ended);
        std::optional<Scan> after;
        if (measures) {
            const std::string target = options_.into.empty() ? options_.table : options_.into;
            after = co_await scan(*name_of(target));
            if (auto kept = co_await keep(id, "after", after); !kept) co_return kept;
            ended = co_await client_->get("tables/run", {{"id", id}});
            if (!ended) co_return pass(ended);
        }
        print_summary(*ended, before, after);
        if (ended->text("state") != "SUCCEEDED")
            co_return fail(Errc::invalid, ended->text("error").empty() ? "the run was stopped"
                                                                       : ended->text("error"));
        co_return Result<>();
    }

    /// What was measured stays with the run.
    io::Task<Result<>> keep(std::string id, std::string moment, std::optional<Scan> scan) {
        if (!scan) co_return Result<>();
        auto kept =
            co_await client_->post("tables/scan", {{"id", id},
                                                   {"moment", moment},
                                                   {"took_ms", std::to_string(scan->took_ms)},
                                                   {"bytes", std::to_string(scan->bytes)}});
        if (!kept) co_return pass(kept);
        co_return Result<>();
    }

    /// Nothing when the table cannot be read.
    io::Task<std::optional<Scan>> scan(Name name) {
        const std::string path = fmt::format("\"{}\".\"{}\"", name.database, name.table);
        auto described = co_await client_->post(
            "query", {{"sql", fmt::format("SELECT * FROM {} LIMIT 0", path)}});
        if (!described) co_return std::nullopt;
        std::string counts = "count(*)";
        for (const JsonObject& column : described->objects("columns")) {
            std::string quoted;
            for (const char c : column.text("name"))
                quoted += c == '"' ? "\"\"" : std::string(1, c);
            counts += fmt::format(", count(\"{}\")", quoted);
        }
        auto counted = co_await client_->post(
            "query", {{"sql", fmt::format("SELECT {} FROM {}", counts, path)}});
        if (!counted) co_return std::nullopt;
        co_return Scan{counted->number("took_ms"), counted->number("scanned_bytes")};
    }

    io::Task<Result<JsonObject>> watch(std::string id) {
        const bool shows = ::isatty(2) != 0 && !options_.wants_json;
        while (true) {
            auto run = co_await client_->get("tables/run", {{"id", id}});
            if (!run) co_return pass(run);
            if (shows)
                fmt::print(stderr, "\r{} of {} partitions, {} commits, {} files now \x1b[K",
                           run->number("partitions_done"), run->number("partitions"),
                           run->number("commits"), run->number("files_after"));
            if (run->text("state") != "RUNNING" && run->text("state") != "STOPPING") {
                if (shows) fmt::print(stderr, "\r\x1b[K");
                co_return run;
            }
            co_await io::sleep_until(core_.now() + poll_every);
        }
    }

    void print_proposal(const JsonObject& proposal) const {
        if (options_.wants_json) {
            fmt::print("{}\n", proposal.json());
            return;
        }
        TextTable table({"partition", ">files", ">size", ">files after"});
        for (const JsonObject& part : proposal.objects("parts"))
            table.add({part.text("name").empty() ? "(the table)" : part.text("name"),
                       part.text("files"), size_text(part.number("bytes")),
                       options_.convert.empty() ? part.text("files_after") : "-"});
        fmt::print("{}", table.text());
        for (const std::string& note : proposal.texts("notes")) fmt::print("{}\n", note);
        fmt::print("{} files in {} partitions, {}: {} partitions would change\n",
                   proposal.text("files_before"), proposal.text("partitions"),
                   size_text(proposal.number("bytes_before")), proposal.objects("parts").size());
    }

    static void add_bytes(TextTable& table, const char* what, std::int64_t before,
                          std::int64_t after) {
        const std::int64_t saved = before - after;
        table.add({what, size_text(before), size_text(after),
                   (saved < 0 ? "-" : "") + size_text(saved < 0 ? -saved : saved)});
    }

    void print_summary(const JsonObject& run, std::optional<Scan> before,
                       std::optional<Scan> after) const {
        if (options_.wants_json) {
            fmt::print("{}\n", run.json());
            return;
        }
        for (const std::string& note : run.texts("notes")) fmt::print("{}\n", note);
        TextTable table({"", ">before", ">after", ">saved"});
        const auto files = run.number("files_before") - run.number("files_after");
        table.add(
            {"files", run.text("files_before"), run.text("files_after"), std::to_string(files)});
        add_bytes(table, "bytes", run.number("bytes_before"), run.number("bytes_after"));
        if (before && after) {
            table.add({"full scan", fmt::format("{} ms", before->took_ms),
                       fmt::format("{} ms", after->took_ms),
                       fmt::format("{} ms", before->took_ms - after->took_ms)});
            add_bytes(table, "bytes scanned", before->bytes, after->bytes);
        }
        fmt::print("{}", table.text());
        fmt::print("{} rows read, {} written, {} rejected; {} commits, {} tries again\n",
                   run.text("rows_read"), run.text("rows_written"), run.text("rows_rejected"),
                   run.text("commits"), run.text("retries"));
    }
};

class Runs final : public Command {
  public:
    using Command::Command;

  private:
    io::Task<Result<>> carry_out() override {
        const Name name = name_of(options_.table).value_or(Name{});
        auto answer = co_await client_->get("tables/runs",
                                            {{"database", name.database}, {"table", name.table}});
        if (!answer) co_return pass(answer);
        if (options_.wants_json) {
            fmt::print("{}\n", answer->json());
            co_return Result<>();
        }
        TextTable table({"started", "table", "state", "by", ">partitions", ">files", ">bytes",
                         ">rejected", "id"});
        for (const JsonObject& run : answer->objects("runs"))
            table.add({to_iso8601(from_epoch_ms(run.number("started_ms"))),
                       run.text("database") + "." + run.text("table"), run.text("state"),
                       run.text("origin"),
                       run.text("partitions_done") + "/" + run.text("partitions"),
                       run.text("files_before") + " -> " + run.text("files_after"),
                       size_text(run.number("bytes_before")) + " -> " +
                           size_text(run.number("bytes_after")),
                       run.text("rows_rejected"), run.text("id")});
        fmt::print("{}", table.text());
        co_return Result<>();
    }
};

class Stop final : public Command {
  public:
    using Command::Command;

  private:
    io::Task<Result<>> carry_out() override {
        auto stopped = co_await client_->post("tables/stop", {{"id", options_.run}});
        if (!stopped) co_return pass(stopped);
        co_return Result<>();
    }
};

class SetPolicy final : public Command {
  public:
    using Command::Command;

  private:
    io::Task<Result<>> carry_out() override {
        const Name name = *name_of(options_.table);
        if (options_.is_off) {
            auto removed = co_await client_->post(
                "tables/policy/remove", {{"database", name.database}, {"table", name.table}});
            if (!removed) co_return pass(removed);
            co_return Result<>();
        }
        auto fields = fields_of(options_, name);
        fields["files_over"] = std::to_string(options_.files_over);
        fields["file_mb_under"] = std::to_string(options_.file_mb_under);
        fields["idle_ms"] = std::to_string(parse_duration(options_.idle_for)->count());
        auto set = co_await client_->post("tables/policy", std::move(fields));
        if (!set) co_return pass(set);
        co_return Result<>();
    }
};

std::string check_table(const std::string& text) {
    return name_of(text) ? "" : fmt::format("'{}' is not DATABASE.TABLE", text);
}
std::string check_duration(const std::string& text) {
    return parse_duration(text) ? ""
                                : fmt::format("'{}' is not a duration (30s, 10m, 12h, 7d)", text);
}

void add_work(CLI::App& command, Options& options) {
    command.add_option("TABLE", options.table, "The table: DATABASE.TABLE")
        ->required()
        ->type_name("")
        ->check(check_table);
    command.add_option("--convert", options.convert, "Text becomes this format: parquet")
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"parquet"}));
    command
        .add_option("--into", options.into,
                    "A second table that takes the Parquet; it is created when it is not there")
        ->type_name("DATABASE.TABLE")
        ->check(check_table);
    command
        .add_option("--where", options.where,
                    "Partitions, by their keys: \"year='2026'\"; all when not given")
        ->type_name("EXPRESSION");
    command.add_flag("--narrow", options.narrows,
                     "Look for narrower types of the second table's text columns");
    command.add_option("--compression", options.compression, "Of Parquet")
        ->type_name("CODEC")
        ->check(CLI::IsMember({"zstd", "snappy", "gzip", "none"}))
        ->capture_default_str();
    command
        .add_option("--target-mb", options.target_mb, "Size of the objects that are made, in MiB")
        ->type_name("N")
        ->check(CLI::Range(1, 4096))
        ->capture_default_str();
    command
        .add_option("--keep-raw", options.keep_raw,
                    "How long converted text stays under _raw/ of its partition: 7d")
        ->type_name("TIME")
        ->check(check_duration)
        ->capture_default_str();
    command.add_option("--sort", options.sort, "Columns by which rows are sorted: a,b")
        ->type_name("COLUMNS");
    command.add_option("--bloom", options.bloom, "Columns that get bloom filters: a,b")
        ->type_name("COLUMNS");
}

template <class Chosen>
void run_when_chosen(CLI::App& command, GlobalOptions& global,
                     const std::shared_ptr<Options>& options) {
    add_place(command, global.place);
    add_json(command, global.wants_json);
    on_chosen(command, global, [options, &global] {
        options->place = global.place;
        options->wants_json = global.wants_json;
        return run_command<Chosen>(*options);
    });
}

}  // namespace

void add_tables(CLI::App& app, GlobalOptions& global) {
    CLI::App* tables = app.add_subcommand("table", "Merge a table's objects, or make them Parquet");
    tables->require_subcommand(1);

    auto optimize_options = std::make_shared<Options>();
    CLI::App* optimize = tables->add_subcommand(
        "optimize", "Merge small objects of each partition, or convert text to Parquet");
    add_work(*optimize, *optimize_options);
    optimize->add_flag("--dry-run", optimize_options->is_dry_run,
                       "Report what would be done, do nothing");
    optimize->add_flag("!--no-scan", optimize_options->measures,
                       "Do not measure a full scan before and after");
    run_when_chosen<Optimize>(*optimize, global, optimize_options);

    auto runs_options = std::make_shared<Options>();
    CLI::App* runs = tables->add_subcommand("runs", "List the runs, the newest first");
    runs->add_option("TABLE", runs_options->table, "Of one table: DATABASE.TABLE")
        ->type_name("")
        ->check(check_table);
    run_when_chosen<Runs>(*runs, global, runs_options);

    auto stop_options = std::make_shared<Options>();
    CLI::App* stop = tables->add_subcommand(
        "stop", "Stop a run: what it has committed stays, the rest is left as it was");
    stop->add_option("RUN", stop_options->run, "The run's id")->required()->type_name("");
    run_when_chosen<Stop>(*stop, global, stop_options);

    auto policy_options = std::make_shared<Options>();
    CLI::App* policy =
        tables->add_subcommand("policy", "Optimize a table by itself when it needs it");
    add_work(*policy, *policy_options);
    policy
        ->add_option("--files-over", policy_options->files_over,
                     "More small files than this in a partition begin a run")
        ->type_name("N")
        ->capture_default_str();
    policy->add_option("--file-mb-under", policy_options->file_mb_under, "Smaller files are small")
        ->type_name("N")
        ->capture_default_str();
    policy
        ->add_option("--idle-for", policy_options->idle_for,
                     "A partition is left alone until nothing was written to it for so long")
        ->type_name("TIME")
        ->check(check_duration)
        ->capture_default_str();
    policy->add_flag("--off", policy_options->is_off, "Remove the policy");
    run_when_chosen<SetPolicy>(*policy, global, policy_options);
}

}  // namespace freshet::cli

// `freshet crawler explain`: why a crawler made the tables and partitions that it made.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/time.h"
#include "cli/commands.h"
#include "cli/tables/api_command.h"
#include "cli/text_table.h"

namespace freshet::cli {
namespace {

struct Options {
    Place place;
    std::string name, crawl, word;
    bool lists = false, wants_json = false;
};

class Explain final : public ApiCommand {
  public:
    Explain(io::Core& core, const Options& options)
        : ApiCommand(core, options.place), options_(options) {}

  private:
    io::Task<Result<>> carry_out() override {
        auto answer = co_await client_->get("crawlers/explain",
                                            {{"name", options_.name}, {"crawl", options_.crawl}});
        if (!answer) co_return pass(answer);
        if (options_.wants_json)
            fmt::print("{}\n", answer->json());
        else if (options_.lists)
            print_crawls(*answer);
        else
            print_lines(*answer);
        co_return Result<>();
    }

    static void print_crawls(const JsonObject& answer) {
        TextTable table({"started", "outcome", "crawl"});
        for (const JsonObject& crawl : answer.objects("crawls"))
            table.add({to_iso8601(from_epoch_ms(crawl.number("started_ms"))), crawl.text("outcome"),
                       crawl.text("id")});
        fmt::print("{}", table.text());
    }

    void print_lines(const JsonObject& answer) const {
        const std::vector<std::string> lines = answer.texts("lines");
        fmt::print("crawl {} of {}, {}: {}\n", answer.text("id"), options_.name,
                   to_iso8601(from_epoch_ms(answer.number("started_ms"))), answer.text("outcome"));
        for (const std::string& line : lines) {
            if (line.find(options_.word) != std::string::npos) fmt::print("  {}\n", line);
        }
        if (lines.empty())
            fmt::print(
                "its reasons are not kept any more; the log stream {} of "
                "/aws-glue/crawlers may have them\n",
                answer.text("log_stream"));
    }

    const Options& options_;
};

}  // namespace

void add_crawlers(CLI::App& app, GlobalOptions& global) {
    CLI::App* crawlers = app.add_subcommand("crawler", "Ask why a crawler did what it did");
    crawlers->require_subcommand(1);
    auto options = std::make_shared<Options>();
    CLI::App* explain = crawlers->add_subcommand(
        "explain",
        "Why a crawl made its tables and partitions: a line for each file, folder and "
        "table");
    explain->add_option("NAME", options->name, "The crawler")->required()->type_name("");
    explain
        ->add_option("--crawl", options->crawl,
                     "A crawl by its id, as ListCrawls has it; the last one when not given")
        ->type_name("ID");
    explain->add_option("--grep", options->word, "Lines that hold this: a table, a folder, a file")
        ->type_name("TEXT");
    explain->add_flag("--list", options->lists, "List the crawls that can be explained");
    add_place(*explain, global.place);
    add_json(*explain, global.wants_json);
    on_chosen(*explain, global, [options, &global] {
        options->place = global.place;
        options->wants_json = global.wants_json;
        return run_command<Explain>(*options);
    });
}

}  // namespace freshet::cli

// `freshet apply FILE` and `freshet destroy FILE`: send a pipeline file and the local files that it
// names to the server, and print what was done.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

#include "aws/client.h"
#include "aws/protocol/json/json.h"
#include "cli/bundle.h"
#include "cli/commands.h"
#include "cli/global_options.h"
#include "cli/run.h"

namespace freshet::cli {
namespace {

constexpr Millis answer_max = 600s;
constexpr std::size_t told_max = 48;  ///< characters of a value on the screen

struct Options {
    Place place;
    std::string file, python;
    std::vector<std::string> set;
    bool is_dry_run = false, empties_buckets = false;
    bool destroys = false, wants_json = false;
};

/// On one line; what both values begin with is left out of long ones.
std::string line_of(const std::string& value, const std::string& other) {
    if (value.empty()) return "(none)";
    const auto differs = std::ranges::mismatch(value, other).in1 - value.begin();
    std::size_t from = 0;
    if (value.size() > told_max) from = static_cast<std::size_t>(differs);
    from -= std::min<std::size_t>(from, 12);
    std::string out = from > 0 ? "..." : "";
    for (const char c : value.substr(from, told_max))
        out += c == '\n' ? std::string("\\n") : std::string(1, c);
    return from + told_max < value.size() ? out + "..." : out;
}

std::string word_of(const pipeline::Step& step) {
    static const std::map<std::string, std::pair<const char*, const char*>> words{
        {"create", {"created", "to create"}}, {"update", {"updated", "to update"}},
        {"remove", {"removed", "to remove"}}, {"unchanged", {"unchanged", "unchanged"}},
        {"absent", {"absent", "absent"}},     {"replace", {"replaced", "must be replaced"}}};
    const auto found = words.find(step.action);
    if (found == words.end()) return step.action;
    if (step.outcome == "done") return found->second.first;
    if (step.outcome == "failed") return fmt::format("FAILED {}", found->second.second);
    if (step.outcome == "planned" || step.action == "replace") return found->second.second;
    return "not done";
}

void print(const pipeline::Report& report) {
    std::vector<std::pair<std::string, int>> counts;
    for (const auto& step : report.steps) {
        const std::string word = word_of(step);
        fmt::print("{:<17}{} {}\n", word, step.kind, step.name);
        for (const auto& difference : step.differences)
            fmt::print("{:<19}{}: {} -> {}\n", "", difference.field,
                       line_of(difference.is, difference.wanted),
                       line_of(difference.wanted, difference.is));
        const auto found = std::ranges::find(counts, word, &std::pair<std::string, int>::first);
        if (found == counts.end())
            counts.emplace_back(word, 1);
        else
            ++found->second;
    }
    std::string summary;
    for (const bool calm : {false, true}) {  // what was done first
        for (const auto& [word, count] : counts) {
            if ((word == "unchanged" || word == "absent") == calm)
                summary += fmt::format("{}{} {}", summary.empty() ? "" : ", ", count, word);
        }
    }
    if (report.steps.empty() && report.problem.empty()) summary = "the file names nothing";
    if (!summary.empty()) fmt::print("{}\n", summary);
}

/// The request with everything that the file names, or nothing after reporting what is wrong.
std::optional<pipeline::Request> read(const Options& options, int& status) {
    std::error_code error;
    if (std::filesystem::is_directory(options.file, error)) {
        status = report_problem(fmt::format("{} is a directory", options.file));
        return std::nullopt;
    }
    std::ifstream file(options.file, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) {
        status = report_problem(
            fmt::format("{} cannot be read: {}", options.file, std::strerror(errno)));
        return std::nullopt;
    }
    pipeline::Request request;
    request.file_name = options.file;
    request.text = std::move(text).str();
    request.is_dry_run = options.is_dry_run;
    request.empties_buckets = options.empties_buckets;
    for (const std::string& one : options.set) {
        const auto equals = one.find('=');
        request.parameters.emplace_back(one.substr(0, equals), one.substr(equals + 1));
    }
    pipeline::Problems problems;
    pipeline::Value root = pipeline::read_yaml(request.text, problems);
    const pipeline::Parameters given(request.parameters.begin(), request.parameters.end());
    pipeline::substitute(root, pipeline::parameters_of(root, given, problems), problems);
    if (problems.empty() && !options.destroys)
        attach_local_files(root, std::filesystem::path(options.file).parent_path(), options.python,
                           request, problems);
    if (problems.empty()) return request;
    status = report_problem(problems.text(options.file));
    return std::nullopt;
}

io::Task<void> send(io::Core& core, const Options& options, pipeline::Request message,
                    int& status) {
    const aws::ClientOptions client = options.place.options();
    auto http = io::make_http_client(core, client.endpoint);
    if (!http) {
        status = report_problem(http.error().message());
        co_return;
    }
    io::ClientRequest request;
    request.target =
        fmt::format("/_freshet/api/pipeline/{}", options.destroys ? "destroy" : "apply");
    const std::string host = client.endpoint.substr(client.endpoint.find("//") + 2);
    request.headers.add("Host", host.substr(0, host.find('/')));
    request.headers.add("Content-Type", "application/json");
    request.headers.add("X-Freshet-Request", "1");
    request.body.push_back(Bytes::own(aws::encode_json(pipeline::Request::shape(), &message)));
    aws::sign(request, client.credentials, client.region, "freshet", core.now());
    auto response = co_await (*http)->send(std::move(request), answer_max);
    if (!response) {
        status = report_problem(response.error().message());
        co_return;
    }
    pipeline::Report report;
    aws::Violations ignored;
    auto decoded =
        aws::decode_json(pipeline::Report::shape(), response->body.view(), &report, ignored);
    if (!decoded || (response->status != 200 && report.problem.empty())) {
        status = report_problem(fmt::format("{}: not a Freshet's answer (status {})",
                                            client.endpoint, response->status));
        co_return;
    }
    if (options.wants_json)
        fmt::print("{}\n", aws::encode_json(pipeline::Report::shape(), &report));
    else
        print(report);
    status = report_problem(report.problem);
}

void add_command(CLI::App& app, const char* name, const char* text, bool destroys,
                 GlobalOptions& global) {
    auto options = std::make_shared<Options>();
    options->destroys = destroys;
    CLI::App* command = app.add_subcommand(name, text);
    command->add_option("FILE", options->file, "Pipeline file (docs/pipeline-file.md)")
        ->required()
        ->type_name("");
    add_place(*command, global.place);
    add_json(*command, global.wants_json);
    command->add_option("--set", options->set, "Value of a parameter of the file; may be repeated")
        ->type_name("NAME=VALUE")
        ->check([](const std::string& text) {
            const auto equals = text.find('=');
            const bool is_pair = equals != std::string::npos && equals > 0;
            return is_pair ? std::string() : fmt::format("'{}' is not NAME=VALUE", text);
        })
        ->take_all();
    command
        ->add_option("--python", options->python,
                     "The Python whose packages functions get; python3, then the one of the clone "
                     "that this program was built in, when not given")
        ->type_name("PATH");
    command->add_flag("--dry-run", options->is_dry_run, "Report what would be done, do nothing");
    if (destroys)
        command->add_flag("--empty-buckets", options->empties_buckets,
                          "Remove the objects in the file's buckets too");
    on_chosen(*command, global, [options, &global] {
        options->place = global.place;
        options->wants_json = global.wants_json;
        int status = could_not;
        auto request = read(*options, status);
        if (!request) return status;
        io::SystemClock clock;
        io::run_to_end(clock, [&](io::Core& core) {
            return send(core, *options, std::move(*request), status);
        });
        return status;
    });
}

}  // namespace

void add_apply(CLI::App& app, GlobalOptions& global) {
    add_command(app, "apply", "Make what a pipeline file names, or change what differs from it",
                false, global);
}

void add_destroy(CLI::App& app, GlobalOptions& global) {
    add_command(app, "destroy", "Remove what a pipeline file names", true, global);
}

}  // namespace freshet::cli

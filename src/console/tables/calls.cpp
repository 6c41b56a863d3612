#include "console/tables/calls.h"

#include <fmt/format.h>

#include <charconv>

#include "base/crypto/digest.h"
#include "console/json_writer.h"
#include "console/limits.h"
#include "console/tables/format_word.h"
#include "console/tables/run_json.h"

namespace freshet::console {
namespace {

using maintenance::Maintenance;
using Fields = std::map<std::string, std::string>;

io::HttpResponse refused(const Error& error) {
    const int status = error.is(maintenance::Errc::not_found)     ? 404
                       : error.is(maintenance::Errc::running)     ? 409
                       : error.is(maintenance::Errc::not_running) ? 409
                       : error.is_of<maintenance::Errc>()         ? 400
                                                                  : 503;
    return refusal(status, error.message());
}

Home home_of(const Question& question) {
    const std::string region = question.parameter("region");
    return {question.home.account, region.empty() ? question.home.region : region};
}

maintenance::TableKey key_of(const Question& question, const std::string& database,
                             const std::string& table) {
    const Home home = home_of(question);
    return {home.account, home.region, database, table};
}

/// `value` stays when the field is missing or "".
Result<> take_number(Fields& fields, const char* name, std::int64_t& value) {
    const std::string& text = fields[name];
    if (text.empty()) return {};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size()) return {};
    return fail(maintenance::Errc::invalid,
                fmt::format("{} is a whole number, not '{}'", name, text));
}

/// "a, b"
std::vector<std::string> names_of(const std::string& text) {
    std::vector<std::string> names;
    std::string name;
    for (const char c : text + ",") {
        if (c != ',') {
            if (c != ' ') name += c;
        } else if (!name.empty()) {
            names.push_back(std::exchange(name, ""));
        }
    }
    return names;
}

Result<maintenance::Options> options_of(Fields& fields) {
    maintenance::Options options;
    const std::string& format = fields["convert"];
    if (!format.empty() && format != "parquet")
        return fail(maintenance::Errc::invalid,
                    fmt::format("objects are converted to parquet, not to {}", format));
    options.converts = !format.empty();
    options.into = fields["into"];
    options.where = fields["where"];
    options.narrows = fields["narrow"] == "true";
    if (!fields["compression"].empty()) options.compression = fields["compression"];
    std::int64_t mebibytes =
        static_cast<std::int64_t>(options.target_bytes / maintenance::limits::mebibyte);
    std::int64_t keep_ms = 0;
    if (auto taken = take_number(fields, "target_mb", mebibytes); !taken) return pass(taken);
    if (auto taken = take_number(fields, "keep_raw_ms", keep_ms); !taken) return pass(taken);
    if (mebibytes < 1 || mebibytes > 1 << 20)
        return fail(maintenance::Errc::invalid, fmt::format("target_mb is not {}", mebibytes));
    options.target_bytes = static_cast<std::uint64_t>(mebibytes) * maintenance::limits::mebibyte;
    options.keep_raw = Millis(keep_ms);
    options.sort_columns = names_of(fields["sort"]);
    options.bloom_columns = names_of(fields["bloom"]);
    return options;
}

void write_notes(JsonWriter& json, const std::vector<std::string>& notes) {
    json.key("notes").open('[');
    for (const std::string& note : notes) json.text(std::string_view(note));
    json.close(']');
}

void write_parts(JsonWriter& json, const std::vector<maintenance::Proposal::Part>& parts) {
    json.key("parts").open('[');
    for (const auto& part : parts) {
        json.open('{').member("name", part.name).member("files", part.files);
        json.member("bytes", part.bytes).member("files_after", part.files_after).close('}');
    }
    json.close(']');
}

io::Task<io::HttpResponse> optimize(Maintenance& service, Question question) {
    Fields fields = question.fields();
    const auto key = key_of(question, fields["database"], fields["table"]);
    auto options = options_of(fields);
    if (!options) co_return refused(options.error());
    JsonWriter json;
    if (fields["dry_run"] == "true") {
        auto proposal = co_await service.propose(key, std::move(*options));
        if (!proposal) co_return refused(proposal.error());
        json.open('{');
        write_figures(json, proposal->figures);
        write_parts(json, proposal->parts);
        write_notes(json, proposal->notes);
        co_return json_answer(200, json.close('}').take());
    }
    auto begun = co_await service.begin(key, std::move(*options), maintenance::Origin::request);
    if (!begun) co_return refused(begun.error());
    co_return json_answer(200, json.open('{').member("id", *begun).close('}').take());
}

io::HttpResponse runs(const Maintenance& service, const Question& question) {
    JsonWriter json;
    json.open('{').key("runs").open('[');
    for (const maintenance::Run& run : service.list(
             home_of(question), question.parameter("database"), question.parameter("table")))
        write_run(json, run, run.notes.size());
    return json_answer(200, json.close(']').close('}').take());
}

io::HttpResponse run(const Maintenance& service, const Question& question) {
    const auto found = service.find(home_of(question), question.parameter("id"));
    if (!found) return refused(found.error());
    JsonWriter json;
    write_run(json, *found, found->notes.size());
    return json_answer(200, json.take());
}

io::Task<io::HttpResponse> sizes(Maintenance& service, Question question) {
    std::string after;
    if (!base64_decode(question.parameter("after"), after))
        co_return refusal(400, "after is the next of an earlier answer");
    auto found = co_await service.sizes(
        key_of(question, question.parameter("database"), question.parameter("table")),
        std::move(after));
    if (!found) co_return refused(found.error());
    JsonWriter json;
    json.open('{').member("small_under", static_cast<std::int64_t>(found->small_under));
    json.key("parts").open('[');
    for (const maintenance::PartSize& part : found->parts) {
        json.open('{').member("name", part.name);
        json.member("format", format_word(part.storage.serde, part.storage.properties));
        json.member("files", part.files).member("bytes", part.bytes);
        json.member("small_files", part.small_files);
        if (part.newest) json.member("newest_ms", to_epoch_ms(*part.newest));
        json.close('}');
    }
    json.close(']');
    if (found->next) json.member("next", base64_encode(*found->next));
    co_return json_answer(200, json.close('}').take());
}

/// Page after page; a table of more partitions than limits::total_pages_max has pages is cut.
io::Task<io::HttpResponse> total(Maintenance& service, Question question) {
    const auto key = key_of(question, question.parameter("database"), question.parameter("table"));
    maintenance::PartSize sum;
    std::int64_t partitions = 0;
    std::optional<std::string> next = "";
    for (std::size_t pages = 0; next && pages < limits::total_pages_max; ++pages) {
        auto found = co_await service.sizes(key, std::move(*next));
        if (!found) co_return refused(found.error());
        for (const maintenance::PartSize& part : found->parts) {
            ++partitions;
            sum.files += part.files;
            sum.bytes += part.bytes;
            sum.small_files += part.small_files;
        }
        next = std::move(found->next);
    }
    JsonWriter json;
    json.open('{').member("partitions", partitions).member("files", sum.files);
    json.member("bytes", sum.bytes).member("small_files", sum.small_files);
    json.key("is_cut").boolean(next.has_value()).close('}');
    co_return json_answer(200, json.take());
}

io::HttpResponse policy(const Maintenance& service, const Question& question) {
    const auto found = service.policy(
        key_of(question, question.parameter("database"), question.parameter("table")));
    JsonWriter json;
    write_policy(json, found);
    return json_answer(200, json.take());
}

io::Task<io::HttpResponse> set_policy(Maintenance& service, Question question) {
    Fields fields = question.fields();
    maintenance::Policy wanted;
    wanted.table = key_of(question, fields["database"], fields["table"]);
    if (question.path == "tables/policy/remove") {
        auto removed = co_await service.remove_policy(wanted.table);
        if (!removed) co_return refused(removed.error());
        co_return json_answer(200, Bytes::literal("{}"));
    }
    auto options = options_of(fields);
    if (!options) co_return refused(options.error());
    wanted.options = std::move(*options);
    std::int64_t mebibytes =
        static_cast<std::int64_t>(wanted.file_bytes_under / maintenance::limits::mebibyte);
    std::int64_t idle_ms = wanted.idle_for.count();
    auto taken = take_number(fields, "files_over", wanted.files_over);
    if (taken) taken = take_number(fields, "file_mb_under", mebibytes);
    if (taken) taken = take_number(fields, "idle_ms", idle_ms);
    if (!taken) co_return refused(taken.error());
    if (mebibytes < 1 || mebibytes > 1 << 20)
        co_return refusal(400, fmt::format("file_mb_under is not {}", mebibytes));
    wanted.file_bytes_under = static_cast<std::uint64_t>(mebibytes) * maintenance::limits::mebibyte;
    wanted.idle_for = Millis(idle_ms);
    auto set = co_await service.set_policy(std::move(wanted));
    if (!set) co_return refused(set.error());
    co_return json_answer(200, Bytes::literal("{}"));
}

io::Task<io::HttpResponse> stop(Maintenance& service, Question question) {
    Fields fields = question.fields();
    auto halted = co_await service.halt(home_of(question), fields["id"]);
    if (!halted) co_return refused(halted.error());
    co_return json_answer(200, Bytes::literal("{}"));
}

io::Task<io::HttpResponse> scan(Maintenance& service, Question question) {
    Fields fields = question.fields();
    maintenance::Scan scan{-1, -1};
    auto taken = take_number(fields, "took_ms", scan.took_ms);
    if (taken) taken = take_number(fields, "bytes", scan.bytes);
    if (!taken) co_return refused(taken.error());
    const bool is_before = fields["moment"] == "before";
    if (scan.took_ms < 0 || scan.bytes < 0 || (!is_before && fields["moment"] != "after"))
        co_return refusal(400, "Send {id, moment: before or after, took_ms, bytes}");
    const auto moment = is_before ? Maintenance::Moment::before : Maintenance::Moment::after;
    auto noted = co_await service.note_scan(home_of(question), fields["id"], moment, scan);
    if (!noted) co_return refused(noted.error());
    co_return json_answer(200, Bytes::literal("{}"));
}

/// Home core of the service.
io::Task<std::optional<io::HttpResponse>> answer(Maintenance& service, Question question) {
    const std::string path = question.method + " " + question.path;
    if (path == "GET tables/runs") co_return runs(service, question);
    if (path == "GET tables/run") co_return run(service, question);
    if (path == "GET tables/policy") co_return policy(service, question);
    if (path == "POST tables/stop") {
        auto answered = co_await stop(service, std::move(question));
        co_return answered;
    }
    if (path == "POST tables/scan") {
        auto answered = co_await scan(service, std::move(question));
        co_return answered;
    }
    if (path == "GET tables/sizes") {
        auto answered = co_await sizes(service, std::move(question));
        co_return answered;
    }
    if (path == "GET tables/total") {
        auto answered = co_await total(service, std::move(question));
        co_return answered;
    }
    if (path == "POST tables/optimize") {
        auto answered = co_await optimize(service, std::move(question));
        co_return answered;
    }
    if (path == "POST tables/policy" || path == "POST tables/policy/remove") {
        auto answered = co_await set_policy(service, std::move(question));
        co_return answered;
    }
    co_return std::nullopt;
}

}  // namespace

io::Task<std::optional<io::HttpResponse>> answer_about_tables(const Parts& parts,
                                                              Question question) {
    if (!question.path.starts_with("tables/")) co_return std::nullopt;
    auto answered = co_await io::run_on(parts.maintenance.home(),
                                        answer(parts.maintenance, std::move(question)));
    co_return answered;
}

}  // namespace freshet::console

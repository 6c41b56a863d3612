// `freshet streams list | describe | split | merge`: streams and their shards, with a picture of
// the ring of hash keys.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "aws/protocol/json/json.h"
#include "cli/commands.h"
#include "cli/run.h"
#include "cli/streams/ring.h"
#include "cli/streams/shard_table.h"
#include "cli/streams/stream_calls.h"
#include "cli/text_table.h"
#include "stream/hash.h"

namespace freshet::cli {
namespace {

using namespace aws::kinesis;

constexpr Millis poll_every = 200ms;

struct Options {
    Place place;
    std::string stream, shard, other, at;
    bool wants_json = false, waits = false;
};

std::string retention_text(std::int32_t hours) {
    return hours % 24 == 0 ? fmt::format("{} d", hours / 24) : fmt::format("{} h", hours);
}

std::string mode_text(const StreamDescriptionSummary& summary) {
    return summary.stream_mode_details ? summary.stream_mode_details->stream_mode : "PROVISIONED";
}

/// An output of the model as JSON, without its braces.
template <class Op>
std::string members_of(const typename Op::Output& output) {
    const std::string json = aws::encode_json(*Op::info().output, &output);
    return json.substr(1, json.size() - 2);
}

class Command {
  public:
    Command(io::Core& core, const Options& options) : core_(core), options_(options) {}
    virtual ~Command() = default;

    io::Task<void> run(int& status) {
        auto made = aws::Client::make(core_, options_.place.options());
        if (made) {
            client_ = std::move(*made);
            co_await carry_out();
            client_.reset();  // before the core ends
        } else {
            problem_ = made.error().message();
        }
        status = report_problem(problem_);
    }

  protected:
    virtual io::Task<void> carry_out() = 0;

    template <class T>
    bool note_failure(const aws::Answer<T>& answer) {
        if (!answer) problem_ = text_of(answer.error());
        return !answer;
    }

    std::string ring_text() const { return draw_ring(ring_of(shards_), terminal_width()); }

    io::Task<bool> read_shards() {
        auto shards = co_await all_shards(core_, *client_, options_.stream);
        if (note_failure(shards)) co_return false;
        shards_ = std::move(*shards);
        co_return true;
    }

    io::Core& core_;
    const Options& options_;
    std::unique_ptr<aws::Client> client_;
    std::vector<Shard> shards_;
    std::string problem_;
};

class List final : public Command {
  public:
    using Command::Command;

  private:
    io::Task<void> carry_out() override {
        auto names = co_await stream_names(core_, *client_);
        if (note_failure(names)) co_return;
        TextTable table({"name", "mode", "status", ">open shards", ">retention", ">consumers"});
        std::string json;
        for (const std::string& name : *names) {
            auto answer = co_await describe(core_, *client_, name);
            if (!answer && answer.error().code == "ResourceNotFoundException")
                continue;  // gone since
            if (note_failure(answer)) co_return;
            const StreamDescriptionSummary& one = answer->stream_description_summary;
            json += (json.empty() ? "\n{" : ",\n{") + members_of<DescribeStreamSummaryOp>(*answer) +
                    "}";
            table.add({one.stream_name, mode_text(one), one.stream_status,
                       fmt::format("{}", one.open_shard_count),
                       retention_text(one.retention_period_hours),
                       fmt::format("{}", one.consumer_count.value_or(0))});
        }
        if (options_.wants_json)
            fmt::print("{{\"Streams\":[{}]}}\n", json);
        else
            fmt::print("{}", table.text());
    }
};

class Describe : public Command {
  public:
    using Command::Command;

  protected:
    io::Task<void> carry_out() override { co_await describe_all(); }

    io::Task<void> describe_all() {
        auto answer = co_await describe(core_, *client_, options_.stream);
        if (note_failure(answer)) co_return;
        const StreamDescriptionSummary& summary = answer->stream_description_summary;
        bool is_read = summary.stream_status == "CREATING";  // no shards are shown yet
        if (!is_read) is_read = co_await read_shards();
        if (!is_read) co_return;
        auto consumers = co_await all_consumers(core_, *client_, summary.stream_arn);
        if (note_failure(consumers)) co_return;
        if (options_.wants_json) {
            const std::string head = members_of<DescribeStreamSummaryOp>(*answer);
            fmt::print("{{{},{},{}}}\n", head, members_of<ListShardsOp>({shards_, std::nullopt}),
                       members_of<ListStreamConsumersOp>({*consumers, std::nullopt}));
            co_return;
        }
        print_summary(summary);
        fmt::print("\n{}\n{}", ring_text(), shard_table(shards_, terminal_width()));
        if (consumers->empty()) co_return;
        TextTable table({"consumer", "status", "made"});
        for (const Consumer& one : *consumers)
            table.add({one.consumer_name, one.consumer_status,
                       to_iso8601(one.consumer_creation_timestamp)});
        fmt::print("\n{}", table.text());
    }

    void print_summary(const StreamDescriptionSummary& summary) const {
        const auto line = [](std::string_view name, const std::string& value) {
            if (!value.empty()) fmt::print("{:<12}{}\n", name, value);
        };
        line("stream", summary.stream_name);
        line("ARN", summary.stream_arn);
        line("status", summary.stream_status);
        line("mode", mode_text(summary));
        line("made", to_iso8601(summary.stream_creation_timestamp));
        line("retention", retention_text(summary.retention_period_hours));
        if (summary.encryption_type.value_or("NONE") != "NONE")
            line("encryption",
                 *summary.encryption_type + " with " + summary.key_id.value_or("no key"));
        std::string metrics;
        for (const EnhancedMetrics& some : summary.enhanced_monitoring)
            for (const std::string& name :
                 some.shard_level_metrics.value_or(std::vector<std::string>()))
                metrics += (metrics.empty() ? "" : ", ") + name;
        line("metrics", metrics);
        const auto open = std::ranges::count_if(ring_of(shards_), &RingShard::is_open);
        line("shards", fmt::format("{} open, {} closed", open,
                                   static_cast<std::ptrdiff_t>(shards_.size()) - open));
    }
};

/// What split and merge have in common: the ring before, a change, the ring after; with --json what
/// `describe` says after it.
class Reshard : public Describe {
  public:
    using Describe::Describe;

  protected:
    /// Asks for the change, after the checks that only it knows; false with a problem.
    virtual io::Task<bool> change(const std::vector<RingShard>& ring) = 0;

    io::Task<void> carry_out() override {
        if (options_.waits) co_await until_active();
        if (!problem_.empty()) co_return;
        bool is_done = co_await read_shards();
        if (is_done) {
            if (!options_.wants_json) fmt::print("{}\n", ring_text());
            std::fflush(stdout);
            const auto ring = ring_of(shards_);
            is_done = co_await change(ring);
        }
        if (is_done && options_.waits) co_await until_active();
        if (!is_done || !problem_.empty()) co_return;
        if (options_.wants_json) {
            co_await describe_all();
            co_return;
        }
        is_done = co_await read_shards();
        if (!is_done) co_return;
        auto answer = co_await describe(core_, *client_, options_.stream);
        if (note_failure(answer)) co_return;
        fmt::print("{}", ring_text());
        const std::string& status = answer->stream_description_summary.stream_status;
        if (status != "ACTIVE")
            fmt::print("stream {} is {}: --wait waits for the end of it\n", options_.stream,
                       status);
    }

    io::Task<void> until_active() {
        while (true) {
            auto answer = co_await describe(core_, *client_, options_.stream);
            if (note_failure(answer)) co_return;
            if (answer->stream_description_summary.stream_status == "ACTIVE") co_return;
            co_await io::sleep_until(core_.now() + poll_every);
        }
    }

    /// The open shard of a name or a number; nullptr with a problem.
    const RingShard* open_shard(const std::vector<RingShard>& ring, const std::string& given) {
        std::string open;
        for (const RingShard& shard : ring) {
            if (shard.is_open) open += (open.empty() ? "" : ", ") + shard.name();
            if (shard.name() != short_name(given)) continue;
            if (shard.is_open) return &shard;
            problem_ = fmt::format("shard {} of stream {} is closed: it was split or merged before",
                                   shard.name(), options_.stream);
            return nullptr;
        }
        problem_ = fmt::format("stream {} has no shard {}; open are {}", options_.stream,
                               short_name(given), open);
        return nullptr;
    }
};

class Split final : public Reshard {
  public:
    using Reshard::Reshard;

  private:
    io::Task<bool> change(const std::vector<RingShard>& ring) override {
        const RingShard* shard = open_shard(ring, options_.shard);
        if (!shard) co_return false;
        const auto at = options_.at.empty() || options_.at == "half"
                            ? shard->first + (shard->last - shard->first) / 2 + 1
                            : *hash_key_of(options_.at);
        if (shard->first == shard->last)
            problem_ = fmt::format("shard {} has one hash key only", shard->name());
        else if (at <= shard->first || at > shard->last)
            problem_ = fmt::format(
                "--at {} is not inside shard {}: from {} to {} (a number or 0x and hexadecimal)",
                options_.at, shard->name(), stream::to_decimal(shard->first + 1),
                stream::to_decimal(shard->last));
        if (!problem_.empty()) co_return false;
        SplitShardInput input;
        input.stream_name = options_.stream;
        input.shard_to_split = shard->id;
        input.new_starting_hash_key = stream::to_decimal(at);
        auto answer = co_await client_->call<SplitShardOp>(std::move(input));
        if (note_failure(answer)) co_return false;
        if (!options_.wants_json)
            fmt::print("split shard {} at {}\n\n", shard->name(), stream::to_decimal(at));
        co_return true;
    }
};

class Merge final : public Reshard {
  public:
    using Reshard::Reshard;

  private:
    io::Task<bool> change(const std::vector<RingShard>& ring) override {
        const RingShard* one = open_shard(ring, options_.shard);
        if (!one) co_return false;
        const RingShard* other = partner(ring, *one);
        if (!other) co_return false;
        MergeShardsInput input;
        input.stream_name = options_.stream;
        // AWS takes the left one first only.
        input.shard_to_merge = std::min(*one, *other, is_left_of).id;
        input.adjacent_shard_to_merge = std::max(*one, *other, is_left_of).id;
        auto answer = co_await client_->call<MergeShardsOp>(std::move(input));
        if (note_failure(answer)) co_return false;
        if (!options_.wants_json)
            fmt::print("merged shards {} and {}\n\n", one->name(), other->name());
        co_return true;
    }

    static bool is_left_of(const RingShard& one, const RingShard& other) {
        return one.first < other.first;
    }

    /// The shard that `one` goes together with; nullptr with a problem.
    const RingShard* partner(const std::vector<RingShard>& ring, const RingShard& one) {
        const auto is_right_of = [](const RingShard& left, const RingShard& right) {
            return left.last != stream::hash_key_max && left.last + 1 == right.first;
        };
        if (options_.other.empty()) {
            for (const RingShard& shard : ring)
                if (shard.is_open && is_right_of(one, shard)) return &shard;
            problem_ = fmt::format(
                "shard {} ends the ring and has no right-hand neighbour: "
                "name its left-hand one, too",
                one.name());
            return nullptr;
        }
        const RingShard* other = open_shard(ring, options_.other);
        if (!other || is_right_of(one, *other) || is_right_of(*other, one)) return other;
        problem_ = other == &one ? fmt::format("shard {} cannot be merged with itself", one.name())
                                 : fmt::format("shards {} and {} are not neighbours on the ring",
                                               one.name(), other->name());
        return nullptr;
    }
};

template <class Verb>
CLI::App* add_verb(CLI::App& command, const char* name, const char* what,
                   const std::shared_ptr<Options>& options, GlobalOptions& global) {
    CLI::App* verb = command.add_subcommand(name, what);
    add_place(*verb, global.place);
    on_chosen(*verb, global, [options, &global] {
        options->place = global.place;
        options->wants_json = global.wants_json;
        return run_command<Verb>(*options);
    });
    return verb;
}

}  // namespace

void add_streams(CLI::App& app, GlobalOptions& global) {
    auto options = std::make_shared<Options>();
    CLI::App& command = *app.add_subcommand("streams", "Streams, their shards and the ring");
    command.require_subcommand(1);
    add_place(command, global.place);
    add_json(command, global.wants_json);
    CLI::App* list = add_verb<List>(command, "list", "Every stream", options, global);
    add_json(*list, global.wants_json);
    CLI::App* one = add_verb<Describe>(command, "describe", "A stream, its ring, shards, consumers",
                                       options, global);
    add_json(*one, global.wants_json);
    CLI::App* split =
        add_verb<Split>(command, "split", "Make two shards of an open one", options, global);
    split
        ->add_option("--at", options->at,
                     "Hash key that the second half begins with, a number or 0x and hexadecimal; "
                     "half when not given")
        ->type_name("KEY")
        ->check([](const std::string& text) {
            return text == "half" || hash_key_of(text)
                       ? std::string()
                       : fmt::format("{} is not a number, nor 0x and hexadecimal", text);
        });
    CLI::App* merge =
        add_verb<Merge>(command, "merge", "Make one shard of two neighbours", options, global);
    for (CLI::App* verb : {one, split, merge})
        verb->add_option("STREAM", options->stream, "Name of the stream")
            ->required()
            ->type_name("");
    for (CLI::App* verb : {split, merge}) {
        add_json(*verb, global.wants_json);
        verb->add_option("SHARD", options->shard, "shardId-000000000003, or 3")
            ->required()
            ->type_name("");
        verb->add_flag("--wait", options->waits, "Until the stream is ACTIVE");
    }
    merge->add_option("OTHER", options->other, "Its neighbour; the right-hand one when not given")
        ->type_name("");
}

}  // namespace freshet::cli

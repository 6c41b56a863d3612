// `freshet tail STREAM`: records as they come, one a line.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "aws/client.h"
#include "aws/model/kinesis.h"
#include "cli/commands.h"
#include "record/kpl.h"

namespace freshet::cli {
namespace {

using namespace aws::kinesis;

constexpr Millis poll_every = 250ms;

struct Options {
    std::string stream, endpoint, from = "latest";
    bool deaggregate = false, verbose = false;
    std::uint64_t count = 0;
};

class Tail {
  public:
    Tail(io::Core& core, const Options& options) : core_(core), options_(options) {}

    io::Task<void> run(int& status) {
        auto client = aws::Client::make(core_, aws::client_options(options_.endpoint));
        if (!client) {
            failure_ = client.error().message();
        } else {
            co_await follow(**client);
        }
        if (!failure_.empty()) fmt::print(stderr, "freshet: {}\n", failure_);
        status = failure_.empty() ? 0 : 1;
    }

  private:
    struct Reader {
        std::string shard, iterator;
    };

    io::Task<void> follow(aws::Client& client) {
        std::vector<Reader> readers;
        co_await open_all(client, readers);
        while (failure_.empty() && !readers.empty()) {
            bool idle = true;
            for (Reader& reader : readers) {
                GetRecordsInput input;
                input.shard_iterator = reader.iterator;
                auto answer = co_await client.call<GetRecordsOp>(std::move(input));
                if (!answer) {
                    failure_ = answer.error().message;
                    co_return;
                }
                idle = idle && answer->records.empty();
                for (const auto& record : answer->records) {
                    if (!print(reader.shard, record)) co_return;
                }
                std::fflush(stdout);
                reader.iterator = answer->next_shard_iterator.value_or("");
                if (reader.iterator.empty()) done_.insert(reader.shard);
                for (ChildShard& child : answer->child_shards.value_or(std::vector<ChildShard>()))
                    waiting_[child.shard_id] = std::move(child.parent_shards);
            }
            std::erase_if(readers, [](const Reader& reader) { return reader.iterator.empty(); });
            co_await open_children(client, readers);
            if (idle) co_await io::sleep_until(core_.now() + poll_every);
        }
    }

    /// The shards to begin with; those that go on from them are opened when they have ended.
    io::Task<void> open_all(aws::Client& client, std::vector<Reader>& readers) {
        const bool from_start = options_.from == "start";
        ListShardsInput list;
        list.stream_name = options_.stream;
        list.shard_filter.emplace().type = from_start ? "AT_TRIM_HORIZON" : "AT_LATEST";
        while (failure_.empty()) {
            auto shards = co_await client.call<ListShardsOp>(std::move(list));
            if (!shards) {
                failure_ = shards.error().message;
                co_return;
            }
            for (const Shard& shard : shards->shards.value_or(std::vector<Shard>()))
                co_await open(client, readers, shard.shard_id,
                              from_start ? "TRIM_HORIZON" : "LATEST");
            if (!shards->next_token) co_return;
            list = {};
            list.next_token = std::move(shards->next_token);
        }
    }

    io::Task<void> open(aws::Client& client, std::vector<Reader>& readers, std::string shard,
                        const char* type) {
        GetShardIteratorInput input;
        input.stream_name = options_.stream;
        input.shard_id = shard;
        input.shard_iterator_type = type;
        auto iterator = co_await client.call<GetShardIteratorOp>(std::move(input));
        if (!iterator) {
            failure_ = iterator.error().message;
            co_return;
        }
        readers.push_back({std::move(shard), iterator->shard_iterator.value_or("")});
    }

    /// Those whose parents have all been read to their ends: a key's records stay in order.
    io::Task<void> open_children(aws::Client& client, std::vector<Reader>& readers) {
        std::vector<std::string> ready;
        for (const auto& [child, parents] : waiting_) {
            if (std::ranges::all_of(parents, [&](const auto& one) { return done_.contains(one); }))
                ready.push_back(child);
        }
        for (const std::string& child : ready) {
            waiting_.erase(child);
            co_await open(client, readers, child, "TRIM_HORIZON");
        }
    }

    /// False when enough was printed.
    bool print(const std::string& shard, const aws::kinesis::Record& record) {
        const std::string when = record.approximate_arrival_timestamp
                                     ? to_iso8601(*record.approximate_arrival_timestamp)
                                     : "";
        const auto line = [&](const std::string& key, std::string_view data) {
            while (data.ends_with('\n')) data.remove_suffix(1);
            if (options_.verbose)
                fmt::print("{} {} {} {} {}\n", when, shard, record.sequence_number, key, data);
            else
                fmt::print("{}\n", data);
            return options_.count == 0 || ++printed_ < options_.count;
        };
        const auto users = options_.deaggregate ? record::deaggregate(record.data) : std::nullopt;
        if (!users) return line(record.partition_key, record.data.view());
        for (const record::UserRecord& user : *users) {
            if (!line(user.partition_key, user.data.view())) return false;
        }
        return true;
    }

    io::Core& core_;
    const Options& options_;
    std::uint64_t printed_ = 0;
    std::string failure_;
    std::map<std::string, std::vector<std::string>> waiting_;  ///< children and their parents
    std::set<std::string> done_;                               ///< read to their ends
};

}  // namespace

void add_tail(CLI::App& app, int& status) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("tail", "Print a stream's records as they come");
    command->add_option("stream", options->stream, "Name of the stream")->required();
    command->add_option("--endpoint", options->endpoint,
                        "URL; AWS_ENDPOINT_URL or http://127.0.0.1:4566 when not given");
    command->add_option("--from", options->from, "latest or start")
        ->check(CLI::IsMember({"latest", "start"}));
    command->add_option("--count", options->count, "End after so many records");
    command->add_flag("--deaggregate", options->deaggregate, "Take KPL aggregates apart");
    command->add_flag("--verbose", options->verbose, "With time, shard, sequence number and key");
    command->callback([options, &status] {
        io::SystemClock clock;
        std::unique_ptr<Tail> tail;
        io::run_to_end(clock, [&](io::Core& core) {
            tail = std::make_unique<Tail>(core, *options);
            return tail->run(status);
        });
    });
}

}  // namespace freshet::cli

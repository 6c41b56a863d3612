#include "analytics/commit.h"

#include "flow/saved.h"

namespace freshet::analytics {
namespace {

constexpr std::uint64_t format_version = 1;

}  // namespace

Bytes encode(const Commit& commit) {
    flow::Writer writer;
    writer.number(format_version);
    writer.integer(to_epoch_ms(commit.bound));
    writer.number(commit.positions.size());
    for (const auto& [partition, next] : commit.positions) {
        writer.number(partition);
        writer.number(next);
    }
    writer.number(commit.prepared.size());
    for (const Prepared& one : commit.prepared) {
        writer.number(one.shard);
        writer.integer(to_epoch_ms(one.arrival));
        writer.number(static_cast<std::uint64_t>(one.verdict));
        writer.text(one.partition_key);
        writer.text(one.sequence_number);
        writer.text(one.data.view());
    }
    return Bytes::own(std::move(writer.bytes()));
}

Result<Commit> decode_commit(const Bytes& bytes) {
    flow::Reader reader(bytes.view());
    Commit commit;
    const bool is_known = reader.number() == format_version;
    commit.bound = from_epoch_ms(reader.integer());
    const std::size_t positions = is_known ? reader.count() : 0;
    for (std::size_t i = 0; i < positions; ++i) {
        const std::uint64_t partition = reader.number();
        commit.positions[partition] = reader.number();
    }
    const std::size_t prepared = reader.count();
    for (std::size_t i = 0; i < prepared && !reader.bad(); ++i) {
        Prepared& one = commit.prepared.emplace_back();
        one.shard = static_cast<std::uint32_t>(reader.number());
        one.arrival = from_epoch_ms(reader.integer());
        const std::uint64_t verdict = reader.number();
        one.verdict = verdict == 0   ? Verdict::ok
                      : verdict == 1 ? Verdict::dropped
                                     : Verdict::failed;
        one.partition_key = reader.text();
        one.sequence_number = reader.text();
        one.data = Bytes::copy(reader.text());
    }
    if (!is_known || reader.bad() || !reader.at_end())
        return fail(freshet::Errc::corrupt, "a commit of an application is not one");
    return commit;
}

}  // namespace freshet::analytics

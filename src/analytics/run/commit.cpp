#include "analytics/run/commit.h"

#include <utility>

#include "base/check.h"
#include "flow/saved.h"

namespace freshet::analytics {
namespace {

constexpr std::uint64_t format_version = 2;
/// Had no rows_out: a commit held all rows.
constexpr std::uint64_t version_of_whole_commits = 1;

void write_positions(flow::Writer& writer, const Positions& positions) {
    writer.number(positions.size());
    for (const auto& [partition, next] : positions) {
        writer.number(partition);
        writer.number(next);
    }
}

Positions read_positions(flow::Reader& reader) {
    Positions positions;
    const std::size_t count = reader.count();
    for (std::size_t i = 0; i < count && !reader.is_bad(); ++i) {
        const std::uint64_t partition = reader.number();
        positions[partition] = reader.number();
    }
    return positions;
}

}  // namespace

bool CommitParts::is_needed(std::uint64_t rows_of_first) const {
    return rows_of_first > 0 || !commit_.prepared.empty() || !commit_.rows_out.empty();
}

const Commit& CommitParts::next(bool is_last,
                                const std::map<std::string, std::uint64_t>& rows_out) {
    // An empty rows_out ends the moment, so a part that does not end it has rows.
    FRESHET_CHECK(is_last || !rows_out.empty());
    if (!std::exchange(is_first_, false)) commit_.prepared.clear();
    commit_.rows_out.clear();
    if (!is_last) commit_.rows_out = rows_out;
    return commit_;
}

Bytes encode(const Commit& commit) {
    flow::Writer writer;
    writer.number(format_version);
    writer.integer(to_epoch_ms(commit.bound));
    write_positions(writer, commit.positions);
    writer.number(commit.prepared.size());
    for (const Prepared& one : commit.prepared) {
        writer.number(one.shard);
        writer.integer(to_epoch_ms(one.arrival));
        writer.number(static_cast<std::uint64_t>(one.verdict));
        writer.text(one.partition_key);
        writer.text(one.sequence_number);
        writer.text(one.data.view());
    }
    writer.number(commit.rows_out.size());
    for (const auto& [output, rows] : commit.rows_out) {
        writer.text(output);
        writer.number(rows);
    }
    if (!commit.rows_out.empty()) write_positions(writer, commit.begin);
    return Bytes::own(std::move(writer.bytes()));
}

Result<Commit> decode_commit(const Bytes& bytes) {
    flow::Reader reader(bytes.view());
    Commit commit;
    const std::uint64_t version = reader.number();
    const bool is_known = version == format_version || version == version_of_whole_commits;
    commit.bound = from_epoch_ms(reader.integer());
    if (is_known) commit.positions = read_positions(reader);
    const std::size_t prepared = is_known ? reader.count() : 0;
    for (std::size_t i = 0; i < prepared && !reader.is_bad(); ++i) {
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
    const std::size_t outputs = version == format_version ? reader.count() : 0;
    for (std::size_t i = 0; i < outputs && !reader.is_bad(); ++i) {
        const std::string output(reader.text());
        commit.rows_out[output] = reader.number();
    }
    if (!commit.rows_out.empty()) commit.begin = read_positions(reader);
    if (!is_known || reader.is_bad() || !reader.is_at_end())
        return fail(freshet::Errc::corrupt, "a commit of an application is not one");
    return commit;
}

}  // namespace freshet::analytics

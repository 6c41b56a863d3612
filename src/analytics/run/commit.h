// One commit of a running application: what it has taken, and what the function made of it. Output
// rows are in the same append of the log as the commit itself (docs/formats/analytics.md).
#pragma once
#include <map>
#include <string>
#include <vector>

#include "analytics/ports.h"
#include "analytics/types.h"
#include "log/follow/merge.h"

namespace freshet::analytics {

using Positions = log::Positions;

enum class Verdict : std::uint8_t { ok, dropped, failed };

/// A record that the function has seen: kept so that a replay does not ask it again.
struct Prepared {
    std::uint32_t shard = 0;  ///< its index
    Timestamp arrival;
    Verdict verdict = Verdict::ok;
    std::string partition_key, sequence_number;
    Bytes data;  ///< the function's, or the record's own when it failed
};

struct Commit {
    Positions positions;
    Timestamp bound;
    std::vector<Prepared> prepared;
    /// By the output's id: how many rows are out of those that came out at one moment, when more
    /// follow in the next commit. Empty: all of them.
    std::map<std::string, std::uint64_t> rows_out;
    /// Where that moment began: its rows are made again from here. Empty with rows_out.
    Positions begin;
};

/// The commit of one moment, append by append: what comes out at once may take several. next(), an
/// append, and so on to the last part.
class CommitParts {
  public:
    explicit CommitParts(Commit whole) : commit_(std::move(whole)) {}
    /// Whether the moment is written at all. A moment without rows and without answers of the
    /// function is not: a replay computes it again. After one part, the last part must follow.
    bool is_needed(std::uint64_t rows_of_first) const;
    /// The commit that goes with a part. `rows_out`: the rows of the moment that are out with it.
    const Commit& next(bool is_last, const std::map<std::string, std::uint64_t>& rows_out);

  private:
    Commit commit_;
    bool is_first_ = true;
};

Bytes encode(const Commit& commit);
/// Errc::corrupt for bytes that are none.
Result<Commit> decode_commit(const Bytes& bytes);

}  // namespace freshet::analytics

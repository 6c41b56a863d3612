// What pages about streams ask and change: records and their bytes; splits, merges and counts of
// shards.
#pragma once
#include <optional>

#include "console/answers.h"

namespace freshet::console {

/// Home core. Nothing when the question is about something else.
///   GET  records       ?stream= &shard= &start= &at= &limit=   a page of a shard
///   GET  record        ?stream= &shard= &sequence=             one record, and what it aggregates
///   GET  record/bytes  the same                                its bytes, as they are
///   POST streams/split {stream, shard, at}   streams/merge {stream, shard, adjacent}
///   POST streams/count {stream, count}
io::Task<std::optional<io::HttpResponse>> answer_about_streams(const Parts& parts,
                                                               Question question);

}  // namespace freshet::console

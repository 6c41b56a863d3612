// What pages and `freshet table` ask of the maintenance of tables: sizes, runs, policies.
#pragma once
#include <optional>

#include "console/answers.h"

namespace freshet::console {

/// Nothing when the question is about something else. Each takes ?region= beside ?home=.
///   GET  tables/sizes    ?database= &table= &after=   files and bytes of a page of its
///                         partitions; `next` is `after` of the next page
///   GET  tables/total    ?database= &table=   the sums of all partitions, or of the first ones
///   GET  tables/runs     ?database= &table=   of all tables without them
///   GET  tables/run      ?id=
///   POST tables/optimize {database, table, dry_run, convert, into, where, narrow, compression,
///                         target_mb, keep_raw_ms, sort, bloom}; answers {id}, or what would be
///                         done
///   POST tables/stop     {id}; it is STOPPING, and STOPPED when it has ended
///   POST tables/scan     {id, moment: before or after, took_ms, bytes}: how long a full scan took
///                         is kept with the run
///   GET  tables/policy   ?database= &table=   null without one
///   POST tables/policy   as optimize, with {files_over, file_mb_under, idle_ms}
///   POST tables/policy/remove {database, table}
io::Task<std::optional<io::HttpResponse>> answer_about_tables(const Parts& parts,
                                                              Question question);

}  // namespace freshet::console

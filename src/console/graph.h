// The pipeline as a picture: what there is, what flows into what. docs: web/src/api.ts has the same
// shapes.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"

namespace freshet::console {

struct Figure {
    std::string label;
    const char* unit = "count";  ///< rate (per second), bytes, count, ms, text
    double value = 0;
    std::string text;  ///< of unit text
};

struct Node {
    std::string id;  ///< "stream:crimes"
    // stream, function, application, delivery, bucket, crawler, schedule, table, view, dashboard
    std::string kind;
    std::string name, state;
    std::vector<Figure> figures;  ///< the first three are shown
    std::string trouble;          ///< what is wrong, for a person; empty: nothing
};

struct Edge {
    std::string from, to;  ///< ids
    double rate = 0;       ///< per second; moving when it is not 0
    std::int64_t lag_ms = 0;
};

struct Graph {
    Timestamp now;
    std::vector<Node> nodes;
    std::vector<Edge> edges;  ///< those whose ends are there

    bool has(std::string_view id) const;
    void connect(std::string from, std::string to, double rate, Millis lag);
};

Bytes to_json(const Graph& graph);

/// True when `sql` has `name` as a word of its own, quoted or not, in any case.
bool names_table(std::string_view sql, std::string_view name);
/// The SQL of a view as Athena stores it, or `stored` itself.
std::string view_sql(std::string_view stored);
/// "lake" of "s3://lake/crimes/"; empty for other texts.
std::string bucket_of(std::string_view location);
/// "crimes" of "arn:aws:kinesis:us-east-1:000000000000:stream/crimes" with `before` "stream/".
std::string name_in_arn(std::string_view arn, std::string_view before);

}  // namespace freshet::console

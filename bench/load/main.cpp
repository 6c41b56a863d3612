// The load of ./dev bench: one case a run, its figures as one line of JSON. The drivers
// bench/streams.py and bench/compare.py make streams and buckets and print the tables.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "bodies.h"
#include "cases.h"
#include "connections.h"
#include "record/kpl.h"

namespace bench {
namespace {

Load send(const Options& options, const std::vector<std::string>& requests) {
    Connections connections(static_cast<std::uint16_t>(options.number("port")),
                            options.number("connections"));
    std::size_t next = 0;
    return keep_busy(
        connections, 1, static_cast<double>(options.number("seconds")),
        [&](std::size_t) { return Request(requests[next++ % requests.size()]); },
        [&](std::size_t, Answer answer) {
            if (answer.body.find("\"FailedRecordCount\":") != std::string_view::npos &&
                answer.body.find("\"FailedRecordCount\":0") == std::string_view::npos)
                die("records failed");
        });
}

void print_put(const Options& options, const Load& load, std::size_t records, std::size_t bytes) {
    const double raw = raw_append_seconds(options.text("raw-file"), bytes, 1.5);
    const double rate = load.rate();
    fmt::print(
        "{{\"requests_s\":{:.1f},\"records_s\":{:.0f},\"mb_s\":{:.2f},\"raw_mb_s\":{:.2f},"
        "\"ratio\":{:.3f},\"p50_ms\":{:.3f},\"p99_ms\":{:.3f},\"max_ms\":{:.3f}}}\n",
        rate, rate * static_cast<double>(records), rate * static_cast<double>(bytes) / 1e6,
        static_cast<double>(bytes) / raw / 1e6, rate * raw, load.percentile(0.5) * 1000,
        load.percentile(0.99) * 1000, load.percentile(1) * 1000);
}

void put(const Options& options) {
    const std::size_t records = options.number("records"), size = options.number("size"),
                      users = options.number("users");
    const std::string stream = options.text("stream");
    std::vector<std::string> requests;
    for (std::uint64_t seed = 0; seed < (records == 1 ? 256 : 8); ++seed) {
        if (records == 1)
            requests.push_back(
                request_of("PutRecord", json_type, put_record_json(stream, size, seed)));
        else if (users > 1)
            requests.push_back(request_of("PutRecords", json_type,
                                          put_aggregates_json(stream, records, users, size, seed)));
        else
            requests.push_back(
                request_of("PutRecords", json_type, put_records_json(stream, records, size, seed)));
    }
    print_put(options, send(options, requests), records * std::max<std::size_t>(users, 1),
              records * std::max<std::size_t>(users, 1) * size);
}

/// Reads the shards behind `iterators` (comma separated) again and again from where they stand:
/// each answer carries `user-bytes` of data.
void get(const Options& options) {
    std::vector<std::string> first;
    const std::string all = options.text("iterators");
    for (std::size_t at = 0; at < all.size();) {
        const std::size_t end = std::min(all.find(',', at), all.size());
        first.push_back(all.substr(at, end - at));
        at = end + 1;
    }
    const bool cbor = options.text("format") == "cbor";
    const auto request = [&](const std::string& iterator) {
        return request_of("GetRecords", cbor ? cbor_type : json_type,
                          cbor ? get_records_cbor(iterator) : get_records_json(iterator));
    };
    Connections connections(static_cast<std::uint16_t>(options.number("port")), first.size());
    std::vector<std::string> requests;
    for (const std::string& iterator : first) requests.push_back(request(iterator));
    std::size_t answers = 0;
    const double started = seconds_now(),
                 until = started + static_cast<double>(options.number("seconds"));
    connections.run(
        [&](std::size_t at) { return seconds_now() < until ? Request(requests[at]) : Request(); },
        [&](std::size_t, Answer) { ++answers; });
    const double bytes = static_cast<double>(answers * options.number("user-bytes"));
    fmt::print("{{\"mb_s\":{:.1f}}}\n", bytes / (seconds_now() - started) / 1e6);
}

void deaggregate(const Options& options) {
    freshet::record::Aggregator aggregator;
    for (std::size_t i = 0; i < options.number("users"); ++i)
        aggregator.add("key", std::string(options.number("size"), 'x'));
    const auto aggregate = freshet::Bytes::own(aggregator.finish());
    std::size_t records = 0;
    const double started = seconds_now();
    while (seconds_now() - started < static_cast<double>(options.number("seconds")))
        records += freshet::record::deaggregate(aggregate.view()).value().size();
    fmt::print("{{\"records_s\":{:.0f}}}\n",
               static_cast<double>(records) / (seconds_now() - started));
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
    bench::Options options;
    for (int i = 2; i + 1 < argc; i += 2) options.values[argv[i] + 2] = argv[i + 1];
    const std::string which = argc > 1 ? argv[1] : "";
    if (which == "put")
        bench::put(options);
    else if (which == "get")
        bench::get(options);
    else if (which == "put-objects")
        bench::put_objects(options);
    else if (which == "get-objects")
        bench::get_objects(options);
    else if (which == "put-rows")
        bench::put_rows(options);
    else if (which == "deaggregate")
        bench::deaggregate(options);
    else if (which == "fanout")
        bench::fan_out(options);
    else if (which == "retain")
        bench::retain(options);
    else
        bench::die(
            "put | get | put-objects | get-objects | put-rows | deaggregate | fanout | retain");
    return 0;
}

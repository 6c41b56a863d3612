// The rows of a file as records of a stream, one each: what a producer without aggregation sends.
#include <fmt/format.h>

#include <fstream>

#include "base/crypto/digest.h"
#include "bodies.h"
#include "cases.h"

namespace bench {
namespace {

constexpr std::size_t records_a_request = 500;

/// PutRecords of the next lines; empty at the end of the file. `number` makes partition keys.
std::string next_request(std::ifstream& file, const std::string& stream, std::size_t& number) {
    std::string body = R"({"Records":[)", line;
    std::size_t records = 0;
    for (; records < records_a_request && std::getline(file, line); ++records) {
        line += '\n';
        body += fmt::format(R"({}{{"Data":"{}","PartitionKey":"{}"}})", records ? "," : "",
                            freshet::base64_encode(line), number++);
    }
    if (records == 0) return {};
    return request_of("PutRecords", json_type,
                      body + fmt::format(R"(],"StreamName":"{}"}})", stream));
}

}  // namespace

void put_rows(const Options& options) {
    std::ifstream file(options.text("file"));
    if (!file) die("cannot read " + options.text("file"));
    const std::string stream = options.text("stream");
    Connections connections(static_cast<std::uint16_t>(options.number("port")),
                            options.number("connections"));
    std::vector<std::string> requests(options.number("connections"));
    std::size_t number = 0;
    const double started = seconds_now();
    connections.run(
        [&](std::size_t at) {
            requests[at] = next_request(file, stream, number);
            return Request(requests[at]);
        },
        [](std::size_t, Answer answer) {
            if (answer.body.find("\"FailedRecordCount\":0") == std::string_view::npos)
                die("records failed");
        });
    const double seconds = seconds_now() - started;
    fmt::print("{{\"records\":{},\"seconds\":{:.3f}}}\n", number, seconds);
}

}  // namespace bench

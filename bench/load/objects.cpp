// Objects over S3's protocol: puts as an SDK sends them on a plain port, gets of what was put.
#include <fmt/format.h>

#include <random>

#include "base/crypto/digest.h"
#include "cases.h"

namespace bench {
namespace {

std::string head_of(std::string_view method, const std::string& path, std::string_view sha256,
                    std::string_view further) {
    return fmt::format(
        "{} /{} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: freshet-bench\r\n"
        "X-Amz-Date: 20260101T000000Z\r\nX-Amz-Content-SHA256: {}\r\n"
        "Authorization: AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/s3/aws4_request, "
        "SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
        "Signature=0000000000000000000000000000000000000000000000000000000000000000\r\n"
        "{}\r\n",
        method, path, sha256, further);
}

std::string random_content(std::size_t size) {
    std::mt19937_64 random(1);
    std::string content(size, '\0');
    for (char& c : content) c = static_cast<char>(random());
    return content;
}

std::string path_of(const Options& options, std::size_t number) {
    return fmt::format("{}/{}/{}", options.text("bucket"), options.text("prefix"), number);
}

void print(const Load& load, std::size_t size) {
    fmt::print(
        "{{\"requests_s\":{:.1f},\"mb_s\":{:.2f},\"p50_ms\":{:.3f},\"p99_ms\":{:.3f},"
        "\"answered\":{}}}\n",
        load.rate(), load.rate() * static_cast<double>(size) / 1e6, load.percentile(0.5) * 1000,
        load.percentile(0.99) * 1000, load.answered);
}

}  // namespace

void put_objects(const Options& options) {
    const std::size_t connections_count = options.number("connections"),
                      count = options.number("count");
    const double seconds =
        options.number("seconds") ? static_cast<double>(options.number("seconds")) : 1e9;
    const std::string content = random_content(options.number("size"));
    const std::uint32_t crc = freshet::crc32(content);
    std::string crc_bytes;
    for (int i = 3; i >= 0; --i) crc_bytes += static_cast<char>(crc >> (8 * i));
    const std::string sha256 = freshet::to_hex(freshet::sha256(content)),
                      further = fmt::format(
                          "Content-Type: application/octet-stream\r\nContent-Length: {}\r\n"
                          "X-Amz-Sdk-Checksum-Algorithm: CRC32\r\nX-Amz-Checksum-Crc32: {}\r\n",
                          content.size(), freshet::base64_encode(crc_bytes));
    Connections connections(static_cast<std::uint16_t>(options.number("port")), connections_count,
                            Bodies::skipped);
    std::vector<std::string> heads(connections_count);
    std::size_t number = 0;
    const Load load = keep_busy(
        connections, 0, seconds,
        [&](std::size_t at) {
            if (count && number >= count) return Request();
            heads[at] = head_of("PUT", path_of(options, number++), sha256, further);
            return Request(heads[at], content);
        },
        [](std::size_t, Answer) {});
    print(load, content.size());
}

void get_objects(const Options& options) {
    const std::size_t count = options.number("count"), size = options.number("size");
    static constexpr std::string_view empty_sha256 =
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    std::vector<std::string> heads;
    for (std::size_t number = 0; number < count; ++number)
        heads.push_back(head_of("GET", path_of(options, number), empty_sha256, ""));
    Connections connections(static_cast<std::uint16_t>(options.number("port")),
                            options.number("connections"), Bodies::skipped);
    std::mt19937_64 random(2);
    const Load load = keep_busy(
        connections, 0.3, static_cast<double>(options.number("seconds")),
        [&](std::size_t) { return Request(heads[random() % count]); },
        [&](std::size_t, Answer answer) {
            if (answer.body_bytes != size)
                die(fmt::format("{} bytes instead of {}", answer.body_bytes, size));
        });
    print(load, size);
}

}  // namespace bench

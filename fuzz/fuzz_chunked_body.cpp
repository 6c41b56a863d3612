// aws-chunked: the same bytes give the same content however they are cut into pieces.
#include <cstdint>
#include <cstdlib>

#include "aws/http/body/chunked_body.h"

using namespace freshet;

namespace {

io::Task<void> collect(std::vector<Bytes> pieces, std::string& content, bool& good) {
    aws::ChunkedBody body(io::make_body(std::move(pieces)));
    while (true) {
        auto piece = co_await body.read();
        good = piece.has_value();
        if (!piece || piece->empty()) co_return;
        content.append(piece->view());
    }
}

std::string decode(std::vector<Bytes> pieces, bool& good) {
    static io::SystemClock clock;
    std::string content;
    io::run_to_end(clock, [&](io::Core&) { return collect(std::move(pieces), content, good); });
    return content;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1 || size > 4096) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t step = 1 + data[0] % 7;
    std::vector<Bytes> cut;
    for (std::size_t at = 0; at < text.size(); at += step)
        cut.push_back(Bytes::copy(text.substr(at, step)));
    bool whole_good = false, cut_good = false;
    const std::string whole = decode({Bytes::copy(text)}, whole_good);
    const std::string pieces = decode(std::move(cut), cut_good);
    if (whole_good != cut_good || (whole_good && whole != pieces)) std::abort();
    return 0;
}

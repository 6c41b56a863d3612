#include "io/body_reader.h"

#include <string>
#include <utility>

namespace freshet::io {
namespace {

class ReadyBody final : public BodyReader {
  public:
    explicit ReadyBody(std::vector<Bytes> pieces) : pieces_(std::move(pieces)) {}
    Task<Result<Bytes>> read() override {
        while (next_ < pieces_.size()) {
            Bytes piece = std::move(pieces_[next_++]);
            if (!piece.empty()) co_return piece;
        }
        co_return Bytes();
    }

  private:
    std::vector<Bytes> pieces_;
    std::size_t next_ = 0;
};

}  // namespace

Task<Result<Bytes>> read_all(BodyReader& body, std::size_t bytes_max) {
    Bytes first;
    std::string joined;
    while (true) {
        auto piece = co_await body.read();
        if (!piece) co_return pass(piece);
        if (piece->empty()) break;
        if (first.size() + joined.size() + piece->size() > bytes_max) {
            co_return fail(Errc::invalid,
                           "the body is larger than " + std::to_string(bytes_max) + " bytes");
        }
        if (first.empty() && joined.empty()) {
            first = std::move(*piece);  // most bodies come as one piece and are not copied
            continue;
        }
        if (!first.empty()) joined = std::exchange(first, {}).str();
        joined.append(piece->view());
    }
    co_return joined.empty() ? std::move(first) : Bytes::own(std::move(joined));
}

std::unique_ptr<BodyReader> make_body(std::vector<Bytes> pieces) {
    return std::make_unique<ReadyBody>(std::move(pieces));
}

}  // namespace freshet::io

#include "io/http.h"

#include <algorithm>

namespace freshet::io {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_name(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

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

void Headers::set(std::string name, std::string value) {
    std::erase_if(fields_, [&](const auto& field) { return same_name(field.first, name); });
    add(std::move(name), std::move(value));
}

const std::string* Headers::find(std::string_view name) const {
    for (const auto& [key, value] : fields_) {
        if (same_name(key, name)) return &value;
    }
    return nullptr;
}

std::string_view Headers::get(std::string_view name) const {
    const std::string* value = find(name);
    return value ? std::string_view(*value) : std::string_view();
}

Task<Result<Bytes>> read_all(BodyReader& body, std::size_t bytes_max) {
    Bytes first;
    std::string joined;
    while (true) {
        auto piece = co_await body.read();
        if (!piece) co_return std::unexpected(std::move(piece.error()));
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

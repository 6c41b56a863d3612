#include "delivery/sealing/seals.h"

#include <fmt/format.h>

#include "delivery/errors.h"

namespace freshet::delivery {
namespace {

std::string bound_of(std::int64_t stream) { return fmt::format("delivery stream {}", stream); }

Failure unavailable() {
    return fail(Errc::unavailable,
                "The key of this delivery stream is not available: its master key is not in the "
                "key file");
}

}  // namespace

Result<> Seals::add(std::int64_t stream, const AtRest& at_rest) {
    const auto plain = masters_.unwrap({at_rest.master, at_rest.wrapped}, bound_of(stream));
    if (!plain) return unavailable();
    keys_.insert_or_assign(stream, Cipher(*plain));
    return {};
}

Result<io::WrappedKey> Seals::make(std::int64_t stream, std::int64_t highest_master) {
    if (auto made = masters_.make_first(highest_master); !made) return pass(made);
    return masters_.wrap(secure_random(Cipher::key_bytes), bound_of(stream));
}

Result<Bytes> Seals::seal(std::int64_t stream, std::string_view plain) const {
    const auto key = keys_.find(stream);
    if (key == keys_.end()) return unavailable();
    return Bytes::own(key->second.seal(plain, bound_of(stream)));
}

Result<Bytes> Seals::open(std::int64_t stream, std::string_view sealed) const {
    const auto key = keys_.find(stream);
    if (key == keys_.end()) return unavailable();
    auto plain = key->second.open(sealed, bound_of(stream));
    if (!plain)
        return fail(freshet::Errc::corrupt,
                    "a sealed record was changed: its authentication tag is wrong");
    return Bytes::own(std::move(*plain));
}

}  // namespace freshet::delivery

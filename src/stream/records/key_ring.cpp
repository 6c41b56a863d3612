#include "stream/records/key_ring.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "stream/errors.h"

namespace freshet::stream {
namespace {

std::string bound_of(std::int64_t stream) { return fmt::format("stream {}", stream); }

Failure unavailable(std::int64_t id) {
    return fail(Errc::key_unavailable,
                fmt::format("The key {} of this stream is not available: its master key is not in "
                            "the key file",
                            id));
}

}  // namespace

Result<> KeyRing::add(const WrappedKey& key) {
    highest_master_ = std::max(highest_master_, key.master);
    const auto plain = masters_.unwrap({key.master, key.wrapped}, bound_of(key.stream));
    if (!plain) return unavailable(key.id);
    const std::scoped_lock lock(mutex_);
    data_keys_[key.id] = std::make_shared<const Cipher>(*plain);
    return {};
}

Result<WrappedKey> KeyRing::make(std::int64_t stream) {
    if (auto made = masters_.make_first(highest_master_); !made) return pass(made);
    auto key = masters_.wrap(secure_random(Cipher::key_bytes), bound_of(stream));
    return WrappedKey{0, stream, key.master, std::move(key.wrapped)};
}

std::optional<WrappedKey> KeyRing::rewrap(const WrappedKey& key) const {
    if (!masters_.has(key.master) || key.master == masters_.newest()) return std::nullopt;
    const auto plain = masters_.unwrap({key.master, key.wrapped}, bound_of(key.stream));
    if (!plain) return std::nullopt;
    auto renewed = masters_.wrap(*plain, bound_of(key.stream));
    return WrappedKey{key.id, key.stream, renewed.master, std::move(renewed.wrapped)};
}

std::shared_ptr<const Cipher> KeyRing::find(std::int64_t id) const {
    const std::shared_lock lock(mutex_);
    const auto found = data_keys_.find(id);
    return found == data_keys_.end() ? nullptr : found->second;
}

Result<std::string> KeyRing::seal(std::int64_t id, std::string_view plain,
                                  std::string_view bound) const {
    const auto cipher = find(id);
    if (!cipher) return unavailable(id);
    return cipher->seal(plain, bound);
}

Result<std::string> KeyRing::open(std::int64_t id, std::string_view sealed,
                                  std::string_view bound) const {
    const auto cipher = find(id);
    if (!cipher) return unavailable(id);
    auto plain = cipher->open(sealed, bound);
    if (!plain)
        return fail(freshet::Errc::corrupt,
                    "an encrypted stream record was changed: its authentication tag is wrong");
    return std::move(*plain);
}

}  // namespace freshet::stream

#include "stream/key_ring.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <charconv>
#include <mutex>
#include <sstream>

#include "base/digest.h"
#include "stream/errors.h"

namespace freshet::stream {
namespace {

constexpr std::uint64_t file_bytes_max = 64 * 1024;

std::string bound_of(std::int64_t stream) { return fmt::format("stream {}", stream); }

/// Nothing when `hex` is not a key's.
std::optional<std::string> from_hex(std::string_view hex) {
    if (hex.size() != 2 * Cipher::key_bytes) return std::nullopt;
    std::string out;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        unsigned value = 0;
        const auto [end, error] = std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
        if (error != std::errc() || end != hex.data() + i + 2) return std::nullopt;
        out += static_cast<char>(value);
    }
    return out;
}

Failure unavailable(std::int64_t id) {
    return fail(Errc::key_unavailable,
                fmt::format("The key {} of this stream is not available: its master key is not in "
                            "the key file",
                            id));
}

}  // namespace

Result<> KeyRing::load() {
    auto there = disk_.exists(path_);
    if (!there) return std::unexpected(std::move(there.error()));
    if (!*there) return {};
    auto text = io::read_file(disk_, path_, file_bytes_max);
    if (!text) return std::unexpected(std::move(text.error()));
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::int64_t number = 0;
        std::string hex;
        const auto key = words >> number >> hex ? from_hex(hex) : std::nullopt;
        if (!key || number < 1)
            return fail(freshet::Errc::invalid,
                        fmt::format("{}: a line is not 'number key', the key 64 hexadecimal digits",
                                    path_));
        masters_.insert_or_assign(number, Cipher(*key));
    }
    return {};
}

Result<> KeyRing::write_first() {
    const std::string directory = path_.substr(0, path_.rfind('/'));
    if (auto made = disk_.make_directories(directory); !made) return made;
    if (::chmod(directory.c_str(), 0700) != 0)
        return fail(freshet::Errc::io, fmt::format("{}: chmod failed", directory));
    const std::string key = secure_random(Cipher::key_bytes);
    if (auto written = io::write_file(disk_, path_, fmt::format("1 {}\n", to_hex(key))); !written)
        return written;
    if (::chmod(path_.c_str(), 0600) != 0)
        return fail(freshet::Errc::io, fmt::format("{}: chmod failed", path_));
    masters_.insert_or_assign(1, Cipher(key));
    return {};
}

Result<> KeyRing::add(const WrappedKey& key) {
    const auto master = masters_.find(key.master);
    if (master == masters_.end()) return unavailable(key.id);
    const auto plain = master->second.open(key.wrapped, bound_of(key.stream));
    if (!plain || plain->size() != Cipher::key_bytes) return unavailable(key.id);
    const std::scoped_lock lock(mutex_);
    data_keys_[key.id] = std::make_shared<const Cipher>(*plain);
    return {};
}

Result<WrappedKey> KeyRing::make(std::int64_t stream) {
    if (masters_.empty()) {
        if (auto written = write_first(); !written)
            return std::unexpected(std::move(written.error()));
    }
    const auto& [number, master] = *masters_.rbegin();
    return WrappedKey{0, stream, number,
                      master.seal(secure_random(Cipher::key_bytes), bound_of(stream))};
}

std::optional<WrappedKey> KeyRing::rewrap(const WrappedKey& key) const {
    const auto master = masters_.find(key.master);
    if (master == masters_.end() || key.master == masters_.rbegin()->first) return std::nullopt;
    const auto plain = master->second.open(key.wrapped, bound_of(key.stream));
    if (!plain) return std::nullopt;
    const auto& [number, newest] = *masters_.rbegin();
    return WrappedKey{key.id, key.stream, number, newest.seal(*plain, bound_of(key.stream))};
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

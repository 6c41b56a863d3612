#include "io/master_keys.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <charconv>
#include <sstream>

#include "base/check.h"
#include "base/crypto/digest.h"
#include "io/files/optional_file.h"

namespace freshet::io {
namespace {

constexpr std::uint64_t file_bytes_max = 64 * 1024;

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

}  // namespace

Result<> MasterKeys::load() {
    auto text = read_optional_file(disk_, path_, file_bytes_max);
    if (!text) return pass(text);
    if (!*text) return {};
    std::istringstream lines(**text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::int64_t number = 0;
        std::string hex;
        const auto key = words >> number >> hex ? from_hex(hex) : std::nullopt;
        if (!key || number < 1)
            return fail(Errc::invalid,
                        fmt::format("{}: a line is not 'number key', the key 64 hexadecimal digits",
                                    path_));
        masters_.insert_or_assign(number, Cipher(*key));
    }
    return {};
}

Result<> MasterKeys::make_first(std::int64_t above) {
    if (!masters_.empty()) return {};
    const std::string directory = path_.substr(0, path_.rfind('/'));
    if (auto made = disk_.make_directories(directory); !made) return made;
    if (::chmod(directory.c_str(), 0700) != 0)
        return fail(Errc::io, fmt::format("{}: chmod failed", directory));
    const std::string key = secure_random(Cipher::key_bytes);
    const std::int64_t number = above + 1;
    const std::string line = fmt::format("{} {}\n", number, to_hex(key));
    if (auto written = write_secret_file(disk_, path_, line); !written) return written;
    masters_.insert_or_assign(number, Cipher(key));
    return {};
}

WrappedKey MasterKeys::wrap(std::string_view key, std::string_view bound) const {
    FRESHET_CHECK(!masters_.empty());
    const auto& [number, master] = *masters_.rbegin();
    return {number, master.seal(key, bound)};
}

std::optional<std::string> MasterKeys::unwrap(const WrappedKey& key, std::string_view bound) const {
    const auto master = masters_.find(key.master);
    if (master == masters_.end()) return std::nullopt;
    auto plain = master->second.open(key.wrapped, bound);
    if (!plain || plain->size() != Cipher::key_bytes) return std::nullopt;
    return plain;
}

}  // namespace freshet::io

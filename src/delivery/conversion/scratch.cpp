#include "delivery/conversion/scratch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/crypto/digest.h"
#include "base/uuid.h"
#include "delivery/limits.h"

namespace freshet::delivery {

Scratch::~Scratch() {
    pool_.submit([path = path_] {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    });
}

Result<> Scratch::create() const {
    std::error_code problem;
    std::filesystem::create_directories(path_, problem);
    if (problem) return fail(freshet::Errc::io, path_ + ": " + problem.message());
    return {};
}

std::shared_ptr<Scratch> make_scratch(io::Pool& pool, const std::string& directory) {
    return std::make_shared<Scratch>(pool, directory + "/deliver-" + new_uuid());
}

TextFile::TextFile(const std::string& path)
    : path_(path),
      descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {}

TextFile::~TextFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Result<> TextFile::write(std::string_view bytes) {
    size_ += bytes.size();
    while (descriptor_ >= 0 && !bytes.empty()) {
        const ssize_t put = ::write(descriptor_, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) break;
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    if (descriptor_ >= 0 && bytes.empty()) return {};
    const int problem = errno;
    return fail(problem == ENOSPC ? freshet::Errc::no_space : freshet::Errc::io,
                fmt::format("{}: {}", path_, std::strerror(problem)));
}

Result<std::uint64_t> crc64nvme_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string piece(limits::piece_bytes, '\0');
    std::uint64_t crc = 0;
    while (file) {
        file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        const auto got = static_cast<std::size_t>(file.gcount());
        crc = freshet::crc64nvme(std::string_view(piece).substr(0, got), crc);
    }
    if (!file.eof()) return fail(freshet::Errc::io, path + " cannot be read");
    return crc;
}

}  // namespace freshet::delivery

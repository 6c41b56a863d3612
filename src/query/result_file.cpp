#include "query/result_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

namespace freshet::query {
namespace {

constexpr std::size_t piece_bytes = std::size_t{256} * 1024;
constexpr std::string_view prefix = "result-";

class FileBody final : public io::BodyReader {
  public:
    FileBody(std::shared_ptr<ResultFile> file, io::Pool& pool, std::function<bool()> cancelled)
        : file_(std::move(file)),
          pool_(pool),
          cancelled_(std::move(cancelled)),
          descriptor_(::open(file_->path().c_str(), O_RDONLY | O_CLOEXEC)) {}
    ~FileBody() override {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    FileBody(const FileBody&) = delete;

    io::Task<Result<Bytes>> read() override {
        if (cancelled_()) co_return fail(Errc::unavailable, "Query was canceled");
        auto piece = co_await pool_.run([this] { return next(); });
        co_return piece;
    }

  private:
    Result<Bytes> next() {
        std::string piece(piece_bytes, '\0');
        ssize_t got = -1;
        do got = descriptor_ < 0 ? -1 : ::read(descriptor_, piece.data(), piece.size());
        while (got < 0 && descriptor_ >= 0 && errno == EINTR);
        if (got < 0)
            return fail(Errc::io, fmt::format("read {}: {}", file_->path(), std::strerror(errno)));
        piece.resize(static_cast<std::size_t>(got));
        return Bytes::own(std::move(piece));
    }

    std::shared_ptr<ResultFile> file_;
    io::Pool& pool_;
    std::function<bool()> cancelled_;
    int descriptor_;
};

}  // namespace

ResultFile::~ResultFile() { ::unlink(path_.c_str()); }

std::shared_ptr<io::BodyReader> read_file(std::shared_ptr<ResultFile> file, io::Pool& pool,
                                          std::function<bool()> cancelled) {
    return std::make_shared<FileBody>(std::move(file), pool, std::move(cancelled));
}

void clear_result_files(const std::string& directory) {
    std::error_code problem;
    std::filesystem::create_directories(directory, problem);
    for (const auto& entry : std::filesystem::directory_iterator(directory, problem)) {
        if (entry.path().filename().string().starts_with(prefix))
            std::filesystem::remove(entry.path(), problem);
    }
}

std::string result_path(const std::string& directory, const std::string& id) {
    return fmt::format("{}/{}{}.csv", directory, prefix, id);
}

}  // namespace freshet::query

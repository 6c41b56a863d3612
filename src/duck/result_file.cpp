#include "duck/result_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "duck/raise.h"
#include "sql/plan/csv_line.h"

namespace freshet::duck {
namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 20;

[[noreturn]] void fail_to_write() {
    raise(sql::ErrorCode::generic_internal_error,
          std::string("Unable to write the query results: ") + std::strerror(errno));
}

}  // namespace

ResultFile::ResultFile(const sql::plan::ResultTarget& target)
    : target_(target),
      descriptor_(::open(target.path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) fail_to_write();
    sql::plan::append_csv_line({target.labels.begin(), target.labels.end()}, buffer_);
}

ResultFile::~ResultFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void ResultFile::add(const std::vector<sql::plan::Cells>& rows) {
    for (const auto& row : rows) {
        sql::plan::append_csv_line(row, buffer_);
        if (buffer_.size() >= buffer_bytes) write_out();
    }
}

void ResultFile::finish() { write_out(); }

void ResultFile::write_out() {
    bytes_ += buffer_.size();
    if (bytes_ > target_.bytes_max)
        raise(sql::ErrorCode::not_supported, "the result is over the limit of " +
                                                 std::to_string(target_.bytes_max >> 20U) + " MiB");
    std::size_t done = 0;
    while (done < buffer_.size()) {
        const ssize_t put = ::write(descriptor_, buffer_.data() + done, buffer_.size() - done);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) fail_to_write();
        done += static_cast<std::size_t>(put);
    }
    buffer_.clear();
}

}  // namespace freshet::duck

#include "duck/worker.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "base/check.h"
#include "duck/session.h"
#include "sql/plan/wire.h"

namespace freshet::duck {
namespace {

bool read_exactly(int socket, char* out, std::size_t size) {
    while (size > 0) {
        const ssize_t got = ::read(socket, out, size);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        out += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

bool write_all(int socket, const std::string& bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t put = ::send(socket, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        done += static_cast<std::size_t>(put);
    }
    return true;
}

}  // namespace

int serve_plans(int socket) {
    std::unique_ptr<Session> session;
    std::uint64_t memory_mib = 0;  ///< of the session
    while (true) {
        char header[sql::plan::frame_header_bytes];
        if (!read_exactly(socket, header, sizeof header)) return 0;
        std::uint32_t size = 0;
        std::memcpy(&size, header, 4);
        if (size > sql::plan::frame_bytes_max) return 2;
        std::string payload(size, '\0');
        if (!read_exactly(socket, payload.data(), size)) return 0;
        const auto kind = static_cast<sql::plan::FrameKind>(header[4]);
        if (kind == sql::plan::FrameKind::write || kind == sql::plan::FrameKind::look) {
            const sql::plan::Failed refused{sql::ErrorCode::not_supported,
                                            "files are not written yet"};
            if (!write_all(socket, sql::plan::encode_failed(refused))) return 0;
            continue;
        }
        const auto plan = sql::plan::decode_plan(payload);
        if (header[4] != static_cast<char>(sql::plan::FrameKind::plan) || !plan) return 2;
        if (!session) {
            session = std::make_unique<Session>(plan->spill_directory, plan->memory_mib);
            memory_mib = plan->memory_mib;
        }
        FRESHET_CHECK(plan->memory_mib == memory_mib);  // the server keeps a worker in its place
        bool is_open = true;
        const auto answer = session->run(*plan, [&](std::vector<sql::plan::Cells> rows) {
            is_open = is_open && write_all(socket, sql::plan::encode_rows(rows));
            return is_open;
        });
        if (!is_open || !write_all(socket, answer ? sql::plan::encode_done(*answer)
                                                  : sql::plan::encode_failed(answer.error())))
            return 0;
    }
}

}  // namespace freshet::duck

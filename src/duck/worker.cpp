#include "duck/worker.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <expected>
#include <memory>
#include <optional>
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

using sql::plan::FrameKind;

/// One plan after the other, over one socket.
class Server {
  public:
    explicit Server(int socket) : socket_(socket) {}

    /// False when the peer is gone; nothing when it sent nonsense.
    std::optional<bool> serve(FrameKind kind, const std::string& payload) {
        switch (kind) {
            case FrameKind::plan:
                return serve_with(sql::plan::decode_plan(payload),
                                  [this](const auto& plan) { return try_run(plan); });
            case FrameKind::write:
                return serve_with(sql::plan::decode_write(payload), [this](const auto& plan) {
                    return try_answer(session_->write(plan), sql::plan::encode_written);
                });
            case FrameKind::look:
                return serve_with(sql::plan::decode_look(payload), [this](const auto& plan) {
                    return try_answer(session_->look(plan), sql::plan::encode_looked);
                });
            case FrameKind::rows:
            case FrameKind::failed:
            case FrameKind::done:
            case FrameKind::written:
            case FrameKind::looked:
                break;
        }
        return std::nullopt;
    }

  private:
    template <class Plan, class Serve>
    std::optional<bool> serve_with(const std::optional<Plan>& plan, Serve serve) {
        if (!plan) return std::nullopt;
        if (!session_) {
            session_ = std::make_unique<Session>(plan->spill_directory, plan->memory_mib);
            memory_mib_ = plan->memory_mib;
        }
        FRESHET_CHECK(plan->memory_mib == memory_mib_);  // the server keeps a worker in its place
        return serve(*plan);
    }
    template <class Answer, class Encode>
    bool try_answer(const std::expected<Answer, sql::plan::Failed>& given, Encode encode) const {
        return write_all(socket_, given ? encode(*given) : sql::plan::encode_failed(given.error()));
    }
    bool try_run(const sql::plan::QueryPlan& plan) {
        bool is_open = true;
        const auto given = session_->run(plan, [&](std::vector<sql::plan::Cells> rows) {
            is_open = is_open && write_all(socket_, sql::plan::encode_rows(rows));
            return is_open;
        });
        return is_open && try_answer(given, sql::plan::encode_done);
    }

    int socket_;
    std::unique_ptr<Session> session_;
    std::uint64_t memory_mib_ = 0;  ///< of the session
};

}  // namespace

int serve_plans(int socket) {
    Server server(socket);
    while (true) {
        char header[sql::plan::frame_header_bytes];
        if (!read_exactly(socket, header, sizeof header)) return 0;
        std::uint32_t size = 0;
        std::memcpy(&size, header, 4);
        if (size > sql::plan::frame_bytes_max) return 2;
        std::string payload(size, '\0');
        if (!read_exactly(socket, payload.data(), size)) return 0;
        const auto was_answered = server.serve(static_cast<FrameKind>(header[4]), payload);
        if (!was_answered) return 2;
        if (!*was_answered) return 0;
    }
}

}  // namespace freshet::duck

#include "query/worker.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "base/check.h"

extern char** environ;

namespace freshet::query {
namespace {

using sql::ErrorCode;

constexpr int worker_descriptor = 3;
constexpr Millis poll_step = 1000ms;

}  // namespace

Result<std::unique_ptr<Worker>> Worker::start(const std::string& path) {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return fail(Errc::io, fmt::format("socketpair: {}", std::strerror(errno)));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pair[1], worker_descriptor);
    posix_spawn_file_actions_addclosefrom_np(&actions, worker_descriptor + 1);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    char* const arguments[] = {const_cast<char*>(path.c_str()), nullptr};
    pid_t process = 0;
    const int problem =
        ::posix_spawn(&process, path.c_str(), &actions, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    ::close(pair[1]);
    if (problem != 0) {
        ::close(pair[0]);
        return fail(Errc::unavailable, fmt::format("start {}: {}", path, std::strerror(problem)));
    }
    return std::unique_ptr<Worker>(new Worker(process, pair[0]));
}

Worker::~Worker() {
    kill();
    ::close(socket_);
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
}

void Worker::kill() {
    if (!killed_.exchange(true)) ::kill(process_, SIGKILL);
}

bool Worker::try_send(const std::string& bytes) const {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t put = ::send(socket_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        done += static_cast<std::size_t>(put);
    }
    return true;
}

int Worker::receive(char* out, std::size_t size, Millis& left) const {
    while (size > 0) {
        pollfd wanted{socket_, POLLIN, 0};
        const int ready = ::poll(&wanted, 1, static_cast<int>(poll_step.count()));
        if (ready < 0 && errno == EINTR) continue;
        if (ready == 0) {
            left -= poll_step;
            if (left <= Millis(0)) return -1;
            continue;
        }
        const ssize_t got = ::read(socket_, out, size);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return 0;
        out += got;
        size -= static_cast<std::size_t>(got);
    }
    return 1;
}

std::expected<std::uint64_t, sql::plan::Failed> Worker::run(
    const std::string& plan_frame, Millis time_max,
    const std::function<bool(std::vector<sql::plan::Cells>)>& rows) {
    const auto lost = [&](ErrorCode code, const char* message) {
        kill();
        return std::unexpected(sql::plan::Failed{code, message});
    };
    FRESHET_CHECK(plan_frame.size() > sql::plan::frame_header_bytes);
    FRESHET_CHECK(plan_frame[4] == static_cast<char>(sql::plan::FrameKind::plan));
    if (!try_send(plan_frame)) return lost(ErrorCode::worker_gone, "the query worker ended");
    Millis left = time_max;
    while (true) {
        char header[sql::plan::frame_header_bytes];
        std::uint32_t size = 0;
        std::string payload;
        int state = receive(header, sizeof header, left);
        if (state == 1) {
            std::memcpy(&size, header, 4);
            if (size > sql::plan::frame_bytes_max)
                return lost(ErrorCode::generic_internal_error,
                            "the query worker answered nonsense");
            payload.resize(size);
            state = receive(payload.data(), size, left);
        }
        if (state == -1)
            return lost(ErrorCode::exceeded_time_limit, "Query exceeded maximum time limit");
        if (state == 0)
            return lost(ErrorCode::generic_internal_error,
                        "the query worker ended while the query ran");
        switch (static_cast<sql::plan::FrameKind>(header[4])) {
            case sql::plan::FrameKind::rows: {
                auto decoded = sql::plan::decode_rows(payload);
                if (!decoded || !rows(std::move(*decoded)))
                    return lost(ErrorCode::user_canceled, "Query was canceled");
                continue;
            }
            case sql::plan::FrameKind::failed: {
                auto failed = sql::plan::decode_failed(payload);
                return failed ? std::unexpected(std::move(*failed))
                              : lost(ErrorCode::generic_internal_error,
                                     "the query worker answered nonsense");
            }
            case sql::plan::FrameKind::done:
                return sql::plan::decode_done(payload).value_or(0);
            case sql::plan::FrameKind::plan:
                break;
        }
        return lost(ErrorCode::generic_internal_error, "the query worker answered nonsense");
    }
}

}  // namespace freshet::query

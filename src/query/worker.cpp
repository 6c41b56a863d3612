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
constexpr const char* nonsense = "the query worker answered nonsense";

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

std::unexpected<sql::plan::Failed> Worker::lose(ErrorCode code, const char* message) {
    kill();
    return std::unexpected(sql::plan::Failed{code, message});
}

std::expected<Worker::Answer, sql::plan::Failed> Worker::next_frame(Millis& left) {
    char header[sql::plan::frame_header_bytes];
    std::uint32_t size = 0;
    Answer answer;
    int state = receive(header, sizeof header, left);
    if (state == 1) {
        std::memcpy(&size, header, 4);
        if (size > sql::plan::frame_bytes_max)
            return lose(ErrorCode::generic_internal_error, nonsense);
        answer.payload.resize(size);
        state = receive(answer.payload.data(), size, left);
    }
    if (state == -1)
        return lose(ErrorCode::exceeded_time_limit, "Query exceeded maximum time limit");
    if (state == 0)
        return lose(ErrorCode::generic_internal_error,
                    "the query worker ended while the query ran");
    answer.kind = static_cast<sql::plan::FrameKind>(header[4]);
    if (answer.kind != sql::plan::FrameKind::failed) return answer;
    auto failed = sql::plan::decode_failed(answer.payload);
    if (!failed) return lose(ErrorCode::generic_internal_error, nonsense);
    return std::unexpected(std::move(*failed));
}

std::expected<std::uint64_t, sql::plan::Failed> Worker::run(
    const std::string& plan_frame, Millis time_max,
    const std::function<bool(std::vector<sql::plan::Cells>)>& rows) {
    FRESHET_CHECK(plan_frame.size() > sql::plan::frame_header_bytes);
    FRESHET_CHECK(plan_frame[4] == static_cast<char>(sql::plan::FrameKind::plan));
    if (!try_send(plan_frame)) return lose(ErrorCode::worker_gone, "the query worker ended");
    Millis left = time_max;
    while (true) {
        auto answer = next_frame(left);
        if (!answer) return pass(answer);
        if (answer->kind == sql::plan::FrameKind::done)
            return sql::plan::decode_done(answer->payload).value_or(0);
        if (answer->kind != sql::plan::FrameKind::rows)
            return lose(ErrorCode::generic_internal_error, nonsense);
        auto decoded = sql::plan::decode_rows(answer->payload);
        if (!decoded || !rows(std::move(*decoded)))
            return lose(ErrorCode::user_canceled, "Query was canceled");
    }
}

std::expected<Worker::Answer, sql::plan::Failed> Worker::answer_to(const std::string& plan_frame,
                                                                   Millis time_max) {
    if (!try_send(plan_frame)) return lose(ErrorCode::worker_gone, "the query worker ended");
    Millis left = time_max;
    return next_frame(left);
}

std::expected<sql::plan::Written, sql::plan::Failed> Worker::write(const sql::plan::WritePlan& plan,
                                                                   Millis time_max) {
    auto answer = answer_to(sql::plan::encode_write(plan), time_max);
    if (!answer) return pass(answer);
    auto written = answer->kind == sql::plan::FrameKind::written
                       ? sql::plan::decode_written(answer->payload)
                       : std::nullopt;
    if (!written) return lose(ErrorCode::generic_internal_error, nonsense);
    return std::move(*written);
}

std::expected<sql::plan::Looked, sql::plan::Failed> Worker::look(const sql::plan::LookPlan& plan,
                                                                 Millis time_max) {
    auto answer = answer_to(sql::plan::encode_look(plan), time_max);
    if (!answer) return pass(answer);
    auto looked = answer->kind == sql::plan::FrameKind::looked
                      ? sql::plan::decode_looked(answer->payload)
                      : std::nullopt;
    if (!looked) return lose(ErrorCode::generic_internal_error, nonsense);
    return std::move(*looked);
}

}  // namespace freshet::query

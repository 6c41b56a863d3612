#include "delivery/keys/jq_processes.h"

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
#include "delivery/errors.h"
#include "delivery/limits.h"
#include "jq/frames.h"

namespace freshet::delivery {
namespace {

constexpr int process_descriptor = 3;

/// Starts `path` with `socket` as its descriptor 3 and nothing of the server's environment: libjq
/// shows it to queries, reads ~/.jq, and takes the machine's time zone.
Result<pid_t> spawn(const std::string& path, int socket) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, socket, process_descriptor);
    posix_spawn_file_actions_addclosefrom_np(&actions, process_descriptor + 1);
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
    char zone[] = "TZ=UTC";
    char* const environment[] = {zone, nullptr};
    pid_t process = 0;
    const int problem =
        ::posix_spawn(&process, path.c_str(), &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (problem != 0)
        return fail(freshet::Errc::unavailable,
                    fmt::format("start {}: {}", path, std::strerror(problem)));
    return process;
}

}  // namespace

Result<std::unique_ptr<JqProcess>> JqProcess::start(const std::string& path,
                                                    const std::string& query) {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return fail(freshet::Errc::io, fmt::format("socketpair: {}", std::strerror(errno)));
    auto process = spawn(path, pair[1]);
    ::close(pair[1]);
    if (!process) {
        ::close(pair[0]);
        return pass(process);
    }
    std::unique_ptr<JqProcess> made(new JqProcess(*process, pair[0]));
    const auto problem = made->ask(query, limits::query_compile_time_max);
    if (!problem) return fail(freshet::Errc::unavailable, fmt::format("{} does not answer", path));
    if (!problem->empty()) return fail(Errc::invalid_argument, *problem);
    return made;
}

JqProcess::~JqProcess() {
    ::kill(process_, SIGKILL);
    ::close(socket_);
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
}

bool JqProcess::try_send(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t put = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

bool JqProcess::try_receive(char* out, std::size_t size, Millis& left) const {
    constexpr Millis step = 100ms;
    while (size > 0) {
        pollfd wanted{socket_, POLLIN, 0};
        const int ready = ::poll(&wanted, 1, static_cast<int>(step.count()));
        if (ready < 0 && errno == EINTR) continue;
        if (ready == 0) {
            left -= step;
            if (left <= Millis(0)) return false;
            continue;
        }
        const ssize_t got = ::read(socket_, out, size);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        out += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

std::optional<std::string> JqProcess::ask(std::string_view payload, Millis time_max) {
    if (!try_send(jq::frame_of(payload))) return std::nullopt;
    Millis left = time_max;
    std::string header(jq::frame_header_bytes, '\0');
    if (!try_receive(header.data(), header.size(), left)) return std::nullopt;
    const auto size = get_number<std::uint32_t>(header, 0);
    if (size > jq::frame_bytes_max) return std::nullopt;
    std::string answer(size, '\0');
    if (!try_receive(answer.data(), size, left)) return std::nullopt;
    return answer;
}

std::unique_ptr<JqProcess> JqProcesses::take(const std::string& query) {
    const std::lock_guard lock(mutex_);
    for (auto at = idle_.begin(); at != idle_.end(); ++at) {
        if (at->first != query) continue;
        auto process = std::move(at->second);
        idle_.erase(at);
        return process;
    }
    return nullptr;
}

void JqProcesses::put_back(const std::string& query, std::unique_ptr<JqProcess> process) {
    std::unique_ptr<JqProcess> surplus;  // its end is waited for without the lock
    const std::lock_guard lock(mutex_);
    idle_.emplace_front(query, std::move(process));
    if (idle_.size() <= limits::query_processes_idle_max) return;
    surplus = std::move(idle_.back().second);
    idle_.pop_back();
}

Result<> JqProcesses::check(const std::string& query) {
    FRESHET_TRY(process, JqProcess::start(path_, query));
    put_back(query, std::move(*process));
    return {};
}

Result<std::vector<std::expected<PartitionKeys, std::string>>> JqProcesses::extract(
    const std::string& query, std::span<const std::string_view> records) {
    auto process = take(query);
    Answers answers;
    answers.reserve(records.size());
    for (std::size_t at = 0; at < records.size();) {
        std::size_t count = 0, bytes = 0;
        while (at + count < records.size() && count < limits::query_batch_records_max &&
               bytes < limits::query_batch_bytes_max)
            bytes += records[at + count++].size();
        auto done = extract_batch(query, records.subspan(at, count), process, answers);
        if (!done) return pass(done);
        at += count;
        FRESHET_CHECK(answers.size() == at);  // one answer a record
    }
    if (process) put_back(query, std::move(process));
    return answers;
}

Result<> JqProcesses::extract_batch(const std::string& query,
                                    std::span<const std::string_view> records,
                                    std::unique_ptr<JqProcess>& process, Answers& answers) {
    if (!process) {
        FRESHET_TRY(started, JqProcess::start(path_, query));
        process = std::move(*started);
    }
    const auto payload = process->ask(jq::encode_batch(records), limits::query_time_max);
    auto decoded = payload ? jq::decode_answers(*payload, records.size()) : std::nullopt;
    if (decoded) {
        for (jq::Answer& answer : *decoded) answers.push_back(std::move(answer));
        return {};
    }
    process.reset();
    if (records.size() == 1) {
        answers.emplace_back(std::unexpect,
                             fmt::format("the query took longer than {} s or too much memory",
                                         limits::query_time_max.count() / 1000));
        return {};
    }
    // Halves, so that one record in many costs few calls.
    const std::size_t half = records.size() / 2;
    auto done = extract_batch(query, records.first(half), process, answers);
    if (done) done = extract_batch(query, records.subspan(half), process, answers);
    return done;
}

}  // namespace freshet::delivery

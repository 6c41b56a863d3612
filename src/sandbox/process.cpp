// The watching thread starts the child, reads its pipe, checks its memory and its deadline, and
// waits for its end.
#include "sandbox/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include "base/check.h"
#include "io/children.h"

namespace freshet::sandbox {
namespace {

constexpr int poll_ms = 25;
constexpr rlim_t descriptors_max = 1024;
constexpr int spawn_failed_status = 127 << 8;

std::int64_t real_now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::size_t resident_bytes(int process) {
    char path[64];
    std::snprintf(path, sizeof path, "/proc/%d/statm", process);
    std::FILE* file = std::fopen(path, "re");
    if (!file) return 0;
    unsigned long size = 0, resident = 0;
    if (std::fscanf(file, "%lu %lu", &size, &resident) != 2) resident = 0;
    std::fclose(file);
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

Process::Process(std::vector<std::string> command, std::map<std::string, std::string> environment,
                 std::string directory, Bounds bounds, Watch watch)
    : command_(std::move(command)),
      directory_(std::move(directory)),
      bounds_(bounds),
      watch_(std::move(watch)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      output_(bounds.output_bytes_max),
      errors_(bounds.output_bytes_max) {
    for (auto& [name, value] : environment) environment_.push_back(name + "=" + value);
    // The kernel ends the child when the thread that made it ends: so this thread makes it.
    thread_ = std::thread([this] { run(); });
}

Process::~Process() {
    kill();
    join();
    if (wake_ >= 0) ::close(wake_);
}

void Process::join() {
    if (thread_.joinable()) thread_.join();
}

void Process::kill() {
    must_end_.store(true);
    wake();
}

void Process::drain() {
    must_drain_.store(true);
    wake();
}

void Process::wake() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
}

void Process::set_deadline(std::int64_t in_ms) {
    deadline_.store(in_ms ? real_now_ms() + in_ms : 0);
}

/// Between vfork and exec only system calls: the child runs in this process's memory.
int Process::spawn(int output, int errors) const {
    std::vector<char*> arguments, environment;
    for (const auto& text : command_) arguments.push_back(const_cast<char*>(text.c_str()));
    for (const auto& text : environment_) environment.push_back(const_cast<char*>(text.c_str()));
    arguments.push_back(nullptr);
    environment.push_back(nullptr);
    const int parent = ::getpid();
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    sigset_t none;
    sigemptyset(&none);
    const rlimit files{descriptors_max, descriptors_max};
    const rlimit no_core{0, 0};
    // Address space is more than what is resident: Python with boto3 maps 1 GiB beyond it at the
    // most.
    const rlim_t space_max = bounds_.memory_bytes_max * 2 + (1UL << 30);
    const rlimit space{space_max, space_max};
    const rlimit file{bounds_.file_bytes_max, bounds_.file_bytes_max};
    const int child = ::vfork();
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(127);
        ::setpgid(0, 0);
        for (const int number : {SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGCHLD})
            ::signal(number, SIG_DFL);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        ::dup2(nothing, 0);
        ::dup2(output, 1);
        ::dup2(errors, 2);
        io::close_from(3);
        ::setrlimit(RLIMIT_NOFILE, &files);
        ::setrlimit(RLIMIT_CORE, &no_core);
        if (bounds_.memory_bytes_max) ::setrlimit(RLIMIT_AS, &space);
        if (bounds_.file_bytes_max) {
            ::signal(SIGXFSZ, SIG_IGN);
            ::setrlimit(RLIMIT_FSIZE, &file);
        }
        if (::chdir(directory_.c_str()) == 0)
            ::execve(arguments[0], arguments.data(), environment.data());
        ::_exit(127);
    }
    if (nothing >= 0) ::close(nothing);
    return child;
}

void Process::hand_over_lines() {
    const auto hand_over = [&](Pipe& pipe, const auto& on_lines) {
        Output::Lines lines = pipe.output.take();
        if (lines.texts.empty()) return;
        waiting_ += lines.bytes;
        on_lines(std::move(lines.texts), lines.bytes);
    };
    hand_over(output_, watch_.on_lines);
    if (watch_.on_error_lines) hand_over(errors_, watch_.on_error_lines);
}

void Process::lines_taken(std::size_t bytes) {
    const std::size_t before = waiting_.fetch_sub(bytes);
    FRESHET_CHECK(before >= bytes);  // only what on_lines gave
    if (before > output_waiting_bytes_max) wake();
}

/// The end that the process writes to; -1 when there is none.
int Process::open_pipe(Pipe& pipe) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) return -1;
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    pipe.end = ends[0];
    // What is in the pipe at a moment has been read when that much has been read.
    pipe.size = static_cast<std::size_t>(std::max(::fcntl(ends[0], F_GETPIPE_SZ), 65536));
    return ends[1];
}

/// Closes the pipe when it has ended. Stops after about `bytes_max`, however much there is.
void Process::read_output(Pipe& pipe, std::size_t bytes_max) {
    char piece[65536];
    std::size_t read = 0;
    while (pipe.end >= 0 && read < bytes_max) {
        const ssize_t got = ::read(pipe.end, piece, sizeof piece);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) {
            ::close(std::exchange(pipe.end, -1));
            return;
        }
        pipe.output.add({piece, static_cast<std::size_t>(got)});
        read += static_cast<std::size_t>(got);
    }
}

void Process::look_after(int process) {
    const std::size_t resident = resident_bytes(process);
    if (resident > memory_peak_.load()) memory_peak_.store(resident);
    if (bounds_.memory_bytes_max && resident > bounds_.memory_bytes_max)
        is_over_memory_.store(true);
    const std::int64_t deadline = deadline_.load();
    if (deadline && real_now_ms() >= deadline) has_timed_out_.store(true);
    if (must_end_.load() || is_over_memory_.load() || has_timed_out_.load())
        ::kill(-process, SIGKILL);
}

/// Until the process has ended, with `status`.
void Process::watch(int process, int& status) {
    while (true) {
        const bool drains = must_drain_.exchange(false);
        const bool reads = drains || waiting_.load() <= output_waiting_bytes_max;
        if (!drains) {
            pollfd wanted[3] = {{wake_, POLLIN, 0},
                                {reads ? output_.end : -1, POLLIN, 0},
                                {reads ? errors_.end : -1, POLLIN, 0}};
            ::poll(wanted, 3, poll_ms);
            if (wanted[0].revents) {
                std::uint64_t count = 0;
                [[maybe_unused]] const auto got = ::read(wake_, &count, sizeof count);
            }
        }
        for (Pipe* pipe : {&output_, &errors_}) {
            if (reads) read_output(*pipe, drains ? pipe->size : output_bytes_a_look);
            if (drains) pipe->output.end_line();
        }
        hand_over_lines();
        if (drains) watch_.on_drained();
        look_after(process);
        // The group dies with its leader, before the leader's number can be given to another.
        siginfo_t ended{};
        if (::waitid(P_PID, static_cast<id_t>(process), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
            ended.si_pid) {
            ::kill(-process, SIGKILL);
            ::waitpid(process, &status, 0);
            return;
        }
    }
}

void Process::run() {
    int status = spawn_failed_status;
    const int output = open_pipe(output_);
    const int errors = watch_.on_error_lines ? open_pipe(errors_) : output;
    const int process = output >= 0 && errors >= 0 ? spawn(output, errors) : -1;
    if (errors >= 0 && errors != output) ::close(errors);
    if (output >= 0) ::close(output);
    if (process > 0) watch(process, status);
    for (Pipe* pipe : {&output_, &errors_}) {
        read_output(*pipe, pipe->size);
        pipe->output.end_line();
        if (pipe->end >= 0) ::close(std::exchange(pipe->end, -1));
    }
    hand_over_lines();
    watch_.on_end(status);
}

}  // namespace freshet::sandbox

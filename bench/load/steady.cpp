// A load that keeps all connections busy for a time, and the raw disk that puts are compared with.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <random>

#include "cases.h"

namespace bench {

double Load::percentile(double part) const {
    if (latencies.empty()) return 0;
    return latencies[static_cast<std::size_t>(part * static_cast<double>(latencies.size() - 1))];
}

Load keep_busy(Connections& connections, double warm_up, double seconds,
               const Connections::Next& next, const Connections::Done& done) {
    std::vector<double> began;
    Load load;
    double started = seconds_now(), until = started + warm_up;
    for (int turn = 0; turn < 2; ++turn) {
        load = {};
        connections.run(
            [&](std::size_t at) {
                const double now = seconds_now();
                if (now >= until) return Request();
                if (began.size() <= at) began.resize(at + 1);
                began[at] = now;
                return next(at);
            },
            [&](std::size_t at, Answer answer) {
                load.latencies.push_back(seconds_now() - began[at]);
                ++load.answered;
                done(at, answer);
            });
        load.seconds = seconds_now() - started;
        started = seconds_now();
        until = started + seconds;
    }
    std::ranges::sort(load.latencies);
    return load;
}

double raw_append_seconds(const std::string& path, std::size_t size, double seconds) {
    std::string piece(size, '\0');
    std::mt19937_64 random(1);
    for (char& c : piece) c = static_cast<char>(random());
    const int file = open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_TRUNC, 0600);
    if (file < 0) die("cannot write " + path);
    std::size_t count = 0;
    const double started = seconds_now();
    while (seconds_now() - started < seconds) {
        if (write(file, piece.data(), piece.size()) != static_cast<ssize_t>(piece.size()) ||
            fdatasync(file) != 0)
            die("append + fdatasync failed");
        ++count;
    }
    const double each = (seconds_now() - started) / static_cast<double>(count);
    close(file);
    unlink(path.c_str());
    return each;
}

}  // namespace bench

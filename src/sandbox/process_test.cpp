#include "sandbox/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::sandbox {
namespace {

using testing::ElementsAre;

/// What a shell command printed and its status, when it has ended.
struct Ran {
    std::vector<std::string> lines, error_lines;
    std::size_t bytes_dropped = 0;
    int status = -1;
};

Ran run(const std::string& command, bool has_error_lines, Bounds bounds = {}) {
    Ran ran;
    Process::Watch watch;
    watch.on_lines = [&](std::vector<std::string> lines, std::size_t) {
        ran.lines.insert(ran.lines.end(), lines.begin(), lines.end());
    };
    if (has_error_lines)
        watch.on_error_lines = [&](std::vector<std::string> lines, std::size_t) {
            ran.error_lines.insert(ran.error_lines.end(), lines.begin(), lines.end());
        };
    watch.on_drained = [] {};
    watch.on_end = [&](int status) { ran.status = status; };
    Process process({"/bin/sh", "-c", command}, {}, "/", bounds, std::move(watch));
    process.join();
    ran.bytes_dropped = process.output_bytes_dropped();
    return ran;
}

TEST(Process, both_streams_are_one_unless_they_are_asked_for) {
    const Ran ran = run("echo out; echo error >&2", false);
    EXPECT_THAT(ran.lines, ElementsAre("out", "error"));
    EXPECT_EQ(ran.status, 0);
}

TEST(Process, standard_error_has_lines_of_its_own) {
    const Ran ran = run("echo out; echo error >&2; printf more", true);
    EXPECT_THAT(ran.lines, ElementsAre("out", "more"));
    EXPECT_THAT(ran.error_lines, ElementsAre("error"));
}

TEST(Process, each_stream_is_held_to_its_bound) {
    Bounds bounds;
    bounds.output_bytes_max = 64;
    const Ran ran = run("echo one; echo $(seq 100); echo error >&2", true, bounds);
    EXPECT_THAT(ran.lines, testing::SizeIs(2));
    EXPECT_GT(ran.bytes_dropped, 0U);
    EXPECT_THAT(ran.error_lines, ElementsAre("error"));
}

TEST(Process, a_program_that_is_not_there_ends_with_a_status) {
    Process::Watch watch;
    int status = 0;
    watch.on_lines = [](auto, auto) {};
    watch.on_drained = [] {};
    watch.on_end = [&](int ended) { status = ended; };
    Process process({"/no/such/program"}, {}, "/", {}, std::move(watch));
    process.join();
    EXPECT_NE(status, 0);
}

}  // namespace
}  // namespace freshet::sandbox

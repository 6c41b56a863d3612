// Whose turn it is: warm processes are used again, and no more than processes_max exist.
#include "functions/worker_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "functions/limits.h"

namespace freshet::functions {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Choice choose(std::vector<Idle> idle, Load load) { return choose_worker(idle, load); }

TEST(WorkerChoice, starts_a_process_when_none_is_idle) {
    EXPECT_EQ(choose({}, {0, 0}).next, Next::start);
    EXPECT_EQ(choose({}, {processes_max - 1, 0}).next, Next::start);
}

TEST(WorkerChoice, reuses_the_worker_that_was_used_last) {
    const Choice choice = choose({Idle::fits, Idle::fits, Idle::of_another}, {3, 0});
    EXPECT_EQ(choice.next, Next::reuse);
    EXPECT_EQ(choice.worker, 1U);
    EXPECT_THAT(choice.ends, IsEmpty());
}

TEST(WorkerChoice, reuses_a_worker_also_when_all_processes_exist_and_many_calls_wait) {
    const Choice choice = choose({Idle::fits}, {processes_max, waiting_calls_max});
    EXPECT_EQ(choice.next, Next::reuse);
    EXPECT_EQ(choice.worker, 0U);
}

TEST(WorkerChoice, ends_the_outdated_ones_that_it_meets) {
    const Choice reused =
        choose({Idle::outdated, Idle::fits, Idle::outdated, Idle::outdated}, {4, 0});
    EXPECT_EQ(reused.worker, 1U);
    EXPECT_THAT(reused.ends, ElementsAre(3, 2));
    const Choice started = choose({Idle::outdated, Idle::of_another}, {2, 0});
    EXPECT_EQ(started.next, Next::start);
    EXPECT_THAT(started.ends, ElementsAre(0));
}

TEST(WorkerChoice, leaves_the_idle_workers_of_others_alone_while_there_is_room) {
    EXPECT_THAT(choose({Idle::of_another}, {processes_max - 1, 0}).ends, IsEmpty());
}

TEST(WorkerChoice, ends_the_longest_idle_worker_for_the_call_that_waits) {
    const Choice choice = choose({Idle::of_another, Idle::of_another}, {processes_max, 0});
    EXPECT_EQ(choice.next, Next::wait);
    EXPECT_THAT(choice.ends, ElementsAre(0));
    EXPECT_THAT(choose({Idle::outdated, Idle::of_another, Idle::outdated}, {processes_max, 0}).ends,
                ElementsAre(2, 1, 0));
}

TEST(WorkerChoice, lets_a_bounded_number_of_calls_wait) {
    EXPECT_EQ(choose({}, {processes_max, waiting_calls_max - 1}).next, Next::wait);
    EXPECT_EQ(choose({}, {processes_max, waiting_calls_max}).next, Next::refuse);
}

}  // namespace
}  // namespace freshet::functions

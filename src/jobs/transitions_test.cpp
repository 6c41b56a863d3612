#include "jobs/transitions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::jobs {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

const Timestamp now = from_epoch_ms(1'000'000);

/// Jobs "a" and "b", a trigger "t", and what a test adds.
class Transitions : public testing::Test {
  protected:
    Transitions() {
        add_job("a");
        add_job("b");
    }
    static JobKey key(const std::string& name) { return {{"1", "eu"}, name}; }
    Settings& add_job(const std::string& name) {
        Job& job = known_.jobs[key(name)];
        job.key = key(name);
        job.settings.command = "pythonshell";
        return job.settings;
    }
    Settings& settings(const std::string& name) { return known_.jobs.at(key(name)).settings; }
    /// A run that is there, as the ledger holds it.
    const struct Run& add_run(const std::string& job, RunState state,
                              const std::string& trigger = "") {
        auto run = *admit(known_, known_.jobs.at(key(job)), {}, now);
        run.id = ++last_id_;
        run.state = state;
        run.trigger = trigger;
        run.running_since = from_epoch_ms(500);
        return known_.live[run.id] = run;
    }
    Trigger& add_trigger(std::vector<Condition> conditions, std::vector<Action> actions) {
        const TriggerKey name{{"1", "eu"}, "t"};
        Trigger& trigger = known_.triggers[name];
        trigger.key = name;
        trigger.type = TriggerType::conditional;
        trigger.state = TriggerState::activated;
        trigger.conditions = std::move(conditions);
        trigger.actions = std::move(actions);
        return trigger;
    }
    void apply(const Changes& changes) {
        for (auto run : changes.runs) {
            if (run.id == 0) run.id = ++last_id_;
            if (has_ended(run.state))
                known_.live.erase(run.id);
            else
                known_.live[run.id] = run;
        }
        for (const Trigger& trigger : changes.triggers) known_.triggers[trigger.key] = trigger;
    }
    Changes end(const struct Run& run, RunState state, std::optional<Bookmark> bookmark = {}) {
        Changes changes = end_run(known_, run, {state, ""}, bookmark, now);
        apply(changes);
        return changes;
    }
    Known known_;
    std::int64_t last_id_ = 0;
};

TEST_F(Transitions, a_job_has_no_more_runs_than_it_allows) {
    add_run("a", RunState::running);
    const auto refused = admit(known_, known_.jobs.at(key("a")), {}, now);
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().is(Errc::too_many_runs));
    EXPECT_EQ(refused.error().message(), "Concurrent runs exceeded for a");
    EXPECT_TRUE(admit(known_, known_.jobs.at(key("b")), {}, now));
}

TEST_F(Transitions, a_run_that_queues_waits_and_takes_the_place_of_one_that_ends) {
    const auto first = add_run("a", RunState::running);
    RunRequest queued;
    queued.queues = true;
    auto waiting = admit(known_, known_.jobs.at(key("a")), queued, now);
    ASSERT_TRUE(waiting);
    EXPECT_EQ(waiting->state, RunState::waiting);
    waiting->id = ++last_id_;
    known_.live[waiting->id] = *waiting;
    const Changes changes = end(first, RunState::succeeded);
    ASSERT_THAT(changes.runs, SizeIs(2));
    EXPECT_EQ(changes.runs[1].run_id, waiting->run_id);
    EXPECT_EQ(changes.runs[1].state, RunState::starting);
}

TEST_F(Transitions, a_failed_run_is_tried_as_often_as_its_job_says) {
    settings("a").retries_max = 1;
    const auto first = add_run("a", RunState::running);
    const Changes failed = end(first, RunState::failed);
    ASSERT_THAT(failed.runs, SizeIs(2));
    EXPECT_EQ(failed.runs[1].run_id, first.run_id + "_attempt_1");
    EXPECT_EQ(failed.runs[1].previous_id, first.run_id);
    EXPECT_EQ(failed.runs[1].state, RunState::starting);
    EXPECT_FALSE(failed.runs[1].running_since);
    const auto second = known_.live.begin()->second;
    EXPECT_THAT(end(second, RunState::failed).runs, SizeIs(1));
    EXPECT_THAT(known_.live, IsEmpty());
}

TEST_F(Transitions, what_was_stopped_or_timed_out_is_not_tried_once_more) {
    settings("a").retries_max = 3;
    for (const RunState state : {RunState::stopped, RunState::timed_out, RunState::succeeded}) {
        const auto run = add_run("a", RunState::running);
        EXPECT_THAT(end(run, state).runs, SizeIs(1));
    }
}

TEST_F(Transitions, a_trigger_fires_when_all_its_conditions_are_met) {
    add_job("c");
    add_trigger({{"a", "", RunState::succeeded, "", ""}, {"b", "", RunState::failed, "", ""}},
                {{"c", "", {{"--x", "1"}}, 7, {}}});
    const auto a = add_run("a", RunState::running, "before");
    EXPECT_THAT(end(a, RunState::succeeded).runs, SizeIs(1));
    const auto b = add_run("b", RunState::running, "before");
    const Changes changes = end(b, RunState::failed);
    ASSERT_THAT(changes.runs, SizeIs(2));
    const auto& started = changes.runs[1];
    EXPECT_EQ(started.job.name, "c");
    EXPECT_EQ(started.trigger, "t");
    EXPECT_EQ(started.arguments.at("--x"), "1");
    EXPECT_EQ(started.timeout_min, 7);
    const std::vector<Predecessor> both{{"a", a.run_id}, {"b", b.run_id}};
    EXPECT_EQ(started.predecessors, both);
    for (const Condition& one : changes.triggers.at(0).conditions) EXPECT_EQ(one.met_by, "");
}

TEST_F(Transitions, a_condition_is_no_longer_met_when_its_job_ends_otherwise) {
    add_job("c");
    add_trigger({{"a", "", RunState::succeeded, "", ""}, {"b", "", RunState::succeeded, "", ""}},
                {{"c", "", {}, {}, {}}});
    end(add_run("a", RunState::running, "before"), RunState::succeeded);
    end(add_run("a", RunState::running, "before"), RunState::failed);
    EXPECT_THAT(end(add_run("b", RunState::running, "before"), RunState::succeeded).runs,
                SizeIs(1));
}

TEST_F(Transitions, any_condition_fires_a_trigger_that_asks_for_one) {
    add_trigger({{"a", "", RunState::succeeded, "", ""}, {"a", "", RunState::failed, "", ""}},
                {{"b", "", {}, {}, {}}})
        .fires_at_any = true;
    EXPECT_THAT(end(add_run("a", RunState::running, "before"), RunState::failed).runs, SizeIs(2));
}

TEST_F(Transitions, a_run_that_a_user_started_fires_nothing) {
    add_trigger({{"a", "", RunState::succeeded, "", ""}}, {{"b", "", {}, {}, {}}});
    EXPECT_THAT(end(add_run("a", RunState::running), RunState::succeeded).runs, SizeIs(1));
}

TEST_F(Transitions, a_trigger_that_is_not_activated_fires_nothing) {
    add_trigger({{"a", "", RunState::succeeded, "", ""}}, {{"b", "", {}, {}, {}}}).state =
        TriggerState::deactivated;
    EXPECT_THAT(end(add_run("a", RunState::running, "before"), RunState::succeeded).runs,
                SizeIs(1));
}

TEST_F(Transitions, a_retry_comes_before_the_triggers) {
    settings("a").retries_max = 1;
    add_trigger({{"a", "", RunState::failed, "", ""}}, {{"b", "", {}, {}, {}}});
    end(add_run("a", RunState::running, "before"), RunState::failed);
    ASSERT_THAT(known_.live, SizeIs(1));
    const auto retry = known_.live.begin()->second;
    const Changes changes = end(retry, RunState::failed);
    ASSERT_THAT(changes.runs, SizeIs(2));
    EXPECT_EQ(changes.runs[1].job.name, "b");
}

TEST_F(Transitions, a_run_that_a_trigger_may_not_start_is_there_as_failed) {
    add_trigger({{"a", "", RunState::succeeded, "", ""}}, {{"b", "", {}, {}, {}}});
    add_run("b", RunState::running);
    const Changes changes = end(add_run("a", RunState::running, "before"), RunState::succeeded);
    ASSERT_THAT(changes.runs, SizeIs(2));
    EXPECT_EQ(changes.runs[1].state, RunState::failed);
    EXPECT_EQ(changes.runs[1].error, "Concurrent runs exceeded for b");
}

TEST_F(Transitions, a_crawl_meets_a_condition_and_starts_a_crawler) {
    Trigger& trigger = add_trigger({{"", "crawler", RunState::succeeded, "", ""}},
                                   {{"b", "", {}, {}, {}}, {"", "next", {}, {}, {}}});
    const Changes failed =
        end_crawl(known_, trigger, "crawler", {"crawl-1", RunState::failed}, now);
    EXPECT_THAT(failed.runs, IsEmpty());
    EXPECT_EQ(failed.triggers.at(0).conditions.at(0).seen, "crawl-1");
    apply(failed);
    const Changes changes =
        end_crawl(known_, trigger, "crawler", {"crawl-2", RunState::succeeded}, now);
    EXPECT_THAT(changes.runs, SizeIs(1));
    ASSERT_THAT(changes.crawls, SizeIs(1));
    EXPECT_EQ(changes.crawls[0].crawler, "next");
    EXPECT_EQ(changes.triggers.at(0).conditions.at(0).seen, "crawl-2");
}

TEST_F(Transitions, a_good_run_moves_the_bookmark_from_the_last_one_to_its_start) {
    settings("a").defaults["--job-bookmark-option"] = "job-bookmark-enable";
    const auto first = add_run("a", RunState::running);
    const Changes one = end(first, RunState::succeeded);
    ASSERT_THAT(one.bookmarks, SizeIs(1));
    EXPECT_FALSE(one.bookmarks[0].second.from);
    EXPECT_EQ(one.bookmarks[0].second.to, from_epoch_ms(500));
    const auto second = add_run("a", RunState::running);
    const Changes two = end(second, RunState::succeeded, one.bookmarks[0].second);
    EXPECT_EQ(two.bookmarks.at(0).second.from, from_epoch_ms(500));
    EXPECT_EQ(two.bookmarks.at(0).second.previous_id, first.run_id);
    const auto third = add_run("a", RunState::running);
    EXPECT_THAT(end(third, RunState::failed).bookmarks, IsEmpty());
}

TEST_F(Transitions, a_paused_bookmark_does_not_move) {
    settings("a").defaults["--job-bookmark-option"] = "job-bookmark-pause";
    EXPECT_THAT(end(add_run("a", RunState::running), RunState::succeeded).bookmarks, IsEmpty());
}

TEST_F(Transitions, runs_that_a_server_left_at_work_end_by_name) {
    add_run("a", RunState::starting);
    EXPECT_FALSE(find_cut_short(known_));
    known_.live.begin()->second.state = RunState::running;
    known_.live.begin()->second.progress = "statement 2 of 5";
    const auto cut_short = find_cut_short(known_);
    ASSERT_TRUE(cut_short);
    EXPECT_EQ(cut_short->second.state, RunState::failed);
    EXPECT_EQ(cut_short->second.error,
              "Freshet ended while this run was at work: statement 2 of 5");
    known_.live.begin()->second.state = RunState::stopping;
    EXPECT_EQ(find_cut_short(known_)->second.state, RunState::stopped);
}

TEST(Arguments, those_of_a_run_replace_the_defaults_and_not_the_fixed_ones) {
    Settings settings;
    settings.defaults = {{"--a", "default"}, {"--b", "default"}};
    settings.fixed = {{"--c", "fixed"}};
    struct Run run;
    run.arguments = {{"--b", "run"}, {"--c", "run"}};
    const Arguments all{{"--a", "default"}, {"--b", "run"}, {"--c", "fixed"}};
    EXPECT_EQ(arguments_of(settings, run), all);
}

}  // namespace
}  // namespace freshet::jobs

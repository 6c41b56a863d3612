#include "jobs/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::jobs::store {
namespace {

/// Runs `work` in a transaction of an empty database.
void write(const std::function<Result<>(meta::Txn&)>& work) {
    auto database = meta::Database::open(":memory:", migrations());
    ASSERT_TRUE(database) << database.error().message();
    auto done = (*database)->write_now(work);
    EXPECT_TRUE(done) << done.error().message();
}

Job job_named(const std::string& name) {
    Job job;
    job.key = {{"1", "eu"}, name};
    job.settings.command = "pythonshell";
    return job;
}

Run run_of(const Job& job, const std::string& run_id, RunState state) {
    Run run;
    run.job = job.key;
    run.run_id = run_id;
    run.state = state;
    return run;
}

TEST(JobsStore, descriptions_fit_the_tables_of_the_migrations) {
    EXPECT_THAT(meta::mismatches(migrations(), shapes()), testing::IsEmpty());
}

TEST(JobsStore, a_job_is_loaded_as_it_was_put_last) {
    write([](meta::Txn& txn) -> Result<> {
        Job job = job_named("a");
        job.settings.capacity.units = 0.0625;
        job.settings.defaults = {{"--x", "1"}, {"--gone", "2"}};
        FRESHET_TRY(first, put(txn, job));
        job.settings.defaults.erase("--gone");
        job.settings.fixed = {{"--y", "3"}};
        job.settings.timeout_min = 5;
        job.tags = {{"team", "lake"}};
        FRESHET_TRY(second, put(txn, job));
        FRESHET_TRY(all, jobs(txn));
        EXPECT_EQ(all->size(), 1U);
        EXPECT_EQ(all->front().settings, job.settings);
        EXPECT_EQ(all->front().tags, job.tags);
        return {};
    });
}

TEST(JobsStore, runs_are_listed_from_the_newest_and_go_with_their_job) {
    write([](meta::Txn& txn) -> Result<> {
        Job job = job_named("a"), other = job_named("b");
        FRESHET_TRY(made, put(txn, job));
        FRESHET_TRY(made_other, put(txn, other));
        auto first = run_of(job, "jr_1", RunState::running);
        first.arguments = {{"--x", "1"}};
        first.predecessors = {{"before", "jr_0"}};
        auto second = run_of(job, "jr_2", RunState::succeeded);
        auto others = run_of(other, "jr_3", RunState::waiting);
        for (auto* run : {&first, &second, &others}) {
            FRESHET_TRY(written, put(txn, *run));
        }
        first.progress = "half";
        FRESHET_TRY(changed, put(txn, first));
        FRESHET_TRY(page, runs(txn, job.key, 0, 1));
        EXPECT_EQ(page->size(), 1U);
        EXPECT_EQ(page->front().run_id, "jr_2");
        FRESHET_TRY(next, runs(txn, job.key, page->front().id, 5));
        EXPECT_EQ(next->size(), 1U);
        EXPECT_EQ(next->front().arguments, first.arguments);
        EXPECT_EQ(next->front().predecessors, first.predecessors);
        EXPECT_EQ(next->front().progress, "half");
        FRESHET_TRY(live, live_runs(txn));
        EXPECT_EQ(live->size(), 2U);
        FRESHET_TRY(removed, remove_job(txn, job));
        FRESHET_TRY(left, live_runs(txn));
        EXPECT_EQ(left->size(), 1U);
        FRESHET_TRY(found, find_run(txn, job.key, "jr_1"));
        EXPECT_FALSE(*found);
        return {};
    });
}

TEST(JobsStore, bookmarks_keep_their_order) {
    write([](meta::Txn& txn) -> Result<> {
        const JobKey job{{"1", "eu"}, "a"};
        const Bookmark first{"jr_1", "", 0, std::nullopt, from_epoch_ms(5)};
        const Bookmark second{"jr_0", "jr_1", 1, from_epoch_ms(5), from_epoch_ms(9)};
        FRESHET_TRY(one, add(txn, job, first));
        FRESHET_TRY(two, add(txn, job, second));
        FRESHET_TRY(all, bookmarks(txn, job));
        EXPECT_EQ(all->size(), 2U);
        EXPECT_EQ(all->back().run_id, "jr_0");
        EXPECT_EQ(all->back().from, from_epoch_ms(5));
        FRESHET_TRY(rewound, replace_bookmarks(txn, job, {first}));
        FRESHET_TRY(left, bookmarks(txn, job));
        EXPECT_EQ(left->size(), 1U);
        return {};
    });
}

TEST(JobsStore, a_trigger_is_loaded_as_it_was_put_last) {
    write([](meta::Txn& txn) -> Result<> {
        Trigger trigger;
        trigger.key = {{"1", "eu"}, "t"};
        trigger.type = TriggerType::conditional;
        trigger.actions = {{"a", "", {{"--x", "1"}}, 3, {}}, {"", "crawler", {}, {}, {}}};
        trigger.conditions = {{"a", "", RunState::failed, "", ""},
                              {"", "crawler", RunState::stopped, "id", "seen"}};
        FRESHET_TRY(first, put(txn, trigger));
        trigger.conditions.pop_back();
        trigger.conditions.front().met_by = "jr_1";
        FRESHET_TRY(second, put(txn, trigger));
        FRESHET_TRY(all, triggers(txn));
        EXPECT_EQ(all->size(), 1U);
        EXPECT_EQ(all->front().actions, trigger.actions);
        EXPECT_EQ(all->front().conditions.size(), 1U);
        EXPECT_EQ(all->front().conditions.front().met_by, "jr_1");
        FRESHET_TRY(removed, remove_trigger(txn, trigger.id));
        FRESHET_TRY(none, triggers(txn));
        EXPECT_TRUE(none->empty());
        return {};
    });
}

}  // namespace
}  // namespace freshet::jobs::store

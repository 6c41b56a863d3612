// A function's settings: what is refused, what a change leaves, what a process starts with.
#include "functions/settings.h"

#include <gtest/gtest.h>

#include "functions/errors.h"
#include "functions/limits.h"

namespace freshet::functions {
namespace {

Settings valid() {
    Settings settings;
    settings.runtime = "python3.11";
    settings.handler = "main.handler";
    return settings;
}

TEST(Settings, need_a_runtime_and_a_handler) {
    EXPECT_TRUE(check(valid()));
    EXPECT_FALSE(check(Settings{}));
    Settings settings = valid();
    settings.handler.clear();
    EXPECT_TRUE(check(settings).error().is(Errc::invalid));
}

TEST(Settings, may_not_set_what_lambda_sets) {
    Settings settings = valid();
    settings.environment["_HANDLER"] = "x";
    EXPECT_FALSE(check(settings));
    settings.environment = {{"PYTHONPATH", "/opt"}, {"AWS_ENDPOINT_URL", "http://x"}};
    EXPECT_TRUE(check(settings));
}

TEST(Settings, have_an_environment_of_a_bounded_size) {
    Settings settings = valid();
    settings.environment["A"] = std::string(environment_bytes_max - 1, 'x');
    EXPECT_TRUE(check(settings));
    settings.environment["A"] += 'x';
    EXPECT_FALSE(check(settings));
}

TEST(Settings, a_change_leaves_what_it_does_not_name) {
    Settings settings = valid();
    settings.environment["A"] = "1";
    SettingsChange change;
    change.timeout_s = 7;
    change.description = "";
    apply(std::move(change), settings);
    Settings expected = valid();
    expected.environment["A"] = "1";
    expected.timeout_s = 7;
    EXPECT_EQ(settings, expected);
}

TEST(Environment, the_function_may_set_what_lambda_lets_it) {
    Function function;
    function.key = {{"000000000000", "us-east-1"}, "f"};
    function.settings = valid();
    function.settings.environment = {{"TZ", "Europe/Berlin"}, {"PYTHONPATH", "/opt"}};
    const Place place{"http://127.0.0.1:4566", "/code", "/scratch", "stream"};
    const auto all = environment_of(function, Runtime{{"/usr/bin/python3.11"}, "/packages"}, place);
    EXPECT_EQ(all.at("TZ"), "Europe/Berlin");
    EXPECT_EQ(all.at("PYTHONPATH"), "/opt:/packages") << "the runtime's packages stay in reach";
    EXPECT_EQ(all.at("AWS_ACCESS_KEY_ID"), "000000000000");
    EXPECT_EQ(all.at("AWS_LAMBDA_LOG_GROUP_NAME"), "/aws/lambda/f");
    EXPECT_EQ(all.at("HOME"), "/scratch");
}

TEST(Environment, a_runtime_without_packages_leaves_the_functions_own_path) {
    Function function;
    function.settings = valid();
    function.settings.environment = {{"PYTHONPATH", "/opt"}};
    EXPECT_EQ(environment_of(function, Runtime{{"/usr/bin/python3.11"}, ""}, {}).at("PYTHONPATH"),
              "/opt");
}

}  // namespace
}  // namespace freshet::functions

#include "sql/trino/functions/forms.h"

#include <gtest/gtest.h>

#include <set>

#include "sql/trino/functions/functions.h"

namespace freshet::sql::trino {
namespace {

TEST(Forms, each_function_is_listed_once_and_known_to_the_analyser) {
    std::set<std::pair<FunctionKind, std::string>> seen;
    for (const ListedFunction& one : listed_functions()) {
        EXPECT_TRUE(seen.emplace(one.kind, one.name).second) << one.name;
        EXPECT_FALSE(one.forms.empty()) << one.name;
        EXPECT_EQ(is_aggregate(one.name), one.kind == FunctionKind::aggregate) << one.name;
        EXPECT_EQ(is_function(one.name), one.kind != FunctionKind::aggregate) << one.name;
    }
    for (const Function& one : functions())
        EXPECT_TRUE(seen.contains({FunctionKind::scalar, std::string(one.name)})) << one.name;
    for (const Form& one : forms()) {
        const bool is_listed = seen.contains({one.kind, std::string(one.name)});
        EXPECT_EQ(is_listed, one.kind != FunctionKind::refused) << one.name;
    }
}

TEST(Forms, show_arguments_and_result) {
    for (const ListedFunction& one : listed_functions()) {
        if (one.name == "concat_ws")
            EXPECT_EQ(one.forms, std::vector<std::string>{"(varchar, varchar, ...) -> varchar"});
        if (one.name == "split")
            EXPECT_EQ(one.forms, std::vector<std::string>{"(varchar, varchar) -> array(varchar)"});
        if (one.name == "pi") EXPECT_EQ(one.forms, std::vector<std::string>{"() -> double"});
    }
}

}  // namespace
}  // namespace freshet::sql::trino

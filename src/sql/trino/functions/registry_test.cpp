#include "sql/trino/functions/registry.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace freshet::sql::trino {
namespace {

Type chosen_result(std::string_view name, const std::vector<Shape>& shapes) {
    const auto chosen = choose(functions_named(name), shapes);
    return chosen ? bound_type(chosen->entry->signature.result, chosen->bound) : Type{};
}

TEST(Registry, each_name_has_one_kind_a_sentence_and_an_example) {
    std::map<std::string_view, const FunctionEntry*> first;
    std::set<std::pair<std::string_view, std::string_view>> signatures;
    for (const FunctionEntry& entry : functions()) {
        const FunctionRow& row = *entry.row;
        EXPECT_TRUE(signatures.emplace(row.name, row.signature).second)
            << row.name << row.signature;
        const auto [at, is_new] = first.emplace(row.name, &entry);
        EXPECT_EQ(at->second->kind, entry.kind) << row.name;
        if (!is_new || entry.kind == FunctionKind::refused) continue;
        EXPECT_TRUE(row.about.ends_with(".")) << row.name;
        EXPECT_FALSE(row.example.empty() || row.gives.empty()) << row.name;
    }
    EXPECT_GT(first.size(), 250U);
}

TEST(Registry, chooses_as_trino_does) {
    const Type integer = make_type(TypeKind::integer), bigint = make_type(TypeKind::bigint),
               real = make_type(TypeKind::real), date = make_type(TypeKind::date);
    EXPECT_EQ(chosen_result("abs", {{make_type(TypeKind::smallint)}}),
              make_type(TypeKind::smallint));
    EXPECT_EQ(chosen_result("mod", {{integer}, {bigint}}), bigint);
    EXPECT_EQ(chosen_result("floor", {{real}}), real);
    EXPECT_EQ(chosen_result("sqrt", {{integer}}), make_type(TypeKind::double_));
    EXPECT_EQ(chosen_result("upper", {{varchar_type(3)}}), varchar_type(3));
    EXPECT_EQ(chosen_result("date_trunc", {{varchar_type(3)}, {timestamp_type(6)}}),
              timestamp_type(6));
    EXPECT_EQ(chosen_result("greatest", {{integer}, {decimal_type(3, 1)}, {Type{}}}),
              decimal_type(11, 1));
    EXPECT_EQ(chosen_result("array_union", {{array_type(integer)}, {array_type(bigint)}}),
              array_type(bigint));
    EXPECT_EQ(chosen_result("map_keys", {{map_type(date, real)}}), array_type(date));
    EXPECT_EQ(chosen_result("filter", {{array_type(real)}, {Type{}, 1}}), array_type(real));
    EXPECT_FALSE(choose(functions_named("filter"), {{array_type(real)}, {Type{}, 2}}));
    EXPECT_FALSE(choose(functions_named("abs"), {{varchar_type()}}));
    EXPECT_FALSE(choose(functions_named("array_max"), {{array_type(map_type(date, date))}}));
    EXPECT_TRUE(choose(functions_named("coalesce"), {{integer}, {integer}, {integer}}));
}

TEST(Registry, an_error_names_the_overloads) {
    Expr expr;
    expr.text = "array_max";
    EXPECT_EQ(no_overload(expr, {{varchar_type(1)}}).message,
              "Unexpected parameters (varchar(1)) for function array_max. Expected: "
              "array_max(array(T)) T:orderable");
    expr.text = "nothing";
    EXPECT_EQ(no_overload(expr, {}).message, "Function 'nothing' not registered");
}

}  // namespace
}  // namespace freshet::sql::trino

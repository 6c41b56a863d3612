#include "pipeline/value.h"

#include <gtest/gtest.h>

#include "pipeline/section.h"

namespace freshet::pipeline {
namespace {

std::string problem_of(const char* text, const Parameters& given = {}) {
    Problems problems;
    Value root = read_yaml(text, problems);
    if (problems.empty()) substitute(root, parameters_of(root, given, problems), problems);
    return problems.text("f.yaml");
}

std::string filled(const char* text, const Parameters& given = {}) {
    Problems problems;
    Value root = read_yaml(text, problems);
    substitute(root, parameters_of(root, given, problems), problems);
    EXPECT_EQ(problems.text("f"), "");
    const Value* value = root.find("v");
    return value ? value->text : "none";
}

TEST(Value, knows_its_line_and_column) {
    Problems problems;
    const Value root = read_yaml("a: 1\nb:\n  c: [x, {d: y}]\n", problems);
    const Value* list = root.find("b")->find("c");
    EXPECT_EQ(list->items[0].place(), "3:7");
    EXPECT_EQ(list->items[1].find("d")->place(), "3:14");
    EXPECT_TRUE(problems.empty());
}

TEST(Value, what_is_no_yaml_is_a_problem_with_its_place) {
    EXPECT_TRUE(problem_of("a: [1,\nb: 2").starts_with("f.yaml:"));
    EXPECT_EQ(problem_of("a: 1\na: 2"), "f.yaml:2:1: the key 'a' is there twice");
    EXPECT_EQ(problem_of("a: [1"), "f.yaml:1:1: this '[' has no ']'");
    EXPECT_EQ(problem_of("a: \"x"), "f.yaml:1:6: a quoted text does not end");
    EXPECT_TRUE(
        problem_of("a: 1\n b: 2").starts_with("f.yaml:2:3: a 'key: value' cannot begin here"));
    EXPECT_TRUE(
        problem_of("a: 1\n- b").starts_with("f.yaml:2:1: this line does not continue the map"));
    for (const char* text : {"- a\nb: 1", "a: 1\n---\nb: 1"})
        EXPECT_TRUE(problem_of(text).ends_with("a second document begins here; a file holds one"))
            << text;
    EXPECT_EQ(problem_of("---\na: 1\n...\n"), "");
    EXPECT_EQ(problem_of("place: caf\xe9"), "f.yaml:1:1: the file is not UTF-8");
    EXPECT_EQ(problem_of("? [a]\n: 2"), "f.yaml:1:3: a key is a text");
}

TEST(Value, aliases_cannot_grow_without_bound) {
    std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 9; ++i) {
        const std::string last = "*a" + std::to_string(i - 1);
        std::string line = "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int j = 0; j < 10; ++j) line += (j ? "," : "") + last;
        bomb += line + "]\n";
    }
    EXPECT_NE(problem_of(bomb.c_str()).find("too deep or too large"), std::string::npos);
}

TEST(Parameters, go_into_texts_with_defaults_and_escapes) {
    EXPECT_EQ(filled("parameters: {A: 1}\nv: x${A}y"), "x1y");
    EXPECT_EQ(filled("parameters: {A: 1}\nv: ${A}", {{"A", "2"}}), "2");
    EXPECT_EQ(filled("v: ${A:-three}"), "three");
    EXPECT_EQ(filled("v: ${A:-three}", {{"A", ""}}), "");
    EXPECT_EQ(filled("v: $${A} $5 !{timestamp:yyyy}"), "${A} $5 !{timestamp:yyyy}");
}

TEST(Parameters, a_value_cannot_change_the_shape_of_the_file) {
    EXPECT_EQ(filled("v: ${A:-x}", {{"A", "1\nw: 2"}}), "1\nw: 2");
    EXPECT_EQ(filled("v: ${A:-x}", {{"A", "${B}"}}), "${B}");
}

TEST(Parameters, without_a_value_or_unknown_are_problems) {
    EXPECT_EQ(problem_of("a: 1\nv: ${A}"),
              "f.yaml:2:4: the parameter A has no value; give it with --set A=VALUE");
    EXPECT_EQ(problem_of("v: 1", {{"A", "1"}}), "f.yaml:1:1: the file has no parameter A");
    EXPECT_EQ(problem_of("v: ${A"), "f.yaml:1:4: a '${' without its '}'; '$${' is a plain '${'");
    EXPECT_EQ(problem_of("v: ${a b}"), "f.yaml:1:4: 'a b' is not a parameter's name");
}

TEST(Parameters, in_a_named_file_tell_its_line) {
    Problems problems;
    substitute("SELECT\n  ${LOST}", "q.sql", {}, problems);
    EXPECT_EQ(problems.text("f.yaml"),
              "f.yaml: q.sql:2:3: the parameter LOST has no value; give it with --set LOST=VALUE");
}

TEST(Section, unknown_and_wrong_keys_are_problems) {
    Problems problems;
    const Value root = read_yaml("n: x\nflag: true\nextra: 1\nword: c", problems);
    Section section(root, problems);
    EXPECT_EQ(section.number("n", 7), 7);
    EXPECT_TRUE(section.is_on("flag", false));
    EXPECT_EQ(section.word("word", {"a", "b"}, "a"), "a");
    EXPECT_EQ(section.text("missing"), "");
    section.finish();
    EXPECT_EQ(problems.text("f"),
              "f:1:4: 'n' is a whole number, not 'x'\n"
              "f:4:7: 'word' is one of a, b, not 'c'\n"
              "f:1:1: 'missing' is not given\n"
              "f:3:1: there is no key 'extra' here; the keys are flag, missing, n, word");
}

}  // namespace
}  // namespace freshet::pipeline

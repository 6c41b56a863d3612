// Requests to the Runtime API by their method and path.
#include "sandbox/runtime_request.h"

#include <gtest/gtest.h>
#include <csignal>

#include "sandbox/ending.h"

namespace freshet::sandbox {
namespace {

using Kind = RuntimeRequest::Kind;

RuntimeRequest parse(std::string_view method, const std::string& path) {
    return parse_runtime_request(method, "/2018-06-01/runtime/" + path);
}

TEST(RuntimeRequest, names_what_is_asked_for) {
    EXPECT_EQ(parse("GET", "invocation/next"), (RuntimeRequest{Kind::next, ""}));
    EXPECT_EQ(parse("POST", "invocation/a-1/response"), (RuntimeRequest{Kind::response, "a-1"}));
    EXPECT_EQ(parse("POST", "invocation/a-1/error"), (RuntimeRequest{Kind::error, "a-1"}));
    EXPECT_EQ(parse("POST", "init/error"), (RuntimeRequest{Kind::init_error, ""}));
}

TEST(RuntimeRequest, anything_else_is_unknown) {
    for (const char* path :
         {"", "invocation", "invocation/", "invocation//response", "invocation/response",
          "invocation/a/answer", "invocation/a/", "init", "extension/register"})
        EXPECT_EQ(parse("POST", path).kind, Kind::unknown) << path;
    EXPECT_EQ(parse("GET", "invocation/a/response").kind, Kind::unknown);
    EXPECT_EQ(parse("POST", "invocation/next").kind, Kind::unknown);
    EXPECT_EQ(parse_runtime_request("GET", "/2020-01-01/runtime/invocation/next").kind,
              Kind::unknown);
}

TEST(Ending, a_call_without_an_answer_has_its_reason) {
    EXPECT_EQ(ending_without_answer(false, false), Ending::exited);
    EXPECT_EQ(ending_without_answer(false, true), Ending::out_of_memory);
    EXPECT_EQ(ending_without_answer(true, false), Ending::timed_out);
    EXPECT_EQ(ending_without_answer(true, true), Ending::timed_out);
}

TEST(Ending, a_status_reads_as_lambda_words_it) {
    EXPECT_EQ(status_text(0), "");
    EXPECT_EQ(status_text(3 << 8), "exit status 3");
    EXPECT_EQ(status_text(SIGKILL), "signal: killed");
    EXPECT_EQ(status_text(SIGSEGV), "signal: Segmentation fault");
}

}  // namespace
}  // namespace freshet::sandbox

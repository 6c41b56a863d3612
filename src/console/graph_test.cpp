#include "console/graph.h"

#include <gtest/gtest.h>

namespace freshet::console {
namespace {

TEST(Graph, leaves_out_edges_that_lead_nowhere) {
    Graph graph;
    graph.now = from_epoch_ms(5);
    graph.nodes.push_back({"stream:a", "stream", "a", "ACTIVE", {{"in", "rate", 2, ""}}, ""});
    graph.nodes.push_back({"bucket:b", "bucket", "b", "ACTIVE", {}, "it is \"gone\""});
    graph.connect("stream:a", "bucket:b", 2, 7ms);
    graph.connect("stream:a", "table:none", 2, 7ms);
    EXPECT_EQ(
        to_json(graph).view(),
        R"({"now_ms":5,"nodes":[{"id":"stream:a","kind":"stream","name":"a","state":"ACTIVE",)"
        R"("figures":[{"label":"in","value":2.000,"unit":"rate"}]},{"id":"bucket:b",)"
        R"("kind":"bucket","name":"b","state":"ACTIVE","figures":[],"trouble":"it is \"gone\""}],)"
        R"("edges":[{"from":"stream:a","to":"bucket:b","rate":2.000,"lag_ms":7}]})");
}

TEST(Graph, finds_tables_by_whole_words) {
    EXPECT_TRUE(names_table("SELECT * FROM crimes.Reports r", "reports"));
    EXPECT_TRUE(names_table("SELECT * FROM \"reports\"", "reports"));
    EXPECT_FALSE(names_table("SELECT * FROM reports_old", "reports"));
    EXPECT_FALSE(names_table("SELECT old_reports", "reports"));
    EXPECT_FALSE(names_table("", "reports"));
}

TEST(Graph, takes_names_out_of_arns_and_locations) {
    EXPECT_EQ(name_in_arn("arn:aws:kinesis:us-east-1:000000000000:stream/crimes", "stream/"),
              "crimes");
    EXPECT_EQ(name_in_arn("arn:aws:lambda:us-east-1:000000000000:function:pre", "function:"),
              "pre");
    EXPECT_EQ(name_in_arn("nothing", "stream/"), "");
    EXPECT_EQ(bucket_of("s3://lake/crimes/"), "lake");
    EXPECT_EQ(bucket_of("s3://lake"), "lake");
    EXPECT_EQ(bucket_of("/var/lake"), "");
}

TEST(Graph, reads_the_sql_of_a_stored_view) {
    EXPECT_EQ(view_sql("/* Presto View: eyJvcmlnaW5hbFNxbCI6IlNFTEVDVCAxIn0= */"), "SELECT 1");
    EXPECT_EQ(view_sql("SELECT 2"), "SELECT 2");
    EXPECT_EQ(view_sql("/* Presto View: !!! */"), "/* Presto View: !!! */");
}

}  // namespace
}  // namespace freshet::console

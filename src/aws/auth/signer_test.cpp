#include "aws/auth/signer.h"

#include <gtest/gtest.h>

namespace freshet::aws {
namespace {

// The expected signature was computed with botocore's SigV4Auth for the same request.
TEST(Signer, signs_as_botocore_does) {
    io::ClientRequest request;
    request.headers.add("Host", "127.0.0.1:4566");
    request.headers.add("Content-Type", "application/x-amz-json-1.1");
    request.headers.add("X-Amz-Target", "Kinesis_20131202.ListStreams");
    request.body.push_back(Bytes::literal("{}"));
    sign(request, {"AKID", "secret", ""}, "us-east-1", "kinesis",
         *parse_iso8601("2026-01-02T03:04:05Z"));
    EXPECT_EQ(request.headers.get("authorization"),
              "AWS4-HMAC-SHA256 Credential=AKID/20260102/us-east-1/kinesis/aws4_request, "
              "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
              "Signature=632259376788acd659cf6e821f164d14565ca865037503e15bc59d06b6fea150");
}

}  // namespace
}  // namespace freshet::aws

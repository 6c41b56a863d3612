#include "aws/protocol/event_stream.h"

#include <gtest/gtest.h>

#include "base/crypto/digest.h"

namespace freshet::aws {
namespace {

TEST(EventStream, a_frame_is_as_AWS_describes_it) {
    // The example of AWS's own test vectors: no headers, no payload, and one with a text header.
    EXPECT_EQ(to_hex(encode_event_frame({}, "")), "000000100000000005c248eb7d98c8ff");
    EXPECT_EQ(to_hex(encode_event_frame({{"content-type", "application/json"}}, "{'foo':'bar'}")),
              "0000003d0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a73"
              "6f6e7b27666f6f273a27626172277d8d9c08b1");
}

}  // namespace
}  // namespace freshet::aws

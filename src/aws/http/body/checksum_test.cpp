#include "aws/http/body/checksum.h"

#include <gtest/gtest.h>

#include "base/crypto/digest.h"

namespace freshet::aws {
namespace {

std::string checksum_of(Checksum algorithm, std::string_view data) {
    RunningChecksum running(algorithm);
    for (std::size_t at = 0; at < data.size(); at += 7) running.update(data.substr(at, 7));
    return running.finish();
}

TEST(Checksum, values_of_the_check_string) {
    const auto hex = [](Checksum algorithm) {
        std::string raw;
        EXPECT_TRUE(base64_decode(checksum_of(algorithm, "123456789"), raw));
        return to_hex(raw);
    };
    EXPECT_EQ(hex(Checksum::crc32), "cbf43926");
    EXPECT_EQ(hex(Checksum::crc32c), "e3069283");
    EXPECT_EQ(hex(Checksum::crc64nvme), "ae8b14860a799888");
    EXPECT_EQ(hex(Checksum::md5), "25f9e794323b453885f5181f1b624d0b");
    EXPECT_EQ(hex(Checksum::sha512).substr(0, 16), "d9e6762dd1c8eaf6");
}

TEST(Checksum, a_whole_follows_from_its_parts) {
    std::string data;
    for (int i = 0; i < 10'000; ++i) data += static_cast<char>(i * 31);
    for (const Checksum algorithm : all_checksums()) {
        if (!is_linear(algorithm)) continue;
        for (const std::size_t cut :
             {std::size_t{0}, std::size_t{1}, std::size_t{777}, data.size() - 1, data.size()}) {
            const std::string first = checksum_of(algorithm, data.substr(0, cut));
            const std::string second = checksum_of(algorithm, data.substr(cut));
            EXPECT_EQ(combine(algorithm, first, second, data.size() - cut),
                      checksum_of(algorithm, data))
                << cut;
        }
    }
}

TEST(Checksum, names_on_the_wire) {
    EXPECT_EQ(checksum_of_header("X-Amz-Checksum-CRC64NVME"), Checksum::crc64nvme);
    EXPECT_EQ(checksum_named("sha256"), Checksum::sha256);
    EXPECT_FALSE(checksum_named("XXHASH64"));
    EXPECT_TRUE(is_value_of(Checksum::crc32, "AAAAAA=="));
    EXPECT_FALSE(is_value_of(Checksum::crc32, "AAAAAAAA"));
    EXPECT_FALSE(is_value_of(Checksum::crc32, "bad"));
}

}  // namespace
}  // namespace freshet::aws

#include "base/uuid.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

TEST(Uuid, is_of_version_4_and_of_its_variant) {
    for (int i = 0; i < 100; ++i) {
        const std::string uuid = new_uuid();
        ASSERT_EQ(uuid.size(), 36U);
        for (std::size_t at = 0; at < uuid.size(); ++at) {
            const bool is_dash = at == 8 || at == 13 || at == 18 || at == 23;
            EXPECT_EQ(uuid[at] == '-', is_dash) << uuid;
        }
        EXPECT_EQ(uuid[14], '4') << uuid;
        EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos) << uuid;
    }
    EXPECT_NE(new_uuid(), new_uuid());
}

}  // namespace
}  // namespace freshet

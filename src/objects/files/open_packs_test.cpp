#include "objects/files/open_packs.h"

#include <gtest/gtest.h>

#include "objects/limits.h"

namespace freshet::objects {
namespace {

std::shared_ptr<io::File> opened() {
    return std::move(*io::make_posix_disk()->open("/dev/null", io::OpenMode::read));
}

TEST(OpenPacks, a_pack_that_was_removed_while_it_was_opened_is_not_kept) {
    OpenPacks packs;
    const std::uint64_t before = packs.removals();
    const auto file = opened();
    packs.forget(7);  // compaction removed it meanwhile
    packs.keep(7, file, before);
    EXPECT_EQ(packs.find(7), nullptr);
    EXPECT_EQ(file.use_count(), 1);  // closed with its last reader, and its space comes back
}

TEST(OpenPacks, the_one_asked_for_least_lately_goes_first) {
    OpenPacks packs;
    const auto count = static_cast<std::int64_t>(limits::open_packs_max);
    for (std::int64_t pack = 0; pack < count; ++pack) packs.keep(pack, opened(), packs.removals());
    EXPECT_NE(packs.find(0), nullptr);
    packs.keep(count, opened(), packs.removals());
    EXPECT_NE(packs.find(0), nullptr);
    EXPECT_EQ(packs.find(1), nullptr);
}

}  // namespace
}  // namespace freshet::objects

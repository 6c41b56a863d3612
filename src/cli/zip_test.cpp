#include "cli/zip.h"

#include <gtest/gtest.h>

#include "base/crypto/digest.h"

namespace freshet::cli {
namespace {

TEST(Zip, is_the_one_that_package_py_makes) {
    // python: zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), create_system 3, 0o644 << 16, stored.
    EXPECT_EQ(to_hex(sha256(make_zip({{"b/c.py", ""}, {"a.py", "print(1)\n"}}))),
              "88b8e1ac1bbbb1b235d613ad7150f99fcbf2627c95a6b499aca02f3b88f0bea6");
}

TEST(Zip, of_nothing_is_an_empty_directory) { EXPECT_EQ(make_zip({}).size(), 22U); }

}  // namespace
}  // namespace freshet::cli

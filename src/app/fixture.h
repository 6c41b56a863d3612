// For tests: a directory of its own with meta.db and a disk, as a server has.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "app/lineage.h"
#include "base/log.h"

namespace freshet::app {

struct DirectoryTest : testing::Test {
    DirectoryTest() {
        set_log_level(LogLevel::off);
        root = std::filesystem::temp_directory_path() /
               ("freshet-app-" + std::to_string(::getpid()) + "-" +
                testing::UnitTest::GetInstance()->current_test_info()->name());
        std::filesystem::remove_all(root);
        std::filesystem::create_directories(root);
    }
    ~DirectoryTest() override { std::filesystem::remove_all(root); }

    std::unique_ptr<meta::Database> open_database(std::vector<meta::Migration> migrations) const {
        auto opened = meta::Database::open(root / "meta.db", migrations);
        EXPECT_TRUE(opened) << opened.error().message();
        return std::move(*opened);
    }
    void write(const std::string& name, const std::string& text) const {
        std::filesystem::create_directories((root / name).parent_path());
        std::ofstream(root / name) << text;
    }
    std::string read(const std::string& name) const {
        std::ifstream file(root / name);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    std::filesystem::path root;
    std::unique_ptr<io::Disk> disk = io::make_posix_disk();
};

}  // namespace freshet::app

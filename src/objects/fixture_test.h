// A directory with the tables of the object engine, for its tests.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/log.h"
#include "meta/database.h"
#include "objects/extent_store.h"
#include "objects/store.h"

namespace freshet::objects {

struct StoreFixture : testing::Test {
    StoreFixture() {
        set_log_level(LogLevel::error);
        root = std::filesystem::temp_directory_path() /
               ("freshet-objects-" + std::to_string(::getpid()) + "-" +
                testing::UnitTest::GetInstance()->current_test_info()->name());
        std::filesystem::remove_all(root);
        std::filesystem::create_directories(root);
        auto migrations = store::migrations();
        for (const auto& migration : store::extent_migrations()) migrations.push_back(migration);
        database = std::move(*meta::Database::open(root / "meta.db", migrations));
    }
    ~StoreFixture() override {
        database.reset();
        std::filesystem::remove_all(root);
    }

    std::filesystem::path root;
    std::unique_ptr<meta::Database> database;
};

}  // namespace freshet::objects

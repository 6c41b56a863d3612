// A random bucket, listed in pages of every size, against a plain walk over a std::map.
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <set>

#include "objects/objects.h"
#include "objects/store.h"

namespace freshet::objects {
namespace {

struct Expected {
    std::vector<std::string> keys, prefixes;
    bool operator==(const Expected&) const = default;
};

Expected walk(const std::set<std::string>& keys, const std::string& prefix,
              const std::string& delimiter) {
    Expected expected;
    for (const std::string& key : keys) {
        if (!key.starts_with(prefix)) continue;
        const auto cut = delimiter.empty() ? std::string::npos : key.find(delimiter, prefix.size());
        if (cut == std::string::npos)
            expected.keys.push_back(key);
        else if (const std::string common = key.substr(0, cut + delimiter.size());
                 expected.prefixes.empty() || expected.prefixes.back() != common)
            expected.prefixes.push_back(common);
    }
    return expected;
}

TEST(ListPage, pages_of_any_size_tell_each_key_and_prefix_once_in_order) {
    const auto path = std::filesystem::temp_directory_path() /
                      ("freshet-list-" + std::to_string(::getpid()) + ".db");
    auto database = std::move(*meta::Database::open(path, store::migrations()));
    std::mt19937 random(7);
    std::set<std::string> keys;
    const std::string letters = "ab/\xff ";
    for (int i = 0; i < 300; ++i) {
        std::string key;
        for (unsigned length = 1 + random() % 6; length > 0; --length)
            key += letters[random() % letters.size()];
        keys.insert(key);
    }
    ASSERT_TRUE(database->write_now([&](meta::Txn& txn) -> Result<> {
        if (auto made = store::insert_bucket(txn, {0, "1", "r", "b", {}}); !made) return made;
        for (const std::string& key : keys) {
            if (auto put = store::put_object(txn, 1, {key, 0, "", {}, {}, {}}, Cause::put); !put)
                return put;
        }
        return {};
    }));
    ASSERT_TRUE(database->read_now([&](const meta::Connection& connection) -> Result<> {
        for (const char* prefix : {"", "a", "a/", "b/a", "zz"}) {
            for (const char* delimiter : {"", "/", "a", "//"}) {
                for (const std::size_t size :
                     {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{1000}}) {
                    Expected found;
                    ListRequest request{prefix, delimiter, "", size};
                    for (int pages = 0; pages < 1000; ++pages) {
                        auto page = list_page(connection, 1, request);
                        EXPECT_TRUE(page);
                        EXPECT_LE(page->objects.size() + page->common_prefixes.size(), size);
                        for (const auto& object : page->objects) found.keys.push_back(object.key);
                        for (const auto& common : page->common_prefixes)
                            found.prefixes.push_back(common);
                        if (!page->is_truncated) break;
                        request.start_after = page->last;
                    }
                    EXPECT_EQ(found, walk(keys, prefix, delimiter))
                        << prefix << " " << delimiter << " " << size;
                }
            }
        }
        return {};
    }));
    database.reset();
    for (const char* tail : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + tail);
}

std::vector<Upload> uploads(std::initializer_list<std::pair<const char*, const char*>> all) {
    std::vector<Upload> made;
    for (const auto& [key, id] : all) made.push_back({id, key, {}, {}});
    return made;
}

/// "key#id" and "prefix/" in the order of all pages of one entry each.
std::vector<std::string> paged(const std::vector<Upload>& all, UploadListRequest request) {
    std::vector<std::string> told;
    request.count_max = 1;
    while (true) {
        const UploadPage page = upload_page(all, request);
        for (const Upload& upload : page.uploads) told.push_back(upload.key + "#" + upload.id);
        for (const std::string& prefix : page.common_prefixes) told.push_back(prefix);
        if (!page.is_truncated) return told;
        request.key_marker = page.last_key;
        request.id_marker = page.last_id;
    }
}

TEST(UploadPage, pages_tell_each_upload_and_each_prefix_once) {
    const auto all =
        uploads({{"a/1", "x"}, {"a/2", "y"}, {"b", "1"}, {"b", "2"}, {"c/d/1", "z"}, {"d", "w"}});
    EXPECT_EQ(paged(all, {"", "", "", "", 0}),
              (std::vector<std::string>{"a/1#x", "a/2#y", "b#1", "b#2", "c/d/1#z", "d#w"}));
    EXPECT_EQ(paged(all, {"", "/", "", "", 0}),
              (std::vector<std::string>{"a/", "b#1", "b#2", "c/", "d#w"}));
    EXPECT_EQ(paged(all, {"c/", "/", "", "", 0}), (std::vector<std::string>{"c/d/"}));
}

TEST(UploadPage, an_upload_that_is_gone_moves_no_page) {
    const UploadPage page = upload_page(uploads({{"b", "2"}, {"c", "1"}}), {"", "", "b", "1", 10});
    EXPECT_EQ(page.uploads.size(), 2u);
    EXPECT_EQ(upload_page(uploads({{"b", "2"}, {"c", "1"}}), {"", "", "b", "", 10}).uploads.size(),
              1u)
        << "without an id: behind the key";
}

}  // namespace
}  // namespace freshet::objects

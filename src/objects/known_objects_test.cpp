#include "objects/known_objects.h"

#include <gtest/gtest.h>

#include "objects/limits.h"
#include "objects/store.h"

namespace freshet::objects {
namespace {

ObjectInfo object(const std::string& key, const std::string& etag) {
    ObjectInfo info;
    info.key = key;
    info.etag = etag;
    return info;
}

struct KnownObjectsTest : testing::Test {
    void change(const std::string& key) {
        versions.note(store::hash_of_object(1, key));
        versions.begin_commit();
        versions.end_commit();
    }
    std::string etag_of(const std::string& key) {
        const auto found = known.find(1, key);
        return found ? found->etag : "unknown";
    }
    meta::Versions versions;
    KnownObjects known{versions};
};

TEST_F(KnownObjectsTest, an_object_is_known_until_it_changes) {
    known.keep(1, object("a", "one"), known.version(1, "a"));
    EXPECT_EQ(etag_of("a"), "one");
    EXPECT_FALSE(known.find(2, "a"));  // of another bucket
    EXPECT_EQ(etag_of("b"), "unknown");
    change("a");
    EXPECT_EQ(etag_of("a"), "unknown");
}

TEST_F(KnownObjectsTest, what_was_read_before_a_change_is_not_kept_after_it) {
    const auto before = known.version(1, "a");
    change("a");
    known.keep(1, object("a", "old"), before);
    EXPECT_EQ(etag_of("a"), "unknown");
}

TEST_F(KnownObjectsTest, what_is_read_while_it_changes_is_not_kept) {
    versions.note(store::hash_of_object(1, "a"));
    versions.begin_commit();
    known.keep(1, object("a", "old or new"), known.version(1, "a"));
    EXPECT_EQ(etag_of("a"), "unknown");
    versions.end_commit();
    EXPECT_EQ(etag_of("a"), "unknown");
}

TEST_F(KnownObjectsTest, holds_so_many_and_none_that_is_large) {
    for (std::size_t i = 0; i < 2 * limits::known_objects_max; ++i) {
        const std::string key = std::to_string(i);
        known.keep(1, object(key, key), known.version(1, key));
    }
    std::size_t count = 0;
    for (std::size_t i = 0; i < 2 * limits::known_objects_max; ++i)
        count += known.find(1, std::to_string(i)).has_value();
    EXPECT_GT(count, limits::known_objects_max / 2);
    EXPECT_LE(count, limits::known_objects_max);
    ObjectInfo large = object("large", "large");
    large.extents.resize(limits::known_object_bytes_max);
    known.keep(1, large, known.version(1, "large"));
    EXPECT_EQ(etag_of("large"), "unknown");
}

}  // namespace
}  // namespace freshet::objects

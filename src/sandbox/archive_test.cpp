// A function's code is unpacked whole or not at all, and never outside its directory.
#include "sandbox/archive.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zip.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace freshet::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr zip_uint32_t link_mode = 0120777U << 16, program_mode = 0100755U << 16;

struct Entry {
    std::string text;
    zip_uint32_t attributes = 0100644U << 16;
};

Bytes zip_of(const std::map<std::string, Entry>& entries) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* memory = zip_source_buffer_create(nullptr, 0, 0, &error);
    zip_source_keep(memory);
    zip_t* archive = zip_open_from_source(memory, ZIP_TRUNCATE, &error);
    for (const auto& [name, entry] : entries) {
        const auto at = zip_file_add(
            archive, name.c_str(),
            zip_source_buffer(archive, entry.text.data(), entry.text.size(), 0), ZIP_FL_ENC_UTF_8);
        EXPECT_GE(at, 0) << name;
        zip_file_set_external_attributes(archive, static_cast<zip_uint64_t>(at), 0, ZIP_OPSYS_UNIX,
                                         entry.attributes);
    }
    EXPECT_EQ(zip_close(archive), 0);
    zip_source_open(memory);
    zip_source_seek(memory, 0, SEEK_END);
    std::string bytes(static_cast<std::size_t>(zip_source_tell(memory)), '\0');
    zip_source_seek(memory, 0, SEEK_SET);
    EXPECT_EQ(zip_source_read(memory, bytes.data(), bytes.size()),
              static_cast<zip_int64_t>(bytes.size()));
    zip_source_close(memory);
    zip_source_free(memory);
    return Bytes::own(std::move(bytes));
}

struct Archive : testing::Test {
    Archive() {
        root = fs::temp_directory_path() /
               ("freshet-archive-" + std::to_string(::getpid()) + "-" +
                testing::UnitTest::GetInstance()->current_test_info()->name());
        fs::remove_all(root);
        fs::create_directories(root);
    }
    ~Archive() override { fs::remove_all(root); }
    std::string code() const { return root / "code"; }
    std::string text_of(const std::string& name) const {
        std::ifstream file(root / "code" / name);
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }
    /// Nothing of what was refused is left.
    void expect_refused(const Bytes& zip) const {
        auto done = unpack(zip, code());
        ASSERT_FALSE(done);
        EXPECT_TRUE(done.error().is(Errc::invalid)) << done.error().message();
        EXPECT_TRUE(fs::is_empty(root));
    }
    fs::path root;
};

TEST_F(Archive, is_unpacked_with_its_folders_and_programs) {
    auto done = unpack(
        zip_of({{"main.py", {"a"}}, {"lib/x.py", {"b"}}, {"run", {"c", program_mode}}}), code());
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_EQ(text_of("main.py"), "a");
    EXPECT_EQ(text_of("lib/x.py"), "b");
    const auto permissions = fs::status(root / "code/run").permissions();
    EXPECT_NE(permissions & fs::perms::owner_exec, fs::perms::none);
}

TEST_F(Archive, names_that_lead_outside_are_refused) {
    for (const char* name : {"../x.py", "a/../../x.py", "/etc/x.py", "a\\..\\x.py"}) {
        SCOPED_TRACE(name);
        expect_refused(zip_of({{"a.py", {"a"}}, {name, {"x"}}}));
    }
}

TEST_F(Archive, a_link_is_refused) { expect_refused(zip_of({{"link", {"/etc", link_mode}}})); }

TEST_F(Archive, bytes_that_are_not_a_zip_are_refused) {
    expect_refused(Bytes::literal("not a zip"));
    expect_refused(Bytes());
}

TEST_F(Archive, a_damaged_entry_leaves_nothing) {
    std::string bytes = zip_of({{"main.py", {std::string(1000, 'a')}}}).str();
    bytes[45] = static_cast<char>(bytes[45] ^ 0x55);  // within the entry's data
    auto done = unpack(Bytes::own(std::move(bytes)), code());
    EXPECT_FALSE(done);
    EXPECT_TRUE(fs::is_empty(root));
}

}  // namespace
}  // namespace freshet::sandbox

// The calls of File that a core may make: from the page cache, never waiting.
#include "io/disk.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

#include "io/page_cache.h"

namespace freshet::io {
namespace {

struct CachedFile : testing::Test {
    CachedFile()
        : path((std::filesystem::temp_directory_path() /
                ("freshet-disk-" + std::to_string(::getpid())))
                   .string()) {
        for (std::size_t i = 0; i < 100'000; ++i) content += static_cast<char>(i * i >> 3);
        file = std::move(*disk->open(path, OpenMode::create));
        const std::string_view piece = content;
        EXPECT_TRUE(file->write_at(0, {&piece, 1}));
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets), 0);
    }
    ~CachedFile() override {
        std::filesystem::remove(path);
        for (const int socket : sockets) ::close(socket);
    }
    std::string received() {
        std::string bytes(content.size(), '\0');
        const ssize_t got = ::recv(sockets[1], bytes.data(), bytes.size(), 0);
        bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return bytes;
    }
    const std::unique_ptr<Disk> disk = make_posix_disk();
    const std::string path;
    std::string content;
    std::unique_ptr<File> file;
    int sockets[2] = {-1, -1};
};

TEST_F(CachedFile, bytes_that_were_just_written_are_read_without_the_disk) {
    std::string bytes(1000, '\0');
    if (!file->reads_cached_at(5000, bytes)) GTEST_SKIP() << "this file system always may wait";
    EXPECT_EQ(bytes, content.substr(5000, 1000));
}

TEST_F(CachedFile, what_lies_beyond_the_end_is_left_to_the_reader_who_may_wait) {
    std::string bytes(1000, '\0');
    EXPECT_FALSE(file->reads_cached_at(content.size() - 999, bytes));
    EXPECT_EQ(send_cached(*file, sockets[0], content.size() + 8192, 1000).bytes, 0U);
}

TEST_F(CachedFile, a_socket_takes_bytes_from_any_place_of_a_file) {
    const Sending sending = send_cached(*file, sockets[0], 4097, 3000);
    if (!sending.is_cached) GTEST_SKIP() << "this file system does not keep what is written";
    EXPECT_FALSE(sending.has_failed);
    EXPECT_EQ(received(), content.substr(4097, sending.bytes));
}

TEST_F(CachedFile, a_socket_without_room_is_no_failure_and_a_closed_one_is) {
    Sending sending{true, 1, false};
    for (std::uint64_t at = 0; sending.bytes > 0; at = (at + sending.bytes) % 50'000)
        sending = send_cached(*file, sockets[0], at, 50'000);
    if (!sending.is_cached) GTEST_SKIP() << "this file system does not keep what is written";
    EXPECT_FALSE(sending.has_failed);
    ::shutdown(sockets[0], SHUT_WR);
    const auto before = ::signal(SIGPIPE, SIG_IGN);
    EXPECT_TRUE(send_cached(*file, sockets[0], 0, 1000).has_failed);
    ::signal(SIGPIPE, before);
}

}  // namespace
}  // namespace freshet::io

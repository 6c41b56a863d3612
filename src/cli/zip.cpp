#include "cli/zip.h"

#include <algorithm>
#include <cstdint>

#include "base/crypto/digest.h"

namespace freshet::cli {
namespace {

constexpr std::uint16_t version = 20, made_by_unix = 3 << 8, date_1980 = 0x21, utf8_name = 0x800;
constexpr std::uint32_t readable_by_all = 0644U << 16U;

/// Little-endian, as the format has it (APPNOTE.TXT, section 4.3).
void put(std::string& out, std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFFU);
}

std::uint32_t size_of(const std::string& text) { return static_cast<std::uint32_t>(text.size()); }

/// What the header before the content and the one in the directory have in common.
void put_common(std::string& out, const std::string& name, const std::string& content) {
    const bool is_plain =
        std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    put(out, version, 2);
    put(out, is_plain ? 0 : utf8_name, 2);
    put(out, 0, 2);  // stored
    put(out, 0, 2);
    put(out, date_1980, 2);
    put(out, crc32(content), 4);
    put(out, size_of(content), 4);
    put(out, size_of(content), 4);
    put(out, size_of(name), 2);
    put(out, 0, 2);
}

}  // namespace

std::string make_zip(const std::map<std::string, std::string>& files) {
    std::string out, directory;
    for (const auto& [name, content] : files) {
        const std::uint32_t offset = size_of(out);
        out += "PK\3\4";
        put_common(out, name, content);
        out += name + content;
        directory += "PK\1\2";
        put(directory, made_by_unix | version, 2);
        put_common(directory, name, content);
        put(directory, 0, 2);  // comment
        put(directory, 0, 2);  // disk
        put(directory, 0, 2);  // internal attributes
        put(directory, readable_by_all, 4);
        put(directory, offset, 4);
        directory += name;
    }
    const std::uint32_t begin = size_of(out);
    const auto count = static_cast<std::uint32_t>(files.size());
    out += directory + "PK\5\6";
    put(out, 0, 4);
    put(out, count, 2);
    put(out, count, 2);
    put(out, size_of(directory), 4);
    put(out, begin, 4);
    put(out, 0, 2);
    return out;
}

}  // namespace freshet::cli

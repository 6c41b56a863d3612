// How the frames of plans and answers are put together and taken apart: shared by the files of
// wire.h.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_codec.h"
#include "sql/plan/wire.h"

namespace freshet::sql::plan {

/// In the place of a cell's size.
inline constexpr std::int32_t null_cell = -1;

/// A frame that grows; finish() once, at its end.
class FrameWriter {
  public:
    explicit FrameWriter(FrameKind kind) : bytes_(4, '\0') { bytes_ += static_cast<char>(kind); }
    void number(std::uint64_t value) { put_number(bytes_, value); }
    void text(std::string_view text) {
        number(text.size());
        bytes_.append(text);
    }
    void cell(const std::optional<std::string>& cell) {
        put_number(bytes_, cell ? static_cast<std::int32_t>(cell->size()) : null_cell);
        if (cell) bytes_.append(*cell);
    }
    void type(const trino::Type& type) {
        number(static_cast<std::uint64_t>(type.kind));
        number(static_cast<std::uint64_t>(static_cast<std::int64_t>(type.precision)));
        number(static_cast<std::uint64_t>(type.scale));
        number(type.arguments.size());
        for (const auto& argument : type.arguments) this->type(argument);
        number(type.names.size());
        for (const auto& name : type.names) text(name);
    }
    std::string finish() {
        std::string size;
        put_number(size, static_cast<std::uint32_t>(bytes_.size() - frame_header_bytes));
        bytes_.replace(0, size.size(), size);
        return std::move(bytes_);
    }

  private:
    std::string bytes_;
};

/// A payload that is read from its front; is_good() says whether all of it so far was there.
class FrameReader {
  public:
    explicit FrameReader(std::string_view bytes) : bytes_(bytes) {}
    bool is_good() const { return bytes_.is_good(); }
    bool is_ended() const { return bytes_.is_at_end(); }
    std::uint64_t number() { return bytes_.number<std::uint64_t>(); }
    /// A count of things that take at least a byte each.
    std::uint64_t count() {
        const auto value = number();
        if (value > bytes_.left()) bytes_.refuse();
        return is_good() ? value : 0;
    }
    void refuse() { bytes_.refuse(); }
    std::string text() { return std::string(bytes_.take(number())); }
    std::optional<std::string> cell() {
        const auto size = bytes_.number<std::int32_t>();
        if (!is_good() || size == null_cell) return std::nullopt;
        if (size < 0) bytes_.refuse();
        return std::string(bytes_.take(static_cast<std::uint64_t>(size)));
    }
    trino::Type type(int depth = 0) {
        trino::Type made;
        made.kind = static_cast<trino::TypeKind>(number());
        made.precision = static_cast<int>(static_cast<std::int64_t>(number()));
        made.scale = static_cast<int>(number());
        if (depth > 64) bytes_.refuse();
        for (auto left = count(); left > 0 && is_good(); --left)
            made.arguments.push_back(type(depth + 1));
        for (auto left = count(); left > 0 && is_good(); --left) made.names.push_back(text());
        return made;
    }

  private:
    ByteReader bytes_;
};

void write_scan(FrameWriter& out, const ScanPlan& scan);
ScanPlan read_scan(FrameReader& in);

}  // namespace freshet::sql::plan

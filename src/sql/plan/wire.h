// The bytes between the server and a query worker, which are of the same build: frames of
// [size u32][kind u8][payload], numbers little-endian, texts with their length in front.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/error_code.h"
#include "sql/plan/write.h"

namespace freshet::sql::plan {

enum class FrameKind : std::uint8_t {
    plan = 1,     ///< to the worker: a QueryPlan
    rows = 2,     ///< from it: rows of cells
    failed = 3,   ///< from it: code and message; ends the answer
    done = 4,     ///< from it: bytes scanned; ends the answer
    write = 5,    ///< to the worker: a WritePlan
    written = 6,  ///< from it: Written; ends the answer
    look = 7,     ///< to the worker: a LookPlan
    looked = 8    ///< from it: Looked; ends the answer
};

using Cells = std::vector<std::optional<std::string>>;

struct Failed {
    ErrorCode code = ErrorCode::generic_internal_error;
    std::string message;
};

/// A whole frame, its header in front.
std::string encode_plan(const QueryPlan& plan);
std::string encode_rows(const std::vector<Cells>& rows);
std::string encode_failed(const Failed& failed);
std::string encode_done(std::uint64_t scanned_bytes);
std::string encode_write(const WritePlan& plan);
std::string encode_written(const Written& written);
std::string encode_look(const LookPlan& plan);
std::string encode_looked(const Looked& looked);

inline constexpr std::size_t frame_header_bytes = 5;
inline constexpr std::size_t frame_bytes_max = std::size_t{1} << 30;

/// Payloads. nullopt: not what an encoder makes.
std::optional<QueryPlan> decode_plan(std::string_view payload);
std::optional<std::vector<Cells>> decode_rows(std::string_view payload);
std::optional<Failed> decode_failed(std::string_view payload);
std::optional<std::uint64_t> decode_done(std::string_view payload);
std::optional<WritePlan> decode_write(std::string_view payload);
std::optional<Written> decode_written(std::string_view payload);
std::optional<LookPlan> decode_look(std::string_view payload);
std::optional<Looked> decode_looked(std::string_view payload);

}  // namespace freshet::sql::plan

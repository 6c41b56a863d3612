// What the server and freshet-jq send one another: frames, a length of 4 bytes and that many bytes.
//
//     server: the query                       freshet-jq: "" or what is wrong with it
//     server: a batch, texts                  freshet-jq: an answer a text
//
// An answer is a text, what is wrong, and when that is empty a count and pairs of texts. Numbers
// and texts as base/byte_codec.h has them.
#pragma once
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_codec.h"

namespace freshet::jq {

inline constexpr std::size_t frame_header_bytes = 4;
inline constexpr std::uint32_t frame_bytes_max = 256 << 20;

using Answer = std::expected<std::map<std::string, std::string>, std::string>;

inline std::string frame_of(std::string_view payload) {
    std::string frame;
    put_number(frame, static_cast<std::uint32_t>(payload.size()));
    return frame.append(payload);
}

inline std::string encode_batch(std::span<const std::string_view> records) {
    std::string out;
    put_varint(out, records.size());
    for (const std::string_view record : records) put_text(out, record);
    return out;
}
/// Views of `payload`; nothing when it is damaged.
inline std::optional<std::vector<std::string_view>> decode_batch(std::string_view payload) {
    ByteReader in(payload);
    std::vector<std::string_view> records(in.count());
    for (std::string_view& record : records) record = in.text();
    return in.is_at_end() ? std::optional(std::move(records)) : std::nullopt;
}

inline void append_answer(std::string& out, const Answer& answer) {
    put_text(out, answer ? "" : answer.error());
    if (!answer) return;
    put_varint(out, answer->size());
    for (const auto& [key, value] : *answer) put_text(out, key), put_text(out, value);
}
inline std::optional<std::vector<Answer>> decode_answers(std::string_view payload,
                                                         std::size_t count) {
    ByteReader in(payload);
    std::vector<Answer> answers;
    for (std::size_t i = 0; i < count; ++i) {
        std::string problem(in.text());
        if (!problem.empty()) {
            answers.emplace_back(std::unexpect, std::move(problem));
            continue;
        }
        auto& keys = *answers.emplace_back();
        for (std::size_t left = in.count(); left > 0; --left) {
            std::string key(in.text());
            keys[std::move(key)] = in.text();
        }
    }
    return in.is_at_end() ? std::optional(std::move(answers)) : std::nullopt;
}

}  // namespace freshet::jq

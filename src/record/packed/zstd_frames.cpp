#include "record/packed/zstd_frames.h"

#include <zstd.h>

#include <array>
#include <memory>

#include "record/limits.h"

namespace freshet::record {

Unpacking append_zstd(std::string_view packed, std::size_t bytes_max, std::string& out) {
    const std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream(ZSTD_createDStream(),
                                                                            ZSTD_freeDStream);
    if (!stream || ZSTD_isError(ZSTD_DCtx_setParameter(stream.get(), ZSTD_d_windowLogMax,
                                                       limits::zstd_window_log_max)))
        return Unpacking::damaged;
    ZSTD_inBuffer in{packed.data(), packed.size(), 0};
    std::array<char, 16384> piece{};
    const std::size_t begin = out.size();
    std::size_t left = 0;  // of the frame, as a hint
    while (out.size() - begin < bytes_max) {
        ZSTD_outBuffer made{piece.data(), piece.size(), 0};
        const std::size_t before = in.pos;
        left = ZSTD_decompressStream(stream.get(), &made, &in);
        if (ZSTD_isError(left)) return Unpacking::damaged;
        out.append(piece.data(), made.pos);
        if (left == 0 && in.pos == in.size) return Unpacking::ended;
        if (made.pos == 0 && in.pos == before) break;
    }
    return Unpacking::cut;
}

}  // namespace freshet::record

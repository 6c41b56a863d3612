#include "delivery/codecs/encoder.h"

#include "base/check.h"
#include "delivery/codecs/deflate.h"
#include "delivery/codecs/snappy_blocks.h"

namespace freshet::delivery {

std::unique_ptr<Encoder> make_encoder(Compression compression, EntryName entry) {
    switch (compression) {
        case Compression::none:
            return nullptr;
        case Compression::gzip:
            return std::make_unique<GzipEncoder>();
        case Compression::zip:
            return std::make_unique<ZipEncoder>(std::move(entry));
        case Compression::snappy:
            return std::make_unique<SnappyEncoder>(SnappyEncoder::Container::xerial);
        case Compression::hadoop_snappy:
            return std::make_unique<SnappyEncoder>(SnappyEncoder::Container::hadoop);
    }
    FRESHET_CHECK(false);  // every compression has its encoder
}

const CompressionWords& words_of(Compression compression) {
    static constexpr CompressionWords words[] = {{"UNCOMPRESSED", "", ""},
                                                 {"GZIP", ".gz", "gzip"},
                                                 {"ZIP", ".zip", "zip"},
                                                 {"Snappy", ".snappy", "snappy-java"},
                                                 {"HADOOP_SNAPPY", ".snappy", "hadoop-snappy"}};
    static_assert(std::size(words) == compression_count);
    return words[static_cast<std::size_t>(compression)];
}

}  // namespace freshet::delivery

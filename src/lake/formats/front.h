// The front of a file that is compressed as a whole, by the libraries that know the compression.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace freshet::lake {

/// What a decoder made of the front: as far as it came, some bytes more than were asked for.
struct Front {
    std::string text;
    bool is_ended = false;  ///< with the packed bytes
    std::string refusal;    ///< why nothing is made of it, when that is known better than "damaged"
};

/// Several members, streams or frames, one after the other, are one text.
Front ungzip(std::string_view data, std::size_t bytes_max);
Front unbzip(std::string_view data, std::size_t bytes_max);
Front unzstd(std::string_view data, std::size_t bytes_max);
Front unlz4(std::string_view data, std::size_t bytes_max);  ///< of frames
Front unxz(std::string_view data, std::size_t bytes_max);
/// Of an archive that has one member, as AWS's crawlers take them.
Front unzip(std::string_view data, std::size_t bytes_max);

}  // namespace freshet::lake

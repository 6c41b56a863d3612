// The parts that a multipart object was completed of, as its attribute "parts" keeps them:
// "1:5242880:CHECKSUM,2:100:".
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "objects/types.h"

namespace freshet::aws::s3_words {

inline constexpr const char* parts_attribute = "parts";

struct KeptPart {
    int number = 0;
    std::uint64_t size = 0;
    std::string checksum;  ///< base64; empty unless the object's is made of those
};

std::string pack_parts(const std::vector<KeptPart>& parts);
/// Empty when the object was put whole.
std::vector<KeptPart> parts_of(const objects::ObjectInfo& object);

}  // namespace freshet::aws::s3_words

// The bound of what lpad and rpad add: a few bytes of a statement would become gigabytes of a row.
#pragma once
#include <cstddef>
#include <string>

#include "duck/raise.h"

namespace freshet::duck {

inline constexpr std::size_t padding_bytes_max = 16 << 20;  ///< of one value

inline void check_padding(std::size_t bytes) {
    if (bytes > padding_bytes_max)
        raise(sql::ErrorCode::invalid_function_argument, "Padding of more than " +
                                                             std::to_string(padding_bytes_max) +
                                                             " bytes is not supported");
}

}  // namespace freshet::duck

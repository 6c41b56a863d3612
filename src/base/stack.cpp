#include "base/stack.h"

#include <pthread.h>

#include <cstddef>
#include <cstdint>

namespace freshet {
namespace {

/// What one level may use before it checks again, and what reporting the error uses.
constexpr std::size_t stack_reserve_bytes = std::size_t{64} * 1024;

/// The lowest address that the calling thread may use; 0 when the system does not say.
std::uintptr_t lowest_address() {
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
    void* lowest = nullptr;
    std::size_t size = 0;
    const int failed = pthread_attr_getstack(&attributes, &lowest, &size);
    pthread_attr_destroy(&attributes);
    return failed ? 0 : reinterpret_cast<std::uintptr_t>(lowest);
}

}  // namespace

bool stack_has_room() {
    static thread_local const std::uintptr_t lowest = lowest_address();
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    return here - lowest > stack_reserve_bytes;
}

}  // namespace freshet

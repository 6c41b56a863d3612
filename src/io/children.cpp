#include "io/children.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace freshet::io {

void keep_from_children(int descriptor) {
    const int flags = ::fcntl(descriptor, F_GETFD);
    if (flags >= 0) ::fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC);
}

void close_from(int first) {
    // Kernels before 5.9 do not have it: there close-on-exec has to do.
    ::syscall(SYS_close_range, static_cast<unsigned>(first), ~0U, 0U);
}

Result<> fill_standard_descriptors() {
    while (true) {
        const int descriptor = ::open("/dev/null", O_RDWR);  // the lowest number that is free
        if (descriptor < 0)
            return fail(Errc::io, std::string("open /dev/null: ") + std::strerror(errno));
        if (descriptor <= STDERR_FILENO) continue;
        ::close(descriptor);
        return {};
    }
}

}  // namespace freshet::io

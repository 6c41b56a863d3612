#include "sandbox/bootstrap.h"

namespace freshet::sandbox {
namespace {

constexpr unsigned char text[] = {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
#embed "bootstrap.py"
#pragma clang diagnostic pop
};

}  // namespace

std::string_view bootstrap_text() { return {reinterpret_cast<const char*>(text), sizeof text}; }

}  // namespace freshet::sandbox

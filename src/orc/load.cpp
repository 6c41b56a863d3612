#include <dlfcn.h>

#include <filesystem>

#include "orc/orc.h"

namespace freshet::orc {
namespace {

Outcome<const Library*> load_once() {
    std::error_code problem;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", problem);
    const std::string path = (self.parent_path() / "libfreshet-orc.so").string();
    void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
        return std::unexpected(std::string("ORC cannot be used here: ") + ::dlerror());
    const auto entry = reinterpret_cast<Entry>(::dlsym(library, entry_name));
    const Library* made = entry == nullptr ? nullptr : entry(interface_version);
    if (made == nullptr)
        return std::unexpected("ORC cannot be used here: " + path + " is of another version");
    return made;
}

}  // namespace

Outcome<const Library*> load() {
    static const Outcome<const Library*> loaded = load_once();
    return loaded;
}

}  // namespace freshet::orc

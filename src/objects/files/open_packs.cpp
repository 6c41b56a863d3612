#include "objects/files/open_packs.h"

#include <algorithm>

#include "base/check.h"
#include "objects/limits.h"

namespace freshet::objects {

std::shared_ptr<io::File> OpenPacks::find(std::int64_t file) {
    const std::scoped_lock lock(mutex_);
    const auto found = std::ranges::find(entries_, file, &Entry::first);
    if (found == entries_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found);
    return found->second;
}

std::uint64_t OpenPacks::removals() const {
    const std::scoped_lock lock(mutex_);
    return removals_;
}

void OpenPacks::keep(std::int64_t file, std::shared_ptr<io::File> opened,
                     std::uint64_t removals_before) {
    FRESHET_CHECK(opened != nullptr);
    const std::scoped_lock lock(mutex_);
    FRESHET_CHECK(removals_before <= removals_);
    if (removals_before != removals_) return;
    if (std::ranges::find(entries_, file, &Entry::first) != entries_.end()) return;
    entries_.emplace_front(file, std::move(opened));
    if (entries_.size() > limits::open_packs_max) entries_.pop_back();
}

void OpenPacks::forget(std::int64_t file) {
    const std::scoped_lock lock(mutex_);
    ++removals_;
    std::erase_if(entries_, [file](const Entry& entry) { return entry.first == file; });
}

}  // namespace freshet::objects

// An immutable slice of shared memory: the one place where ownership is shared. Copying a Bytes
// copies a pointer; a slice keeps its whole buffer alive.
#pragma once
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace freshet {

class Bytes {
  public:
    Bytes() = default;

    /// Takes the string's memory without copying it.
    static Bytes own(std::string text) {
        auto owner = std::make_shared<const std::string>(std::move(text));
        const char* data = owner->data();
        const std::size_t size = owner->size();
        return Bytes(std::move(owner), data, size);
    }
    static Bytes copy(std::string_view text) { return own(std::string(text)); }

    /// A view of memory that `owner` keeps alive.
    static Bytes share(std::shared_ptr<const void> owner, std::string_view view) {
        return Bytes(std::move(owner), view.data(), view.size());
    }
    /// A view of memory that lives for the whole program: literals, embedded files.
    static Bytes literal(std::string_view view) { return Bytes(nullptr, view.data(), view.size()); }

    const char* data() const { return data_; }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    std::string_view view() const { return {data_, size_}; }
    std::string str() const { return std::string(view()); }

    /// The part [offset, offset + size); clipped to what there is.
    Bytes slice(std::size_t offset, std::size_t size = std::string_view::npos) const {
        const std::string_view part =
            offset <= size_ ? view().substr(offset, size) : std::string_view();
        return Bytes(owner_, part.data(), part.size());
    }

    friend bool operator==(const Bytes& a, const Bytes& b) { return a.view() == b.view(); }

  private:
    Bytes(std::shared_ptr<const void> owner, const char* data, std::size_t size)
        : owner_(std::move(owner)), data_(data), size_(size) {}

    std::shared_ptr<const void> owner_;
    const char* data_ = "";
    std::size_t size_ = 0;
};

}  // namespace freshet

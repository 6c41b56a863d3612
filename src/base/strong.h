// Distinct types for ids, names, counts and offsets: a StreamName is not a BucketName, and neither
// is a string. `struct StreamNameTag; using StreamName = Strong<std::string, StreamNameTag>;`
#pragma once
#include <compare>
#include <functional>
#include <utility>

namespace freshet {

template <class T, class Tag>
class Strong {
  public:
    using Value = T;
    Strong() = default;
    explicit Strong(T value) : value_(std::move(value)) {}
    const T& operator*() const { return value_; }
    const T* operator->() const { return &value_; }
    const T& value() const { return value_; }
    friend auto operator<=>(const Strong&, const Strong&) = default;
    friend bool operator==(const Strong&, const Strong&) = default;

  private:
    T value_{};
};

}  // namespace freshet

template <class T, class Tag>
struct std::hash<freshet::Strong<T, Tag>> {
    std::size_t operator()(const freshet::Strong<T, Tag>& id) const noexcept {
        return std::hash<T>()(id.value());
    }
};

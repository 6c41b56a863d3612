// A page of what a walk over the store gives.
#pragma once
#include <functional>

#include "base/check.h"
#include "base/error.h"
#include "catalog/store.h"

namespace freshet::catalog {

/// At most `most` of those that are wanted; one more is sought to know whether there is one.
template <class T>
Result<Page<T>> gathered(std::size_t most, const std::function<bool(const T&)>& wanted,
                         const std::function<std::string(const T&)>& key_of,
                         const std::function<Result<>(const store::Visit<T>&)>& walk) {
    Page<T> page;
    bool has_more = false;
    auto walked = walk([&](T item) {
        if (!wanted(item)) return true;
        has_more = page.items.size() == most;
        if (!has_more) page.items.push_back(std::move(item));
        return !has_more;
    });
    if (!walked) return pass(walked);
    FRESHET_CHECK(page.items.size() <= most);
    FRESHET_CHECK(!has_more || page.items.size() == most);  // only a full page has a next one
    if (has_more && !page.items.empty()) page.next = key_of(page.items.back());
    return page;
}

}  // namespace freshet::catalog

#include "aws/router.h"

#include <map>
#include <string>

#include "aws/protocol/shape.h"
#include "base/check.h"

namespace freshet::aws {

struct Router::State {
    std::map<std::pair<std::string, std::string>, Entry, std::less<>> entries;
};

Router::Router() : state_(std::make_unique<State>()) {}
Router::~Router() = default;

void Router::add(const OperationInfo& info, io::Core& home, Erased call) {
    const bool added =
        state_->entries.emplace(std::pair(info.service->name, info.name), Entry{&info, &home, std::move(call)}).second;
    FRESHET_CHECK(added);
}

const Router::Entry* Router::find(std::string_view service, std::string_view operation) const {
    const auto found = state_->entries.find(std::pair(std::string(service), std::string(operation)));
    return found == state_->entries.end() ? nullptr : &found->second;
}

}  // namespace freshet::aws

#include "aws/router.h"

#include <map>

#include "aws/protocol/shape.h"
#include "base/check.h"

namespace freshet::aws {

struct Router::State {
    /// Names of the models: they live as long as the program.
    std::map<std::pair<std::string_view, std::string_view>, Entry> entries;
};

Router::Router() : state_(std::make_unique<State>()) {}
Router::~Router() = default;

void Router::add(const OperationInfo& info, io::Core& home, Erased call, Gate gate) {
    const bool added = state_->entries
                           .emplace(std::pair(info.service->name, std::string_view(info.name)),
                                    Entry{&info, &home, std::move(call), std::move(gate)})
                           .second;
    FRESHET_CHECK(added);
}

const Router::Entry* Router::find(std::string_view service, std::string_view operation) const {
    const auto found = state_->entries.find({service, operation});
    return found == state_->entries.end() ? nullptr : &found->second;
}

}  // namespace freshet::aws

#include "aws/router.h"

#include <algorithm>
#include <map>
#include <vector>

#include "aws/http/rim.h"
#include "aws/protocol/shape.h"
#include "base/check.h"

namespace freshet::aws {

struct Router::State {
    std::vector<std::unique_ptr<ServiceRim>> rims;
    std::vector<const ServiceRim*> services;  ///< the same, as they are shown
    /// Names of the models: they live as long as the program.
    std::map<std::pair<std::string_view, std::string_view>, Entry> entries;

    const ServiceRim* find(const ServiceInfo& info) const {
        const auto found =
            std::ranges::find(services, &info, [](const ServiceRim* one) { return &one->info(); });
        return found == services.end() ? nullptr : *found;
    }
};

Router::Router() : state_(std::make_unique<State>()) {}
Router::~Router() = default;

void Router::add_service(std::unique_ptr<ServiceRim> rim) {
    // One rim a service: requests find it by the service's table.
    FRESHET_CHECK(state_->find(rim->info()) == nullptr);
    state_->services.push_back(rim.get());
    state_->rims.push_back(std::move(rim));
}

void Router::add(const OperationInfo& info, io::Core& home, Erased call) {
    const ServiceRim* service = state_->find(*info.service);
    // A service is added before its operations.
    FRESHET_CHECK(service != nullptr);
    // The manifest's operations are AWS's.
    FRESHET_CHECK(service->find_operation(info.name) != nullptr);
    const bool is_new = state_->entries
                            .emplace(std::pair(info.service->name, std::string_view(info.name)),
                                     Entry{&info, service, &home, std::move(call)})
                            .second;
    // One handler an operation.
    FRESHET_CHECK(is_new);
}

const Router::Entry* Router::find(std::string_view service, std::string_view operation) const {
    const auto found = state_->entries.find({service, operation});
    return found == state_->entries.end() ? nullptr : &found->second;
}

bool Router::is_complete() const {
    return std::ranges::all_of(state_->services, [this](const ServiceRim* service) {
        return std::ranges::all_of(service->info().built, [&](const OperationInfo* operation) {
            return find(service->info().name, operation->name) != nullptr;
        });
    });
}

std::span<const ServiceRim* const> Router::services() const { return state_->services; }

}  // namespace freshet::aws

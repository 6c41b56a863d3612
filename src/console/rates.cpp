#include "console/rates.h"

#include <algorithm>

#include "base/check.h"
#include "console/limits.h"

namespace freshet::console {
namespace {

double per_second(const std::pair<Timestamp, double>& from,
                  const std::pair<Timestamp, double>& to) {
    const auto ms = (to.first - from.first).count();
    return ms > 0 ? (to.second - from.second) * 1000.0 / static_cast<double>(ms) : 0.0;
}

}  // namespace

void Rates::note(const std::string& id, Timestamp now, double counter) {
    Samples& samples = samples_[id];
    if (!samples.empty() && counter < samples.back().second) samples.clear();
    if (!samples.empty() && samples.back().first >= now) return;
    FRESHET_CHECK(samples.empty() || samples.back().second <= counter);  // a curve never falls
    samples.emplace_back(now, counter);
    if (samples.size() > limits::samples_max) samples.pop_front();
}

double Rates::rate(const std::string& id) const {
    const auto found = samples_.find(id);
    if (found == samples_.end() || found->second.size() < 2) return 0;
    const Samples& samples = found->second;
    const Timestamp since = samples.back().first - limits::rate_over;
    auto from = std::ranges::find_if(samples, [&](const auto& s) { return s.first >= since; });
    if (std::next(from) == samples.end()) --from;  // samples lie further apart than that
    return per_second(*from, samples.back());
}

std::vector<std::pair<Timestamp, double>> Rates::curve(const std::string& id) const {
    std::vector<std::pair<Timestamp, double>> points;
    const auto found = samples_.find(id);
    if (found == samples_.end()) return points;
    for (std::size_t i = 1; i < found->second.size(); ++i)
        points.emplace_back(found->second[i].first,
                            per_second(found->second[i - 1], found->second[i]));
    return points;
}

void Rates::forget(Timestamp before) {
    std::erase_if(samples_, [&](const auto& entry) {
        return entry.second.empty() || entry.second.back().first < before;
    });
}

}  // namespace freshet::console

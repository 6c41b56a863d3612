#include "monitor/metrics.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "monitor/metric_store.h"

namespace freshet::monitor {

Statistics Statistics::of(double value, double count) {
    return {count, value * count, value, value};
}

void Statistics::join(const Statistics& other) {
    if (other.count <= 0) return;
    minimum = count > 0 ? std::min(minimum, other.minimum) : other.minimum;
    maximum = count > 0 ? std::max(maximum, other.maximum) : other.maximum;
    count += other.count;
    sum += other.sum;
}

io::Task<Result<>> Metrics::put(std::vector<Sample> samples) {
    const Timestamp now = home_.now();
    auto written = co_await database_.write(
        [&](meta::Txn& txn) { return metric_store::write(txn, samples, now); });
    co_return written;
}

void Metrics::record(std::vector<Sample> samples) {
    if (samples.empty()) return;
    if (waiting_ + samples.size() > waiting_samples_max) {
        log_warn("monitor", "samples were dropped: too many wait to be written",
                 {{"samples", fmt::format("{}", samples.size())}});
        return;
    }
    waiting_ += samples.size();
    scope_.spawn(write_later(std::move(samples)));
}

io::Task<void> Metrics::write_later(std::vector<Sample> samples) {
    const std::size_t count = samples.size();
    auto written = co_await put(std::move(samples));
    waiting_ -= count;
    if (!written)
        log_error("monitor", "samples were not kept", {{"reason", written.error().message()}});
}

io::Task<Result<std::vector<Point>>> Metrics::points(PointRequest request) {
    auto found = co_await database_.read([&](const meta::Connection& connection) {
        return metric_store::points(connection, request);
    });
    co_return found;
}

io::Task<Result<std::vector<MetricKey>>> Metrics::list(MetricFilter filter) {
    auto found = co_await database_.read(
        [&](const meta::Connection& connection) { return metric_store::list(connection, filter); });
    co_return found;
}

std::string text_of(const Dimensions& dimensions) {
    std::string out;
    const auto add = [&out](const std::string& text) {
        for (const char c : text) {
            if (c == ',' || c == '=' || c == '%')
                out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
            else
                out += c;
        }
    };
    for (const auto& [name, value] : dimensions) {
        if (!out.empty()) out += ',';
        add(name);
        out += '=';
        add(value);
    }
    return out;
}

Dimensions dimensions_of(std::string_view text) {
    Dimensions out;
    std::string name, part;
    const auto finish = [&] {
        if (!name.empty()) out[name] = part;
        name.clear();
        part.clear();
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == ',') {
            finish();
        } else if (text[i] == '=') {
            name = std::exchange(part, "");
        } else if (text[i] == '%' && i + 2 < text.size()) {
            part += text.substr(i + 1, 2) == "2C" ? ',' : text.substr(i + 1, 2) == "3D" ? '=' : '%';
            i += 2;
        } else {
            part += text[i];
        }
    }
    finish();
    return out;
}

}  // namespace freshet::monitor

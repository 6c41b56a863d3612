#include "app/config.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <charconv>

namespace freshet::app {
namespace {

bool is_loopback(const std::string& host) {
    return host.starts_with("127.") || host == "::1" || host == "localhost";
}

Result<> apply_streams(const YAML::Node& values, stream::Options& streams) {
    for (const auto& inner : values) {
        const auto name = inner.first.as<std::string>();
        const auto number = inner.second.as<std::int64_t>();
        if (number < 0)
            return fail(Errc::invalid, fmt::format("'streams.{}' is negative: {}", name, number));
        if (name == "creating_ms")
            streams.creating = Millis(number);
        else if (name == "updating_ms")
            streams.updating = Millis(number);
        else if (name == "deleting_ms")
            streams.deleting = Millis(number);
        else if (name == "shard_limit")
            streams.shard_limit = static_cast<std::size_t>(number);
        else
            return fail(Errc::invalid, fmt::format("there is no setting 'streams.{}'", name));
    }
    return {};
}

Result<> apply_limits(const std::string& value, Config& config) {
    // YAML reads a bare off as false.
    if (value != "aws" && value != "off" && value != "false")
        return fail(Errc::invalid, fmt::format("'limits' is off or aws, not '{}'", value));
    config.streams.aws_limits = value == "aws";
    return {};
}

Result<> apply_unsigned(const std::string& value, Config& config) {
    if (value != "allowed" && value != "refused")
        return fail(Errc::invalid,
                    fmt::format("'unsigned' is allowed or refused, not '{}'", value));
    config.demands_signatures = value == "refused";
    return {};
}

/// A section that has one setting, `name`.
template <class T>
Result<> apply_only(const std::string& section, const YAML::Node& values, std::string_view name,
                    T& setting) {
    for (const auto& inner : values) {
        const auto given = inner.first.as<std::string>();
        if (given != name)
            return fail(Errc::invalid, fmt::format("there is no setting '{}.{}'", section, given));
        setting = inner.second.as<T>();
    }
    return {};
}

Result<> apply(const std::string& key, const YAML::Node& value, Config& config) {
    if (key == "listen") return set_listen(value.as<std::string>(), config);
    if (key == "limits") return apply_limits(value.as<std::string>(), config);
    if (key == "unsigned") return apply_unsigned(value.as<std::string>(), config);
    if (key == "streams") return apply_streams(value, config.streams);
    if (key == "cors") return apply_only(key, value, "origins", config.cors_origins);
    if (key == "tls") return apply_only(key, value, "names", config.tls_names);
    if (key == "functions") return apply_only(key, value, "python", config.functions_python);
    if (key == "data")
        config.data_dir = value.as<std::string>();
    else if (key == "account")
        config.account = value.as<std::string>();
    else if (key == "log_level")
        config.log_level = value.as<std::string>();
    else
        return fail(Errc::invalid, fmt::format("there is no setting '{}'", key));
    if (config.account.size() != 12 ||
        config.account.find_first_not_of("0123456789") != std::string::npos) {
        return fail(Errc::invalid,
                    fmt::format("the account '{}' is not twelve digits (quote it in YAML)",
                                config.account));
    }
    return {};
}

}  // namespace

Result<> set_listen(const std::string& text, Config& config) {
    const auto colon = text.rfind(':');
    unsigned port = 0;
    if (colon != std::string::npos) {
        const auto [end, error] =
            std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
        if (error != std::errc() || end != text.data() + text.size()) port = 65536;
    }
    if (colon == std::string::npos || port > 65535) {
        return fail(Errc::invalid,
                    fmt::format("'{}' is not HOST:PORT, such as 127.0.0.1:4566", text));
    }
    std::string host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (!is_loopback(host)) {
        return fail(
            Errc::invalid,
            fmt::format(
                "refusing to listen on {}: signatures are not verified yet, so Freshet serves this "
                "machine "
                "only. Use 127.0.0.1, and a tunnel or a proxy that authenticates for others.",
                host));
    }
    config.listen_host = host == "localhost" ? "127.0.0.1" : host;
    config.listen_port = static_cast<std::uint16_t>(port);
    return {};
}

Result<> load_config(const std::string& path, Config& config) {
    try {
        const YAML::Node root = YAML::LoadFile(path);
        for (const auto& entry : root) {
            auto applied = apply(entry.first.as<std::string>(), entry.second, config);
            if (!applied) return std::unexpected(std::move(applied.error()).within(path));
        }
        return {};
    } catch (const YAML::Exception& error) {
        return fail(Errc::invalid, fmt::format("{}: {}", path, error.what()));
    }
}

}  // namespace freshet::app

#include "app/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>

#include "base/nearest.h"

namespace freshet::app {
namespace {

bool is_loopback(const std::string& host) {
    return host.starts_with("127.") || host == "::1" || host == "localhost";
}

Result<> set_data(const YAML::Node& value, Config& config) {
    config.data_dir = value.as<std::string>();
    config.is_data_dir_given = true;
    return {};
}

Result<> set_listen_value(const YAML::Node& value, Config& config) {
    return set_listen(value.as<std::string>(), config);
}

Result<> set_account(const YAML::Node& value, Config& config) {
    config.account = value.as<std::string>();
    if (config.account.size() == 12 &&
        config.account.find_first_not_of("0123456789") == std::string::npos)
        return {};
    return fail(
        Errc::invalid,
        fmt::format("the account '{}' is not twelve digits (quote it in YAML)", config.account));
}

/// The place of `value` in `words`.
Result<std::size_t> one_of(std::string_view key, const std::string& value,
                           std::vector<std::string> words) {
    const auto found = std::ranges::find(words, value);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    return fail(Errc::invalid,
                fmt::format("'{}' is {}, not '{}'", key, fmt::join(words, " or "), value));
}

Result<> set_log_level(const YAML::Node& value, Config& config) {
    auto level = value.as<std::string>();
    auto known = one_of("log_level", level, {"debug", "info", "warn", "error"});
    if (!known) return std::unexpected(std::move(known.error()));
    config.log_level = std::move(level);
    return {};
}

Result<> set_limits(const YAML::Node& value, Config& config) {
    auto word = value.as<std::string>();
    if (word == "false") word = "off";  // YAML reads a bare off as false
    auto which = one_of("limits", word, {"off", "aws"});
    if (!which) return std::unexpected(std::move(which.error()));
    config.streams.aws_limits = *which == 1;
    return {};
}

Result<> set_unsigned(const YAML::Node& value, Config& config) {
    auto which = one_of("unsigned", value.as<std::string>(), {"allowed", "refused"});
    if (!which) return std::unexpected(std::move(which.error()));
    config.demands_signatures = *which == 1;
    return {};
}

Result<std::int64_t> number_of(std::string_view key, const YAML::Node& value) {
    const auto number = value.as<std::int64_t>();
    if (number < 0) return fail(Errc::invalid, fmt::format("'{}' is negative: {}", key, number));
    return number;
}

template <Millis stream::Options::* member>
Result<> set_stream_millis(const YAML::Node& value, Config& config) {
    auto number = number_of("streams", value);
    if (!number) return std::unexpected(std::move(number.error()));
    config.streams.*member = Millis(*number);
    return {};
}

Result<> set_shard_limit(const YAML::Node& value, Config& config) {
    auto number = number_of("streams.shard_limit", value);
    if (!number) return std::unexpected(std::move(number.error()));
    config.streams.shard_limit = static_cast<std::size_t>(*number);
    return {};
}

template <auto Config::* member>
Result<> set_plain(const YAML::Node& value, Config& config) {
    config.*member = value.as<std::remove_reference_t<decltype(config.*member)>>();
    return {};
}

Result<> set_runtimes(const YAML::Node& value, Config& config) {
    if (!value.IsMap()) return fail(Errc::invalid, "'functions.runtimes' maps names to commands");
    for (const auto& inner : value) {
        auto& command = config.runtimes[inner.first.as<std::string>()];
        command = inner.second.IsSequence() ? inner.second.as<std::vector<std::string>>()
                                            : std::vector{inner.second.as<std::string>()};
        if (command.empty() || command.front().empty())
            return fail(Errc::invalid, fmt::format("'functions.runtimes.{}' names no command",
                                                   inner.first.as<std::string>()));
    }
    return {};
}

struct Setting {
    SettingFacts facts;
    Result<> (*set)(const YAML::Node&, Config&);
};

constexpr Setting all_settings[] = {
    {{"data", "directory", "./data",
      "Holds everything. Without it `serve` takes ./data, unless that holds something else"},
     set_data},
    {{"listen", "HOST:PORT", "127.0.0.1:4566",
      "Where the server listens: this machine only, since signatures are not verified yet"},
     set_listen_value},
    {{"account", "twelve digits, quoted", "\"000000000000\"",
      "The account of callers whose access key is not twelve digits itself"},
     set_account},
    {{"log_level", "debug, info, warn or error", "info", "What goes to standard error"},
     set_log_level},
    {{"limits", "off or aws", "off",
      "aws: throttles and refuses at AWS's default quotas of Kinesis"},
     set_limits},
    {{"unsigned", "allowed or refused", "allowed",
      "Whether Kinesis takes requests without a signature; AWS refuses them"},
     set_unsigned},
    {{"streams.creating_ms", "milliseconds", "0", "How long a new stream says CREATING"},
     set_stream_millis<&stream::Options::creating>},
    {{"streams.updating_ms", "milliseconds", "0", "How long a stream that changes says UPDATING"},
     set_stream_millis<&stream::Options::updating>},
    {{"streams.deleting_ms", "milliseconds", "0", "How long a deleted stream says DELETING"},
     set_stream_millis<&stream::Options::deleting>},
    {{"streams.shard_limit", "number", "1000000", "Shards of an account in a region"},
     set_shard_limit},
    {{"functions.runtimes", "{NAME: path, or a list of a program and its arguments}", "{}",
      "What runs functions of a runtime (python3.9 to python3.14); of others the Python of this "
      "build or python3.N on PATH. It must be of that version"},
     set_runtimes},
    {{"tls.names", "list of names", "[]",
      "Names of this server in its certificate, besides localhost and its address"},
     set_plain<&Config::tls_names>},
    {{"hosts", "list of names", "[]",
      "Names by which clients call this server, besides addresses, localhost and tls.names; "
      ".NAME is all below NAME"},
     set_plain<&Config::hosts>},
    {{"cors.origins", "list of origins", "[]",
      "Pages that may call from a browser, besides those of this machine"},
     set_plain<&Config::cors_origins>},
};

Result<> apply(const std::string& key, const YAML::Node& value, Config& config) {
    for (const Setting& setting : all_settings) {
        if (key != setting.facts.key) continue;
        try {
            return setting.set(value, config);
        } catch (const YAML::Exception&) {
            const std::string given = value.IsScalar() ? fmt::format(" '{}'", value.Scalar()) : "";
            return fail(Errc::invalid, fmt::format("'{}' has a wrong value{}; it takes: {}", key,
                                                   given, setting.facts.value));
        }
    }
    std::vector<std::string> keys;
    for (const Setting& setting : all_settings) keys.emplace_back(setting.facts.key);
    return fail(Errc::invalid,
                fmt::format("there is no setting '{}'{}", key, did_you_mean(key, keys)));
}

bool is_setting(const std::string& key) {
    return std::ranges::any_of(all_settings,
                               [&](const Setting& one) { return key == one.facts.key; });
}

Result<> apply_at(const std::string& path, const std::string& key, const YAML::Node& name,
                  const YAML::Node& value, Config& config) {
    auto applied = apply(key, value, config);
    if (applied) return {};
    return fail(Errc::invalid,
                fmt::format("{}:{}: {}", path, name.Mark().line + 1, applied.error().message()));
}

}  // namespace

std::vector<SettingFacts> settings() {
    std::vector<SettingFacts> all;
    for (const Setting& setting : all_settings) all.push_back(setting.facts);
    return all;
}

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
            const auto key = entry.first.as<std::string>();
            if (is_setting(key) || !entry.second.IsMap()) {
                if (auto done = apply_at(path, key, entry.first, entry.second, config); !done)
                    return done;
                continue;
            }
            for (const auto& inner : entry.second) {
                const std::string whole = key + "." + inner.first.as<std::string>();
                if (auto done = apply_at(path, whole, inner.first, inner.second, config); !done)
                    return done;
            }
        }
        return {};
    } catch (const YAML::Exception& error) {
        return fail(Errc::invalid, fmt::format("{}: {}", path, error.what()));
    }
}

}  // namespace freshet::app

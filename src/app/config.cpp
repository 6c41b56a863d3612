#include "app/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text/nearest.h"
#include "pipeline/value.h"

namespace freshet::app {
namespace {

using pipeline::Value;

constexpr std::int64_t number_max = 1'000'000'000'000;  ///< of a setting; in milliseconds 31 years

bool is_loopback(const std::string& host) {
    return host.starts_with("127.") || host == "::1" || host == "localhost";
}

/// A value of the wrong kind; read_setting() says which one the setting takes.
std::unexpected<Error> wrong_kind() { return fail(Errc::invalid, ""); }

Result<std::string> text_of(const Value& value) {
    if (value.kind != Value::Kind::text) return wrong_kind();
    return value.text;
}

Result<std::vector<std::string>> texts_of(const Value& value) {
    if (value.kind != Value::Kind::list) return wrong_kind();
    std::vector<std::string> all;
    for (const Value& item : value.items) {
        if (item.kind != Value::Kind::text) return wrong_kind();
        all.push_back(item.text);
    }
    return all;
}

/// The place of the text `value` in `words`.
Result<std::size_t> one_of(std::string_view key, const Value& value,
                           std::vector<std::string> words) {
    auto text = text_of(value);
    if (!text) return pass(text);
    const auto found = std::ranges::find(words, *text);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    return fail(Errc::invalid,
                fmt::format("'{}' is {}, not '{}'", key, fmt::join(words, " or "), *text));
}

Result<> set_data(std::string_view, const Value& value, Config& config) {
    auto text = text_of(value);
    if (!text) return pass(text);
    config.data_dir = std::move(*text);
    config.is_data_dir_given = true;
    return {};
}

Result<> set_listen_value(std::string_view, const Value& value, Config& config) {
    auto text = text_of(value);
    return text ? set_listen(*text, config) : pass(text);
}

Result<> set_account(std::string_view, const Value& value, Config& config) {
    auto text = text_of(value);
    if (!text) return pass(text);
    config.account = std::move(*text);
    if (config.account.size() == 12 &&
        config.account.find_first_not_of("0123456789") == std::string::npos)
        return {};
    return fail(Errc::invalid,
                fmt::format("the account '{}' is not twelve digits", config.account));
}

Result<> set_log_level(std::string_view key, const Value& value, Config& config) {
    auto known = one_of(key, value, {"debug", "info", "warn", "error"});
    if (!known) return pass(known);
    config.log_level = value.text;
    return {};
}

Result<> set_limits(std::string_view key, const Value& value, Config& config) {
    auto which = one_of(key, value, {"off", "aws"});
    if (!which) return pass(which);
    config.streams.has_aws_limits = *which == 1;
    return {};
}

Result<> set_unsigned(std::string_view key, const Value& value, Config& config) {
    auto which = one_of(key, value, {"allowed", "refused"});
    if (!which) return pass(which);
    config.demands_signatures = *which == 1;
    return {};
}

/// From 0 to number_max.
Result<std::int64_t> number_of(std::string_view key, const Value& value) {
    std::int64_t number = 0;
    const char* const end = value.text.data() + value.text.size();
    const auto read = std::from_chars(value.text.data(), end, number);
    if (value.kind != Value::Kind::text || read.ec != std::errc() || read.ptr != end)
        return wrong_kind();
    if (number < 0 || number > number_max)
        return fail(Errc::invalid,
                    fmt::format("'{}' is from 0 to {}, not {}", key, number_max, number));
    return number;
}

template <auto stream::Options::* member>
Result<> set_stream_number(std::string_view key, const Value& value, Config& config) {
    FRESHET_TRY(number, number_of(key, value));
    config.streams.*member = std::remove_reference_t<decltype(config.streams.*member)>(
        static_cast<std::size_t>(*number));
    return {};
}

Result<> set_partition_limit(std::string_view key, const Value& value, Config& config) {
    FRESHET_TRY(number, number_of(key, value));
    config.partition_limit = static_cast<std::size_t>(*number);
    return {};
}

template <std::vector<std::string> Config::* member>
Result<> set_names(std::string_view, const Value& value, Config& config) {
    auto names = texts_of(value);
    if (!names) return pass(names);
    config.*member = std::move(*names);
    return {};
}

Result<> set_runtimes(std::string_view, const Value& value, Config& config) {
    if (value.kind != Value::Kind::map) return wrong_kind();
    for (const auto& [name, inner] : value.members) {
        auto command = inner.kind == Value::Kind::text ? std::vector{inner.text} : texts_of(inner);
        if (!command) return pass(command);
        if (command->empty() || command->front().empty())
            return fail(Errc::invalid,
                        fmt::format("'functions.runtimes.{}' names no command", name.text));
        config.runtimes[name.text] = std::move(*command);
    }
    return {};
}

struct Setting {
    SettingFacts facts;
    Result<> (*set)(std::string_view key, const Value&, Config&);
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
      "aws: throttles and refuses at AWS's default quotas of Kinesis and Firehose"},
     set_limits},
    {{"unsigned", "allowed or refused", "allowed",
      "Whether Kinesis takes requests without a signature; AWS refuses them"},
     set_unsigned},
    {{"streams.creating_ms", "milliseconds", "0", "How long a new stream says CREATING"},
     set_stream_number<&stream::Options::creating>},
    {{"streams.updating_ms", "milliseconds", "0", "How long a stream that changes says UPDATING"},
     set_stream_number<&stream::Options::updating>},
    {{"streams.deleting_ms", "milliseconds", "0", "How long a deleted stream says DELETING"},
     set_stream_number<&stream::Options::deleting>},
    {{"streams.shard_limit", "number", "1000000", "Shards of an account in a region"},
     set_stream_number<&stream::Options::shard_limit>},
    {{"delivery.partition_limit", "number", "500",
      "Dynamic partitions that a delivery stream may have active at once, as AWS; 10000 are fine"},
     set_partition_limit},
    {{"functions.runtimes", "{NAME: path, or a list of a program and its arguments}", "{}",
      "What runs functions of a runtime (python3.9 to python3.14); of others the Python of this "
      "build or python3.N on PATH. It must be of that version"},
     set_runtimes},
    {{"tls.names", "list of names", "[]",
      "Names of this server in its certificate, besides localhost and its address"},
     set_names<&Config::tls_names>},
    {{"hosts", "list of names", "[]",
      "Names by which clients call this server, besides tls.names and those that no other site "
      "can point here: addresses, localhost, AWS's own below amazonaws.com; .NAME is all below "
      "NAME"},
     set_names<&Config::hosts>},
    {{"cors.origins", "list of origins", "[]",
      "Pages that may call from a browser, besides those of this machine"},
     set_names<&Config::cors_origins>},
};

/// The settings of a section, "creating_ms, updating_ms"; "" when there is no such section.
std::string names_below(const std::string& section) {
    std::string names;
    for (const Setting& setting : all_settings) {
        const std::string_view key = setting.facts.key;
        if (!key.starts_with(section + ".")) continue;
        names += names.empty() ? "" : ", ";
        names += key.substr(section.size() + 1);
    }
    return names;
}

const Setting* setting_of(const std::string& key) {
    const auto found = std::ranges::find_if(
        all_settings, [&](const Setting& one) { return key == one.facts.key; });
    return found == std::end(all_settings) ? nullptr : found;
}

/// The error of one that there is none of, with the nearest.
Error unknown(const std::string& key) {
    std::vector<std::string> keys;
    for (const Setting& setting : all_settings) keys.emplace_back(setting.facts.key);
    return Error(Errc::invalid,
                 fmt::format("there is no setting '{}'{}", key, did_you_mean(key, keys)));
}

Result<> read_setting(const std::string& key, const Value& value, Config& config) {
    const Setting* setting = setting_of(key);
    if (!setting) return std::unexpected(unknown(key));
    auto set = setting->set(key, value, config);
    if (set || !set.error().message().empty()) return set;
    const std::string given = value.text.empty() ? "" : fmt::format(" '{}'", value.text);
    return fail(Errc::invalid, fmt::format("'{}' has a wrong value{}; it takes: {}", key, given,
                                           setting->facts.value));
}

Result<> read_member(const std::string& key, const Value& name, const Value& value,
                     const std::string& path, Config& config) {
    const std::string below = names_below(key);
    const bool is_section = !setting_of(key) && (value.kind == Value::Kind::map || !below.empty());
    Result<> done;
    if (is_section && value.kind == Value::Kind::map) {
        for (const auto& [inner, inner_value] : value.members) {
            done = read_member(key + "." + inner.text, inner, inner_value, path, config);
            if (!done) return done;
        }
        return {};
    }
    if (is_section && value.kind == Value::Kind::nothing) return {};
    done = is_section ? fail(Errc::invalid,
                             fmt::format("'{}' is a section: {} belong below it", key, below))
                      : read_setting(key, value, config);
    if (done) return {};
    return fail(Errc::invalid, fmt::format("{}:{}: {}", path, name.line, done.error().message()));
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
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) return fail(Errc::io, fmt::format("{} cannot be read", path));
    pipeline::Problems problems;
    const Value root = pipeline::read_yaml(text.str(), problems);
    if (root.kind == Value::Kind::text || root.kind == Value::Kind::list)
        problems.add(root, "settings are lines of 'name: value' (docs/settings.md)");
    if (!problems.empty()) return fail(Errc::invalid, problems.text(path));
    for (const auto& [name, value] : root.members) {
        if (auto read = read_member(name.text, name, value, path, config); !read) return read;
    }
    return {};
}

Result<Config> config_of(const std::string& file, const std::string& data) {
    Config config;
    if (!file.empty()) {
        if (auto loaded = load_config(file, config); !loaded) return pass(loaded);
    }
    if (!data.empty()) {
        config.data_dir = data;
        config.is_data_dir_given = true;
    }
    return config;
}

bool is_data_directory(const std::string& path) {
    std::error_code error;
    return std::filesystem::exists(std::filesystem::path(path) / "FORMAT", error);
}

}  // namespace freshet::app

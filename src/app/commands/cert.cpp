// `freshet cert`: the certificates that the server's TLS uses, for people: print, trust, replace.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "app/certificate.h"
#include "app/commands.h"
#include "cli/global_options.h"
#include "cli/run.h"
#include "io/tls/tls.h"

namespace freshet::app {
namespace {

namespace fs = std::filesystem;

struct Options {
    std::string data, config, into;
    bool renews_authority = false;
};

/// Where a kind of system keeps the authorities that its administrator trusts.
struct Store {
    const char* directory;
    const char* file;
    const char* command;
};
constexpr Store stores[] = {
    {"/usr/local/share/ca-certificates", "freshet.crt", "update-ca-certificates"},
    {"/etc/pki/ca-trust/source/anchors", "freshet.pem", "update-ca-trust"},
    {"/etc/ca-certificates/trust-source/anchors", "freshet.crt", "update-ca-trust"},
};

/// The settings of the server that these options name, which has been started before.
Result<Config> to_config(const Options& options) {
    auto config = config_of(options.config, options.data);
    if (!config || is_data_directory(config->data_dir)) return config;
    std::error_code error;
    return fail(Errc::invalid,
                fmt::format("{} is not a data directory of a server; --data DIR names it",
                            fs::absolute(config->data_dir, error).string()));
}

void tell_of_own_stores(const std::string& path) {
    fmt::print(
        "These do not ask the system:\n"
        "  AWS CLI and boto3   export AWS_CA_BUNDLE={0}\n"
        "  Node.js             export NODE_EXTRA_CA_CERTS={0}\n"
        "  Java                keytool -importcert -cacerts -noprompt -alias freshet -file {0}\n",
        path);
}

Result<> print(io::TlsIdentity& identity) {
    auto pem = identity.authority_pem();
    if (!pem) return pass(pem);
    fmt::print("{}", *pem);
    return {};
}

Result<> install_into(io::Disk& disk, const Store& store, const std::string& pem) {
    const std::string path = fmt::format("{}/{}", store.directory, store.file);
    fmt::print("Writing the authority's certificate to {}\n", path);
    std::fflush(stdout);
    if (auto written = io::write_file(disk, path, pem); !written) return written;
    fmt::print("Running {}\n", store.command);
    std::fflush(stdout);
    if (std::system(store.command) != 0)  // NOLINT: a fixed word
        return fail(Errc::unavailable, fmt::format("{} failed", store.command));
    fmt::print("Programs that ask the system now trust servers of this data directory.\n");
    return {};
}

Result<> install(io::Disk& disk, io::TlsIdentity& identity, const std::string& into) {
    auto pem = identity.authority_pem();
    if (!pem) return pass(pem);
    if (!into.empty()) {
        const std::string path = into + "/freshet.crt";
        if (auto written = io::write_file(disk, path, *pem); !written) return written;
        fmt::print("Wrote the authority's certificate to {}; nothing else was changed.\n", path);
        return {};
    }
    for (const Store& store : stores) {
        auto there = disk.exists(store.directory);
        if (!there) return pass(there);
        if (!*there) continue;
        auto installed = install_into(disk, store, *pem);
        if (installed) tell_of_own_stores(identity.authority_path());
        return installed;
    }
    return fail(Errc::unavailable,
                fmt::format("this system's store of trusted authorities is not known; add {} to it",
                            identity.authority_path()));
}

Result<> rotate(io::TlsIdentity& identity, bool renews_authority) {
    if (auto done = identity.rotate(renews_authority); !done) return done;
    auto facts = identity.server_facts();
    if (!facts) return pass(facts);
    fmt::print(
        "New certificate, valid until {}; a running server uses it for new connections.\n"
        "SHA-256 {}\n",
        facts->ends, facts->sha256);
    if (renews_authority)
        fmt::print("The authority is new too: who trusted the old one must trust {}\n",
                   identity.authority_path());
    return {};
}

template <class Do>
int run(const Options& options, Do what) {
    const auto disk = io::make_posix_disk();
    auto config = to_config(options);
    if (!config) return cli::report_problem(config.error().message(), cli::wrongly_asked);
    const auto identity = tls_identity(*disk, *config);
    fmt::print(stderr, "freshet: the authority is {}\n", identity->authority_path());
    const Result<> done = what(*disk, *identity);
    return done ? 0 : cli::report_problem(done.error().message());
}

}  // namespace

void add_cert(CLI::App& app, cli::GlobalOptions& global) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "cert", "Print the authority that signs the server's certificate; trust it, replace it");
    command
        ->add_option("--data", options->data, "The server's data directory; ./data when not given")
        ->type_name("DIR");
    command->add_option("--config", options->config, "YAML file with settings (docs/settings.md)")
        ->type_name("FILE")
        ->check(CLI::ExistingFile);
    CLI::App* installing =
        command->add_subcommand("install", "Put the authority into the system's trust store");
    installing->add_option("--into", options->into, "Only write it into this directory")
        ->type_name("DIR")
        ->check(CLI::ExistingDirectory);
    CLI::App* rotating = command->add_subcommand("rotate", "Make a new server key and certificate");
    rotating->add_flag("--authority", options->renews_authority, "And a new authority");
    for (CLI::App* inner : {installing, rotating}) inner->fallthrough();
    cli::on_chosen(*installing, global, [options] {
        return run(*options, [&](io::Disk& disk, io::TlsIdentity& identity) {
            return install(disk, identity, options->into);
        });
    });
    cli::on_chosen(*rotating, global, [options] {
        return run(*options, [&](io::Disk&, io::TlsIdentity& identity) {
            return rotate(identity, options->renews_authority);
        });
    });
    command->callback([options, command, &global] {
        if (!command->get_subcommands().empty()) return;
        global.run = [options] {
            return run(*options,
                       [](io::Disk&, io::TlsIdentity& identity) { return print(identity); });
        };
    });
}

}  // namespace freshet::app

#include "io/tls/tls.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/ssl.hpp>
#include <cerrno>
#include <cstring>

#include "base/log.h"

namespace freshet::io {
namespace {

namespace ssl = boost::asio::ssl;

constexpr std::uint64_t pem_bytes_max = 64 * 1024;
constexpr std::string_view protocols("\x02h2\x08http/1.1", 12);

/// HTTP/2 when the client knows it.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
    unsigned char* chosen = nullptr;
    const int found = SSL_select_next_proto(
        &chosen, out_size, reinterpret_cast<const unsigned char*>(protocols.data()),
        static_cast<unsigned>(protocols.size()), offered, offered_size);
    *out = chosen;
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

Result<std::shared_ptr<ssl::context>> make_context(const Certificate& server,
                                                   const std::string& authority_pem) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // an idle connection keeps none
    SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
    const std::string chain = server.pem + authority_pem;
    boost::system::error_code error;
    context->use_certificate_chain(boost::asio::buffer(chain), error);
    if (!error)
        context->use_private_key(boost::asio::buffer(server.key_pem), ssl::context::pem, error);
    if (error) return fail(Errc::corrupt, "the server's certificate: " + error.message());
    return context;
}

/// Changes when the file is replaced.
std::string state_of(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return "";
    return fmt::format("{}.{}.{}", status.st_ino, status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

}  // namespace

std::vector<std::string> local_names() {
    return {"localhost", "*.localhost", "*.s3.localhost", "127.0.0.1", "::1"};
}

TlsIdentity::TlsIdentity(Disk& disk, std::string directory, const std::vector<std::string>& names)
    : disk_(disk), directory_(std::move(directory)), names_(local_names()) {
    for (const std::string& name : names) {
        if (std::ranges::find(names_, name) == names_.end()) names_.push_back(name);
    }
}

TlsIdentity::~TlsIdentity() = default;

Result<Certificate> TlsIdentity::read(const std::string& name) {
    auto pem = read_file(disk_, path_of((name + ".pem").c_str()), pem_bytes_max);
    if (!pem) return pass(pem);
    auto key = read_file(disk_, path_of((name + ".key").c_str()), pem_bytes_max);
    if (!key) return pass(key);
    return Certificate{std::move(*pem), std::move(*key)};
}

/// The key first: a certificate that is there has its key.
Result<> TlsIdentity::write(const std::string& name, const Certificate& certificate) {
    auto done = write_secret_file(disk_, path_of((name + ".key").c_str()), certificate.key_pem);
    return done ? write_file(disk_, path_of((name + ".pem").c_str()), certificate.pem) : done;
}

bool TlsIdentity::is_fit(const Certificate& server, const Certificate& authority) const {
    const auto facts = read_certificate(server.pem);
    return facts && !facts->ends_soon && is_signed_by(server.pem, authority.pem) &&
           std::ranges::all_of(names_, [&](const std::string& name) {
               return std::ranges::find(facts->names, name) != facts->names.end();
           });
}

Result<> TlsIdentity::prepare() {
    const std::scoped_lock lock(mutex_);
    const auto others_wait = alone();
    if (!others_wait) return pass(others_wait);
    return prepare_locked();
}

Result<TlsIdentity::Alone> TlsIdentity::alone() {
    if (auto made = disk_.make_directories(directory_); !made) return pass(made);
    const std::string path = path_of("LOCK");
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return fail(Errc::io, fmt::format("open {}: {}", path, strerror(errno)));
    Alone alone(new int(descriptor));
    while (::flock(descriptor, LOCK_EX) != 0) {
        if (errno != EINTR)
            return fail(Errc::io, fmt::format("lock {}: {}", path, strerror(errno)));
    }
    return alone;
}

void TlsIdentity::LetGo::operator()(const int* descriptor) const {
    ::close(*descriptor);
    delete descriptor;
}

Result<> TlsIdentity::prepare_locked() {
    auto there = disk_.exists(authority_path());
    if (!there) return pass(there);
    if (!*there) {
        auto made = make_authority();
        if (!made) return pass(made);
        if (auto written = write("authority", *made); !written) return written;
    }
    auto authority = read("authority");
    if (!authority) return pass(authority);
    if (auto server = read("server"); server && is_fit(*server, *authority)) return {};
    auto made = make_server_certificate(*authority, names_);
    if (!made) return pass(made);
    return write("server", *made);
}

Result<> TlsIdentity::rotate(bool rotates_authority) {
    const std::scoped_lock lock(mutex_);
    const auto others_wait = alone();
    if (!others_wait) return pass(others_wait);
    for (const char* name : {"server", "authority"}) {
        if (std::string_view(name) == "authority" && !rotates_authority) continue;
        const std::string path = path_of((std::string(name) + ".pem").c_str());
        auto there = disk_.exists(path);
        if (!there) return pass(there);
        if (!*there) continue;
        if (auto removed = disk_.remove(path); !removed) return removed;
    }
    return prepare_locked();
}

Result<std::string> TlsIdentity::authority_pem() {
    if (auto prepared = prepare(); !prepared) return pass(prepared);
    return read_file(disk_, authority_path(), pem_bytes_max);
}

Result<CertificateFacts> TlsIdentity::server_facts() {
    auto pem = read_file(disk_, path_of("server.pem"), pem_bytes_max);
    if (!pem) return pass(pem);
    return read_certificate(*pem);
}

std::shared_ptr<ssl::context> TlsIdentity::context() {
    const std::scoped_lock lock(mutex_);
    const std::string state = state_of(path_of("server.pem"));
    if (context_ && (state.empty() || state == loaded_)) return context_;
    const auto load = [&]() -> Result<std::shared_ptr<ssl::context>> {
        const auto others_wait = alone();
        if (!others_wait) return pass(others_wait);
        if (auto prepared = prepare_locked(); !prepared) return pass(prepared);
        auto server = read("server");
        if (!server) return pass(server);
        auto authority = read_file(disk_, authority_path(), pem_bytes_max);
        if (!authority) return pass(authority);
        return make_context(*server, *authority);
    };
    auto loaded = load();
    if (!loaded) {
        log_warn("tls", "no certificate", {{"reason", loaded.error().message()}});
        return context_;  // the one before, while the new one is not whole
    }
    context_ = std::move(*loaded);
    loaded_ = state_of(path_of("server.pem"));
    return context_;
}

}  // namespace freshet::io

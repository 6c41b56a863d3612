#include "io/tls/certificate.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>

namespace freshet::io {
namespace {

constexpr long day_s = 24 * 60 * 60;
constexpr long authority_days = 3650;
constexpr long server_days = 397;
constexpr long soon_days = 30;

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* held) const {
        Free(held);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Cert = std::unique_ptr<X509, Deleter<X509_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;

Failure refused(const char* doing) {
    std::array<char, 256> text{};
    ERR_error_string_n(ERR_get_error(), text.data(), text.size());
    ERR_clear_error();
    return fail(Errc::io, fmt::format("{}: {}", doing, text.data()));
}

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

Bio bio_of(std::string_view pem) {
    return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

Cert parse(std::string_view pem) {
    const Bio bio = bio_of(pem);
    Cert cert(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!cert) ERR_clear_error();
    return cert;
}

Key parse_key(std::string_view pem) {
    const Bio bio = bio_of(pem);
    Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    if (!key) ERR_clear_error();
    return key;
}

bool is_address(const std::string& name) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    return inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
           inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

bool is_host_name(std::string_view name) {
    if (name.starts_with("*.")) name.remove_prefix(2);
    static constexpr std::string_view letters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    return !name.empty() && name.size() <= 253 &&
           name.find_first_not_of(letters) == std::string_view::npos;
}

bool add_extension(X509* cert, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, cert, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    const bool was_added = extension && X509_add_ext(cert, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return was_added;
}

/// A certificate with a random serial number, valid from an hour ago, not signed yet.
Cert begin(EVP_PKEY* key, const char* common_name, long days) {
    Cert cert(X509_new());
    std::array<unsigned char, 16> serial{};
    if (!cert || RAND_bytes(serial.data(), serial.size()) != 1) return nullptr;
    serial[0] &= 0x7FU;
    BIGNUM* number = BN_bin2bn(serial.data(), serial.size(), nullptr);
    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert.get()));
    BN_free(number);
    X509_set_version(cert.get(), X509_VERSION_3);
    X509_gmtime_adj(X509_getm_notBefore(cert.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(cert.get()), days * day_s);
    X509_set_pubkey(cert.get(), key);
    X509_NAME* name = X509_get_subject_name(cert.get());
    const auto add = [&](const char* field, const char* value) {
        X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(value), -1, -1, 0);
    };
    add("O", "Freshet");
    add("CN", common_name);
    return cert;
}

Result<Certificate> finish(const Cert& cert, const Key& key, EVP_PKEY* signer) {
    if (X509_sign(cert.get(), signer, EVP_sha256()) == 0) return refused("sign a certificate");
    const Bio pem(BIO_new(BIO_s_mem()));
    const Bio key_pem(BIO_new(BIO_s_mem()));
    if (PEM_write_bio_X509(pem.get(), cert.get()) != 1 ||
        PEM_write_bio_PKCS8PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                      nullptr) != 1)
        return refused("write a certificate");
    return Certificate{text_of(pem.get()), text_of(key_pem.get())};
}

std::string name_of(const GENERAL_NAME* name) {
    if (name->type == GEN_DNS) {
        const ASN1_STRING* text = name->d.dNSName;
        return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                static_cast<std::size_t>(ASN1_STRING_length(text))};
    }
    if (name->type != GEN_IPADD) return "";
    const ASN1_STRING* address = name->d.iPAddress;
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = ASN1_STRING_length(address) == 4 ? AF_INET : AF_INET6;
    inet_ntop(family, ASN1_STRING_get0_data(address), text.data(), text.size());
    return text.data();
}

}  // namespace

Result<Certificate> make_authority() {
    const Key key(EVP_EC_gen("P-256"));
    if (!key) return refused("make a key");
    const Cert cert = begin(key.get(), "Freshet authority of this data directory", authority_days);
    if (!cert) return refused("make a certificate");
    X509_set_issuer_name(cert.get(), X509_get_subject_name(cert.get()));
    X509* self = cert.get();
    if (!add_extension(self, self, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
        !add_extension(self, self, NID_key_usage, "critical,keyCertSign,cRLSign") ||
        !add_extension(self, self, NID_subject_key_identifier, "hash"))
        return refused("make a certificate");
    return finish(cert, key, key.get());
}

Result<Certificate> make_server_certificate(const Certificate& authority,
                                            const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names) {
        if (!is_address(name) && !is_host_name(name)) {
            return fail(
                Errc::invalid,
                fmt::format("'{}' is not a host name or an address for a certificate", name));
        }
        all +=
            fmt::format("{}{}:{}", all.empty() ? "" : ",", is_address(name) ? "IP" : "DNS", name);
    }
    const Cert issuer = parse(authority.pem);
    const Key issuer_key = parse_key(authority.key_pem);
    if (!issuer || !issuer_key || X509_check_private_key(issuer.get(), issuer_key.get()) != 1) {
        ERR_clear_error();
        return fail(Errc::corrupt, "the authority's certificate and key do not belong together");
    }
    const Key key(EVP_EC_gen("P-256"));
    if (!key) return refused("make a key");
    const Cert cert = begin(key.get(), "Freshet", server_days);
    if (!cert) return refused("make a certificate");
    X509_set_issuer_name(cert.get(), X509_get_subject_name(issuer.get()));
    X509* self = cert.get();
    if (!add_extension(self, issuer.get(), NID_basic_constraints, "critical,CA:FALSE") ||
        !add_extension(self, issuer.get(), NID_key_usage, "critical,digitalSignature") ||
        !add_extension(self, issuer.get(), NID_ext_key_usage, "serverAuth") ||
        !add_extension(self, issuer.get(), NID_authority_key_identifier, "keyid") ||
        !add_extension(self, issuer.get(), NID_subject_alt_name, all))
        return refused("make a certificate");
    return finish(cert, key, issuer_key.get());
}

Result<CertificateFacts> read_certificate(std::string_view pem) {
    const Cert cert = parse(pem);
    if (!cert) return fail(Errc::corrupt, "not a certificate in PEM");
    CertificateFacts facts;
    auto* names = static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(cert.get(), NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
        facts.names.push_back(name_of(sk_GENERAL_NAME_value(names, i)));
    }
    GENERAL_NAMES_free(names);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    X509_digest(cert.get(), EVP_sha256(), digest.data(), &size);
    for (unsigned i = 0; i < size; ++i) {
        facts.sha256 += fmt::format("{}{:02X}", i ? ":" : "", digest[i]);
    }
    const ASN1_TIME* ends = X509_get0_notAfter(cert.get());
    const Bio text(BIO_new(BIO_s_mem()));
    ASN1_TIME_print(text.get(), ends);
    facts.ends = text_of(text.get());
    int days = 0;
    int seconds = 0;
    ASN1_TIME_diff(&days, &seconds, nullptr, ends);  // from now
    facts.ends_soon = days < soon_days;
    return facts;
}

bool is_signed_by(std::string_view certificate_pem, std::string_view authority_pem) {
    const Cert cert = parse(certificate_pem);
    const Cert authority = parse(authority_pem);
    const bool is =
        cert && authority && X509_verify(cert.get(), X509_get0_pubkey(authority.get())) == 1;
    ERR_clear_error();
    return is;
}

}  // namespace freshet::io

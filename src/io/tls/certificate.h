// Certificates of Freshet's own making (OpenSSL, ECDSA P-256): an authority that a user trusts
// once, and the server's, signed by it. Pure: keys and certificates go in and out as PEM.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace freshet::io {

struct Certificate {
    std::string pem;
    std::string key_pem;
};

/// Valid for ten years; may sign servers and nothing else.
Result<Certificate> make_authority();

/// Valid for 397 days, the most that browsers take. `names`: host names ("*.localhost") and
/// addresses; Errc::invalid names one that is neither.
Result<Certificate> make_server_certificate(const Certificate& authority,
                                            const std::vector<std::string>& names);

/// What a certificate says of itself.
struct CertificateFacts {
    std::vector<std::string> names;  ///< as given when it was made
    std::string sha256;              ///< "AB:CD:..." over its DER form, as browsers show it
    std::string ends;                ///< "Dec 24 20:55:21 2027 GMT"
    bool ends_soon = false;          ///< within thirty days, or past
};
Result<CertificateFacts> read_certificate(std::string_view pem);

/// True when `authority` signed `certificate`.
bool is_signed_by(std::string_view certificate_pem, std::string_view authority_pem);

}  // namespace freshet::io

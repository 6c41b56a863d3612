// The server's identity for TLS: an authority and a server certificate in a directory, made when
// missing, signed again when it expires soon or lacks a name, and read again by a running server
// when the files change. docs/formats/data-directory.md has the layout.
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/disk.h"
#include "io/tls/certificate.h"

namespace boost::asio::ssl {
class context;
}

namespace freshet::io {

/// The names that every server certificate carries.
std::vector<std::string> local_names();

class TlsIdentity {
  public:
    /// `names`: further host names and addresses that clients call the server by.
    TlsIdentity(Disk& disk, std::string directory, const std::vector<std::string>& names);
    ~TlsIdentity();

    /// Makes what is missing or not fit any more. Blocks for milliseconds; any thread.
    Result<> prepare();
    /// A new server key and certificate; with `rotates_authority` also a new authority, which
    /// clients must then trust. A running server uses it for its next connection.
    Result<> rotate(bool rotates_authority);
    /// prepare(), then the authority's certificate.
    Result<std::string> authority_pem();
    Result<CertificateFacts> server_facts();
    std::string authority_path() const { return directory_ + "/authority.pem"; }

    /// For listeners: the context of the newest certificate; nullptr (and a line in the log) when
    /// there is none. Any core; asks the file system once a call.
    std::shared_ptr<boost::asio::ssl::context> context();

  private:
    std::string path_of(const char* name) const { return directory_ + "/" + name; }
    Result<Certificate> read(const std::string& name);
    Result<> write(const std::string& name, const Certificate& certificate);
    Result<> prepare_locked();
    /// Holds off other processes (a server, `freshet cert`) while it lives.
    struct LetGo {
        void operator()(const int* descriptor) const;
    };
    using Alone = std::unique_ptr<int, LetGo>;
    Result<Alone> alone();
    bool is_fit(const Certificate& server, const Certificate& authority) const;

    Disk& disk_;
    std::string directory_;
    std::vector<std::string> names_;
    std::mutex mutex_;
    std::shared_ptr<boost::asio::ssl::context> context_;
    std::string loaded_;  ///< what the file was when context_ was made of it
};

}  // namespace freshet::io

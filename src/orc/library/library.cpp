// What libfreshet-orc.so gives its loader.
#include "orc/library/reader.h"
#include "orc/library/writer.h"

namespace freshet::orc {
namespace {

class ArrowLibrary final : public Library {
  public:
    Outcome<std::unique_ptr<Reader>> open(std::unique_ptr<Source> source) const override {
        return open_reader(std::move(source));
    }
    Outcome<std::unique_ptr<Writer>> create(const std::string& path, ArrowSchema& schema,
                                            const FileOptions& options) const override {
        return create_writer(path, schema, options);
    }
};

}  // namespace
}  // namespace freshet::orc

extern "C" __attribute__((visibility("default"))) const freshet::orc::Library* freshet_orc_library(
    int version) {
    static const freshet::orc::ArrowLibrary library;
    return version == freshet::orc::interface_version ? &library : nullptr;
}

#include "cli/bundle.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>

#include "cli/zip.h"

namespace freshet::cli {
namespace {

using pipeline::Value;
namespace fs = std::filesystem;

std::optional<std::string> content_of(const fs::path& path) {
    std::error_code ignored;
    std::ifstream file(path, std::ios::binary);
    if (!file || fs::is_directory(path, ignored)) return std::nullopt;
    std::ostringstream content;
    content << file.rdbuf();
    return std::move(content).str();
}

std::string shell_quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

/// Where `python` imports from; empty when it does not run.
std::vector<std::string> import_paths(const std::string& python) {
    const std::string command =
        shell_quoted(python) + R"( -c 'import sys; print("\n".join(sys.path))')";
    std::vector<std::string> paths;
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::string output;
    char buffer[4096];
    while (pipe) {
        const std::size_t size = std::fread(buffer, 1, sizeof buffer, pipe.get());
        if (size == 0) break;
        output.append(buffer, size);
    }
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) {
        if (!line.empty()) paths.push_back(line);
    }
    return paths;
}

/// build/PRESET/freshet and build/venv lie side by side in a clone.
std::vector<std::string> pythons_to_ask(const std::string& given) {
    if (!given.empty()) return {given};
    std::vector<std::string> pythons{"python3"};
    std::error_code error;
    const fs::path own = fs::read_symlink("/proc/self/exe", error).parent_path().parent_path() /
                         "venv" / "bin" / "python";
    if (!error && fs::exists(own, error)) pythons.push_back(own.string());
    return pythons;
}

class Bundler {
  public:
    Bundler(const fs::path& directory, const std::string& python, pipeline::Problems& problems)
        : directory_(directory), pythons_(pythons_to_ask(python)), problems_(problems) {}

    std::string text(const Value& path) {
        auto content = content_of(directory_ / path.text);
        if (!content) problems_.add(path, fmt::format("cannot read the file {}", path.text));
        return content.value_or("");
    }

    std::string code(const Value& code) {
        if (const Value* zip = code.find("zip")) return text(*zip);
        std::map<std::string, std::string> files;
        if (const Value* from = code.find("directory")) {
            if (!add_below(directory_ / from->text, "", false, files))
                problems_.add(*from, fmt::format("cannot read the directory {}", from->text));
        }
        if (const Value* list = code.find("files")) {
            for (const Value& path : list->items) files[path.text] = text(path);
        }
        if (const Value* list = code.find("packages")) {
            for (const Value& name : list->items) add_package(name, files);
        }
        if (files.empty()) problems_.add(code, "the code has no files");
        return make_zip(files);
    }

  private:
    void add_package(const Value& name, std::map<std::string, std::string>& files) {
        for (const std::string& python : pythons_) {
            const auto known = paths_.try_emplace(python);
            if (known.second) known.first->second = import_paths(python);
            for (const std::string& path : known.first->second) {
                std::error_code ignored;
                if (fs::is_directory(fs::path(path) / name.text, ignored) &&
                    add_below(fs::path(path) / name.text, name.text + "/", true, files))
                    return;
            }
        }
        // google/protobuf comes with the distribution protobuf, aws_kinesis_agg with
        // aws-kinesis-agg.
        std::string distribution = name.text.substr(name.text.rfind('/') + 1);
        std::ranges::replace(distribution, '_', '-');
        problems_.add(
            name,
            fmt::format("{} has no package {}: install it (`{} -m pip install {}`), "
                        "or name a Python that has it with --python",
                        fmt::join(pythons_, " and "), name.text, pythons_.front(), distribution));
    }

    /// Compiled files stay out: they differ from machine to machine.
    static bool add_below(const fs::path& root, const std::string& prefix, bool is_python_only,
                          std::map<std::string, std::string>& files) {
        std::error_code error;
        bool has_files = false;
        for (fs::recursive_directory_iterator at(root, error), end; !error && at != end;
             at.increment(error)) {
            const fs::path& path = at->path();
            if (path.filename() == "__pycache__") at.disable_recursion_pending();
            if (!at->is_regular_file() || path.extension() == ".pyc") continue;
            if (is_python_only && path.extension() != ".py") continue;
            auto content = content_of(path);
            if (!content) return false;
            files[prefix + path.lexically_relative(root).generic_string()] = std::move(*content);
            has_files = true;
        }
        return has_files && !error;
    }

    const fs::path& directory_;
    std::vector<std::string> pythons_;
    pipeline::Problems& problems_;
    std::map<std::string, std::vector<std::string>> paths_;  ///< where each imports from
};

}  // namespace

void attach_local_files(const Value& root, const fs::path& directory, const std::string& python,
                        pipeline::Request& request, pipeline::Problems& problems) {
    Bundler bundler(directory, python, problems);
    for (const pipeline::LocalFile& file : pipeline::local_files(root)) {
        std::string content = file.is_code ? bundler.code(*file.value) : bundler.text(*file.value);
        request.attachments.emplace_back(file.place, Bytes::own(std::move(content)));
    }
}

}  // namespace freshet::cli

#include "pipeline/value.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <functional>
#include <set>
#include <sstream>

#include "base/text/utf8.h"

namespace freshet::pipeline {
namespace {

constexpr std::size_t problems_told_max = 20;

class Reader {
  public:
    explicit Reader(Problems& problems) : problems_(problems) {}

    Value read(const YAML::Node& node, int depth) {
        Value value;
        value.line = node.Mark().line + 1;
        value.column = node.Mark().column + 1;
        if (depth > depth_max || ++count_ > values_max) {
            if (!std::exchange(is_too_large_, true))
                problems_.add(value, "the file is too deep or too large");
            return value;
        }
        if (node.IsScalar()) {
            value.kind = Value::Kind::text;
            value.text = node.Scalar();
        } else if (node.IsSequence()) {
            value.kind = Value::Kind::list;
            for (const auto& item : node) {
                if (is_too_large_) break;
                value.items.push_back(read(item, depth + 1));
            }
        } else if (node.IsMap()) {
            value.kind = Value::Kind::map;
            read_members(node, depth, value);
        }
        return value;
    }

  private:
    void read_members(const YAML::Node& node, int depth, Value& value) {
        std::set<std::string> seen;
        for (const auto& member : node) {
            if (is_too_large_) return;
            Value key = read(member.first, depth + 1);
            if (key.kind != Value::Kind::text)
                problems_.add(key, "a key is a text");
            else if (!seen.insert(key.text).second)
                problems_.add(key, fmt::format("the key '{}' is there twice", key.text));
            value.members.emplace_back(std::move(key), read(member.second, depth + 1));
        }
    }

    Problems& problems_;
    std::size_t count_ = 0;
    bool is_too_large_ = false;
};

/// What yaml-cpp reports, in the words of a user; rare messages stay as they are.
std::string in_words(const std::string& message) {
    static constexpr std::pair<std::string_view, std::string_view> words[] = {
        {"illegal map value",
         "a 'key: value' cannot begin here: check its indentation, and quote a text that holds "
         "': '"},
        {"illegal map key", "a key cannot be here: check its indentation"},
        {"end of map not found",
         "this line does not continue the map above it, whose lines are 'key: value' with the same "
         "indentation"},
        {"end of sequence not found",
         "this line does not continue the list above it, whose items begin with '- ' at the same "
         "indentation"},
        {"end of map flow not found", "this '{' has no '}'"},
        {"end of sequence flow not found", "this '[' has no ']'"},
        {"illegal flow end", "this bracket closes nothing"},
        {"illegal block entry", "a '- ' cannot begin here: check its indentation"},
        {"illegal tab when looking for indentation", "a tab: YAML is indented with spaces"},
        {"illegal EOF in scalar", "a quoted text does not end"},
        {"unknown token", "quote a text that begins with this character"},
        {"the referenced anchor is not defined", "there is no '&' with this name above"},
    };
    const auto found =
        std::ranges::find_if(words, [&](const auto& one) { return one.first == message; });
    return found == std::end(words) ? message : std::string(found->second);
}

bool is_name(std::string_view text) {
    return !text.empty() && !(text[0] >= '0' && text[0] <= '9') &&
           std::ranges::all_of(text, [](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      c == '_';
           });
}

/// `wrong` is called with the offset of what cannot be put in, and a sentence.
std::string filled(std::string_view text, const Parameters& parameters,
                   const std::function<void(std::size_t, std::string)>& wrong) {
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto dollar = text.find('$', at);
        out += text.substr(at, dollar == std::string_view::npos ? dollar : dollar - at);
        if (dollar == std::string_view::npos) break;
        if (text.substr(dollar, 3) == "$${") {
            out += "${";
            at = dollar + 3;
            continue;
        }
        if (text.substr(dollar, 2) != "${") {
            out += '$';
            at = dollar + 1;
            continue;
        }
        const auto end = text.find('}', dollar);
        if (end == std::string_view::npos) {
            wrong(dollar, "a '${' without its '}'; '$${' is a plain '${'");
            break;
        }
        const std::string_view inner = text.substr(dollar + 2, end - dollar - 2);
        const auto otherwise = inner.find(":-");
        const std::string name(inner.substr(0, otherwise));
        at = end + 1;
        if (!is_name(name))
            wrong(dollar, fmt::format("'{}' is not a parameter's name", name));
        else if (const auto found = parameters.find(name); found != parameters.end())
            out += found->second;
        else if (otherwise != std::string_view::npos)
            out += inner.substr(otherwise + 2);
        else
            wrong(dollar, fmt::format("the parameter {} has no value; give it with --set {}=VALUE",
                                      name, name));
    }
    return out;
}

/// Names with a default in place, `${NAME:-...}`: they may be given without being declared.
void collect_names(const Value& value, std::set<std::string>& names) {
    for (const Value& item : value.items) collect_names(item, names);
    for (const auto& member : value.members) collect_names(member.value, names);
    for (auto at = value.text.find("${"); at != std::string::npos;
         at = value.text.find("${", at + 2)) {
        const auto end = value.text.find_first_of(":}", at);
        if (end != std::string::npos) names.insert(value.text.substr(at + 2, end - at - 2));
    }
}

Value place_of(const YAML::Mark& mark) {
    Value place;
    place.line = std::max(0, mark.line) + 1;
    place.column = std::max(0, mark.column) + 1;
    return place;
}

/// Where the content of a document begins.
class Beginning final : public YAML::EventHandler {
  public:
    const YAML::Mark& mark() const { return mark_; }
    void OnDocumentStart(const YAML::Mark& mark) override { mark_ = mark; }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { note(mark); }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { note(mark); }
    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  const std::string&) override {
        note(mark);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {
        note(mark);
    }
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {
        note(mark);
    }
    void OnMapEnd() override {}

  private:
    void note(const YAML::Mark& mark) {
        if (!std::exchange(is_noted_, true)) mark_ = mark;
    }
    YAML::Mark mark_;
    bool is_noted_ = false;
};

/// Looks at two documents at most: reading all of them need not end.
void refuse_second_document(const std::string& text, Problems& problems) {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    Beginning first, second;
    if (!parser.HandleNextDocument(first) || !parser.HandleNextDocument(second)) return;
    const bool is_stuck = second.mark().pos <= first.mark().pos;
    problems.add(place_of(second.mark()), is_stuck
                                              ? "nothing in YAML begins like this"
                                              : "a second document begins here; a file holds one");
}

}  // namespace

const Value* Value::find(std::string_view key) const {
    for (const auto& [name, value] : members) {
        if (name.text == key) return &value;
    }
    return nullptr;
}

std::string Value::place() const { return fmt::format("{}:{}", line, column); }

void Problems::add(const Value& where, std::string_view what) {
    lines_.push_back(fmt::format("{}: {}", where.place(), what));
}

std::string Problems::text(std::string_view file_name) const {
    std::string out;
    for (std::size_t i = 0; i < std::min(lines_.size(), problems_told_max); ++i)
        out += fmt::format("{}{}:{}", i > 0 ? "\n" : "", file_name, lines_[i]);
    if (lines_.size() > problems_told_max)
        out += fmt::format("\nand {} more", lines_.size() - problems_told_max);
    return out;
}

Value read_yaml(std::string_view text, Problems& problems) {
    if (!is_utf8(text)) {
        problems.add(place_of({}), "the file is not UTF-8");
        return {};
    }
    try {
        refuse_second_document(std::string(text), problems);
        return Reader(problems).read(YAML::Load(std::string(text)), 0);
    } catch (const YAML::Exception& error) {
        problems.add(place_of(error.mark), in_words(error.msg));
        return {};
    }
}

Parameters parameters_of(const Value& root, const Parameters& given, Problems& problems) {
    Parameters parameters;
    std::set<std::string> known;
    if (const Value* section = root.find("parameters")) {
        if (section->kind != Value::Kind::map && section->kind != Value::Kind::nothing)
            problems.add(*section, "'parameters' is a map of names and values");
        for (const auto& [name, value] : section->members) {
            if (!is_name(name.text))
                problems.add(name, fmt::format("'{}' is not a parameter's name", name.text));
            if (value.kind == Value::Kind::list || value.kind == Value::Kind::map)
                problems.add(value, fmt::format("the parameter {} is a text", name.text));
            known.insert(name.text);
            if (value.kind == Value::Kind::text) parameters[name.text] = value.text;
        }
    }
    collect_names(root, known);
    for (const auto& [name, value] : given) {
        if (!known.contains(name))
            problems.add(root, fmt::format("the file has no parameter {}", name));
        parameters[name] = value;
    }
    return parameters;
}

void substitute(Value& value, const Parameters& parameters, Problems& problems) {
    if (value.kind == Value::Kind::text && value.text.find('$') != std::string::npos)
        value.text = filled(value.text, parameters, [&](std::size_t, const std::string& what) {
            problems.add(value, what);
        });
    for (Value& item : value.items) substitute(item, parameters, problems);
    for (auto& member : value.members) substitute(member.value, parameters, problems);
}

std::string substitute(std::string_view content, std::string_view file_name,
                       const Parameters& parameters, Problems& problems) {
    return filled(content, parameters, [&](std::size_t offset, const std::string& what) {
        const auto before = content.substr(0, offset);
        const auto line = std::ranges::count(before, '\n') + 1;
        const auto begin = before.rfind('\n');
        problems.add(fmt::format(" {}:{}:{}: {}", file_name, line,
                                 offset - (begin == std::string_view::npos ? 0 : begin + 1) + 1,
                                 what));
    });
}

}  // namespace freshet::pipeline

#include "tables/expression/update.h"

#include <algorithm>

#include "tables/errors.h"

namespace freshet::tables {
namespace {

Failure wrong_type() {
    return fail(Errc::invalid, "An operand in the update expression has an incorrect data type");
}
Failure no_such_place() {
    return fail(Errc::invalid,
                "The document path provided in the update expression is invalid for update");
}

Result<Value> value_of(const Term& term, const Item& before);

Result<Value> at_path(const Path& path, const Item& before) {
    const Value* found = find(before, path);
    if (!found)
        return fail(
            Errc::invalid,
            "The provided expression refers to an attribute that does not exist in the item");
    return *found;
}

Result<Value> of_two(const Term& term, const Item& before) {
    auto a = value_of(term.parts[0], before);
    if (!a) return a;
    auto b = value_of(term.parts[1], before);
    if (!b) return b;
    if (term.form == Term::Form::list_append) {
        auto* list = a->as<List>();
        auto* tail = b->as<List>();
        if (!list || !tail) return wrong_type();
        list->insert(list->end(), std::make_move_iterator(tail->begin()),
                     std::make_move_iterator(tail->end()));
        return a;
    }
    const auto *left = a->as<Decimal>(), *right = b->as<Decimal>();
    if (!left || !right) return wrong_type();
    auto sum = term.form == Term::Form::plus ? left->plus(*right) : left->minus(*right);
    if (!sum) return pass(sum);
    return Value{std::move(*sum)};
}

Result<Value> value_of(const Term& term, const Item& before) {
    switch (term.form) {
        case Term::Form::value:
            return term.value;
        case Term::Form::path:
            return at_path(term.path, before);
        case Term::Form::if_not_exists:
            if (const Value* found = find(before, term.path)) return *found;
            return value_of(term.parts[0], before);
        case Term::Form::list_append:
        case Term::Form::plus:
        case Term::Form::minus:
            return of_two(term, before);
    }
    return wrong_type();
}

/// Puts `value` at `path`, whose parent must be there; a place after a list's end is its end.
Result<> put(Item& item, const Path& path, Value value) {
    if (path.size() == 1) {
        item.insert_or_assign(path[0].name, std::move(value));
        return {};
    }
    Value* parent = find(item, std::span(path).first(path.size() - 1));
    const Step& last = path.back();
    if (auto* list = parent && last.index ? parent->as<List>() : nullptr) {
        if (*last.index < list->size())
            (*list)[*last.index] = std::move(value);
        else
            list->push_back(std::move(value));
        return {};
    }
    if (auto* map = parent && !last.index ? parent->as<Map>() : nullptr) {
        map->insert_or_assign(last.name, std::move(value));
        return {};
    }
    return no_such_place();
}

Result<> take(Item& item, const Path& path) {
    if (path.size() == 1) {
        item.erase(path[0].name);
        return {};
    }
    Value* parent = find(item, std::span(path).first(path.size() - 1));
    const Step& last = path.back();
    if (auto* list = parent && last.index ? parent->as<List>() : nullptr) {
        if (*last.index < list->size())
            list->erase(list->begin() + static_cast<std::ptrdiff_t>(*last.index));
        return {};
    }
    if (auto* map = parent && !last.index ? parent->as<Map>() : nullptr) {
        map->erase(last.name);
        return {};
    }
    return no_such_place();
}

/// In lists of both paths, the place that must be taken away first.
bool comes_after(const Action* one, const Action* other) {
    const std::size_t length = std::min(one->path.size(), other->path.size());
    for (std::size_t i = 0; i < length; ++i) {
        const std::size_t a = one->path[i].index.value_or(0), b = other->path[i].index.value_or(0);
        if (a != b) return a > b;
    }
    return one->path.size() > other->path.size();
}

template <class T>
bool add_members(Value& to, const Value& what) {
    auto* set = to.as<std::set<T>>();
    const auto* members = what.as<std::set<T>>();
    if (set && members) set->insert(members->begin(), members->end());
    return set && members;
}

template <class T>
bool take_members(Value& from, const Value& what, bool& is_empty) {
    auto* set = from.as<std::set<T>>();
    const auto* members = what.as<std::set<T>>();
    if (!set || !members) return false;
    for (const T& one : *members) set->erase(one);
    is_empty = set->empty();
    return true;
}

Result<> add(Item& item, const Path& path, const Value& what) {
    Value* found = find(item, path);
    if (!found) return put(item, path, what);
    if (const auto *number = found->as<Decimal>(), *more = what.as<Decimal>(); number && more) {
        auto sum = number->plus(*more);
        if (!sum) return pass(sum);
        found->held = std::move(*sum);
        return {};
    }
    // Only the legacy AttributeUpdates brings lists here.
    if (auto* list = found->as<List>(); list && what.as<List>()) {
        list->insert(list->end(), what.as<List>()->begin(), what.as<List>()->end());
        return {};
    }
    if (add_members<std::string>(*found, what) || add_members<Decimal>(*found, what) ||
        add_members<Binary>(*found, what))
        return {};
    return wrong_type();
}

Result<> subtract(Item& item, const Path& path, const Value& what) {
    Value* found = find(item, path);
    if (!found) {
        if (path.size() > 1 && !find(item, std::span(path).first(path.size() - 1)))
            return no_such_place();
        return {};
    }
    bool is_empty = false;
    if (!take_members<std::string>(*found, what, is_empty) &&
        !take_members<Decimal>(*found, what, is_empty) &&
        !take_members<Binary>(*found, what, is_empty))
        return wrong_type();
    return is_empty ? take(item, path) : Result<>();
}

}  // namespace

Result<Item> apply_update(const Update& update, const Item& before) {
    Item item = before;
    std::vector<const Action*> sets, removals;
    for (const Action& action : update) {
        Result<> done;
        switch (action.verb) {
            case Verb::set:
                sets.push_back(&action);
                break;
            case Verb::remove:
                removals.push_back(&action);
                break;
            case Verb::add:
                done = add(item, action.path, action.term.value);
                break;
            case Verb::subtract:
                done = subtract(item, action.path, action.term.value);
                break;
        }
        if (!done) return pass(done);
    }
    // Places after a list's end are filled in their order; places are removed from the last to the
    // first.
    const auto place = [](const Action* action) { return action->path.back().index.value_or(0); };
    std::ranges::sort(sets, {}, place);
    std::ranges::sort(removals, comes_after);
    for (const Action* action : sets) {
        auto value = value_of(action->term, before);
        if (!value) return pass(value);
        if (auto done = put(item, action->path, std::move(*value)); !done) return pass(done);
    }
    for (const Action* action : removals) {
        if (auto done = take(item, action->path); !done) return pass(done);
    }
    return item;
}

std::vector<Path> touched_by(const Update& update) {
    std::vector<Path> all;
    for (const Action& action : update) all.push_back(action.path);
    return all;
}

}  // namespace freshet::tables

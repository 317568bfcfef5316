/* FilteredRE2 reads a pattern as a tree of AND and OR over the literal texts it needs, its atoms. Asked which patterns may
 * match where only some atoms stand (AllPotentials), it tells whether the other atoms are a proof: if the pattern cannot
 * match without all of them, every match holds at least one of them. The set is made small by leaving out the dearest atoms
 * as long as the rest is a proof. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow" // C may call a function as it calls a struct
#include "engine/atoms.h"
#pragma GCC diagnostic pop

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string>
#include <vector>

namespace {

/* Where the class that begins at `at` ends: behind its ']', or npos. */
size_t class_end(const std::string &text, size_t at) {
  size_t end = at + 1;
  end += end < text.size() && text[end] == '^';
  end += end < text.size() && text[end] == ']';
  while (end < text.size() && text[end] != ']') {
    if (text[end] == '\\') {
      end += 2;
    } else if (text[end] == '[' && end + 1 < text.size() && text[end + 1] == ':') {
      size_t close = text.find(":]", end + 2);
      if (close == std::string::npos) {
        return close;
      }
      end = close + 2;
    } else {
      end++;
    }
  }
  return end < text.size() ? end + 1 : std::string::npos;
}

/* Where the group that begins at `at` ends: behind its ')', or npos. */
size_t group_end(const std::string &text, size_t at) {
  size_t depth = 0;
  while (at < text.size()) {
    if (text[at] == '\\') {
      at += 2;
      continue;
    }
    if (text[at] == '[') {
      at = class_end(text, at);
      if (at == std::string::npos) {
        return at;
      }
      continue;
    }
    depth += text[at] == '(';
    if (text[at] == ')' && --depth == 0) {
      return at + 1;
    }
    at++;
  }
  return std::string::npos;
}

/* Copies an escape that RE2 and PCRE2 read alike; false for any other. \s means one more in PCRE2: the vertical tab. \d is made
 * larger by one, because FilteredRE2 spells classes of up to ten characters out, and ten texts are worse than a shorter one. */
bool copy_escape(const std::string &text, size_t *at, bool in_class, std::string *out) {
  if (*at + 1 >= text.size()) {
    return false;
  }
  char kind = text[*at + 1];
  bool letter = (kind >= 'a' && kind <= 'z') || (kind >= 'A' && kind <= 'Z') || (kind >= '0' && kind <= '9');
  if (kind == 's') {
    *out += in_class ? "\\s\\x0b" : "[\\s\\x0b]";
    *at += 2;
    return true;
  }
  if (kind == 'd') {
    *out += in_class ? "\\d\\x80" : "[\\d\\x80]";
    *at += 2;
    return true;
  }
  if (kind == 'x') {
    size_t digits = text.find_first_not_of("0123456789abcdefABCDEF", *at + 2);
    if (digits == std::string::npos || digits < *at + 4) {
      digits = digits == std::string::npos ? text.size() : digits;
    }
    if (digits < *at + 4) {
      return false;
    }
    out->append(text, *at, 4);
    *at += 4;
    return true;
  }
  if (letter && std::strchr(in_class ? "DwWSnrtf" : "DwWSbBnrtf", kind) == nullptr) {
    return false;
  }
  out->append(text, *at, 2);
  *at += 2;
  return true;
}

bool copy_class(const std::string &text, size_t *at, std::string *out) {
  size_t end = class_end(text, *at);
  if (end == std::string::npos) {
    return false;
  }
  while (*at < end) {
    if (text[*at] == '\\') {
      if (!copy_escape(text, at, true, out)) {
        return false;
      }
    } else {
      *out += text[(*at)++];
    }
  }
  return *at == end;
}

/* What opens a group becomes "(?:", flags stay, look-around goes; false for what is not known. */
bool loosen_group(const std::string &text, size_t *at, std::string *out) {
  auto stands = [&](const char *what) { return text.compare(*at, std::strlen(what), what) == 0; };
  if (stands("(?=") || stands("(?!") || stands("(?<=") || stands("(?<!")) {
    size_t end = group_end(text, *at);
    *out += "(?:)";
    *at = end;
    return end != std::string::npos;
  }
  if (stands("(?<") || stands("(?P<")) {
    size_t close = text.find('>', *at);
    *out += "(?:";
    *at = close + 1;
    return close != std::string::npos;
  }
  if (stands("(?>") || stands("(?:")) {
    *out += "(?:";
    *at += 3;
    return true;
  }
  if (stands("(?")) {
    size_t flags = text.find_first_not_of("ims-", *at + 2);
    if (flags == std::string::npos || (text[flags] != ')' && text[flags] != ':')) {
      return false;
    }
    out->append(text, *at, flags + 1 - *at);
    *at = flags + 1;
    return true;
  }
  if (stands("(*")) {
    return false;
  }
  *out += "(?:";
  *at += 1;
  return true;
}

/* A pattern that RE2 takes and that matches wherever `text` does. */
bool loosen(const std::string &text, std::string *out) {
  for (size_t at = 0; at < text.size();) {
    char head = text[at];
    bool known = true;
    if (head == '\\') {
      known = copy_escape(text, &at, false, out);
    } else if (head == '[') {
      known = copy_class(text, &at, out);
    } else if (head == '(') {
      known = loosen_group(text, &at, out);
    } else if (head == '+' && at > 0 && std::strchr("*+?}", text[at - 1]) != nullptr && (at < 2 || text[at - 2] != '\\')) {
      at++; /* possessive */
    } else {
      *out += head;
      at++;
    }
    if (!known) {
      return false;
    }
  }
  return true;
}

class Prover {
public:
  /* False where RE2 does not take the pattern, or needs no atom for it. */
  bool read(const std::string &pattern, uint32_t len_min) {
    re2::RE2::Options options;
    options.set_encoding(re2::RE2::Options::EncodingLatin1); /* bytes, as the other engines read them */
    options.set_log_errors(false);
    filter_.reset(new re2::FilteredRE2(static_cast<int>(len_min)));
    int id = 0;
    if (filter_->Add(pattern, options, &id) != re2::RE2::NoError) {
      return false;
    }
    filter_->Compile(&atoms);
    return !atoms.empty() && !may_match({});
  }

  /* Whether every match holds at least one of the atoms that are `kept`. */
  bool proves(const std::vector<bool> &kept) const {
    std::vector<int> others;
    for (size_t i = 0; i < kept.size(); i++) {
      if (!kept[i]) {
        others.push_back(static_cast<int>(i));
      }
    }
    return !may_match(others);
  }

  std::vector<std::string> atoms;

private:
  bool may_match(const std::vector<int> &standing) const {
    std::vector<int> found;
    filter_->AllPotentials(standing, &found);
    return !found.empty();
  }

  std::unique_ptr<re2::FilteredRE2> filter_;
};

/* Leaves out the dearest first, as long as the rest is a proof. */
std::vector<std::string> cheapest(const Prover &prover, sift_atom_cost_fn cost, void *context) {
  std::vector<std::pair<uint64_t, size_t>> order;
  for (size_t i = 0; i < prover.atoms.size(); i++) {
    order.emplace_back(cost(context, sift_span(prover.atoms[i].data(), prover.atoms[i].size())), i);
  }
  std::sort(order.rbegin(), order.rend());
  std::vector<bool> kept(prover.atoms.size(), true);
  for (const auto &entry : order) {
    kept[entry.second] = false;
    if (!prover.proves(kept)) {
      kept[entry.second] = true;
    }
  }
  std::vector<std::string> atoms;
  for (size_t i = 0; i < kept.size(); i++) {
    if (kept[i] &&
        prover.atoms[i].find('\n') == std::string::npos) { /* every line is scanned alone in the end: none holds a newline */
      atoms.push_back(prover.atoms[i]);
    }
  }
  return atoms;
}

enum sift_status hand_out(struct sift_texts *out, struct sift_arena *arena, const std::vector<std::string> &atoms) {
  auto *items = static_cast<struct sift_span *>(sift_arena_alloc(arena, atoms.size() * sizeof(struct sift_span)));
  if (items == nullptr) {
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < atoms.size(); i++) {
    const char *copy = sift_arena_copy(arena, sift_span(atoms[i].data(), atoms[i].size()));
    if (copy == nullptr) {
      return SIFT_ENOMEM;
    }
    items[i] = sift_span(copy, atoms[i].size());
  }
  out->items = items;
  out->count = atoms.size();
  return SIFT_OK;
}

bool usable(const std::vector<std::string> &atoms, uint32_t len_min) {
  return !atoms.empty() && atoms.size() <= SIFT_ATOMS_MAX && std::all_of(atoms.begin(), atoms.end(), [&](const std::string &atom) {
    return atom.size() >= len_min && atom.size() <= SIFT_PATTERN_BYTES_MAX;
  });
}

} // namespace

enum sift_status sift_atoms_prove(struct sift_texts *out, struct sift_arena *arena, const char *pattern, uint32_t len_min,
                                  sift_atom_cost_fn cost, void *context) {
  *out = sift_texts{nullptr, 0};
  try {
    std::string loose;
    Prover prover;
    if (!loosen(pattern, &loose) || !prover.read(loose, len_min)) {
      return SIFT_OK;
    }
    std::vector<std::string> atoms = cheapest(prover, cost, context);
    return usable(atoms, len_min) ? hand_out(out, arena, atoms) : SIFT_OK;
  } catch (const std::bad_alloc &) {
    return SIFT_ENOMEM;
  }
}

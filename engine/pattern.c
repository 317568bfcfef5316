#include "engine/pattern.h"

#include <stdint.h>
#include <string.h>

static bool in(const char *set, char byte) {
  return byte != '\0' && strchr(set, byte) != NULL;
}

/* Bytes up to and with `end`, or all that is left. */
static size_t through(const char *text, char end) {
  const char *found = strchr(text, end);
  return found != NULL ? (size_t)(found - text) + 1 : strlen(text);
}

static const char DIGITS[] = "0123456789";

/* The length of an escape that begins at `text` with a backslash and a letter or digit. */
static size_t escape_len(const char *text) {
  char letter = text[1];
  char next = text[2];
  if (next == '{' && in("xpPkgNo", letter)) {
    return 2 + through(text + 2, '}');
  }
  if ((next == '<' || next == '\'') && in("kg", letter)) {
    return 3 + through(text + 3, next == '<' ? '>' : '\'');
  }
  if (letter == 'x') {
    size_t digits = strspn(text + 2, "0123456789abcdefABCDEF");
    return 2 + (digits > 2 ? 2 : digits);
  }
  if (letter == 'c' && next != '\0') {
    return 3;
  }
  if (in(DIGITS, letter)) {
    return 1 + strspn(text + 1, DIGITS);
  }
  return 2;
}

/* The length of [:name:] or [:^name:], also with . or = for the colons; 0 where it is none, and the bracket plain text. */
static size_t posix_len(const char *text) {
  if (text[0] != '[' || !in(":.=", text[1])) {
    return 0;
  }
  size_t at = 2 + (text[2] == '^');
  size_t name = strspn(text + at, "abcdefghijklmnopqrstuvwxyz");
  at += name;
  return name > 0 && text[at] == text[1] && text[at + 1] == ']' ? at + 2 : 0;
}

/* […], where a ']' first, escaped, or within [:…:] does not end it. */
static size_t class_len(const char *text) {
  size_t at = 1 + (text[1] == '^');
  at += text[at] == ']';
  while (text[at] != '\0' && text[at] != ']') {
    if (text[at] == '\\' && text[at + 1] != '\0') {
      at += 2;
    } else if (posix_len(text + at) > 0) {
      at += posix_len(text + at);
    } else {
      at++;
    }
  }
  return at + (text[at] == ']');
}

/* {n}, {n,} or {n,m}; 0 where the brace is plain text. */
static size_t braces_len(const char *text, struct sift_token *out) {
  size_t least = strspn(text + 1, DIGITS);
  size_t at = 1 + least;
  if (least == 0) {
    return 0;
  }
  bool comma = text[at] == ',';
  at += comma;
  size_t most = comma ? strspn(text + at, DIGITS) : 0;
  at += most;
  if (text[at] != '}') {
    return 0;
  }
  out->optional = strspn(text + 1, "0") == least;
  out->unbounded = comma && most == 0;
  return at + 1;
}

/* '(' and its kind; a group of options or a comment is read whole, as it matches nothing. */
static size_t open_len(const char *text, struct sift_token *out) {
  out->kind = SIFT_TOKEN_OPEN;
  if (text[1] == '*' || (text[1] == '?' && text[2] == '#')) {
    out->kind = SIFT_TOKEN_NOTHING;
    return through(text, ')');
  }
  if (text[1] != '?') {
    return 1;
  }
  size_t options = strspn(text + 2, "imsxnJU^-");
  if (text[2 + options] == ')') {
    out->kind = SIFT_TOKEN_NOTHING;
    return 3 + options;
  }
  if (text[2 + options] == ':') {
    return 3 + options;
  }
  size_t name = text[2] == 'P' ? 3 : 2;
  if (text[name] == '<' && !in("=!", text[name + 1])) {
    return name + through(text + name, '>');
  }
  if (text[2] == '\'') {
    return 3 + through(text + 3, '\'');
  }
  return text[2] == '<' ? 4 : text[2] == '\0' ? 2 : 3;
}

static size_t backslash_len(struct sift_token_reader *reader, const char *text, struct sift_token *out) {
  char next = text[1];
  if (next == '\0') {
    out->kind = SIFT_TOKEN_LITERAL;
    return 1;
  }
  if (next == 'Q' || next == 'E') {
    reader->quoted = next == 'Q';
    out->kind = SIFT_TOKEN_NOTHING;
    return 2;
  }
  bool letter = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || in(DIGITS, next);
  out->kind = letter ? SIFT_TOKEN_ESCAPE : SIFT_TOKEN_LITERAL;
  return letter ? escape_len(text) : 2;
}

static size_t repeat_len(const char *text, struct sift_token *out) {
  size_t len = 1;
  if (*text == '{') {
    len = braces_len(text, out);
    if (len == 0) {
      return 0;
    }
  } else {
    out->optional = *text != '+';
    out->unbounded = *text != '?';
  }
  out->kind = SIFT_TOKEN_REPEAT;
  return len + (text[len] == '?' || text[len] == '+');
}

static size_t token_len(struct sift_token_reader *reader, const char *text, struct sift_token *out) {
  switch (*text) {
  case '\\':
    return backslash_len(reader, text, out);
  case '[':
    out->kind = SIFT_TOKEN_CLASS;
    return class_len(text);
  case '(':
    return open_len(text, out);
  case '*':
  case '+':
  case '?':
  case '{':
    return repeat_len(text, out);
  case ')':
    out->kind = SIFT_TOKEN_CLOSE;
    return 1;
  case '|':
    out->kind = SIFT_TOKEN_OR;
    return 1;
  case '.':
    out->kind = SIFT_TOKEN_DOT;
    return 1;
  case '^':
  case '$':
    out->kind = SIFT_TOKEN_ANCHOR;
    return 1;
  default:
    return 1;
  }
}

bool sift_token_next(struct sift_token_reader *reader, struct sift_token *out) {
  const char *text = reader->text + reader->at;
  if (*text == '\0') {
    return false;
  }
  *out = (struct sift_token){.kind = SIFT_TOKEN_LITERAL};
  size_t len = 1;
  if (reader->quoted && (text[0] != '\\' || text[1] != 'E')) {
    out->quoted = true;
  } else {
    len = token_len(reader, text, out);
    len += len == 0; /* a brace that is plain text */
  }
  out->text = sift_span(text, len);
  reader->at += len;
  return true;
}

bool sift_token_repeats(const struct sift_token_reader *reader, struct sift_token *out) {
  struct sift_token_reader ahead = *reader;
  return sift_token_next(&ahead, out) && out->kind == SIFT_TOKEN_REPEAT;
}

static const char FORBIDDEN[] = "AZzGKRXC";

struct sift_span sift_pattern_forbidden(const char *pattern) {
  struct sift_token_reader reader = {.text = pattern};
  struct sift_token token;
  while (sift_token_next(&reader, &token)) {
    if (token.kind == SIFT_TOKEN_ESCAPE && in(FORBIDDEN, token.text.data[1])) {
      return sift_span(token.text.data, 2);
    }
    for (size_t i = 0; token.kind == SIFT_TOKEN_CLASS && i + 1 < token.text.len; i++) {
      if (token.text.data[i] == '\\' && in(FORBIDDEN, token.text.data[++i])) {
        return sift_span(token.text.data + i - 1, 2);
      }
    }
  }
  return sift_span(NULL, 0);
}

bool sift_pattern_has_group(const char *pattern, struct sift_span name) {
  struct sift_token_reader reader = {.text = pattern};
  struct sift_token token;
  while (sift_token_next(&reader, &token)) {
    size_t begin = sift_span_starts(token.text, "(?<") ? 3 : sift_span_starts(token.text, "(?P<") ? 4 : 0;
    if (token.kind == SIFT_TOKEN_OPEN && begin > 0 && token.text.len == begin + name.len + 1 &&
        sift_span_equal(sift_span(token.text.data + begin, name.len), name)) {
      return true;
    }
  }
  return false;
}

static bool beyond_hyperscan(const struct sift_token *token) {
  static const char *const groups[] = {"(?=", "(?!", "(?<=", "(?<!", "(?>", "(?(", "(?|", "(?P"};
  if (token->kind == SIFT_TOKEN_ESCAPE) {
    return in("kg123456789", token->text.data[1]);
  }
  if (token->kind == SIFT_TOKEN_REPEAT) {
    return token->text.len > 1 && token->text.data[token->text.len - 1] == '+';
  }
  for (size_t i = 0; token->kind == SIFT_TOKEN_OPEN && i < sizeof groups / sizeof groups[0]; i++) {
    if (sift_span_starts(token->text, groups[i])) {
      return !sift_span_starts(token->text, "(?P<");
    }
  }
  return false;
}

bool sift_pattern_looks_around(const char *pattern) {
  struct sift_token_reader reader = {.text = pattern};
  struct sift_token token;
  while (sift_token_next(&reader, &token)) {
    if (beyond_hyperscan(&token)) {
      return true;
    }
  }
  return false;
}

/* A group being read: its longest run of literals so far, and the least of its branches. */
struct level {
  size_t run, best, least;
  bool assertion;
};

enum { LEVELS_MAX = 64 };

static void end_run(struct level *level) {
  level->best = level->run > level->best ? level->run : level->best;
  level->run = 0;
}

static void end_branch(struct level *level) {
  end_run(level);
  level->least = level->best < level->least ? level->best : level->least;
  level->best = 0;
}

static void literal_seen(struct level *level, const struct sift_token_reader *reader) {
  struct sift_token repeat;
  bool repeated = sift_token_repeats(reader, &repeat);
  if (!repeated || !repeat.optional) {
    level->run++;
  }
  if (repeated) {
    end_run(level);
  }
}

static void group_ended(struct level *outer, const struct level *group, const struct sift_token_reader *reader) {
  struct sift_token repeat;
  bool may_be_absent = sift_token_repeats(reader, &repeat) && repeat.optional;
  end_run(outer);
  if (!may_be_absent && !group->assertion && group->least > outer->best) {
    outer->best = group->least;
  }
}

static bool is_assertion(struct sift_span open) {
  return sift_span_starts(open, "(?=") || sift_span_starts(open, "(?!") || sift_span_starts(open, "(?<=") ||
         sift_span_starts(open, "(?<!") || sift_span_starts(open, "(?(");
}

size_t sift_pattern_literal(const char *pattern) {
  struct level levels[LEVELS_MAX] = {{.least = SIZE_MAX}};
  size_t depth = 0;
  struct sift_token_reader reader = {.text = pattern};
  struct sift_token token;
  while (sift_token_next(&reader, &token)) {
    switch (token.kind) {
    case SIFT_TOKEN_LITERAL:
      literal_seen(&levels[depth], &reader);
      break;
    case SIFT_TOKEN_OPEN:
      if (++depth == LEVELS_MAX) {
        return SIZE_MAX;
      }
      levels[depth] = (struct level){.least = SIZE_MAX, .assertion = is_assertion(token.text)};
      break;
    case SIFT_TOKEN_CLOSE:
      if (depth > 0) {
        end_branch(&levels[depth]);
        depth--;
        group_ended(&levels[depth], &levels[depth + 1], &reader);
      }
      break;
    case SIFT_TOKEN_OR:
      end_branch(&levels[depth]);
      break;
    case SIFT_TOKEN_NOTHING:
    case SIFT_TOKEN_REPEAT:
    case SIFT_TOKEN_ANCHOR:
      break;
    case SIFT_TOKEN_ESCAPE:
    case SIFT_TOKEN_DOT:
    case SIFT_TOKEN_CLASS:
      end_run(&levels[depth]);
      break;
    }
  }
  end_branch(&levels[0]);
  return levels[0].least;
}

bool sift_token_any_text(const struct sift_token *dot, const struct sift_token *repeat) {
  return dot->kind == SIFT_TOKEN_DOT && repeat->kind == SIFT_TOKEN_REPEAT && repeat->optional && repeat->unbounded;
}

enum { GROUPS_MAX = 64 };

bool sift_pattern_begins_open(const char *pattern) {
  bool begin[GROUPS_MAX] = {true}; /* by depth: the group begins where the pattern does */
  size_t depth = 0;
  bool at_begin = true;
  struct sift_token_reader reader = {.text = pattern};
  struct sift_token token;
  struct sift_token repeat;
  while (sift_token_next(&reader, &token)) {
    switch (token.kind) {
    case SIFT_TOKEN_NOTHING:
    case SIFT_TOKEN_ANCHOR:
      break;
    case SIFT_TOKEN_OPEN:
      if (++depth == GROUPS_MAX) {
        return false;
      }
      at_begin = begin[depth] = at_begin && token.text.data[token.text.len - 1] == ':';
      break;
    case SIFT_TOKEN_OR:
      at_begin = begin[depth];
      break;
    case SIFT_TOKEN_CLOSE:
      depth -= depth > 0;
      at_begin = false;
      break;
    default:
      if (at_begin && sift_token_repeats(&reader, &repeat) && sift_token_any_text(&token, &repeat)) {
        return true;
      }
      at_begin = false;
    }
  }
  return false;
}

/* Patterns that keep within a line. Of a match that holds no newline nothing can be said that differs between the line alone and the
 * line among others, since ^, $ and \b see at a newline what they see at the end of the text. */
#include <string.h>

#include "engine/pattern.h"

/* A class may become one of 128 single bytes, each as a range of \xHH-\xHH; an escape "[^\S\n]". */
enum { RANGE_LEN = 9, CLASS_ROOM = 128 * RANGE_LEN + 2, TOKEN_ROOM = 8 };

struct writer {
  char *at;
};

static void put(struct writer *writer, struct sift_span text) {
  memcpy(writer->at, text.data, text.len);
  writer->at += text.len;
}

static bool is(struct sift_span text, const char *what) {
  return sift_span_equal(text, sift_span_of(what));
}

static bool has(const uint64_t set[4], unsigned byte) {
  return (set[byte / 64] >> byte % 64 & 1) != 0;
}

static void put_byte(struct writer *writer, unsigned byte) {
  static const char digits[] = "0123456789abcdef";
  const char text[4] = {'\\', 'x', digits[byte / 16], digits[byte % 16]};
  put(writer, sift_span(text, sizeof text));
}

/* The set without the newline, as a class. Its letters stand for both cases where the pattern says so, as those of the set did. */
static bool put_set(struct writer *writer, uint64_t set[4]) {
  set['\n' / 64] &= ~(UINT64_C(1) << '\n');
  if ((set[0] | set[1] | set[2] | set[3]) == 0) {
    return false; /* nothing but the newline: such a pattern matches no line there, which is left to say to others */
  }
  put(writer, sift_span_of("["));
  for (unsigned first = 0; first < 256; first++) {
    unsigned last = first;
    while (has(set, first) && last < 255 && has(set, last + 1)) {
      last++;
    }
    if (has(set, first)) {
      put_byte(writer, first);
      put(writer, sift_span_of("-"));
      put_byte(writer, last);
    }
    first = last;
  }
  put(writer, sift_span_of("]"));
  return true;
}

static bool put_class(struct writer *writer, struct sift_span text) {
  for (size_t i = 0; i + 1 < text.len; i++) {
    if (text.data[i] == '\\' && strchr("QE", text.data[++i]) != NULL) {
      return false; /* quoting within a class: where it ends is not told by its brackets */
    }
  }
  if (text.len > 2 && text.data[1] == '^') {
    bool special = text.data[2] == ']' || text.data[2] == '-'; /* it stands for itself only at the begin */
    put(writer, sift_span_of(special ? "[^\\n\\" : "[^\\n"));
    put(writer, sift_span(text.data + 2, text.len - 2));
    return true;
  }
  uint64_t set[4];
  if (!sift_bytes_of(text, false, false, set)) {
    return false;
  }
  if (has(set, '\n')) {
    return put_set(writer, set);
  }
  put(writer, text);
  return true;
}

static bool put_escape(struct writer *writer, struct sift_span text) {
  static const struct {
    const char *from, *to;
  } kinds[] = {{"\\s", "[^\\S\\n]"}, {"\\W", "[^\\w\\n]"}, {"\\D", "[^\\d\\n]"}, {"\\b", "\\b"}, {"\\B", "\\B"}, {"\\h", "\\h"}};
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    if (is(text, kinds[i].from)) {
      put(writer, sift_span_of(kinds[i].to));
      return true;
    }
  }
  uint64_t set[4];
  if (!sift_bytes_of(text, false, false, set) || has(set, '\n')) {
    return false;
  }
  put(writer, text);
  return true;
}

/* Of groups those that only hold together; of options only that of case. */
static bool plain_group(struct sift_span open) {
  static const char *const kinds[] = {"(", "(?:", "(?i:", "(?-i:"};
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    if (is(open, kinds[i])) {
      return true;
    }
  }
  return (sift_span_starts(open, "(?<") || sift_span_starts(open, "(?P<")) && open.data[open.len - 1] == '>';
}

static bool put_token(struct writer *writer, const struct sift_token *token) {
  bool good = true;
  switch (token->kind) {
  case SIFT_TOKEN_CLASS:
    return put_class(writer, token->text);
  case SIFT_TOKEN_ESCAPE:
    return put_escape(writer, token->text);
  case SIFT_TOKEN_LITERAL:
    good = memchr(token->text.data, '\n', token->text.len) == NULL;
    break;
  case SIFT_TOKEN_OPEN:
    good = plain_group(token->text);
    break;
  case SIFT_TOKEN_NOTHING:
    good = is(token->text, "(?i)") || is(token->text, "(?-i)") || is(token->text, "\\Q") || is(token->text, "\\E");
    break;
  case SIFT_TOKEN_REPEAT: /* a possessive one is not Hyperscan's */
    good = token->text.len == 1 || token->text.data[token->text.len - 1] != '+';
    break;
  case SIFT_TOKEN_DOT:
  case SIFT_TOKEN_CLOSE:
  case SIFT_TOKEN_OR:
  case SIFT_TOKEN_ANCHOR:
    break;
  }
  put(writer, token->text);
  return good;
}

bool sift_pattern_in_line(const char **out, struct sift_arena *arena, const char *pattern) {
  struct sift_token_reader reader = {.text = pattern};
  struct sift_token token;
  size_t size = 1;
  *out = NULL;
  while (sift_token_next(&reader, &token)) {
    size += token.text.len + (token.kind == SIFT_TOKEN_CLASS ? CLASS_ROOM : TOKEN_ROOM);
  }
  char *text = sift_arena_alloc(arena, size);
  if (text == NULL) {
    return false;
  }
  struct writer writer = {text};
  bool good = true;
  reader = (struct sift_token_reader){.text = pattern};
  while (good && sift_token_next(&reader, &token)) {
    good = put_token(&writer, &token);
  }
  *writer.at = '\0';
  *out = good ? text : NULL;
  return true;
}

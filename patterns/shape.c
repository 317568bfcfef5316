#include "patterns/shape.h"

#include <string.h>

#include "engine/pattern.h"

enum { DEPTH_MAX = 32, REPEAT_MAX = 65535 };

struct parser {
  struct sift_token_reader reader;
  struct sift_arena *arena;
  bool caseless;
  unsigned depth;
};

/* The branches of the pattern or of a group while they are read. */
struct list {
  struct sift_branch *first, *branch;
  struct sift_part *last; /* of the branch */
};

static bool read_branches(struct parser *parser, const struct sift_branch **out);

static bool add_branch(struct parser *parser, struct list *list) {
  struct sift_branch *branch = sift_arena_alloc(parser->arena, sizeof *branch);
  if (branch == NULL) {
    return false;
  }
  if (list->branch != NULL) {
    list->branch->next = branch;
  } else {
    list->first = branch;
  }
  list->branch = branch;
  list->last = NULL;
  return true;
}

static struct sift_part *add_part(struct parser *parser, struct list *list, enum sift_part_kind kind, struct sift_span text) {
  struct sift_part *part = sift_arena_alloc(parser->arena, sizeof *part);
  if (part == NULL) {
    return NULL;
  }
  *part = (struct sift_part){.kind = kind, .caseless = parser->caseless, .min = 1, .max = 1, .text = text};
  if (list->last != NULL) {
    list->last->next = part;
  } else {
    list->branch->first = part;
  }
  list->last = part;
  return part;
}

static bool is(struct sift_span text, const char *word) {
  return sift_span_equal(text, sift_span_of(word));
}

static bool captures(struct sift_span open) {
  bool named = sift_span_starts(open, "(?<") && open.data[open.len - 1] == '>';
  return is(open, "(") || named || sift_span_starts(open, "(?P<") || sift_span_starts(open, "(?'");
}

/* Groups, by what is between them; without references back it is all the same which of them capture. */
static bool read_group(struct parser *parser, struct list *list, struct sift_span open) {
  bool caseless = parser->caseless;
  bool looks = is(open, "(?=") || is(open, "(?!") || is(open, "(?<=") || is(open, "(?<!");
  bool atomic = is(open, "(?>");
  bool options = is(open, "(?i:") || is(open, "(?-i:");
  if (!looks && !atomic && !options && !is(open, "(?:") && !captures(open)) {
    return false;
  }
  if (++parser->depth == DEPTH_MAX) {
    return false;
  }
  struct sift_part *part = add_part(parser, list,
                                    looks    ? SIFT_PART_PLACE
                                    : atomic ? SIFT_PART_WHOLE
                                             : SIFT_PART_GROUP,
                                    sift_span(open.data, 0));
  if (part == NULL) {
    return false;
  }
  parser->caseless = options ? open.data[2] == 'i' : caseless;
  bool good = read_branches(parser, &part->branches);
  part->text.len = (size_t)(parser->reader.text + parser->reader.at - open.data);
  parser->caseless = caseless;
  parser->depth--;
  return good;
}

static uint32_t number(const char **at) {
  uint32_t value = 0;
  for (; **at >= '0' && **at <= '9'; (*at)++) {
    value = value > REPEAT_MAX ? value : value * 10 + (uint32_t)(**at - '0');
  }
  return value;
}

/* A possessive repeat keeps what it took: it is compared as it is written. */
static bool read_repeat(struct list *list, const struct sift_token *token) {
  struct sift_part *part = list->last;
  const char *at = token->text.data;
  if (part == NULL || part->kind == SIFT_PART_PLACE || part->min != 1 || part->max != 1 ||
      part->text.data + part->text.len > token->text.data) {
    return false;
  }
  part->min = !token->optional;
  part->max = token->unbounded ? SIFT_PART_UNLIMITED : 1;
  if (*at++ == '{') {
    part->min = number(&at);
    part->max = *at == ',' ? SIFT_PART_UNLIMITED : part->min;
    if (*at == ',' && !token->unbounded) {
      at++;
      part->max = number(&at);
    }
    at++;
  }
  if (part->max == 0 || part->min > part->max || (part->min == 1 && part->max == 1)) {
    return false; /* nobody writes that, and the next repeat would be taken for the first */
  }
  if (*at == '+' && at < token->text.data + token->text.len) {
    part->kind = SIFT_PART_WHOLE;
    part->text.len = (size_t)(token->text.data + token->text.len - part->text.data);
    part->min = part->max = 1;
  }
  return true;
}

/* Of a token, without the newline, which no line holds. */
static bool bytes_in_line(const struct sift_token *token, bool quoted, bool caseless, uint64_t out[4]) {
  bool good = sift_bytes_of(token->text, quoted, caseless, out);
  out['\n' / 64] &= ~(UINT64_C(1) << '\n');
  return good;
}

/* Later versions of PCRE2 take {,n} and { n } for repeats, earlier ones for text. */
static bool doubtful(const struct sift_token *token) {
  return !token->quoted && token->text.len == 1 && token->text.data[0] == '{' && token->text.data[1] != '\0' &&
         strchr(", \t0123456789", token->text.data[1]) != NULL;
}

static bool read_escape(struct parser *parser, struct list *list, const struct sift_token *token) {
  if (is(token->text, "\\b") || is(token->text, "\\B")) {
    return add_part(parser, list, SIFT_PART_PLACE, token->text) != NULL;
  }
  if (strchr("gkKGAZzRXCNo123456789", token->text.data[1]) != NULL) {
    return false;
  }
  struct sift_part *part = add_part(parser, list, SIFT_PART_WHOLE, token->text);
  if (part != NULL && bytes_in_line(token, false, parser->caseless, part->bytes)) {
    part->kind = SIFT_PART_BYTES;
  }
  return part != NULL;
}

static bool read_bytes(struct parser *parser, struct list *list, const struct sift_token *token) {
  struct sift_part *part = add_part(parser, list, SIFT_PART_BYTES, token->text);
  if (part == NULL) {
    return false;
  }
  if (!bytes_in_line(token, token->quoted, parser->caseless, part->bytes)) {
    part->kind = SIFT_PART_WHOLE;
  }
  return token->kind == SIFT_TOKEN_CLASS || part->kind == SIFT_PART_BYTES;
}

/* (?i) counts at the begin only, where docs/rules.md has it; a comment does not count. */
static bool read_nothing(struct parser *parser, const struct sift_token *token) {
  if (is(token->text, "(?i)") && token->text.data == parser->reader.text) {
    parser->caseless = true;
    return true;
  }
  return sift_span_starts(token->text, "(?#") || token->text.data[0] == '\\';
}

static bool read_token(struct parser *parser, struct list *list, const struct sift_token *token) {
  switch (token->kind) {
  case SIFT_TOKEN_LITERAL:
    return !doubtful(token) && read_bytes(parser, list, token);
  case SIFT_TOKEN_DOT:
  case SIFT_TOKEN_CLASS:
    return read_bytes(parser, list, token);
  case SIFT_TOKEN_ESCAPE:
    return read_escape(parser, list, token);
  case SIFT_TOKEN_OPEN:
    return read_group(parser, list, token->text);
  case SIFT_TOKEN_REPEAT:
    return read_repeat(list, token);
  case SIFT_TOKEN_ANCHOR:
    return add_part(parser, list, SIFT_PART_PLACE, token->text) != NULL;
  case SIFT_TOKEN_NOTHING:
    return read_nothing(parser, token);
  case SIFT_TOKEN_OR:
    return add_branch(parser, list);
  case SIFT_TOKEN_CLOSE:
    break;
  }
  return false;
}

/* Up to and with the end of the group, or of the pattern. */
static bool read_branches(struct parser *parser, const struct sift_branch **out) {
  struct list list = {0};
  struct sift_token token;
  const bool within = parser->depth > 0;
  if (!add_branch(parser, &list)) {
    return false;
  }
  *out = list.first;
  while (sift_token_next(&parser->reader, &token)) {
    if (token.kind == SIFT_TOKEN_CLOSE) {
      return within;
    }
    if (!read_token(parser, &list, &token)) {
      return false;
    }
  }
  return !within;
}

/* The letter in lower case where the set holds nothing but a letter, or the byte; -1 where it holds more. */
static int only_byte(const struct sift_part *part) {
  int found = -1;
  for (int byte = 0; byte < 256; byte++) {
    if ((part->bytes[byte / 64] >> byte % 64 & 1) != 0) {
      int lower = byte >= 'A' && byte <= 'Z' ? byte + 0x20 : byte;
      if (found >= 0 && found != lower) {
        return -1;
      }
      found = lower;
    }
  }
  return found;
}

static void note_held(uint64_t holds[4], const struct sift_branch *branch) {
  for (; branch != NULL; branch = branch->next) {
    for (const struct sift_part *part = branch->first; part != NULL; part = part->next) {
      int byte = part->kind == SIFT_PART_BYTES ? only_byte(part) : -1;
      if (byte >= 0) {
        holds[byte / 64] |= UINT64_C(1) << byte % 64;
      } else if (part->kind == SIFT_PART_GROUP) {
        note_held(holds, part->branches);
      }
    }
  }
}

static void note_needed(uint64_t needs[4], const struct sift_branch *branch) {
  memset(needs, 0xff, 4 * sizeof needs[0]);
  for (; branch != NULL; branch = branch->next) {
    uint64_t own[4] = {0};
    for (const struct sift_part *part = branch->first; part != NULL; part = part->next) {
      int byte = part->kind == SIFT_PART_BYTES && part->min > 0 ? only_byte(part) : -1;
      if (byte >= 0) {
        own[byte / 64] |= UINT64_C(1) << byte % 64;
      }
    }
    for (int i = 0; i < 4; i++) {
      needs[i] &= own[i];
    }
  }
}

bool sift_shape_read(struct sift_shape *out, struct sift_arena *arena, const char *pattern) {
  struct parser parser = {.reader.text = pattern, .arena = arena};
  *out = (struct sift_shape){0};
  if (!read_branches(&parser, &out->branches)) {
    return false;
  }
  note_held(out->holds, out->branches);
  note_needed(out->needs, out->branches);
  return true;
}

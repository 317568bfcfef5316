#include "ingest/json_split.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>

#include "engine/batch.h"

enum { CHUNK_BYTES = 64 * 1024, RECORD_START = 4096, OTHER_BYTES_MAX = 256, STACK_MAX = 64 };

enum place { BETWEEN, IN_OBJECT, IN_OTHER };

struct sift_json_split {
  struct sift_source *source;
  enum sift_status ended; /* SIFT_OK while there may be more */
  char chunk[CHUNK_BYTES];
  size_t at, len;
  uint64_t line;    /* lines before this one */
  uint64_t column;  /* bytes before this one on its line */
  bool indented;    /* nothing but blanks on this line so far */
  uint64_t arrays;  /* that are open around the pieces */
  enum place place; /* of what the next byte belongs to */

  /* The piece under way. */
  struct sift_json_piece piece;
  char *text;
  size_t text_len, text_capacity, text_max;
  bool overlong;
  bool in_string, escaped;
  uint64_t depth;
  uint64_t objects;      /* bit i: at depth i + 1 stands an object, not an array; as far as there are bits */
  uint64_t first_column; /* where it begins if nothing is before it on its line, else 0 */
};

enum sift_status sift_json_split_new(struct sift_json_split **out, struct sift_source *source, size_t piece_bytes_max) {
  assert(piece_bytes_max >= OTHER_BYTES_MAX);
  *out = calloc(1, sizeof **out);
  if (*out == NULL) {
    return SIFT_ENOMEM;
  }
  (*out)->source = source;
  (*out)->indented = true;
  (*out)->text_max = piece_bytes_max;
  return SIFT_OK;
}

void sift_json_split_free(struct sift_json_split *split) {
  if (split != NULL) {
    free(split->text);
    free(split);
  }
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static unsigned bounded(uint64_t number) {
  return number < UINT_MAX ? (unsigned)number : UINT_MAX;
}

/* --- the piece under way ----------------------------------------------------------------------------------------------- */

static bool reserve(struct sift_json_split *split, size_t len) {
  if (len <= split->text_capacity) {
    return true;
  }
  size_t capacity = split->text_capacity == 0 ? RECORD_START : split->text_capacity;
  while (capacity < len) {
    capacity *= 2;
  }
  char *text = realloc(split->text, capacity + SIFT_PADDING);
  if (text == NULL) {
    return false;
  }
  split->text = text;
  split->text_capacity = capacity;
  return true;
}

/* Keeps bytes as far as they are within the limit. */
static bool append(struct sift_json_split *split, const char *bytes, size_t len) {
  size_t limit = split->place == IN_OTHER ? OTHER_BYTES_MAX : split->text_max;
  if (len > limit - split->text_len) {
    len = limit - split->text_len;
    split->overlong = true;
  }
  if (!reserve(split, split->text_len + len)) {
    return false;
  }
  if (len > 0) {
    memcpy(split->text + split->text_len, bytes, len);
    split->text_len += len;
  }
  return true;
}

static void begin(struct sift_json_split *split, enum place place) {
  split->place = place;
  split->piece = (struct sift_json_piece){.kind = place == IN_OTHER ? SIFT_JSON_PIECE_OTHER : SIFT_JSON_PIECE_OBJECT,
                                          .line = bounded(split->line + 1),
                                          .column = bounded(split->column + 1)};
  split->text_len = 0;
  split->overlong = false;
  split->in_string = false;
  split->escaped = false;
  split->depth = 0;
  split->first_column = split->indented ? split->column + 1 : 0;
}

static void finish(struct sift_json_split *split, struct sift_json_piece *out) {
  if (split->place == IN_OBJECT && split->overlong) {
    split->piece.kind = SIFT_JSON_PIECE_LONG;
  }
  split->piece.text = sift_span("", 0);
  if (split->text_len > 0) {
    memset(split->text + split->text_len, 0, SIFT_PADDING);
    split->piece.text = sift_span(split->text, split->text_len);
  }
  split->place = BETWEEN;
  *out = split->piece;
}

static void note_damage(struct sift_json_split *split) {
  if (split->piece.kind != SIFT_JSON_PIECE_BROKEN) {
    split->piece.kind = SIFT_JSON_PIECE_BROKEN;
    split->piece.damage_line = bounded(split->line + 1);
    split->piece.damage_column = bounded(split->column + 1);
  }
}

/* --- bytes ------------------------------------------------------------------------------------------------------------- */

static void advance(struct sift_json_split *split, char c) {
  split->at++;
  split->column++;
  if (c == '\n') {
    split->line++;
    split->column = 0;
    split->indented = true;
  } else if (!is_blank(c)) {
    split->indented = false;
  }
}

static bool within_object(const struct sift_json_split *split) {
  return split->depth > 0 && split->depth <= STACK_MAX && (split->objects & UINT64_C(1) << (split->depth - 1)) != 0;
}

static void push(struct sift_json_split *split, bool object) {
  if (split->depth < STACK_MAX) {
    uint64_t bit = UINT64_C(1) << split->depth;
    split->objects = object ? split->objects | bit : split->objects & ~bit;
  }
  split->depth++;
}

/* Brackets that lost their partners would swallow all that follows. But what stands first on a line, as far left as the
 * object under way, is no part of it, unless in an array of a text without any indents, which begins a line further down. */
static bool is_next_object(const struct sift_json_split *split, char c) {
  return c == '{' && split->indented && split->column + 1 <= split->first_column && split->depth > 0 && !split->in_string &&
         (within_object(split) || split->line == split->piece.line);
}

static void string_byte(struct sift_json_split *split, char c) {
  if (c == '\n') {
    note_damage(split);
    split->in_string = false;
  } else if (split->escaped) {
    split->escaped = false;
    return;
  } else if (c == '"') {
    split->in_string = false;
  }
  split->escaped = c == '\\';
}

/* Whether the object ends with this byte. */
static bool object_byte(struct sift_json_split *split, char c) {
  if (split->in_string) {
    string_byte(split, c);
  } else if (c == '"') {
    split->in_string = true;
  } else if (c == '{' || c == '[') {
    push(split, c == '{');
  } else if (c == '}' || c == ']') {
    split->depth--;
    return split->depth == 0;
  }
  return false;
}

/* Whether what is no object ended before this byte; never before its first. */
static bool ends_other(struct sift_json_split *split, char c) {
  if (c == '\n') {
    return true;
  }
  if (split->in_string) {
    string_byte(split, c);
  } else if (c == '"') {
    split->in_string = true;
  } else {
    return split->arrays > 0 && (c == ',' || c == '[' || c == ']' || c == '{');
  }
  return false;
}

static void between_byte(struct sift_json_split *split, char c) {
  if (c == '{') {
    begin(split, IN_OBJECT);
  } else if (is_blank(c) || c == ',') {
    advance(split, c);
  } else if (c == '[' || (c == ']' && split->arrays > 0)) {
    split->arrays = c == '[' ? split->arrays + 1 : split->arrays - 1;
    advance(split, c);
  } else {
    begin(split, IN_OTHER);
  }
}

/* As much of the piece as the chunk holds; whether it is over. */
static bool scan(struct sift_json_split *split) {
  bool over = false;
  while (!over && split->at < split->len) {
    char c = split->chunk[split->at];
    if (split->place == IN_OTHER) {
      if (ends_other(split, c)) {
        return true;
      }
    } else if (is_next_object(split, c)) {
      note_damage(split);
      return true;
    } else {
      over = object_byte(split, c);
    }
    advance(split, c);
  }
  return over;
}

static void skip_byte_order_mark(struct sift_json_split *split) {
  if (split->len >= 3 && memcmp(split->chunk, "\xEF\xBB\xBF", 3) == 0) {
    split->at = 3;
  }
}

/* At least three bytes of the first chunk are wanted, for the mark. */
static enum sift_status refill(struct sift_json_split *split) {
  bool first = split->len == 0;
  split->at = 0;
  split->len = 0;
  do {
    size_t got = 0;
    split->ended = sift_source_read(split->source, split->chunk + split->len, CHUNK_BYTES - split->len, &got);
    split->len += got;
  } while (first && split->ended == SIFT_OK && split->len < 3);
  if (first) {
    skip_byte_order_mark(split);
  }
  return split->len > split->at ? SIFT_OK : split->ended;
}

/* After the last byte: what is left open. */
static enum sift_status close_input(struct sift_json_split *split, struct sift_json_piece *out) {
  if (split->place != BETWEEN) {
    bool object = split->place == IN_OBJECT;
    split->piece.kind = object ? SIFT_JSON_PIECE_TRUNCATED : SIFT_JSON_PIECE_OTHER;
    split->overlong = false;
    finish(split, out);
    split->arrays = object ? 0 : split->arrays; /* said already that it breaks off */
    return SIFT_OK;
  }
  if (split->arrays > 0 && split->ended == SIFT_END) {
    split->arrays = 0;
    begin(split, BETWEEN);
    split->piece.kind = SIFT_JSON_PIECE_UNCLOSED;
    finish(split, out);
    return SIFT_OK;
  }
  return split->ended;
}

static enum sift_status scan_chunk(struct sift_json_split *split, struct sift_json_piece *out, bool *got) {
  size_t from = split->at;
  bool over = scan(split);
  if (!append(split, split->chunk + from, split->at - from)) {
    return SIFT_ENOMEM;
  }
  if (over) {
    finish(split, out);
    *got = true;
  }
  return SIFT_OK;
}

enum sift_status sift_json_split_next(struct sift_json_split *split, struct sift_json_piece *out) {
  bool got = false;
  while (!got) {
    if (split->at == split->len) {
      enum sift_status status = split->ended == SIFT_OK ? refill(split) : split->ended;
      if (status != SIFT_OK) {
        return close_input(split, out);
      }
    }
    if (split->at == split->len) {
      continue; /* nothing but the mark as yet */
    }
    if (split->place == BETWEEN) {
      between_byte(split, split->chunk[split->at]);
      continue;
    }
    enum sift_status status = scan_chunk(split, out, &got);
    if (status != SIFT_OK) {
      return status;
    }
  }
  return SIFT_OK;
}

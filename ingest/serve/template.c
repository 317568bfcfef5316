#include "ingest/serve/template.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A template while it is read. */
struct reading {
  struct sift_template *form;
  enum sift_protocol_kind kind;
  struct sift_variables *variables;
  size_t literal_len;
  char *error;
  size_t error_size;
};

static enum sift_status complain(struct reading *reading, struct sift_span item, const char *what) {
  int shown = item.len < 48 ? (int)item.len : 48;
  snprintf(reading->error, reading->error_size, "\"%.*s\" %s", shown, item.len > 0 ? item.data : "", what);
  return SIFT_EINVAL;
}

/* A dotted name, a backslash before what is to be part of a name. False where it has an empty part, is too long or too deep. */
static bool read_path(struct sift_span text, struct sift_field_path *path) {
  *path = (struct sift_field_path){.count = 1};
  for (size_t i = 0; i < text.len; i++) {
    char c = text.data[i];
    if (c == '.') {
      if (path->parts[path->count - 1].len == 0 || path->count == SIFT_PATH_PARTS_MAX) {
        return false;
      }
      path->count++;
      continue;
    }
    if (c == '\\' && ++i == text.len) {
      return false;
    }
    if (path->parts[path->count - 1].len == SIFT_PATH_PART_BYTES_MAX) {
      return false;
    }
    path->parts[path->count - 1].name[path->parts[path->count - 1].len++] = text.data[i];
  }
  return path->parts[path->count - 1].len > 0;
}

static struct sift_span part_of(const struct sift_field_path *path, size_t index) {
  return sift_span(path->parts[index].name, path->parts[index].len);
}

static bool is_word(const struct sift_field_path *path, size_t index, const char *word) {
  return index < path->count && sift_span_equal(part_of(path, index), sift_span_of(word));
}

static void drop_first_part(struct sift_field_path *path) {
  path->count--;
  memmove(&path->parts[0], &path->parts[1], path->count * sizeof path->parts[0]);
  memset(&path->parts[path->count], 0, sizeof path->parts[0]);
}

static bool read_number(struct sift_span text, unsigned *out) {
  *out = 0;
  for (size_t i = 0; i < text.len; i++) {
    if (text.data[i] < '0' || text.data[i] > '9' || i == 3) {
      return false;
    }
    *out = *out * 10 + (unsigned)(text.data[i] - '0');
  }
  return text.len > 0;
}

/* {tag} or {tag.N}. */
static enum sift_status read_tag(struct reading *reading, struct sift_span item, struct sift_variable *out) {
  out->kind = out->path.count == 1 ? SIFT_VARIABLE_TAG : SIFT_VARIABLE_TAG_PART;
  if (out->path.count > 2 || (out->path.count == 2 && !read_number(part_of(&out->path, 1), &out->part))) {
    return complain(reading, item, "is no part of the tag: type {tag}, or {tag.0} for its first part; {record.tag.…} is a field");
  }
  out->path = (struct sift_field_path){0};
  return SIFT_OK;
}

/* {sd.ID.NAME}: the ID may have dots. */
static enum sift_status read_data(struct reading *reading, struct sift_span item, struct sift_variable *out) {
  struct sift_field_path *path = &out->path;
  if (path->count < 3) {
    return complain(reading, item, "is no parameter of structured data: type e.g. {sd.space@32473.id}");
  }
  drop_first_part(path);
  for (; path->count > 2; path->count--) {
    if (path->parts[0].len + 1 + path->parts[1].len > SIFT_PATH_PART_BYTES_MAX) {
      return complain(reading, item, "is too long");
    }
    char *end = path->parts[0].name + path->parts[0].len;
    *end = '.';
    memcpy(end + 1, path->parts[1].name, path->parts[1].len);
    path->parts[0].len += 1 + path->parts[1].len;
    memmove(&path->parts[1], &path->parts[2], (path->count - 2) * sizeof path->parts[0]);
    memset(&path->parts[path->count - 1], 0, sizeof path->parts[0]);
  }
  out->kind = SIFT_VARIABLE_DATA;
  return SIFT_OK;
}

static enum sift_status read_syslog(struct reading *reading, struct sift_span item, struct sift_variable *out) {
  static const struct {
    const char *name;
    enum sift_variable_kind kind;
  } words[] = {
      {"host", SIFT_VARIABLE_HOST},       {"app", SIFT_VARIABLE_APP},           {"procid", SIFT_VARIABLE_PROCID},
      {"msgid", SIFT_VARIABLE_MSGID},     {"facility", SIFT_VARIABLE_FACILITY}, {"severity", SIFT_VARIABLE_SEVERITY},
      {"message", SIFT_VARIABLE_MESSAGE},
  };
  if (is_word(&out->path, 0, "sd")) {
    return read_data(reading, item, out);
  }
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (out->path.count == 1 && is_word(&out->path, 0, words[i].name)) {
      out->kind = words[i].kind;
      out->path = (struct sift_field_path){0};
      return SIFT_OK;
    }
  }
  return complain(reading, item,
                  "is nothing that syslog tells: type {host}, {app}, {procid}, {msgid}, {facility}, {severity}, {message}, {peer} "
                  "or {sd.ID.NAME}");
}

static enum sift_status read_variable(struct reading *reading, struct sift_span item, struct sift_variable *out) {
  *out = (struct sift_variable){.kind = SIFT_VARIABLE_FIELD};
  if (!read_path(item, &out->path)) {
    return complain(reading, item, "is no name: type dotted parts, e.g. {kubernetes.labels.space} (8 parts of 128 bytes at most)");
  }
  if (out->path.count == 1 && is_word(&out->path, 0, "peer")) {
    *out = (struct sift_variable){.kind = SIFT_VARIABLE_PEER};
    return SIFT_OK;
  }
  if (reading->kind == SIFT_PROTOCOL_SYSLOG) {
    return read_syslog(reading, item, out);
  }
  if (reading->kind == SIFT_PROTOCOL_FORWARD && is_word(&out->path, 0, "tag")) {
    return read_tag(reading, item, out);
  }
  if (out->path.count > 1 && is_word(&out->path, 0, "record")) {
    drop_first_part(&out->path);
  }
  return SIFT_OK;
}

static bool same_path(const struct sift_field_path *a, const struct sift_field_path *b) {
  bool same = a->count == b->count;
  for (size_t i = 0; same && i < a->count; i++) {
    same = sift_span_equal(part_of(a, i), part_of(b, i));
  }
  return same;
}

/* The number of a variable, added where nobody asked for it before. */
static enum sift_status number_of(struct reading *reading, struct sift_span item, const struct sift_variable *wanted,
                                  unsigned *out) {
  struct sift_variables *all = reading->variables;
  for (*out = 0; *out < all->count; ++*out) {
    const struct sift_variable *known = &all->list[*out];
    if (known->kind == wanted->kind && known->part == wanted->part && same_path(&known->path, &wanted->path)) {
      return SIFT_OK;
    }
  }
  if (all->count == SIFT_VARIABLES_MAX) {
    return complain(reading, item, "is one variable too many: space, channel, time and text may ask for 32");
  }
  all->list[all->count++] = *wanted;
  return SIFT_OK;
}

static enum sift_status add_piece(struct reading *reading, struct sift_span item, struct sift_template_piece piece) {
  if (reading->form->piece_count == SIFT_TEMPLATE_PIECES_MAX) {
    return complain(reading, item, "is one piece too many: a template may have 64");
  }
  reading->form->pieces[reading->form->piece_count++] = piece;
  return SIFT_OK;
}

/* One more byte of literal text; neighbours become one piece. */
static enum sift_status add_literal(struct reading *reading, struct sift_span item) {
  struct sift_template *form = reading->form;
  struct sift_template_piece *last = form->piece_count > 0 ? &form->pieces[form->piece_count - 1] : NULL;
  if (last == NULL || last->kind != SIFT_PIECE_LITERAL) {
    struct sift_template_piece piece = {.kind = SIFT_PIECE_LITERAL, .at = reading->literal_len};
    enum sift_status status = add_piece(reading, item, piece);
    if (status != SIFT_OK) {
      return status;
    }
    last = &form->pieces[form->piece_count - 1];
  }
  form->literals[reading->literal_len++] = item.data[0];
  last->len++;
  return SIFT_OK;
}

static enum sift_status add_variable(struct reading *reading, struct sift_span item) {
  struct sift_variable variable;
  struct sift_template_piece piece = {.kind = SIFT_PIECE_VARIABLE};
  enum sift_status status = read_variable(reading, item, &variable);
  if (status == SIFT_OK) {
    status = number_of(reading, item, &variable, &piece.variable);
  }
  return status == SIFT_OK ? add_piece(reading, item, piece) : status;
}

/* Where the variable that begins at `at` ends, or NULL. */
static const char *closing_brace(const char *at) {
  for (; *at != '\0' && *at != '{'; at++) {
    if (*at == '}') {
      return at;
    }
    if (*at == '\\' && at[1] != '\0') {
      at++;
    }
  }
  return NULL;
}

static enum sift_status read_text(struct reading *reading, const char *at) {
  enum sift_status status = SIFT_OK;
  while (*at != '\0' && status == SIFT_OK) {
    if (strchr("{}|", *at) == NULL || at[0] == at[1]) {
      status = add_literal(reading, sift_span(at, 1));
      at += at[0] == at[1] && strchr("{}|", *at) != NULL ? 2 : 1;
    } else if (*at == '|') {
      status = add_piece(reading, sift_span(at++, 1), (struct sift_template_piece){.kind = SIFT_PIECE_OR});
    } else {
      const char *end = *at == '{' ? closing_brace(at + 1) : NULL;
      if (end == NULL) {
        return complain(reading, sift_span_of(at), "has a brace without its other half: type {{ or }} for a literal one");
      }
      status = add_variable(reading, sift_span(at + 1, (size_t)(end - at) - 1));
      at = end + 1;
    }
  }
  return status;
}

enum sift_status sift_template_init(struct sift_template *form, enum sift_protocol_kind kind, const char *text,
                                    struct sift_variables *variables, char *error, size_t error_size) {
  struct reading reading = {.form = form, .kind = kind, .variables = variables, .error = error, .error_size = error_size};
  size_t len = strlen(text);
  *form = (struct sift_template){0};
  if (len > SIFT_TEMPLATE_BYTES_MAX) {
    return complain(&reading, sift_span(text, len), "… is longer than 4096 bytes");
  }
  form->literals = malloc(len + 1);
  if (form->literals == NULL) {
    return SIFT_ENOMEM;
  }
  enum sift_status status = read_text(&reading, text);
  if (status != SIFT_OK) {
    sift_template_release(form);
  }
  return status;
}

void sift_template_release(struct sift_template *form) {
  free(form->literals);
  *form = (struct sift_template){0};
}

static struct sift_span text_of(const struct sift_template *form, const struct sift_template_piece *piece,
                                const struct sift_span *values) {
  return piece->kind == SIFT_PIECE_VARIABLE ? values[piece->variable] : sift_span(form->literals + piece->at, piece->len);
}

/* Looks at the alternative that begins at choice->first; whether it is complete. *seen: some variable is there, empty or not. */
static bool look(const struct sift_template *form, const struct sift_span *values, struct sift_template_choice *choice,
                 bool *seen) {
  bool complete = true;
  choice->room = 0;
  for (choice->last = choice->first; choice->last < form->piece_count; choice->last++) {
    const struct sift_template_piece *piece = &form->pieces[choice->last];
    if (piece->kind == SIFT_PIECE_OR) {
      break;
    }
    struct sift_span text = text_of(form, piece, values);
    complete &= text.len > 0;
    *seen |= text.data != NULL;
    choice->room += text.len;
  }
  return complete;
}

struct sift_template_choice sift_template_choose(const struct sift_template *form, const struct sift_span *values) {
  struct sift_template_choice choice = {0};
  bool seen = false;
  for (bool more = form->piece_count > 0; more; choice.first = choice.last + 1) {
    bool complete = look(form, values, &choice, &seen);
    if (complete && choice.last - choice.first <= 1) {
      bool empty = choice.last == choice.first;
      choice.lent = empty ? sift_span("", 0) : text_of(form, &form->pieces[choice.first], values);
      choice.room = 0;
    }
    if (complete) {
      return choice;
    }
    more = choice.last < form->piece_count;
  }
  choice = (struct sift_template_choice){.lent = sift_span(seen ? "" : NULL, 0)};
  return choice;
}

void sift_template_write(const struct sift_template *form, const struct sift_template_choice *choice,
                         const struct sift_span *values, char *out) {
  for (size_t i = choice->first; i < choice->last; i++) {
    struct sift_span text = text_of(form, &form->pieces[i], values);
    memcpy(out, text.data, text.len);
    out += text.len;
  }
}

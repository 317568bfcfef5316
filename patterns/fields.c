#include "patterns/fields.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "patterns/nearest.h"

/* What a file holds must not steer the terminal that shows the message. */
static void without_controls(char *text) {
  for (; *text != '\0'; text++) {
    if ((unsigned char)*text < 0x20 || *text == 0x7f) {
      *text = '?';
    }
  }
}

void sift_reading_error(struct sift_reading *reading, const struct sift_yaml *at, const char *field, const char *hint,
                        const char *format, ...) {
  char message[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  char name[SIFT_FIELD_NAME_MAX];
  snprintf(name, sizeof name, "%s", field);
  without_controls(message);
  without_controls(name);
  sift_problems_add(reading->problems, &(struct sift_problem){.file = reading->file,
                                                              .line = at != NULL ? at->line : 0,
                                                              .column = at != NULL ? at->column : 0,
                                                              .subject = reading->subject,
                                                              .field = name,
                                                              .message = message,
                                                              .hint = hint});
}

void *sift_reading_alloc(struct sift_reading *reading, size_t size) {
  void *out = sift_arena_alloc(reading->arena, size > 0 ? size : 1);
  reading->no_memory |= out == NULL;
  return out;
}

void sift_field_item(char out[SIFT_FIELD_NAME_MAX], const char *field, size_t index) {
  snprintf(out, SIFT_FIELD_NAME_MAX, "%.36s[%zu]", field, index + 1);
}

static const char *kind_name(const struct sift_yaml *node) {
  static const char *const names[] = {"a text", "a list", "a mapping"};
  return node->kind == SIFT_YAML_SCALAR && node->text.len == 0 && node->plain ? "nothing" : names[node->kind];
}

static bool known(const struct sift_field *fields, size_t count, struct sift_span name) {
  for (size_t i = 0; i < count; i++) {
    if (sift_span_equal(name, sift_span_of(fields[i].name))) {
      return true;
    }
  }
  return false;
}

/* "known are id, class, title". */
static void list_names(char *out, size_t size, const struct sift_field *fields, size_t count) {
  size_t used = (size_t)snprintf(out, size, "known are");
  for (size_t i = 0; i < count && used < size; i++) {
    used += (size_t)snprintf(out + used, size - used, "%s %s", i > 0 ? "," : "", fields[i].name);
  }
}

static void report_unknown(struct sift_reading *reading, const struct sift_yaml *key, const char *what, const char *prefix,
                           const struct sift_field *fields, size_t count) {
  struct sift_nearest nearest = sift_nearest_to(key->text);
  for (size_t i = 0; i < count; i++) {
    sift_nearest_try(&nearest, fields[i].name);
  }
  char names[256];
  list_names(names, sizeof names, fields, count);
  char hint[300];
  sift_nearest_hint(&nearest, names, hint, sizeof hint);
  char field[SIFT_FIELD_NAME_MAX];
  snprintf(field, sizeof field, "%.24s%.36s", prefix, key->text.data);
  sift_reading_error(reading, key, field, hint, "%s has no such field", what);
}

bool sift_read_map(struct sift_reading *reading, const struct sift_yaml *node, const char *what, const char *prefix,
                   const struct sift_field *fields, size_t count) {
  if (node->kind != SIFT_YAML_MAP) {
    sift_reading_error(reading, node, "", "write `name: value` pairs", "%s must be a mapping, here is %s", what, kind_name(node));
    return false;
  }
  for (const struct sift_yaml *value = node->first; value != NULL; value = value->next) {
    if (!known(fields, count, value->key->text)) {
      report_unknown(reading, value->key, what, prefix, fields, count);
    }
  }
  for (size_t i = 0; i < count; i++) {
    if (fields[i].required && sift_yaml_get(node, fields[i].name) == NULL) {
      char field[SIFT_FIELD_NAME_MAX];
      char hint[SIFT_FIELD_NAME_MAX];
      snprintf(field, sizeof field, "%.24s%.36s", prefix, fields[i].name);
      snprintf(hint, sizeof hint, "add `%.36s: …`", fields[i].name);
      sift_reading_error(reading, node, field, hint, "%s needs this field", what);
    }
  }
  return true;
}

bool sift_read_list(struct sift_reading *reading, const struct sift_yaml *node, const char *field, bool filled) {
  if (node->kind != SIFT_YAML_LIST) {
    sift_reading_error(reading, node, field, "write each item on a line of its own after '- ', or all in [ ]",
                       "must be a list, here is %s", kind_name(node));
    return false;
  }
  if (filled && node->count == 0) {
    sift_reading_error(reading, node, field, "give at least one item", "the list is empty");
    return false;
  }
  return true;
}

static bool is_word(struct sift_span text, const char *const *words) {
  for (; *words != NULL; words++) {
    if (text.len == strlen(*words) && strncasecmp(text.data, *words, text.len) == 0) {
      return true;
    }
  }
  return false;
}

/* As YAML's core schema has it: integers, decimals, 0x and 0o. */
static bool is_number(struct sift_span text) {
  const char *at = text.data;
  const char *end = text.data + text.len;
  at += at < end && (*at == '+' || *at == '-');
  if (end - at > 2 && at[0] == '0' && (at[1] == 'x' || at[1] == 'o')) {
    const char *digits = at[1] == 'x' ? "0123456789abcdefABCDEF" : "01234567";
    return strspn(at + 2, digits) == (size_t)(end - at - 2);
  }
  size_t whole = strspn(at, "0123456789_");
  at += whole;
  size_t part = 0;
  if (at < end && *at == '.') {
    part = strspn(at + 1, "0123456789_");
    at += 1 + part;
  }
  if (whole + part == 0) {
    return false;
  }
  if (at < end && (*at == 'e' || *at == 'E')) {
    const char *exponent = at + 1 + (at[1] == '+' || at[1] == '-');
    size_t digits = strspn(exponent, "0123456789");
    at = digits > 0 ? exponent + digits : at;
  }
  return at == end;
}

/* What YAML readers take a scalar without quotes for, or NULL where all take it for text. */
static const char *taken_for(const struct sift_yaml *node) {
  static const char *const nulls[] = {"~", "null", NULL};
  static const char *const bools[] = {"true", "false", "yes", "no", "on", "off", NULL};
  static const char *const numbers[] = {".inf", "-.inf", "+.inf", ".nan", NULL};
  if (!node->plain) {
    return NULL;
  }
  if (is_word(node->text, nulls)) {
    return "nothing";
  }
  if (is_word(node->text, bools)) {
    return "true or false";
  }
  return is_word(node->text, numbers) || is_number(node->text) ? "a number" : NULL;
}

bool sift_read_text(struct sift_reading *reading, const struct sift_yaml *node, const char *field, struct sift_span *out) {
  if (node->kind != SIFT_YAML_SCALAR) {
    sift_reading_error(reading, node, field, "write the text behind the colon, in quotes", "must be a text, here is %s",
                       kind_name(node));
    return false;
  }
  if (node->text.len == 0) {
    sift_reading_error(reading, node, field, "write something, or take the field away", "the text is empty");
    return false;
  }
  const char *other = taken_for(node);
  if (other != NULL) {
    sift_reading_error(reading, node, field, "put it in quotes", "must be a text, but without quotes '%.40s' is %s",
                       node->text.data, other);
    return false;
  }
  out->data = sift_arena_copy(reading->arena, node->text);
  out->len = node->text.len;
  reading->no_memory |= out->data == NULL;
  return out->data != NULL;
}

static bool has_control(struct sift_span text) {
  for (size_t i = 0; i < text.len; i++) {
    if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7f) {
      return true;
    }
  }
  return false;
}

const char *sift_read_line(struct sift_reading *reading, const struct sift_yaml *node, const char *field) {
  struct sift_span text;
  if (!sift_read_text(reading, node, field, &text)) {
    return NULL;
  }
  if (has_control(text)) {
    sift_reading_error(reading, node, field, "write it on one line", "holds a line break or another control character");
    return NULL;
  }
  return text.data;
}

const char *sift_read_id(struct sift_reading *reading, const struct sift_yaml *node, const char *field, bool underscores) {
  struct sift_span text;
  if (!sift_read_text(reading, node, field, &text)) {
    return NULL;
  }
  const char *letters = underscores ? "abcdefghijklmnopqrstuvwxyz0123456789-_" : "abcdefghijklmnopqrstuvwxyz0123456789-";
  const char *allowed = underscores ? "use only a-z, 0-9, '_' and '-'" : "use only a-z, 0-9 and '-'";
  if (strspn(text.data, letters) != text.len) {
    sift_reading_error(reading, node, field, allowed, "'%.80s' is no valid name", text.data);
    return NULL;
  }
  if (text.len > SIFT_ID_BYTES_MAX) {
    sift_reading_error(reading, node, field, "shorten it to 64 bytes", "the name has %zu bytes", text.len);
    return NULL;
  }
  return text.data;
}

const char *sift_read_url(struct sift_reading *reading, const struct sift_yaml *node, const char *field) {
  const char *text = sift_read_line(reading, node, field);
  if (text == NULL) {
    return NULL;
  }
  struct sift_span url = sift_span_of(text);
  bool scheme = sift_span_starts(url, "https://") || sift_span_starts(url, "http://");
  if (!scheme || strpbrk(text, " \"<>") != NULL) {
    sift_reading_error(reading, node, field, "write a full address: https://…", "'%.80s' is no URL", text);
    return NULL;
  }
  return text;
}

bool sift_read_bool(struct sift_reading *reading, const struct sift_yaml *node, const char *field, bool *out) {
  static const char *const yes[] = {"true", NULL};
  static const char *const no[] = {"false", NULL};
  bool scalar = node->kind == SIFT_YAML_SCALAR && node->plain;
  if (!scalar || (!is_word(node->text, yes) && !is_word(node->text, no))) {
    sift_reading_error(reading, node, field, "write true or false, without quotes", "must be true or false, here is %s",
                       scalar ? "another word" : kind_name(node));
    return false;
  }
  *out = is_word(node->text, yes);
  return true;
}

bool sift_read_number(struct sift_reading *reading, const struct sift_yaml *node, const char *field, uint64_t *out) {
  bool digits = node->kind == SIFT_YAML_SCALAR && node->plain && node->text.len > 0 && node->text.len <= 18 &&
                strspn(node->text.data, "0123456789") == node->text.len;
  if (!digits) {
    sift_reading_error(reading, node, field, "write digits only, without quotes", "must be a whole number of at most 18 digits");
    return false;
  }
  *out = 0;
  for (size_t i = 0; i < node->text.len; i++) {
    *out = *out * 10 + (uint64_t)(node->text.data[i] - '0');
  }
  return true;
}

bool sift_read_choice(struct sift_reading *reading, const struct sift_yaml *node, const char *field, const char *const *names,
                      size_t count, size_t *out) {
  struct sift_span text;
  if (!sift_read_text(reading, node, field, &text)) {
    return false;
  }
  struct sift_nearest nearest = sift_nearest_to(text);
  char known_names[256] = "";
  size_t used = 0;
  for (size_t i = 0; i < count; i++) {
    if (sift_span_equal(text, sift_span_of(names[i]))) {
      *out = i;
      return true;
    }
    sift_nearest_try(&nearest, names[i]);
    if (used < sizeof known_names) {
      used += (size_t)snprintf(known_names + used, sizeof known_names - used, "%s%s", i > 0 ? ", " : "", names[i]);
    }
  }
  char hint[128];
  sift_nearest_hint(&nearest, "write one of these", hint, sizeof hint);
  sift_reading_error(reading, node, field, hint, "'%.60s' is none of %s", text.data, known_names);
  return false;
}

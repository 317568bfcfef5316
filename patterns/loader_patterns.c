/* Patterns as a rule file writes them: what their text alone can be wrong in. The engines judge the rest when they compile. */
#include <string.h>

#include "engine/pattern.h"
#include "patterns/loader_internal.h"

static bool check_bytes(struct sift_reading *reading, const struct sift_yaml *node, const char *field, struct sift_span text) {
  if (text.len > SIFT_PATTERN_BYTES_MAX) {
    sift_reading_error(reading, node, field, "shorten it to 4096, or write two patterns", "the pattern has %zu bytes", text.len);
    return false;
  }
  if (memchr(text.data, '\0', text.len) != NULL) {
    sift_reading_error(reading, node, field, "write \\x00", "the pattern holds a NUL byte");
    return false;
  }
  if (strpbrk(text.data, "\r\n") != NULL) {
    sift_reading_error(reading, node, field, "a pattern is matched within one line: write it on one line, or use `all`",
                       "the pattern holds a line break");
    return false;
  }
  return true;
}

static const char *instead_of(char letter) {
  switch (letter) {
  case 'A':
    return "use ^, which is the begin of the line";
  case 'Z':
  case 'z':
    return "use $, which is the end of the line";
  case 'R':
    return "take it away: a line holds no line break";
  case 'X':
  case 'C':
    return "use '.', which is one byte";
  default:
    return "write the pattern without it";
  }
}

static void check_escapes(struct sift_reading *reading, const struct sift_yaml *node, const char *field, const char *text) {
  struct sift_span forbidden = sift_pattern_forbidden(text);
  if (forbidden.len > 0) {
    sift_reading_error(reading, node, field, instead_of(forbidden.data[1]), "%.2s is not allowed in patterns", forbidden.data);
  } else if (text[0] == '(' && text[1] == '*') {
    sift_reading_error(reading, node, field, "take it away; write \\(\\* for the characters themselves",
                       "a pattern may not begin with options such as (*UTF)");
  }
}

struct sift_patterns sift_load_patterns(struct sift_reading *reading, const struct sift_yaml *list, const char *field) {
  struct sift_patterns out = {0};
  if (!sift_read_list(reading, list, field, true)) {
    return out;
  }
  struct sift_pattern *items = sift_reading_alloc(reading, list->count * sizeof *items);
  if (items == NULL) {
    return out;
  }
  size_t index = 0;
  for (const struct sift_yaml *node = list->first; node != NULL; node = node->next) {
    char name[SIFT_FIELD_NAME_MAX];
    sift_field_item(name, field, index++);
    struct sift_span text;
    if (sift_read_text(reading, node, name, &text)) {
      /* A faulty pattern is kept: its groups are looked for, and the set is not used anyhow. */
      if (check_bytes(reading, node, name, text)) {
        check_escapes(reading, node, name, text.data);
      }
      items[out.count++] = (struct sift_pattern){.text = text.data, .line = node->line, .column = node->column};
    }
  }
  out.items = items;
  return out;
}

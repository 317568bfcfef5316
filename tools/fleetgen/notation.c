/* Two walks over the same lines: the first counts, the second fills arrays that are then just large enough. */
#include "tools/fleetgen/notation.h"

#include <stdio.h>
#include <stdlib.h>

struct reader {
  struct sift_gen_notation *notation; /* NULL arrays while counting */
  size_t rule_count, alternative_count, text_len;
  bool in_rule, in_alternative;
  const char *file;
  unsigned line;
  char *error;
  size_t error_size;
};

static enum sift_status wrong(struct reader *reader, const char *message) {
  snprintf(reader->error, reader->error_size, "%s:%u: %s", reader->file, reader->line, message);
  return SIFT_ERULES;
}

static void byte_add(struct reader *reader, char c) {
  if (reader->notation->text != NULL) {
    reader->notation->text[reader->text_len] = c;
  }
  reader->text_len++;
}

/* Copies what a line says, its escapes undone. */
static void bytes_add(struct reader *reader, struct sift_span bytes) {
  for (size_t i = 0; i < bytes.len; i++) {
    char next = i + 1 < bytes.len ? bytes.data[i + 1] : '\0';
    if (bytes.data[i] == '\\' && (next == 'e' || next == 'r' || next == 's')) {
      byte_add(reader, next == 'e' ? '\033' : next == 'r' ? '\r' : ' ');
      i++;
    } else {
      byte_add(reader, bytes.data[i]);
    }
  }
}

static const char *text_at(const struct reader *reader) {
  return reader->notation->text != NULL ? reader->notation->text + reader->text_len : NULL;
}

static void alternative_add(struct reader *reader, const char *text) {
  if (reader->notation->alternatives != NULL) {
    reader->notation->alternatives[reader->alternative_count] = text;
  }
  reader->alternative_count++;
}

static void alternative_end(struct reader *reader) {
  if (reader->in_alternative) {
    byte_add(reader, '\0');
    reader->in_alternative = false;
  }
}

static void rule_end(struct reader *reader) {
  alternative_end(reader);
  if (reader->in_rule) {
    alternative_add(reader, NULL);
    reader->in_rule = false;
  }
}

static void rule_begin(struct reader *reader, struct sift_span name) {
  rule_end(reader);
  if (reader->notation->rules != NULL) {
    reader->notation->rules[reader->rule_count] =
        (struct sift_gen_source){text_at(reader), reader->notation->alternatives + reader->alternative_count};
  }
  bytes_add(reader, name);
  byte_add(reader, '\0');
  reader->rule_count++;
  reader->in_rule = true;
}

static void words_add(struct reader *reader, struct sift_span words) {
  for (size_t begin = 0; begin < words.len;) {
    size_t end = begin;
    while (end < words.len && words.data[end] != ' ') {
      end++;
    }
    if (end > begin) {
      alternative_add(reader, text_at(reader));
      bytes_add(reader, sift_span(words.data + begin, end - begin));
      byte_add(reader, '\0');
    }
    begin = end + 1;
  }
}

static enum sift_status line_read(struct reader *reader, struct sift_span line) {
  if (line.len == 0 || line.data[0] == '#') {
    return SIFT_OK;
  }
  if (line.len > 1 && line.data[1] != ' ') {
    return wrong(reader, "a line begins with '#', '=', '-', '|' or '+' and a space");
  }
  struct sift_span rest = line.len > 2 ? sift_span(line.data + 2, line.len - 2) : sift_span("", 0);
  if (line.data[0] == '=') {
    rule_begin(reader, rest);
    return rest.len > 0 ? SIFT_OK : wrong(reader, "a rule needs a name: = name");
  }
  if (!reader->in_rule) {
    return wrong(reader, "an alternative needs a rule before it: = name");
  }
  switch (line.data[0]) {
  case '-':
    alternative_end(reader);
    alternative_add(reader, text_at(reader));
    bytes_add(reader, rest);
    reader->in_alternative = true;
    return SIFT_OK;
  case '|':
    if (!reader->in_alternative) {
      return wrong(reader, "a second line needs a first one, which begins with '-'");
    }
    byte_add(reader, '\n');
    bytes_add(reader, rest);
    return SIFT_OK;
  case '+':
    alternative_end(reader);
    words_add(reader, rest);
    return SIFT_OK;
  default:
    return wrong(reader, "a line begins with '#', '=', '-', '|' or '+' and a space");
  }
}

static enum sift_status files_read(struct reader *reader, const struct sift_gen_file *files, size_t file_count) {
  reader->rule_count = reader->alternative_count = reader->text_len = 0;
  for (size_t i = 0; i < file_count; i++) {
    struct sift_span text = files[i].text;
    reader->file = files[i].name;
    reader->line = 0;
    for (size_t begin = 0; begin < text.len;) {
      const char *newline = memchr(text.data + begin, '\n', text.len - begin);
      size_t end = newline != NULL ? (size_t)(newline - text.data) : text.len;
      reader->line++;
      enum sift_status status = line_read(reader, sift_span(text.data + begin, end - begin));
      if (status != SIFT_OK) {
        return status;
      }
      begin = end + 1;
    }
    rule_end(reader);
  }
  return SIFT_OK;
}

enum sift_status sift_gen_notation_read(struct sift_gen_notation *notation, const struct sift_gen_file *files, size_t file_count,
                                        char *error, size_t error_size) {
  *notation = (struct sift_gen_notation){0};
  struct reader reader = {.notation = notation, .error = error, .error_size = error_size};
  enum sift_status status = files_read(&reader, files, file_count);
  if (status != SIFT_OK) {
    return status;
  }
  struct sift_gen_notation made = {.rules = calloc(reader.rule_count + 1, sizeof(*made.rules)),
                                   .alternatives = calloc(reader.alternative_count + 1, sizeof(*made.alternatives)),
                                   .text = malloc(reader.text_len + 1)};
  *notation = made;
  if (made.rules == NULL || made.alternatives == NULL || made.text == NULL) {
    sift_gen_notation_release(notation);
    return SIFT_ENOMEM;
  }
  return files_read(&reader, files, file_count);
}

void sift_gen_notation_release(struct sift_gen_notation *notation) {
  free(notation->rules);
  free(notation->alternatives);
  free(notation->text);
  *notation = (struct sift_gen_notation){0};
}

/* A lap as text: lines of a name, a blank and what it is, from "spacesift-lap FORMAT" to "end". */
#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/measure/lap.h"

enum { RULES_MAX = 65536, WORD_BYTES_MAX = 128, NEEDED_MAX = 64 };

/* Every figure but those of ways and rules, by its place in struct sift_lap. */
enum kind { KIND_TEXT, KIND_COUNT, KIND_SIZE, KIND_SECONDS };

static const struct figure {
  const char *name;
  enum kind kind;
  size_t offset;
} figures[] = {
    {"program", KIND_TEXT, offsetof(struct sift_lap, program)},
    {"rules-name", KIND_TEXT, offsetof(struct sift_lap, rules_name)},
    {"rules-version", KIND_TEXT, offsetof(struct sift_lap, rules_version)},
    {"rules-hash", KIND_TEXT, offsetof(struct sift_lap, rules_hash)},
    {"corpus-bytes", KIND_COUNT, offsetof(struct sift_lap, corpus_bytes)},
    {"corpus-lines", KIND_COUNT, offsetof(struct sift_lap, corpus_lines)},
    {"compile-seconds", KIND_SECONDS, offsetof(struct sift_lap, compile_seconds)},
    {"database-bytes", KIND_SIZE, offsetof(struct sift_lap, sizes.database)},
    {"wake-bytes", KIND_SIZE, offsetof(struct sift_lap, sizes.parts.wake_bytes)},
    {"literals-bytes", KIND_SIZE, offsetof(struct sift_lap, sizes.parts.literals_bytes)},
    {"rest-bytes", KIND_SIZE, offsetof(struct sift_lap, sizes.parts.rest_bytes)},
    {"confirm-bytes", KIND_SIZE, offsetof(struct sift_lap, sizes.parts.confirm_bytes)},
    {"scratch-bytes", KIND_SIZE, offsetof(struct sift_lap, sizes.parts.scratch_bytes)},
    {"stored-bytes", KIND_SIZE, offsetof(struct sift_lap, sizes.stored)},
    {"hits", KIND_COUNT, offsetof(struct sift_lap, found.hits)},
    {"woken-lines", KIND_COUNT, offsetof(struct sift_lap, found.woken)},
    {"confirmed-lines", KIND_COUNT, offsetof(struct sift_lap, found.confirmed)},
    {"match-limit", KIND_COUNT, offsetof(struct sift_lap, found.limited)},
};
enum { FIGURES = sizeof figures / sizeof figures[0] };
static_assert((int)FIGURES <= (int)NEEDED_MAX, "one bit a figure");

/* ---- writing ---- */

static void write_figure(struct sift_text *text, const struct figure *figure, const struct sift_lap *lap) {
  const char *at = (const char *)lap + figure->offset;
  sift_text_format(text, "%s ", figure->name);
  switch (figure->kind) {
  case KIND_TEXT:
    sift_text_safe(text, sift_span_of(*(const char *const *)(const void *)at), WORD_BYTES_MAX);
    break;
  case KIND_COUNT:
    sift_text_format(text, "%llu", (unsigned long long)*(const uint64_t *)(const void *)at);
    break;
  case KIND_SIZE:
    sift_text_format(text, "%zu", *(const size_t *)(const void *)at);
    break;
  case KIND_SECONDS:
    sift_text_format(text, "%.9f", *(const double *)(const void *)at);
    break;
  }
  sift_text_put(text, "\n");
}

void sift_lap_write(struct sift_text *text, const struct sift_lap *lap) {
  sift_text_format(text, "spacesift-lap %d\n", SIFT_LAP_FORMAT);
  for (size_t i = 0; i < FIGURES; i++) {
    write_figure(text, &figures[i], lap);
  }
  for (int i = 0; i < SIFT_WAYS; i++) {
    const struct sift_lap_run *run = &lap->runs[i];
    if (run->made) {
      sift_text_format(text, "way %s %.9f %.9f %llu\n", sift_way_name((enum sift_way)i), run->cpu, run->wall,
                       (unsigned long long)run->bytes);
    }
  }
  for (size_t i = 0; i < lap->rule_count; i++) {
    sift_text_format(text, "rule %s %llu\n", lap->rules[i].id, (unsigned long long)lap->rules[i].hits);
  }
  sift_text_put(text, "end\n");
}

/* ---- reading ---- */

struct lap_reader {
  struct sift_lap *lap;
  struct sift_span rest; /* what was not read yet */
  uint64_t seen;         /* a bit a figure */
  size_t rule_capacity;
  bool ended, no_memory;
};

/* The part of a span before `mark`, which is taken from it with the mark; false where no mark is left. */
static bool take(struct sift_span *from, char mark, struct sift_span *part) {
  const char *at = from->len > 0 ? memchr(from->data, mark, from->len) : NULL;
  if (at == NULL) {
    return false;
  }
  *part = sift_span(from->data, (size_t)(at - from->data));
  *from = sift_span(at + 1, from->len - part->len - 1);
  return true;
}

/* The next word of a line, the last one included; "" where none is left. */
static struct sift_span take_word(struct sift_span *line) {
  struct sift_span word;
  if (!take(line, ' ', &word)) {
    word = *line;
    *line = sift_span("", 0);
  }
  return word;
}

static bool is(struct sift_span word, const char *name) {
  return sift_span_equal(word, sift_span_of(name));
}

static bool read_count(struct sift_span word, uint64_t *out) {
  uint64_t value = 0;
  for (size_t i = 0; i < word.len; i++) {
    if (word.data[i] < '0' || word.data[i] > '9' || value > (UINT64_MAX - 9) / 10) {
      return false;
    }
    value = 10 * value + (uint64_t)(word.data[i] - '0');
  }
  *out = value;
  return word.len > 0;
}

static bool read_seconds(struct sift_span word, double *out) {
  char text[64];
  char *end = NULL;
  if (word.len == 0 || word.len >= sizeof text || word.data[0] < '0' || word.data[0] > '9') {
    return false;
  }
  memcpy(text, word.data, word.len);
  text[word.len] = '\0';
  *out = strtod(text, &end);
  return end == text + word.len && strpbrk(text, "xXnN") == NULL && isfinite(*out) && *out < 1e9;
}

static bool read_text(struct lap_reader *reader, struct sift_span value, const char **out) {
  *out = value.len <= 4 * (size_t)WORD_BYTES_MAX ? sift_arena_copy(&reader->lap->texts, value) : NULL;
  reader->no_memory = reader->no_memory || (*out == NULL && value.len <= 4 * (size_t)WORD_BYTES_MAX);
  return *out != NULL;
}

static bool read_figure(struct lap_reader *reader, const struct figure *figure, struct sift_span value) {
  char *at = (char *)reader->lap + figure->offset;
  uint64_t count = 0;
  switch (figure->kind) {
  case KIND_TEXT:
    return read_text(reader, value, (const char **)(void *)at);
  case KIND_COUNT:
    return read_count(value, (uint64_t *)(void *)at);
  case KIND_SECONDS:
    return read_seconds(value, (double *)(void *)at);
  case KIND_SIZE:
    break;
  }
  bool good = read_count(value, &count) && count <= SIZE_MAX / 2;
  *(size_t *)(void *)at = good ? (size_t)count : 0;
  return good;
}

/* "way NAME CPU WALL BYTES"; one that is not known here is another build's affair. */
static bool read_way(struct lap_reader *reader, struct sift_span line) {
  struct sift_lap_run run = {.made = true};
  struct sift_span name = take_word(&line);
  bool good = read_seconds(take_word(&line), &run.cpu) && read_seconds(take_word(&line), &run.wall) &&
              read_count(take_word(&line), &run.bytes) && line.len == 0 && run.bytes > 0;
  for (int i = 0; good && i < SIFT_WAYS; i++) {
    if (is(name, sift_way_name((enum sift_way)i))) {
      reader->lap->runs[i] = run;
    }
  }
  return good;
}

static bool grow_rules(struct lap_reader *reader) {
  struct sift_lap *lap = reader->lap;
  if (lap->rule_count < reader->rule_capacity) {
    return true;
  }
  size_t grown = reader->rule_capacity == 0 ? 256 : 2 * reader->rule_capacity;
  struct sift_lap_rule *rules = sift_arena_alloc(&lap->texts, grown * sizeof *rules);
  if (rules == NULL) {
    reader->no_memory = true;
    return false;
  }
  if (lap->rule_count > 0) {
    memcpy(rules, lap->rules, lap->rule_count * sizeof *rules);
  }
  lap->rules = rules;
  reader->rule_capacity = grown;
  return true;
}

/* "rule ID HITS", sorted by id. */
static bool read_rule(struct lap_reader *reader, struct sift_span line) {
  struct sift_lap *lap = reader->lap;
  struct sift_lap_rule rule = {0};
  struct sift_span id = take_word(&line);
  if (id.len == 0 || lap->rule_count == RULES_MAX || !read_count(take_word(&line), &rule.hits) || line.len > 0 ||
      !read_text(reader, id, &rule.id) || !grow_rules(reader)) {
    return false;
  }
  if (lap->rule_count > 0 && strcmp(lap->rules[lap->rule_count - 1].id, rule.id) >= 0) {
    return false;
  }
  lap->rules[lap->rule_count++] = rule;
  return true;
}

static bool read_line(struct lap_reader *reader, struct sift_span line) {
  struct sift_span name = take_word(&line);
  if (is(name, "end")) {
    reader->ended = true;
    return line.len == 0 && reader->rest.len == 0;
  }
  if (is(name, "way")) {
    return read_way(reader, line);
  }
  if (is(name, "rule")) {
    return read_rule(reader, line);
  }
  for (size_t i = 0; i < FIGURES; i++) {
    if (is(name, figures[i].name)) {
      bool again = (reader->seen >> i & 1) != 0;
      reader->seen |= UINT64_C(1) << i;
      return !again && read_figure(reader, &figures[i], line);
    }
  }
  return true;
}

/* What is missing of it, or NULL. */
static const char *find_missing(const struct lap_reader *reader) {
  for (size_t i = 0; i < FIGURES; i++) {
    if ((reader->seen >> i & 1) == 0) {
      return figures[i].name;
    }
  }
  return !reader->lap->runs[SIFT_WAY_PATH].made ? "way path" : NULL;
}

static bool read_lines(struct lap_reader *reader, char *error, size_t error_size) {
  struct sift_span line;
  uint64_t format = 0;
  if (!take(&reader->rest, '\n', &line) || !is(take_word(&line), "spacesift-lap") || !read_count(line, &format)) {
    snprintf(error, error_size, "what it printed is no lap of a benchmark");
    return false;
  }
  if (format != SIFT_LAP_FORMAT) {
    snprintf(error, error_size, "it tells laps in format %llu, this program knows format %d", (unsigned long long)format,
             SIFT_LAP_FORMAT);
    return false;
  }
  for (unsigned number = 2; !reader->ended; number++) {
    if (!take(&reader->rest, '\n', &line)) {
      snprintf(error, error_size, "what it printed ends before its end, in line %u", number);
      return false;
    }
    if (!read_line(reader, line)) {
      snprintf(error, error_size, "line %u of what it printed is broken", number);
      return false;
    }
  }
  const char *missing = find_missing(reader);
  if (missing != NULL) {
    snprintf(error, error_size, "what it printed lacks '%s'", missing);
  }
  return missing == NULL;
}

enum sift_status sift_lap_read(struct sift_lap *out, struct sift_span text, char *error, size_t error_size) {
  struct lap_reader reader = {.lap = out, .rest = text};
  *out = (struct sift_lap){0};
  sift_arena_init(&out->texts);
  bool good = read_lines(&reader, error, error_size);
  enum sift_status status = reader.no_memory ? SIFT_ENOMEM : good ? SIFT_OK : SIFT_EFORMAT;
  if (status != SIFT_OK) {
    sift_lap_release(out);
  }
  return status;
}

#include "engine/ruleset.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/ruleset_internal.h"

static_assert(SIFT_CHANNELS_MAX == sizeof(uint32_t) * CHAR_BIT, "a channel is a bit of sift_rule.channels");

static const uint32_t OTHER_CHANNELS = UINT32_C(1) << (SIFT_CHANNELS_MAX - 1);
static const uint32_t ALL_CHANNELS = UINT32_MAX;

static const char *const severity_names[] = {"info", "warning", "error", "fatal"};
static_assert(sizeof severity_names / sizeof severity_names[0] == SIFT_SEVERITIES, "a severity has no name");

static const char *const mark_names[] = {"none",  "queued",  "step_start", "step_ok", "step_failed",
                                         "built", "startup", "listening",  "healthy", "failed"};
static_assert(sizeof mark_names / sizeof mark_names[0] == SIFT_MARKS, "a mark has no name");

const char *sift_severity_name(enum sift_severity severity) {
  assert((unsigned)severity < SIFT_SEVERITIES);
  return severity_names[severity];
}

unsigned sift_severity_number(enum sift_severity severity) {
  assert((unsigned)severity < SIFT_SEVERITIES);
  return 9 + 4 * (unsigned)severity;
}

bool sift_severity_parse(struct sift_span name, enum sift_severity *out) {
  for (int i = 0; i < SIFT_SEVERITIES; i++) {
    if (sift_span_equal(name, sift_span_of(severity_names[i]))) {
      *out = (enum sift_severity)i;
      return true;
    }
  }
  return false;
}

const char *sift_mark_name(enum sift_mark mark) {
  assert((unsigned)mark < SIFT_MARKS);
  return mark_names[mark];
}

bool sift_mark_parse(struct sift_span name, enum sift_mark *out) {
  for (int i = SIFT_MARK_NONE + 1; i < SIFT_MARKS; i++) {
    if (sift_span_equal(name, sift_span_of(mark_names[i]))) {
      *out = (enum sift_mark)i;
      return true;
    }
  }
  return false;
}

enum sift_status sift_ruleset_new(struct sift_ruleset **out) {
  *out = calloc(1, sizeof **out);
  if (*out == NULL) {
    return SIFT_ENOMEM;
  }
  sift_arena_init(&(*out)->arena);
  (*out)->name = "";
  (*out)->version = "";
  (*out)->tree.file = "";
  return SIFT_OK;
}

void sift_ruleset_free(struct sift_ruleset *ruleset) {
  if (ruleset == NULL) {
    return;
  }
  sift_arena_release(&ruleset->arena);
  free(ruleset->classes);
  free(ruleset->rules);
  free(ruleset);
}

/* Room for one more item of `size` bytes, zeroed; the array moves. */
static void *grow(void **items, size_t *count, size_t *capacity, size_t size, size_t limit) {
  if (*count >= limit) {
    return NULL;
  }
  if (*count == *capacity) {
    size_t wanted = *capacity == 0 ? 64 : *capacity * 2;
    void *moved = realloc(*items, wanted * size);
    if (moved == NULL) {
      return NULL;
    }
    *items = moved;
    *capacity = wanted;
  }
  return memset((char *)*items + (*count)++ * size, 0, size);
}

struct sift_class *sift_ruleset_add_class(struct sift_ruleset *ruleset) {
  void *items = ruleset->classes;
  struct sift_class *added =
      grow(&items, &ruleset->class_count, &ruleset->class_capacity, sizeof *ruleset->classes, SIFT_CLASSES_MAX);
  ruleset->classes = items;
  if (added != NULL) {
    added->id = added->title = added->file = "";
  }
  return added;
}

struct sift_rule *sift_ruleset_add_rule(struct sift_ruleset *ruleset) {
  void *items = ruleset->rules;
  struct sift_rule *added = grow(&items, &ruleset->rule_count, &ruleset->rule_capacity, sizeof *ruleset->rules, SIFT_RULES_MAX);
  ruleset->rules = items;
  if (added != NULL) {
    added->id = added->title = added->reference = added->file = "";
    added->channels = ALL_CHANNELS;
  }
  return added;
}

static uint32_t known_channel(const struct sift_ruleset *ruleset, struct sift_span name) {
  for (size_t i = 0; i < ruleset->channel_count; i++) {
    if (sift_span_equal(name, sift_span_of(ruleset->channels[i]))) {
      return UINT32_C(1) << i;
    }
  }
  return 0;
}

uint32_t sift_ruleset_channel(struct sift_ruleset *ruleset, struct sift_span name) {
  uint32_t bit = known_channel(ruleset, name);
  if (bit != 0 || ruleset->channel_count == SIFT_CHANNELS_MAX - 1) {
    return bit;
  }
  const char *copy = sift_arena_copy(&ruleset->arena, name);
  if (copy == NULL) {
    return 0;
  }
  ruleset->channels[ruleset->channel_count] = copy;
  return UINT32_C(1) << ruleset->channel_count++;
}

uint32_t sift_ruleset_channel_bit(const struct sift_ruleset *ruleset, struct sift_span name) {
  if (name.len == 0 || (name.len == 1 && name.data[0] == '-')) {
    return ALL_CHANNELS;
  }
  uint32_t bit = known_channel(ruleset, name);
  return bit != 0 ? bit : OTHER_CHANNELS;
}

static void report_twice(struct sift_problems *problems, const char *what, const char *id, const char *first_file,
                         unsigned first_line, const char *file, unsigned line, unsigned column) {
  char message[256];
  snprintf(message, sizeof message, "this %s stands twice; the first is at %.120s:%u", what, first_file, first_line);
  sift_problems_add(problems, &(struct sift_problem){.file = file,
                                                     .line = line,
                                                     .column = column,
                                                     .subject = id,
                                                     .field = "id",
                                                     .message = message,
                                                     .hint = "rename or remove one of them"});
}

/* Of sorted arrays. */
static bool report_duplicates(const struct sift_ruleset *ruleset, struct sift_problems *problems) {
  bool any = false;
  for (size_t i = 1; i < ruleset->class_count; i++) {
    const struct sift_class *a = &ruleset->classes[i - 1];
    const struct sift_class *b = &ruleset->classes[i];
    if (strcmp(a->id, b->id) == 0) {
      report_twice(problems, "class", b->id, a->file, a->line, b->file, b->line, b->column);
      any = true;
    }
  }
  for (size_t i = 1; i < ruleset->rule_count; i++) {
    const struct sift_rule *a = &ruleset->rules[i - 1];
    const struct sift_rule *b = &ruleset->rules[i];
    if (strcmp(a->id, b->id) == 0) {
      report_twice(problems, "rule", b->id, a->file, a->line, b->file, b->line, b->column);
      any = true;
    }
  }
  return any;
}

enum sift_status sift_ruleset_seal(struct sift_ruleset *ruleset, struct sift_problems *problems) {
  enum sift_status status = sift_ruleset_sort(ruleset);
  if (status != SIFT_OK) {
    return status;
  }
  if (report_duplicates(ruleset, problems)) {
    return SIFT_ERULES;
  }
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    struct sift_class *class = &ruleset->classes[ruleset->rules[i].class_index];
    class->phrases = class->phrases || ruleset->rules[i].incident;
  }
  return sift_ruleset_hash(ruleset);
}

static_assert(offsetof(struct sift_rule, id) == 0 && offsetof(struct sift_class, id) == 0,
              "find_id() reads an id at an item's begin");

static int find_id(const void *items, size_t count, size_t size, struct sift_span id) {
  size_t low = 0;
  size_t high = count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    const char *const *here = (const void *)((const char *)items + middle * size);
    int order = sift_span_compare(sift_span_of(*here), id);
    if (order == 0) {
      return (int)middle;
    }
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return -1;
}

int sift_ruleset_find_rule(const struct sift_ruleset *ruleset, struct sift_span id) {
  return find_id(ruleset->rules, ruleset->rule_count, sizeof *ruleset->rules, id);
}

int sift_ruleset_find_class(const struct sift_ruleset *ruleset, struct sift_span id) {
  return find_id(ruleset->classes, ruleset->class_count, sizeof *ruleset->classes, id);
}

#include "engine/state_format.h"

#include <stdlib.h>

const uint64_t sift_state_units[4] = {1000000000, 1000000, 1000, 1};

bool sift_state_name_is(struct sift_span name, const char *special) {
  return sift_span_equal(name, sift_span_of(special));
}

bool sift_state_name_valid(struct sift_span name) {
  return sift_space_name_valid(name) || sift_state_name_is(name, SIFT_OVERFLOW_NAME);
}

/* --- headers ----------------------------------------------------------------------------------------------------------- */

enum sift_status sift_state_header_make(struct sift_state_header *out, const struct sift_ruleset *ruleset,
                                        struct sift_arena *arena) {
  const char **rules = sift_arena_alloc(arena, (ruleset->rule_count + 1) * sizeof *rules);
  const char **classes = sift_arena_alloc(arena, (ruleset->class_count + 1) * sizeof *classes);
  if (rules == NULL || classes == NULL) {
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    rules[i] = ruleset->rules[i].id;
  }
  for (size_t i = 0; i < ruleset->class_count; i++) {
    classes[i] = ruleset->classes[i].id;
  }
  *out = (struct sift_state_header){
      .ruleset_name = ruleset->name,
      .ruleset_version = ruleset->version,
      .ruleset_hash = ruleset->hash_text,
      .rules = rules,
      .rule_count = ruleset->rule_count,
      .classes = classes,
      .class_count = ruleset->class_count,
  };
  return SIFT_OK;
}

bool sift_state_header_matches(const struct sift_state_header *header, const struct sift_ruleset *ruleset) {
  bool same = strcmp(header->ruleset_hash, ruleset->hash_text) == 0 && header->rule_count == ruleset->rule_count &&
              header->class_count == ruleset->class_count;
  for (size_t i = 0; same && i < ruleset->rule_count; i++) {
    same = strcmp(header->rules[i], ruleset->rules[i].id) == 0;
  }
  for (size_t i = 0; same && i < ruleset->class_count; i++) {
    same = strcmp(header->classes[i], ruleset->classes[i].id) == 0;
  }
  return same;
}

static bool ids_equal(const char *const *a, const char *const *b, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (strcmp(a[i], b[i]) != 0) {
      return false;
    }
  }
  return true;
}

bool sift_state_header_equal(const struct sift_state_header *a, const struct sift_state_header *b) {
  return strcmp(a->ruleset_hash, b->ruleset_hash) == 0 && strcmp(a->ruleset_name, b->ruleset_name) == 0 &&
         strcmp(a->ruleset_version, b->ruleset_version) == 0 && a->rule_count == b->rule_count &&
         a->class_count == b->class_count && ids_equal(a->rules, b->rules, a->rule_count) &&
         ids_equal(a->classes, b->classes, a->class_count);
}

/* --- states in memory -------------------------------------------------------------------------------------------------- */

void sift_state_buffer_release(struct sift_state_buffer *buffer) {
  free(buffer->bytes);
  *buffer = (struct sift_state_buffer){0};
}

/* Grows by half: runs are many and long-lived, so what stays unused counts. */
static enum sift_status append(void *context, const char *bytes, size_t size) {
  struct sift_state_buffer *buffer = context;
  if (buffer->capacity - buffer->size < size) {
    size_t capacity = buffer->capacity + buffer->capacity / 2;
    if (capacity < buffer->size + size) {
      capacity = buffer->size + size;
    }
    char *grown = realloc(buffer->bytes, capacity);
    if (grown == NULL) {
      return SIFT_ENOMEM;
    }
    buffer->bytes = grown;
    buffer->capacity = capacity;
  }
  if (size > 0) {
    memcpy(buffer->bytes + buffer->size, bytes, size);
  }
  buffer->size += size;
  return SIFT_OK;
}

struct sift_state_output sift_state_buffer_output(struct sift_state_buffer *buffer) {
  return (struct sift_state_output){.write = append, .context = buffer};
}

static enum sift_status take(void *context, char *buffer, size_t size, size_t *got) {
  struct sift_state_bytes *bytes = context;
  *got = size < bytes->rest.len ? size : bytes->rest.len;
  if (*got > 0) {
    memcpy(buffer, bytes->rest.data, *got);
    bytes->rest = sift_span(bytes->rest.data + *got, bytes->rest.len - *got);
  }
  return SIFT_OK;
}

struct sift_state_input sift_state_bytes_input(struct sift_state_bytes *bytes) {
  return (struct sift_state_input){.read = take, .context = bytes};
}

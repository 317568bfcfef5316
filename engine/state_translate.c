#include "engine/state_translate.h"

#include <stdlib.h>

#include "engine/fleet_internal.h"

/* From indices of the old rule set to those of the new; -1: it has none. */
struct translation {
  int *rules, *classes;
  struct sift_evidence *evidence; /* of the Space at hand */
  uint32_t evidence_capacity;
};

static enum sift_status translation_init(struct translation *map, const struct sift_state_header *from,
                                         const struct sift_ruleset *to) {
  *map = (struct translation){
      .rules = calloc(from->rule_count + 1, sizeof *map->rules),
      .classes = calloc(from->class_count + 1, sizeof *map->classes),
  };
  if (map->rules == NULL || map->classes == NULL) {
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < from->rule_count; i++) {
    map->rules[i] = sift_ruleset_find_rule(to, sift_span_of(from->rules[i]));
  }
  for (size_t i = 0; i < from->class_count; i++) {
    map->classes[i] = sift_ruleset_find_class(to, sift_span_of(from->classes[i]));
  }
  return SIFT_OK;
}

static void translation_release(struct translation *map) {
  free(map->rules);
  free(map->classes);
  free(map->evidence);
}

static enum sift_status translate_space(struct translation *map, const struct sift_space *from, struct sift_state_writer *writer) {
  if (from->evidence_count > map->evidence_capacity) {
    struct sift_evidence *evidence = realloc(map->evidence, from->evidence_count * sizeof *evidence);
    if (evidence == NULL) {
      return SIFT_ENOMEM;
    }
    map->evidence = evidence;
    map->evidence_capacity = from->evidence_count;
  }
  struct sift_space space = *from;
  space.evidence = map->evidence;
  space.evidence_count = 0;
  for (uint32_t i = 0; i < from->evidence_count; i++) {
    int rule = map->rules[from->evidence[i].rule];
    if (rule >= 0) {
      space.evidence[space.evidence_count] = from->evidence[i];
      space.evidence[space.evidence_count++].rule = (uint32_t)rule;
    }
  }
  sift_space_sort(&space);
  return sift_state_write(writer, &space);
}

static int by_series(const void *a, const void *b) {
  const struct sift_window *x = a;
  return sift_window_compare(x->series, x->start_s, b);
}

/* False where the new rule set does not know it: what a rule's windows count, it must say of the same class. */
static bool translate_series(const struct translation *map, const struct sift_ruleset *to, struct sift_series *series) {
  int class_index = map->classes[series->class_index];
  int rule = series->rule != SIFT_RULE_NONE ? map->rules[series->rule] : -1;
  bool known = series->rule == SIFT_RULE_NONE || (rule >= 0 && to->rules[rule].class_index == (uint32_t)class_index);
  if (class_index < 0 || !known) {
    return false;
  }
  *series = (struct sift_series){(uint32_t)class_index, rule >= 0 ? (uint32_t)rule : SIFT_RULE_NONE};
  return true;
}

static enum sift_status translate_fleet(struct translation *map, const struct sift_ruleset *to, const struct sift_fleet *from,
                                        struct sift_state_writer *writer) {
  struct sift_fleet fleet;
  enum sift_status status = sift_fleet_init(&fleet);
  status = status == SIFT_OK ? sift_fleet_merge(&fleet, from) : status;
  size_t kept = 0;
  for (size_t i = 0; i < fleet.window_count && status == SIFT_OK; i++) {
    if (translate_series(map, to, &fleet.windows[i].series)) {
      fleet.windows[kept++] = fleet.windows[i];
    } else {
      sift_window_release(&fleet.windows[i]);
    }
  }
  if (status == SIFT_OK) {
    fleet.window_count = kept;
    if (kept > 0) {
      qsort(fleet.windows, kept, sizeof *fleet.windows, by_series);
    }
    status = sift_state_finish(writer, &fleet);
  }
  sift_fleet_release(&fleet);
  return status;
}

static enum sift_status translate_all(struct sift_state_reader *reader, const struct sift_ruleset *to,
                                      struct sift_state_writer *writer, struct translation *map) {
  const struct sift_space *space = NULL;
  enum sift_status status = SIFT_OK;
  while ((status = sift_state_next(reader, &space)) == SIFT_OK) {
    enum sift_status written = translate_space(map, space, writer);
    if (written != SIFT_OK) {
      return written;
    }
  }
  return status == SIFT_END ? translate_fleet(map, to, sift_state_reader_fleet(reader), writer) : status;
}

enum sift_status sift_state_translate(struct sift_state_input input, const struct sift_ruleset *to,
                                      struct sift_state_output output) {
  struct sift_state_reader *reader = NULL;
  struct sift_state_writer *writer = NULL;
  struct sift_state_header header;
  struct translation map = {0};
  struct sift_arena arena;
  sift_arena_init(&arena);
  enum sift_status status = sift_state_reader_new(&reader, input);
  status = status == SIFT_OK ? translation_init(&map, sift_state_reader_header(reader), to) : status;
  status = status == SIFT_OK ? sift_state_header_make(&header, to, &arena) : status;
  status = status == SIFT_OK ? sift_state_writer_new(&writer, output, &header) : status;
  status = status == SIFT_OK ? translate_all(reader, to, writer, &map) : status;
  sift_state_writer_free(writer);
  sift_state_reader_free(reader);
  translation_release(&map);
  sift_arena_release(&arena);
  return status;
}

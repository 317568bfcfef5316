#include "engine/state_translate.h"

#include <stdlib.h>

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

static int by_class(const void *a, const void *b) {
  const struct sift_window *x = a;
  const struct sift_window *y = b;
  if (x->class_index != y->class_index) {
    return x->class_index < y->class_index ? -1 : 1;
  }
  return (x->start_s > y->start_s) - (x->start_s < y->start_s);
}

static enum sift_status translate_fleet(struct translation *map, const struct sift_fleet *from, struct sift_state_writer *writer) {
  struct sift_fleet fleet;
  enum sift_status status = sift_fleet_init(&fleet);
  status = status == SIFT_OK ? sift_fleet_merge(&fleet, from) : status;
  size_t kept = 0;
  for (size_t i = 0; i < fleet.window_count && status == SIFT_OK; i++) {
    int class_index = map->classes[fleet.windows[i].class_index];
    if (class_index < 0) {
      sift_sketch_release(&fleet.windows[i].spaces);
      continue;
    }
    fleet.windows[kept] = fleet.windows[i];
    fleet.windows[kept++].class_index = (uint32_t)class_index;
  }
  if (status == SIFT_OK) {
    fleet.window_count = kept;
    if (kept > 1) {
      qsort(fleet.windows, kept, sizeof *fleet.windows, by_class);
    }
    status = sift_state_finish(writer, &fleet);
  }
  sift_fleet_release(&fleet);
  return status;
}

static enum sift_status translate_all(struct sift_state_reader *reader, struct sift_state_writer *writer, struct translation *map) {
  const struct sift_space *space = NULL;
  enum sift_status status = SIFT_OK;
  while ((status = sift_state_next(reader, &space)) == SIFT_OK) {
    enum sift_status written = translate_space(map, space, writer);
    if (written != SIFT_OK) {
      return written;
    }
  }
  return status == SIFT_END ? translate_fleet(map, sift_state_reader_fleet(reader), writer) : status;
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
  status = status == SIFT_OK ? translate_all(reader, writer, &map) : status;
  sift_state_writer_free(writer);
  sift_state_reader_free(reader);
  translation_release(&map);
  sift_arena_release(&arena);
  return status;
}

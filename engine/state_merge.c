#include <assert.h>
#include <stdlib.h>

#include "engine/state_format.h"
#include "engine/state_overflow.h"

/* A source's next Space. */
struct head {
  const struct sift_space *space;
  size_t source;
};

struct sift_state_merger {
  struct sift_state_source *sources;
  size_t count;
  struct head *heap; /* smallest name first */
  size_t heap_count;
  size_t *taken; /* sources whose Space was handed out: they read on at the next call */
  size_t taken_count;
  struct sift_arena arena; /* of `merged`, reset for each */
  struct sift_space merged;
  uint64_t spaces, spaces_max;
  struct sift_overflow overflow;
  size_t culprit;
  enum sift_status status;
  struct sift_fleet fleet;
};

/* --- what it reads from ------------------------------------------------------------------------------------------------ */

static enum sift_status reader_next(void *context, const struct sift_space **out) {
  return sift_state_next(context, out);
}

static const struct sift_fleet *reader_fleet(const void *context) {
  return sift_state_reader_fleet(context);
}

struct sift_state_source sift_state_reader_source(struct sift_state_reader *reader) {
  return (struct sift_state_source){sift_state_reader_header(reader), reader_next, reader_fleet, reader};
}

static enum sift_status merger_next(void *context, const struct sift_space **out) {
  return sift_state_merger_next(context, out);
}

static const struct sift_fleet *merger_fleet(const void *context) {
  return sift_state_merger_fleet(context);
}

struct sift_state_source sift_state_merger_source(struct sift_state_merger *merger) {
  return (struct sift_state_source){merger->count > 0 ? merger->sources[0].header : NULL, merger_next, merger_fleet, merger};
}

enum sift_status sift_state_merger_open(struct sift_state_merger **out, const struct sift_state_source *sources, size_t count,
                                        uint64_t spaces_max) {
  *out = NULL;
  for (size_t i = 1; i < count; i++) {
    if (!sift_state_header_equal(sources[0].header, sources[i].header)) {
      return SIFT_EVERSION;
    }
  }
  struct sift_state_merger *merger = calloc(1, sizeof *merger);
  if (merger == NULL) {
    return SIFT_ENOMEM;
  }
  merger->count = count;
  merger->spaces_max = spaces_max;
  sift_arena_init(&merger->arena);
  sift_overflow_init(&merger->overflow);
  merger->sources = calloc(count + 1, sizeof *merger->sources);
  merger->heap = calloc(count + 1, sizeof *merger->heap);
  merger->taken = calloc(count + 1, sizeof *merger->taken);
  if (sift_fleet_init(&merger->fleet) != SIFT_OK || merger->sources == NULL || merger->heap == NULL || merger->taken == NULL) {
    sift_state_merger_free(merger);
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < count; i++) {
    merger->sources[i] = sources[i];
    merger->taken[i] = i;
  }
  merger->taken_count = count;
  *out = merger;
  return SIFT_OK;
}

enum sift_status sift_state_merger_new(struct sift_state_merger **out, struct sift_state_reader *const *readers, size_t count,
                                       uint64_t spaces_max) {
  *out = NULL;
  struct sift_state_source *sources = calloc(count + 1, sizeof *sources);
  if (sources == NULL) {
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < count; i++) {
    sources[i] = sift_state_reader_source(readers[i]);
  }
  enum sift_status status = sift_state_merger_open(out, sources, count, spaces_max);
  free(sources);
  return status;
}

void sift_state_merger_free(struct sift_state_merger *merger) {
  if (merger == NULL) {
    return;
  }
  sift_fleet_release(&merger->fleet);
  sift_arena_release(&merger->arena);
  sift_overflow_release(&merger->overflow);
  free(merger->sources);
  free(merger->heap);
  free(merger->taken);
  free(merger);
}

const struct sift_fleet *sift_state_merger_fleet(const struct sift_state_merger *merger) {
  assert(merger->status == SIFT_END);
  return &merger->fleet;
}

size_t sift_state_merger_culprit(const struct sift_state_merger *merger) {
  return merger->culprit;
}

/* --- the heap ---------------------------------------------------------------------------------------------------------- */

static bool before(const struct head *a, const struct head *b) {
  return sift_span_compare(a->space->name, b->space->name) < 0;
}

static void swap(struct head *a, struct head *b) {
  struct head held = *a;
  *a = *b;
  *b = held;
}

static void push(struct sift_state_merger *merger, struct head head) {
  struct head *heap = merger->heap;
  size_t at = merger->heap_count++;
  heap[at] = head;
  while (at > 0 && before(&heap[at], &heap[(at - 1) / 2])) {
    swap(&heap[at], &heap[(at - 1) / 2]);
    at = (at - 1) / 2;
  }
}

/* Its source is noted as taken. */
static const struct sift_space *pop(struct sift_state_merger *merger) {
  struct head *heap = merger->heap;
  struct head top = heap[0];
  heap[0] = heap[--merger->heap_count];
  for (size_t at = 0;;) {
    size_t child = 2 * at + 1;
    if (child >= merger->heap_count) {
      break;
    }
    child += child + 1 < merger->heap_count && before(&heap[child + 1], &heap[child]);
    if (!before(&heap[child], &heap[at])) {
      break;
    }
    swap(&heap[child], &heap[at]);
    at = child;
  }
  merger->taken[merger->taken_count++] = top.source;
  return top.space;
}

static enum sift_status read_on(struct sift_state_merger *merger) {
  while (merger->taken_count > 0) {
    size_t at = merger->taken[--merger->taken_count];
    const struct sift_state_source *source = &merger->sources[at];
    const struct sift_space *space = NULL;
    enum sift_status status = source->next(source->context, &space);
    if (status == SIFT_OK) {
      push(merger, (struct head){.space = space, .source = at});
    } else if (status != SIFT_END) {
      merger->culprit = at;
      return status;
    }
  }
  return SIFT_OK;
}

/* --- merging ----------------------------------------------------------------------------------------------------------- */

static bool same_name_next(const struct sift_state_merger *merger, struct sift_span name) {
  return merger->heap_count > 0 && sift_span_equal(merger->heap[0].space->name, name);
}

/* All inputs' tallies of one Space, folded; what only one input has passes as it is. */
static enum sift_status take_next(struct sift_state_merger *merger, const struct sift_space **out) {
  const struct sift_space *first = pop(merger);
  if (!same_name_next(merger, first->name)) {
    *out = first;
    return SIFT_OK;
  }
  sift_arena_reset(&merger->arena);
  merger->merged = (struct sift_space){.name = first->name};
  bool merged = sift_space_merge_borrowed(&merger->merged, &merger->arena, first);
  while (merged && same_name_next(merger, first->name)) {
    merged = sift_space_merge_borrowed(&merger->merged, &merger->arena, pop(merger));
  }
  *out = &merger->merged;
  return merged ? SIFT_OK : SIFT_ENOMEM;
}

static bool is_over_cap(struct sift_state_merger *merger, struct sift_span name) {
  if (sift_state_name_is(name, "-")) {
    return false;
  }
  return sift_state_name_is(name, SIFT_OVERFLOW_NAME) || merger->spaces++ >= merger->spaces_max;
}

/* A name that comes here is beyond the cap in every larger fleet too, so the set of hashes is the same in any grouping. */
static enum sift_status fold_overflow(struct sift_state_merger *merger, const struct sift_space *space) {
  enum sift_status status = SIFT_OK;
  if (!sift_state_name_is(space->name, SIFT_OVERFLOW_NAME)) {
    status = sift_sketch_add(&merger->fleet.overflow, sift_space_hash(space->name));
  }
  return status == SIFT_OK ? sift_overflow_fold(&merger->overflow, space) : status;
}

static enum sift_status finish(struct sift_state_merger *merger, const struct sift_space **out) {
  if (merger->overflow.any) {
    merger->overflow.any = false;
    *out = &merger->overflow.space;
    return SIFT_OK;
  }
  for (size_t i = 0; i < merger->count; i++) {
    const struct sift_state_source *source = &merger->sources[i];
    enum sift_status status = sift_fleet_merge(&merger->fleet, source->fleet(source->context));
    if (status != SIFT_OK) {
      return status;
    }
  }
  merger->fleet.reasons[SIFT_REASON_SPACE_LIMIT] = sift_sketch_estimate(&merger->fleet.overflow);
  return SIFT_END;
}

static enum sift_status next(struct sift_state_merger *merger, const struct sift_space **out) {
  for (;;) {
    enum sift_status status = read_on(merger);
    if (status != SIFT_OK) {
      return status;
    }
    if (merger->heap_count == 0) {
      return finish(merger, out);
    }
    const struct sift_space *space = NULL;
    status = take_next(merger, &space);
    if (status == SIFT_OK && !is_over_cap(merger, space->name)) {
      *out = space;
      return SIFT_OK;
    }
    if (status == SIFT_OK) {
      status = fold_overflow(merger, space);
    }
    if (status != SIFT_OK) {
      return status;
    }
  }
}

enum sift_status sift_state_merger_next(struct sift_state_merger *merger, const struct sift_space **out) {
  *out = NULL;
  if (merger->status == SIFT_OK) {
    merger->status = next(merger, out);
  }
  return merger->status;
}

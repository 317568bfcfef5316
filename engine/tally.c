#include "engine/tally.h"

#include <stdlib.h>

enum {
  SLOTS_START = 1024,
  TIER_RUNS = 8,                      /* so many runs of one tier become one of the next */
  ARENA_BYTES_MAX = 20 * 1024 * 1024, /* some 25,000 Spaces */
};

enum sift_status sift_tally_init(struct sift_tally *tally, const struct sift_ruleset *ruleset, size_t bytes_max,
                                 uint64_t spaces_max) {
  *tally = (struct sift_tally){
      .slot_count = SLOTS_START,
      .epoch = 1,
      .bytes_max = bytes_max != 0 ? bytes_max : ARENA_BYTES_MAX,
      .spaces_max = spaces_max,
  };
  sift_arena_init(&tally->arena);
  sift_arena_init(&tally->header_arena);
  tally->slots = calloc(SLOTS_START, sizeof(struct sift_space *));
  if (tally->slots == NULL) {
    return SIFT_ENOMEM;
  }
  return sift_state_header_make(&tally->header, ruleset, &tally->header_arena);
}

static void release_runs(struct sift_tally *tally) {
  for (size_t i = 0; i < tally->run_count; i++) {
    sift_state_buffer_release(&tally->runs[i].state);
  }
  tally->run_count = 0;
}

void sift_tally_clear(struct sift_tally *tally) {
  release_runs(tally);
}

void sift_tally_release(struct sift_tally *tally) {
  release_runs(tally);
  free(tally->runs);
  free((void *)tally->slots);
  sift_arena_release(&tally->header_arena);
  sift_arena_release(&tally->arena);
}

/* ---- the table ---- */

static uint32_t slot_of(const struct sift_tally *tally, struct sift_span name, uint64_t hash) {
  uint32_t mask = tally->slot_count - 1;
  uint32_t at = (uint32_t)hash & mask;
  while (tally->slots[at] != NULL && !sift_span_equal(tally->slots[at]->name, name)) {
    at = (at + 1) & mask;
  }
  return at;
}

static bool grow(struct sift_tally *tally) {
  if ((tally->space_count + 1) * 2 <= tally->slot_count) {
    return true;
  }
  struct sift_space **old = tally->slots;
  uint32_t old_count = tally->slot_count;
  tally->slots = calloc(2 * (size_t)old_count, sizeof(struct sift_space *));
  if (tally->slots == NULL) {
    tally->slots = old;
    return false;
  }
  tally->slot_count = 2 * old_count;
  for (uint32_t i = 0; i < old_count; i++) {
    if (old[i] != NULL) {
      tally->slots[slot_of(tally, old[i]->name, sift_space_hash(old[i]->name))] = old[i];
    }
  }
  free((void *)old);
  return true;
}

struct sift_space *sift_tally_space(struct sift_tally *tally, struct sift_span name, uint64_t name_hash) {
  uint32_t at = slot_of(tally, name, name_hash);
  if (tally->slots[at] != NULL) {
    return tally->slots[at];
  }
  if (!grow(tally)) {
    return NULL;
  }
  struct sift_space *space = sift_arena_alloc(&tally->arena, sizeof *space);
  char *copy = sift_arena_copy(&tally->arena, name);
  if (space == NULL || copy == NULL) {
    return NULL;
  }
  space->name = sift_span(copy, name.len);
  tally->slots[slot_of(tally, name, name_hash)] = space;
  tally->space_count++;
  return space;
}

/* ---- sealing ---- */

static int by_name(const void *a, const void *b) {
  const struct sift_space *const *x = a;
  const struct sift_space *const *y = b;
  return sift_span_compare((*x)->name, (*y)->name);
}

/* Moves the Spaces to the front of the table, in order. The table is then no table any more. */
static void sort_spaces(struct sift_tally *tally) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < tally->slot_count; i++) {
    if (tally->slots[i] != NULL) {
      tally->slots[count++] = tally->slots[i];
    }
  }
  qsort((void *)tally->slots, count, sizeof(struct sift_space *), by_name);
}

static void forget_spaces(struct sift_tally *tally) {
  memset((void *)tally->slots, 0, tally->slot_count * sizeof(struct sift_space *));
  tally->space_count = 0;
  tally->epoch++;
  sift_arena_reset(&tally->arena);
}

static struct sift_tally_run *add_run(struct sift_tally *tally) {
  if (tally->run_count == tally->run_capacity) {
    size_t capacity = tally->run_capacity == 0 ? (size_t)2 * TIER_RUNS : tally->run_capacity * 2;
    struct sift_tally_run *runs = realloc(tally->runs, capacity * sizeof *runs);
    if (runs == NULL) {
      return NULL;
    }
    tally->runs = runs;
    tally->run_capacity = capacity;
  }
  struct sift_tally_run *run = &tally->runs[tally->run_count++];
  *run = (struct sift_tally_run){0};
  return run;
}

static enum sift_status seal(struct sift_tally *tally, const struct sift_fleet *fleet) {
  struct sift_tally_run *run = add_run(tally);
  struct sift_state_writer *writer = NULL;
  if (run == NULL) {
    return SIFT_ENOMEM;
  }
  uint32_t count = tally->space_count;
  run->spaces = count;
  sort_spaces(tally);
  enum sift_status status = sift_state_writer_new(&writer, sift_state_buffer_output(&run->state), &tally->header);
  for (uint32_t i = 0; i < count && status == SIFT_OK; i++) {
    sift_space_sort(tally->slots[i]);
    status = sift_state_write(writer, tally->slots[i]);
  }
  if (status == SIFT_OK) {
    status = sift_state_finish(writer, fleet);
  }
  sift_state_writer_free(writer);
  forget_spaces(tally);
  return status;
}

static enum sift_status write_merged(struct sift_state_merger *merger, struct sift_state_writer *writer, uint64_t *spaces) {
  const struct sift_space *space = NULL;
  enum sift_status status = SIFT_OK;
  while ((status = sift_state_merger_next(merger, &space)) == SIFT_OK) {
    ++*spaces;
    enum sift_status written = sift_state_write(writer, space);
    if (written != SIFT_OK) {
      return written;
    }
  }
  return status == SIFT_END ? sift_state_finish(writer, sift_state_merger_fleet(merger)) : status;
}

/* The last TIER_RUNS runs become one, of as many Spaces as the cap allows. */
static enum sift_status fold_runs(struct sift_tally *tally) {
  size_t count = TIER_RUNS;
  struct sift_tally_run *tier = tally->runs + tally->run_count - count;
  struct sift_state_bytes *bytes = calloc(count, sizeof *bytes);
  struct sift_state_reader **readers = calloc(count, sizeof(struct sift_state_reader *));
  struct sift_state_merger *merger = NULL;
  struct sift_state_writer *writer = NULL;
  struct sift_state_buffer folded = {0};
  uint64_t spaces = 0;
  enum sift_status status = bytes != NULL && readers != NULL ? SIFT_OK : SIFT_ENOMEM;
  for (size_t i = 0; i < count && status == SIFT_OK; i++) {
    bytes[i].rest = sift_span(tier[i].state.bytes, tier[i].state.size);
    status = sift_state_reader_new(&readers[i], sift_state_bytes_input(&bytes[i]));
  }
  if (status == SIFT_OK) {
    status = sift_state_merger_new(&merger, readers, count, tally->spaces_max);
  }
  if (status == SIFT_OK) {
    status = sift_state_writer_new(&writer, sift_state_buffer_output(&folded), &tally->header);
  }
  if (status == SIFT_OK) {
    status = write_merged(merger, writer, &spaces);
  }
  sift_state_writer_free(writer);
  sift_state_merger_free(merger);
  for (size_t i = 0; i < count && readers != NULL; i++) {
    sift_state_reader_free(readers[i]);
  }
  free((void *)readers);
  free(bytes);
  if (status != SIFT_OK) {
    sift_state_buffer_release(&folded);
    return status;
  }
  for (size_t i = 0; i < count; i++) {
    sift_state_buffer_release(&tier[i].state);
  }
  tier[0] = (struct sift_tally_run){folded, tier[0].tier + 1, spaces};
  tally->run_count -= count - 1;
  return SIFT_OK;
}

static bool tier_full(const struct sift_tally *tally) {
  return tally->run_count >= TIER_RUNS && tally->runs[tally->run_count - TIER_RUNS].tier == tally->runs[tally->run_count - 1].tier;
}

enum sift_status sift_tally_settle(struct sift_tally *tally) {
  if (sift_arena_bytes(&tally->arena) < tally->bytes_max) {
    return SIFT_OK;
  }
  struct sift_fleet nothing;
  enum sift_status status = sift_fleet_init(&nothing);
  if (status == SIFT_OK) {
    status = seal(tally, &nothing);
    sift_fleet_release(&nothing);
  }
  while (status == SIFT_OK && tier_full(tally)) {
    status = fold_runs(tally);
  }
  return status;
}

enum sift_status sift_tally_finish(struct sift_tally *tally, const struct sift_fleet *fleet) {
  return seal(tally, fleet);
}

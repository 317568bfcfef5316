#include "ingest/serve/shelf.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/report.h"

/* --- filling ----------------------------------------------------------------------------------------------------------- */

static enum sift_status add_block(struct sift_shelf *shelf, struct sift_span first) {
  if (shelf->block_count == shelf->block_capacity) {
    size_t capacity = shelf->block_capacity == 0 ? 16 : shelf->block_capacity * 2;
    struct sift_shelf_block *blocks = realloc(shelf->blocks, capacity * sizeof *blocks);
    if (blocks == NULL) {
      return SIFT_ENOMEM;
    }
    shelf->blocks = blocks;
    shelf->block_capacity = capacity;
  }
  struct sift_shelf_block *block = &shelf->blocks[shelf->block_count];
  *block = (struct sift_shelf_block){.first = {sift_arena_copy(&shelf->arena, first), first.len}};
  if (block->first.data == NULL) {
    return SIFT_ENOMEM;
  }
  shelf->block_count++;
  return SIFT_OK;
}

/* The writer's output: blocks move when their array grows, so it asks for the last one each time. */
static enum sift_status write_block(void *context, const char *bytes, size_t size) {
  struct sift_shelf *shelf = context;
  struct sift_state_output output = sift_state_buffer_output(&shelf->blocks[shelf->block_count - 1].state);
  return output.write(output.context, bytes, size);
}

/* The fleet's record stands in the shelf; those of the blocks are empty. */
static enum sift_status finish_block(struct sift_shelf *shelf) {
  if (shelf->writer == NULL) {
    return SIFT_OK;
  }
  struct sift_fleet none;
  enum sift_status status = sift_fleet_init(&none);
  if (status == SIFT_OK) {
    status = sift_state_finish(shelf->writer, &none);
    sift_fleet_release(&none);
  }
  sift_state_writer_free(shelf->writer);
  shelf->writer = NULL;
  shelf->filled = 0;
  struct sift_state_buffer *state = &shelf->blocks[shelf->block_count - 1].state;
  char *exact = status == SIFT_OK ? realloc(state->bytes, state->size) : NULL;
  if (exact != NULL) {
    state->bytes = exact;
    state->capacity = state->size;
  }
  shelf->bytes += state->size;
  return status;
}

static enum sift_status add_space(struct sift_shelf *shelf, const struct sift_space *space) {
  enum sift_status status = SIFT_OK;
  if (shelf->writer == NULL) {
    status = add_block(shelf, space->name);
    if (status == SIFT_OK) {
      struct sift_state_output output = {.write = write_block, .context = shelf};
      status = sift_state_writer_new(&shelf->writer, output, shelf->header);
    }
  }
  if (status == SIFT_OK) {
    status = sift_state_write(shelf->writer, space);
  }
  if (status == SIFT_OK) {
    if (sift_summary_counts(space)) {
      sift_crowd_add(&shelf->crowd, shelf->ruleset, space, NULL);
    }
    shelf->filled++;
  }
  return status == SIFT_OK && shelf->filled == SIFT_SHELF_BLOCK_SPACES ? finish_block(shelf) : status;
}

enum sift_status sift_shelf_fill(struct sift_shelf **out, struct sift_state_merger *merger, const struct sift_state_header *header,
                                 const struct sift_ruleset *ruleset) {
  *out = NULL;
  struct sift_shelf *shelf = calloc(1, sizeof *shelf);
  if (shelf == NULL) {
    return SIFT_ENOMEM;
  }
  shelf->refs = 1;
  shelf->header = header;
  shelf->ruleset = ruleset;
  sift_arena_init(&shelf->arena);
  enum sift_status status = sift_fleet_init(&shelf->fleet);
  const struct sift_space *space = NULL;
  while (status == SIFT_OK && (status = sift_state_merger_next(merger, &space)) == SIFT_OK) {
    status = add_space(shelf, space);
  }
  if (status == SIFT_END) {
    status = finish_block(shelf);
  }
  if (status == SIFT_OK) {
    status = sift_fleet_merge(&shelf->fleet, sift_state_merger_fleet(merger));
  }
  shelf->ruleset = NULL;
  if (status != SIFT_OK) {
    sift_shelf_release(shelf);
    return status;
  }
  *out = shelf;
  return SIFT_OK;
}

struct sift_shelf *sift_shelf_acquire(struct sift_shelf *shelf) {
  __atomic_fetch_add(&shelf->refs, 1, __ATOMIC_RELAXED);
  return shelf;
}

void sift_shelf_release(struct sift_shelf *shelf) {
  if (shelf == NULL || __atomic_sub_fetch(&shelf->refs, 1, __ATOMIC_ACQ_REL) > 0) {
    return;
  }
  sift_state_writer_free(shelf->writer);
  for (size_t i = 0; i < shelf->block_count; i++) {
    sift_state_buffer_release(&shelf->blocks[i].state);
  }
  free(shelf->blocks);
  sift_fleet_release(&shelf->fleet);
  sift_arena_release(&shelf->arena);
  free(shelf);
}

/* --- reading ----------------------------------------------------------------------------------------------------------- */

static void close_block(struct sift_shelf_cursor *cursor) {
  sift_state_reader_free(cursor->reader);
  cursor->reader = NULL;
  cursor->space = NULL;
}

void sift_shelf_cursor_release(struct sift_shelf_cursor *cursor) {
  close_block(cursor);
}

enum sift_status sift_shelf_next(struct sift_shelf_cursor *cursor, const struct sift_space **out) {
  *out = NULL;
  while (cursor->block < cursor->shelf->block_count) {
    enum sift_status status = SIFT_OK;
    if (cursor->reader == NULL) {
      const struct sift_state_buffer *state = &cursor->shelf->blocks[cursor->block].state;
      cursor->bytes = (struct sift_state_bytes){sift_span(state->bytes, state->size)};
      status = sift_state_reader_new(&cursor->reader, sift_state_bytes_input(&cursor->bytes));
    }
    status = status == SIFT_OK ? sift_state_next(cursor->reader, &cursor->space) : status;
    if (status != SIFT_END) {
      *out = cursor->space;
      return status;
    }
    close_block(cursor);
    cursor->block++;
  }
  return SIFT_END;
}

/* The block in which the name stands if it stands in any: the last whose first name is not greater; the count where none. */
static size_t block_of(const struct sift_shelf *shelf, struct sift_span name) {
  size_t low = 0;
  size_t high = shelf->block_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (sift_span_compare(shelf->blocks[middle].first, name) <= 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low > 0 ? low - 1 : shelf->block_count;
}

enum sift_status sift_shelf_seek(struct sift_shelf_cursor *cursor, struct sift_span name, const struct sift_space **out) {
  *out = NULL;
  size_t block = block_of(cursor->shelf, name);
  if (block == cursor->shelf->block_count) {
    return SIFT_END;
  }
  int order = cursor->space != NULL ? sift_span_compare(cursor->space->name, name) : -1;
  if (block != cursor->block || order > 0) {
    close_block(cursor);
    cursor->block = block;
    order = -1;
  }
  while (order < 0) {
    const struct sift_space *space = NULL;
    enum sift_status status = sift_shelf_next(cursor, &space);
    if (status != SIFT_OK) {
      return status;
    }
    order = sift_span_compare(space->name, name);
  }
  *out = order == 0 ? cursor->space : NULL;
  return order == 0 ? SIFT_OK : SIFT_END;
}

static enum sift_status source_next(void *context, const struct sift_space **out) {
  return sift_shelf_next(context, out);
}

static const struct sift_fleet *source_fleet(const void *context) {
  const struct sift_shelf_cursor *cursor = context;
  return &cursor->shelf->fleet;
}

struct sift_state_source sift_shelf_source(struct sift_shelf_cursor *cursor) {
  return (struct sift_state_source){cursor->shelf->header, source_next, source_fleet, cursor};
}

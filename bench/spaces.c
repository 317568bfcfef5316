#include "bench/spaces.h"

#include <stdlib.h>

#include "bench/suite.h"

static void add(struct bench_spaces *spaces, const struct sift_space *from) {
  if (spaces->count == spaces->capacity) {
    spaces->capacity = spaces->capacity == 0 ? 1024 : 2 * spaces->capacity;
    spaces->items = realloc(spaces->items, spaces->capacity * sizeof spaces->items[0]);
    bench_require(spaces->items != NULL, "out of memory");
  }
  struct sift_space *space = &spaces->items[spaces->count++];
  char *name = sift_arena_copy(&spaces->arena, from->name);
  *space = (struct sift_space){.first = {SIFT_TIME_NONE, 0, ""}, .last = {SIFT_TIME_NONE, 0, ""}};
  bench_require(name != NULL && sift_space_merge(space, &spaces->arena, from), "out of memory");
  space->name = sift_span(name, from->name.len);
  sift_space_sort(space);
}

void bench_spaces_make(struct bench_spaces *spaces) {
  const struct sift_space *space = NULL;
  *spaces = (struct bench_spaces){.bytes = {bench_input_state()}};
  sift_arena_init(&spaces->arena);
  bench_require(sift_state_reader_new(&spaces->reader, sift_state_bytes_input(&spaces->bytes)) == SIFT_OK, "out of memory");
  enum sift_status status = SIFT_OK;
  while ((status = sift_state_next(spaces->reader, &space)) == SIFT_OK) {
    add(spaces, space);
  }
  bench_require(status == SIFT_END && spaces->count > 100, "the state has too few Spaces");
}

void bench_spaces_release(struct bench_spaces *spaces) {
  sift_state_reader_free(spaces->reader);
  sift_arena_release(&spaces->arena);
  free(spaces->items);
  *spaces = (struct bench_spaces){0};
}

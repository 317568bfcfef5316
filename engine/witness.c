#include "engine/witness.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/space.h"
#include "engine/stream.h"

void sift_witnesses_init(struct sift_witnesses *witnesses) {
  *witnesses = (struct sift_witnesses){0};
}

void sift_witnesses_release(struct sift_witnesses *witnesses) {
  for (size_t i = 0; witnesses->items != NULL && i < SIFT_WITNESSES_MAX; i++) {
    free(witnesses->items[i].bytes);
  }
  free(witnesses->items);
  sift_witnesses_init(witnesses);
}

struct sift_span sift_witness_space(const struct sift_witness *witness) {
  return sift_span(witness->bytes, witness->name_len);
}

struct sift_span sift_witness_text(const struct sift_witness *witness) {
  return sift_span(witness->bytes + witness->name_len, witness->text_len);
}

static int compare(int64_t time_ns, struct sift_span space, const struct sift_witness *with) {
  if (time_ns != with->time_ns) {
    return time_ns < with->time_ns ? -1 : 1;
  }
  return sift_span_compare(space, sift_witness_space(with));
}

/* The index of the Space, or the count. */
static uint32_t find(const struct sift_witnesses *witnesses, struct sift_span space) {
  uint32_t at = 0;
  while (at < witnesses->count && !sift_span_equal(sift_witness_space(&witnesses->items[at]), space)) {
    at++;
  }
  return at;
}

static enum sift_status write(struct sift_witness *witness, int64_t time_ns, struct sift_span space, struct sift_span text) {
  size_t size = space.len + text.len;
  if (witness->bytes == NULL || size > witness->capacity) {
    char *bytes = malloc(size);
    if (bytes == NULL) {
      return SIFT_ENOMEM;
    }
    free(witness->bytes); /* NOLINT(clang-analyzer-unix.Malloc): it takes two items for one after settle() */
    witness->bytes = bytes;
    witness->capacity = (uint32_t)size;
  }
  memcpy(witness->bytes, space.data, space.len); /* NOLINT(clang-analyzer-unix.Malloc): the same */
  if (text.len > 0) {
    memcpy(witness->bytes + space.len, text.data, text.len);
  }
  witness->time_ns = time_ns;
  witness->name_len = (uint32_t)space.len;
  witness->text_len = (uint32_t)text.len;
  return SIFT_OK;
}

/* Moves a witness towards the front, to where it belongs by its time and name. */
static void settle(struct sift_witnesses *witnesses, uint32_t at) {
  struct sift_witness moved = witnesses->items[at];
  while (at > 0 && compare(moved.time_ns, sift_witness_space(&moved), &witnesses->items[at - 1]) < 0) {
    witnesses->items[at] = witnesses->items[at - 1];
    at--;
  }
  witnesses->items[at] = moved;
}

enum sift_status sift_witnesses_add(struct sift_witnesses *witnesses, int64_t time_ns, struct sift_span space,
                                    struct sift_span text) {
  assert(time_ns != SIFT_TIME_NONE && space.len > 0 && space.len <= SIFT_SPACE_NAME_MAX);
  if (witnesses->items == NULL) {
    witnesses->items = calloc(SIFT_WITNESSES_MAX, sizeof *witnesses->items);
    if (witnesses->items == NULL) {
      return SIFT_ENOMEM;
    }
  }
  bool full = witnesses->count == SIFT_WITNESSES_MAX;
  if (full && compare(time_ns, space, &witnesses->items[SIFT_WITNESSES_MAX - 1]) > 0) {
    return SIFT_OK;
  }
  if (text.len > SIFT_WITNESS_TEXT_BYTES_MAX) {
    text.len = sift_cut_utf8(text, SIFT_WITNESS_TEXT_BYTES_MAX);
  }
  uint32_t at = find(witnesses, space);
  bool known = at < witnesses->count;
  if (known) {
    const struct sift_witness *same = &witnesses->items[at];
    bool earlier = time_ns < same->time_ns || (time_ns == same->time_ns && sift_span_compare(text, sift_witness_text(same)) < 0);
    if (!earlier) {
      return SIFT_OK;
    }
  } else if (full) {
    at = SIFT_WITNESSES_MAX - 1;
  }
  enum sift_status status = write(&witnesses->items[at], time_ns, space, text);
  if (status == SIFT_OK) {
    witnesses->count += !known && !full;
    settle(witnesses, at);
  }
  return status;
}

enum sift_status sift_witnesses_merge(struct sift_witnesses *into, const struct sift_witnesses *from) {
  assert(into != from && (from->items == NULL || into->items != from->items));
  enum sift_status status = SIFT_OK;
  for (uint32_t i = 0; i < from->count && status == SIFT_OK; i++) {
    const struct sift_witness *witness = &from->items[i];
    status = sift_witnesses_add(into, witness->time_ns, sift_witness_space(witness), sift_witness_text(witness));
  }
  return status;
}

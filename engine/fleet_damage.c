#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/fleet_internal.h"

enum {
  CAPACITY_MIN = 16,
  SOURCES_BYTES_MAX = 16 << 20, /* of the arena, before the names of places no longer listed are let go */
};

static int compare_damage(enum sift_reason reason, struct sift_span source, uint64_t offset, const struct sift_damage *with) {
  int order = sift_span_compare(source, sift_span_of(with->source));
  if (order != 0) {
    return order;
  }
  if (offset != with->offset) {
    return offset < with->offset ? -1 : 1;
  }
  return (reason > with->reason) - (reason < with->reason);
}

/* Where the damage stands or would stand; *found says which. */
static size_t damage_place(const struct sift_fleet *fleet, enum sift_reason reason, struct sift_span source, uint64_t offset,
                           bool *found) {
  size_t low = 0;
  size_t high = fleet->damage_count;
  *found = false;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = compare_damage(reason, source, offset, &fleet->damages[middle]);
    if (order == 0) {
      *found = true;
      return middle;
    }
    if (order > 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/* Keeps only the names of sources that are still listed: the list is short, but what passed through it need not be. */
static enum sift_status compact_sources(struct sift_fleet *fleet) {
  struct sift_arena kept;
  sift_arena_init(&kept);
  const char **sources = malloc((fleet->damage_count + 1) * sizeof *sources);
  bool fine = sources != NULL;
  for (size_t i = 0; fine && i < fleet->damage_count; i++) {
    const char *source = fleet->damages[i].source;
    bool same = i > 0 && strcmp(source, sources[i - 1]) == 0;
    sources[i] = same ? sources[i - 1] : sift_arena_copy(&kept, sift_span_of(source));
    fine = sources[i] != NULL;
  }
  if (fine) {
    for (size_t i = 0; i < fleet->damage_count; i++) {
      fleet->damages[i].source = sources[i];
    }
    sift_arena_release(&fleet->arena);
    fleet->arena = kept;
  } else {
    sift_arena_release(&kept);
  }
  free(sources);
  return fine ? SIFT_OK : SIFT_ENOMEM;
}

/* The name of a source to keep: that of a neighbour in the list where it is the same, else a copy. */
static const char *keep_source(struct sift_fleet *fleet, size_t place, struct sift_span source) {
  if (place > 0 && sift_span_equal(source, sift_span_of(fleet->damages[place - 1].source))) {
    return fleet->damages[place - 1].source;
  }
  if (place < fleet->damage_count && sift_span_equal(source, sift_span_of(fleet->damages[place].source))) {
    return fleet->damages[place].source;
  }
  return sift_arena_copy(&fleet->arena, source);
}

static enum sift_status reserve(struct sift_fleet *fleet) {
  if (fleet->damage_count < fleet->damage_capacity || fleet->damage_count >= SIFT_DAMAGES_MAX) {
    return SIFT_OK;
  }
  size_t capacity = fleet->damage_count < CAPACITY_MIN ? CAPACITY_MIN : fleet->damage_count * 2;
  struct sift_damage *damages = realloc(fleet->damages, capacity * sizeof *damages);
  if (damages == NULL) {
    return SIFT_ENOMEM;
  }
  fleet->damages = damages;
  fleet->damage_capacity = capacity;
  return SIFT_OK;
}

enum sift_status sift_fleet_list_damage(struct sift_fleet *fleet, enum sift_reason reason, struct sift_span source,
                                        uint64_t offset) {
  bool found;
  size_t place = damage_place(fleet, reason, source, offset, &found);
  if (found || place >= SIFT_DAMAGES_MAX) {
    return SIFT_OK;
  }
  const char *kept = keep_source(fleet, place, source);
  if (kept == NULL || reserve(fleet) != SIFT_OK) {
    return SIFT_ENOMEM;
  }
  if (fleet->damage_count == SIFT_DAMAGES_MAX) {
    fleet->damage_count--;
  }
  memmove(&fleet->damages[place + 1], &fleet->damages[place], (fleet->damage_count - place) * sizeof fleet->damages[0]);
  fleet->damages[place] = (struct sift_damage){.reason = reason, .source = kept, .offset = offset};
  fleet->damage_count++;
  return sift_arena_bytes(&fleet->arena) > SOURCES_BYTES_MAX ? compact_sources(fleet) : SIFT_OK;
}

enum sift_status sift_fleet_damage(struct sift_fleet *fleet, enum sift_reason reason, struct sift_span source, uint64_t offset) {
  assert(reason < SIFT_REASONS);
  fleet->reasons[reason]++;
  if (!sift_reason_is_damage(reason)) {
    return SIFT_OK;
  }
  const char *nul = source.len > 0 ? memchr(source.data, '\0', source.len) : NULL;
  if (nul != NULL) {
    source.len = (size_t)(nul - source.data);
  }
  return sift_fleet_list_damage(fleet, reason, source, offset);
}

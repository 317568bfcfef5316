#include "engine/fleet.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/fleet_internal.h"

enum sift_status sift_fleet_init(struct sift_fleet *fleet) {
  *fleet = (struct sift_fleet){.newest_ns = SIFT_TIME_NONE};
  sift_sketch_init(&fleet->overflow);
  sift_arena_init(&fleet->arena);
  return SIFT_OK;
}

void sift_fleet_release(struct sift_fleet *fleet) {
  for (size_t i = 0; i < fleet->window_count; i++) {
    sift_window_release(&fleet->windows[i]);
  }
  free(fleet->windows);
  free(fleet->damages);
  sift_sketch_release(&fleet->overflow);
  sift_arena_release(&fleet->arena);
  sift_fleet_init(fleet);
}

enum sift_status sift_fleet_merge(struct sift_fleet *into, const struct sift_fleet *from) {
  assert(into != from);
  into->shards += from->shards;
  into->lines += from->lines;
  into->bytes += from->bytes;
  into->compressed_bytes += from->compressed_bytes;
  into->hits += from->hits;
  into->records_dropped += from->records_dropped;
  for (size_t i = 0; i < SIFT_REASONS; i++) {
    into->reasons[i] += from->reasons[i];
  }
  into->newest_ns = from->newest_ns > into->newest_ns ? from->newest_ns : into->newest_ns;
  enum sift_status status = sift_sketch_merge(&into->overflow, &from->overflow);
  for (size_t i = 0; status == SIFT_OK && i < from->damage_count; i++) {
    const struct sift_damage *damage = &from->damages[i];
    status = sift_fleet_list_damage(into, damage->reason, sift_span_of(damage->source), damage->offset);
  }
  return status == SIFT_OK ? sift_fleet_merge_windows(into, from) : status;
}

/* What the writer and the reader of states agree on: limits, names, the shape of docs/state.md. Internal to the engine. */
#ifndef SIFT_ENGINE_STATE_FORMAT_H
#define SIFT_ENGINE_STATE_FORMAT_H

#include "engine/feed.h"
#include "engine/state.h"
#include "engine/stream.h"
#include "engine/unpack.h"

enum {
  SIFT_STATE_LEVEL = 1,               /* of zstd: level 3 takes more than twice the time for 3 % less */
  SIFT_STATE_WINDOW_LOG = 18,         /* 256 KiB: what a reader holds for each of the states that it merges */
  SIFT_STATE_ID_BYTES_MAX = 255,      /* ids and names of the header */
  SIFT_STATE_SOURCE_BYTES_MAX = 4096, /* PATH_MAX; longer names of sources are cut */
  SIFT_STATE_HEADER_BYTES_MAX = 8 << 20,
  SIFT_STATE_SPACE_ITEMS = 7,    /* objects of a Space's array */
  SIFT_STATE_EVIDENCE_ITEMS = 8, /* of an evidence's */
  SIFT_STATE_INSTANT_ITEMS = 3,  /* of an instant's */
  SIFT_STATE_FLEET_ITEMS = 11,   /* pairs of the fleet's map */
  SIFT_STATE_WINDOW_ITEMS = 5,   /* objects of a window's array */
  SIFT_STATE_SKETCH_REGISTERS = 1 << SIFT_SKETCH_BITS,
  SIFT_STATE_WINDOWS_BYTES_MAX = 256 << 20, /* of all windows of a fleet record, as they stand in the state */
};

/* The largest packed evidence: numbers and heads, its sample, and two sources that no other evidence names. */
enum {
  SIFT_STATE_EVIDENCE_BYTES_MAX =
      128 + SIFT_SAMPLE_BYTES_MAX + 8 * (3 + SIFT_FIELD_BYTES_MAX) + 2 * (3 + SIFT_STATE_SOURCE_BYTES_MAX)
};

/* Times within a Space are multiples of a unit, the largest of these that divides all of them: most logs know no more than
 * seconds or milliseconds, and small numbers pack well. */
extern const uint64_t sift_state_units[4];

/* "-", "~overflow" or a valid name: what may stand in a state. */
bool sift_state_name_valid(struct sift_span name);
bool sift_state_name_is(struct sift_span name, const char *special);

/* Same rule set: names, hash and all ids. */
bool sift_state_header_equal(const struct sift_state_header *a, const struct sift_state_header *b);

/* The fleet record. Appends its packed form, from the key "fleet" on, to `pack`: whenever that holds much, `flush` is
 * called to empty it. SIFT_ELIMIT where the windows are over SIFT_STATE_WINDOWS_BYTES_MAX. */
struct sift_pack;
enum sift_status sift_state_pack_fleet(struct sift_pack *pack, const struct sift_fleet *fleet,
                                       enum sift_status (*flush)(void *context), void *context);

/* Reads the fleet record from the front of the feed into an empty fleet. `classes`, `rules`: indices must be below.
 * SIFT_ECORRUPT, SIFT_ENOMEM or what the feed says. */
enum sift_status sift_state_unpack_fleet(struct sift_feed *feed, uint32_t classes, uint32_t rules, struct sift_fleet *fleet);

/* What a cursor's fault means to whoever has no more bytes to give. */
static inline enum sift_status sift_state_fault(enum sift_fault fault) {
  return fault == SIFT_FAULT_NONE ? SIFT_OK : SIFT_ECORRUPT;
}

#endif
